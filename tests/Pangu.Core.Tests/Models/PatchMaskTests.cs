namespace Pangu.Core.Tests;

public sealed class PatchMaskTests
{
    private static readonly float[] Noise = [0.5f, 0.1f, 0.9f, 0.3f, 0.7f, 0.2f, 0.8f, 0.4f, 0.6f, 0.0f];

    [Fact]
    public void Create_Random_KeepsTheSmallestNoise()
    {
        var mask = PatchMask.Create(new ReconstructionHead { MaskRatio = 0.4 }, Noise, 1, 2, 5);
        Assert.Equal([false, false, true, false, true, false, true, false, true, false], mask);
    }

    [Theory]
    [InlineData(5, 0.4, 2)]
    [InlineData(5, 0.5, 3)]
    [InlineData(6, 0.3, 2)]
    [InlineData(7, 0.0, 0)]
    public void Create_Random_MasksWhatTheFloorLeaves(int patches, double ratio, int masked)
    {
        var noise = Enumerable.Range(0, patches).Select(patch => patch / 10f).ToArray();
        Assert.Equal(masked, PatchMask.Create(new ReconstructionHead { MaskRatio = ratio }, noise, 1, 1, patches).Count(value => value));
    }

    [Fact]
    public void Create_SameMaskForAllChannels_FollowsTheFirstOrTheOnlyRow()
    {
        var head = new ReconstructionHead { MaskRatio = 0.4, SameMaskForAllChannels = true };
        bool[] expected = [false, false, true, false, true, false, false, true, false, true];
        Assert.Equal(expected, PatchMask.Create(head, Noise, 1, 2, 5));
        Assert.Equal(expected, PatchMask.Create(head, Noise.AsSpan(0, 5), 1, 2, 5));
    }

    [Fact]
    public void Create_UnmaskedChannels_StayWhole()
    {
        var mask = PatchMask.Create(new ReconstructionHead { MaskRatio = 0.4, UnmaskedChannels = [0] }, Noise, 1, 2, 5);
        Assert.Equal([false, false, false, false, false, false, true, false, true, false], mask);
        Assert.Throws<PanguException>(() => PatchMask.Create(new ReconstructionHead { UnmaskedChannels = [2] }, Noise, 1, 2, 5));
    }

    [Fact]
    public void Create_LastPatches_NeedsOneCount()
    {
        Assert.Equal([false, true, true, false, true, true], PatchMask.Create(new ReconstructionHead { Mask = MaskKind.LastPatches, MaskedLastPatches = [2] }, [], 2, 1, 3));
        Assert.Throws<PanguException>(() => PatchMask.Create(new ReconstructionHead { Mask = MaskKind.LastPatches, MaskedLastPatches = [1, 2] }, [], 2, 1, 3));
    }

    [Fact]
    public void Create_NoiseOfAnotherSize_IsRefused() =>
        Assert.Equal("mask-noise", Assert.Throws<PanguException>(() => PatchMask.Create(new ReconstructionHead(), Noise, 1, 2, 4)).Code);
}
