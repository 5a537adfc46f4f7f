using System.Collections.Concurrent;

namespace Pangu.Core;

/// <summary>A tap that keeps what it was asked for. Safe for the threads of one run.</summary>
/// <param name="wanted">Canonical names to keep.</param>
public sealed class RecordingTap(IReadOnlySet<string> wanted) : IActivationTap
{
    private readonly ConcurrentDictionary<string, TensorData> _values = new(StringComparer.Ordinal);

    /// <summary>What was kept so far, by canonical name.</summary>
    public IReadOnlyDictionary<string, TensorData> Values => _values;

    /// <inheritdoc/>
    public bool Wants(string name) => wanted.Contains(name);

    /// <inheritdoc/>
    public void Record(string name, ReadOnlySpan<float> values, ReadOnlySpan<long> shape) => _values[name] = TensorData.Of(values, shape.ToArray());
}
