using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pangu.Numerics.Tests;

/// <summary>Runs the kernel tests of this assembly again in processes in which the runtime hides instruction sets.</summary>
public sealed class SwitchedOffTests
{
    private const string WidestVariable = "PANGU_TEST_WIDEST_VECTOR";

    private static int WidestBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    [Theory]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", 0)]
    public async Task KernelTests_InstructionSetsSwitchedOff_Pass(string knob, int widestBits)
    {
        Assert.SkipUnless(X86Base.IsSupported && WidestBits > widestBits, $"The widest vectors here have {WidestBits} bits; switching {knob} off changes nothing.");
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(SwitchedOffTests).Assembly.Location);
        }

        start.ArgumentList.Add("-trait");
        start.ArgumentList.Add("Category=Kernel");
        start.Environment[knob] = "0";
        start.Environment[WidestVariable] = $"{widestBits}";
        using var process = Process.Start(start)!;
        var cancellation = TestContext.Current.CancellationToken;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);

        Assert.True(process.ExitCode == 0, $"{output}{await errors}");
        Assert.Contains("Failed: 0", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Total: 0", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Kernel")]
    public void WidestVector_InAChild_IsWhatTheParentMeant()
    {
        var expected = Environment.GetEnvironmentVariable(WidestVariable);
        Assert.True(expected is null || expected == $"{WidestBits}", $"Expected {expected} bits, got {WidestBits}.");
    }
}
