using System.Numerics.Tensors;

namespace Pangu.Evaluation.Prediction.Boosting;

/// <summary>Inputs of gradient boosting for one step of one window, relative to the mean of the history. Legend: <c>S</c> season, <c>T</c> history.</summary>
/// <remarks>One model for all steps and channels: the step ahead and the channel are inputs.</remarks>
internal sealed class BoostedInputs(int season)
{
    private const int LastValues = 6;
    private static readonly int[] MeansOver = [1, 2, 3, 7];

    /// <summary>Seasons of history: two weeks of a daily season.</summary>
    private const int Seasons = 14;

    /// <summary>Steps of history that are looked at.</summary>
    public int Context { get; } = Seasons * season;

    /// <summary>Number of inputs.</summary>
    public static int Count => Seasons + LastValues + MeansOver.Length + 2;

    /// <summary>Writes what all steps of a window share: last values, means of the last seasons, channel.</summary>
    /// <param name="history">[T] z-scored, without gaps, <see cref="Context"/> steps.</param>
    /// <param name="channel">Number of the channel.</param>
    /// <param name="inputs">[<see cref="Count"/>].</param>
    /// <returns>What was subtracted: the mean of the history.</returns>
    public float WriteWindow(ReadOnlySpan<float> history, int channel, Span<float> inputs)
    {
        var reference = Mean(history);
        var index = Seasons;
        for (var k = 1; k <= LastValues; k++)
        {
            inputs[index++] = history[^k] - reference;
        }

        foreach (var seasons in MeansOver)
        {
            inputs[index++] = Mean(history[^(seasons * season)..]) - reference;
        }

        inputs[index] = channel;
        return reference;
    }

    /// <summary>Writes what belongs to one step: the step, and the values at its phase in each past season.</summary>
    /// <param name="history">As above.</param>
    /// <param name="step">Step ahead, from 0.</param>
    /// <param name="reference">What <see cref="WriteWindow"/> returned.</param>
    /// <param name="inputs">[<see cref="Count"/>].</param>
    public void WriteStep(ReadOnlySpan<float> history, int step, float reference, Span<float> inputs)
    {
        for (var k = 1; k <= Seasons; k++)
        {
            inputs[k - 1] = history[Context - (k * season) + (step % season)] - reference;
        }

        inputs[Count - 1] = step;
    }

    private static float Mean(ReadOnlySpan<float> values) => TensorPrimitives.Sum(values) / values.Length;
}
