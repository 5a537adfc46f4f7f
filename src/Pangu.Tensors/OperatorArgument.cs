using Pangu.Tensors.Native;
using static TorchSharp.torch;

namespace Pangu.Tensors;

/// <summary>One argument of an operator called by name (<see cref="Operators.Call"/>).</summary>
public readonly struct OperatorArgument
{
    private readonly object? _value;
    private readonly bool _optional;

    private OperatorArgument(object? value, bool optional = false)
    {
        _value = value;
        _optional = optional;
    }

    /// <summary>An optional argument that is absent.</summary>
    public static OperatorArgument None => default;

    /// <summary>An optional argument (a type with a question mark in the schema) that is present.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The argument.</returns>
    public static OperatorArgument Some(OperatorArgument value) => new(value._value, true);

    /// <summary>A tensor; not disposed.</summary>
    /// <param name="tensor">The tensor.</param>
    public static implicit operator OperatorArgument(Tensor tensor) => new(tensor);

    /// <summary>An integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator OperatorArgument(long value) => new(value);

    /// <summary>A number where the schema says <c>float</c>; operators with a <c>Scalar</c> cannot be called by name.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator OperatorArgument(double value) => new(value);

    /// <summary>A truth value.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator OperatorArgument(bool value) => new(value);

    /// <summary>A text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator OperatorArgument(string text) => new(text);

    /// <summary>A list of integers.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator OperatorArgument(long[] values) => new(values);

    /// <summary>A list of numbers.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator OperatorArgument(double[] values) => new(values);

    /// <summary>A list of tensors; not disposed.</summary>
    /// <param name="tensors">The tensors.</param>
    public static implicit operator OperatorArgument(Tensor[] tensors) => new(tensors);

    internal void AddTo(ref OperatorCall call)
    {
        switch (_value)
        {
            case null: call.AddNone(); return;
            case Tensor tensor: call.Add(tensor); break;
            case long integer: call.Add(integer); break;
            case double number: call.Add(number); break;
            case bool truth: call.Add(truth); break;
            case string text: call.Add(text); break;
            case long[] integers: call.Add(integers.AsSpan()); break;
            case double[] numbers: call.Add(numbers.AsSpan()); break;
            case Tensor[] tensors: call.Add(tensors.AsSpan()); break;
        }

        if (_optional)
        {
            call.MakeOptional();
        }
    }

    /// <summary>What the argument is, for error messages.</summary>
    /// <returns>The shape of a tensor, else the value.</returns>
    public override string ToString() => _value switch
    {
        null => "none",
        Tensor tensor => Describe(tensor),
        long[] values => $"[{string.Join(", ", values)}]",
        Tensor[] tensors => $"[{string.Join(", ", tensors.Select(Describe))}]",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_value}"),
    };

    private static string Describe(Tensor tensor) => $"{tensor.dtype}[{string.Join(", ", tensor.shape)}]";
}
