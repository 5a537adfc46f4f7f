using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>Pointwise non-linearities.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActivationKind>))]
public enum ActivationKind
{
    /// <summary>x Phi(x) by the error function.</summary>
    [JsonStringEnumMemberName("gelu")] Gelu,

    /// <summary>GELU by the tanh approximation.</summary>
    [JsonStringEnumMemberName("gelu-tanh")] GeluTanh,

    /// <summary>max(x, 0).</summary>
    [JsonStringEnumMemberName("relu")] Relu,

    /// <summary>max(x, 0)^2.</summary>
    [JsonStringEnumMemberName("relu-squared")] ReluSquared,

    /// <summary>x sigmoid(x).</summary>
    [JsonStringEnumMemberName("silu")] Silu,
}
