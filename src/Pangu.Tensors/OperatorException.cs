namespace Pangu.Tensors;

/// <summary>A libtorch operator refused its arguments: our own fault (shapes and types are checked where data enters).</summary>
/// <param name="name">Name of the operator with its namespace.</param>
/// <param name="overload">Overload, empty for the default.</param>
/// <param name="arguments">The arguments, where they are known.</param>
public sealed class OperatorException(string name, string overload, string arguments = "")
    : Exception($"The libtorch operator {name}{(overload.Length == 0 ? string.Empty : "." + overload)} refused its arguments{(arguments.Length == 0 ? string.Empty : ": " + arguments)}. TORCH_CPP_LOG_LEVEL=1 in the environment shows libtorch's own reason.")
{
    /// <summary>Name of the operator with its namespace.</summary>
    public string Name { get; } = name;
}
