using Pangu.Core;
using Pangu.Workshop.Learning;
using Pangu.Workshop.Recipes;

namespace Pangu.Workshop.Tests.Learning;

public sealed class ParentShareTests
{
    private static readonly LearningSettings s_plain = new() { Steps = 10, LearningRate = 1e-3 };

    [Theory]
    [InlineData(0, new[] { 1f, -2f, 4f })]
    [InlineData(0.25, new[] { 1.5f, -1.5f, 3f })]
    [InlineData(0.5, new[] { 2f, -1f, 2f })]
    public void Mixed_Shares_LieBetweenLearnedAndParent(float share, float[] expected)
    {
        var learned = TensorData.Of([1, -2, 4], 3);
        var mixed = NetworkTraining.Mixed(learned, TensorData.Of([3, 0, 0], 3), share);
        Assert.Equal(expected, mixed.ToSingles());
        Assert.Equal(learned.Shape, mixed.Shape);
    }

    [Theory]
    [InlineData(0, false, null)]
    [InlineData(0.5, true, null)]
    [InlineData(0.5, false, "parentShare is 0.5, but the model has no parent")]
    [InlineData(1, true, "parentShare is 1; it must be at least 0 and below 1")]
    [InlineData(-0.1, true, "parentShare is -0.1; it must be at least 0 and below 1")]
    public void Problems_ParentShare_IsAShareOfAParent(double share, bool hasParent, string? problem) =>
        Assert.Equal(problem is null ? [] : [problem], (s_plain with { ParentShare = share }).Problems(hasParent));
}
