using Pangu.Core;

namespace Pangu.Formats;

/// <summary>transformers' names of non-linearities.</summary>
internal static class ForeignActivations
{
    private static readonly Dictionary<string, ActivationKind> Kinds = new(StringComparer.Ordinal)
    {
        ["silu"] = ActivationKind.Silu,
        ["swish"] = ActivationKind.Silu,
        ["gelu"] = ActivationKind.Gelu,
        ["gelu_python"] = ActivationKind.Gelu,
        ["gelu_new"] = ActivationKind.GeluTanh,
        ["gelu_pytorch_tanh"] = ActivationKind.GeluTanh,
        ["gelu_python_tanh"] = ActivationKind.GeluTanh,
        ["gelu_fast"] = ActivationKind.GeluTanh,
        ["gelu_accurate"] = ActivationKind.GeluTanh,
        ["relu"] = ActivationKind.Relu,
        ["relu2"] = ActivationKind.ReluSquared,
    };

    public static ActivationKind Read(ForeignConfig config, string field, string fallback) => config.Choose(field, fallback, Kinds);

    public static string Name(ActivationKind kind) => kind switch
    {
        ActivationKind.Gelu => "gelu",
        ActivationKind.GeluTanh => "gelu_pytorch_tanh",
        ActivationKind.Relu => "relu",
        ActivationKind.ReluSquared => "relu2",
        _ => "silu",
    };
}
