using Pangu.Numerics;

namespace Pangu.Tensors;

/// <summary>The layers of a feed-forward network.</summary>
/// <param name="Function">Its non-linearity f.</param>
/// <param name="Up">Into the inner width.</param>
/// <param name="Down">Back.</param>
/// <param name="Gate">The layer whose f multiplies; null where f is applied to <paramref name="Up"/> itself.</param>
public sealed record DenseLayers(ActivationFunction Function, LinearLayer Up, LinearLayer Down, LinearLayer? Gate = null);
