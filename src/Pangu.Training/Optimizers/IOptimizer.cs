using Pangu.Core;

namespace Pangu.Training;

/// <summary>Moves one group of weights by their gradients.</summary>
internal interface IOptimizer : IDisposable
{
    /// <summary>One step.</summary>
    /// <param name="share">Share of the peak learning rate.</param>
    void Step(double share);

    /// <summary>Adds what the optimizer remembers, by name.</summary>
    /// <param name="state">Receives copies.</param>
    void Export(IDictionary<string, TensorData> state);

    /// <summary>Takes up what an equal optimizer remembered.</summary>
    /// <param name="state">What <see cref="Export"/> gave.</param>
    /// <exception cref="PanguException">A name is missing or has another shape.</exception>
    void Import(IReadOnlyDictionary<string, TensorData> state);
}
