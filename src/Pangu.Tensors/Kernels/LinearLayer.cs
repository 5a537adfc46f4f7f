using static TorchSharp.torch;

namespace Pangu.Tensors;

/// <summary>A linear layer, y = x weight^T + bias.</summary>
/// <param name="Weight">[out, in] float32.</param>
/// <param name="Bias">[out] float32; null for none.</param>
public readonly record struct LinearLayer(Tensor Weight, Tensor? Bias = null);
