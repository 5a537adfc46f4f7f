using System.Runtime.InteropServices;

namespace Pangu.Core;

/// <summary>Type of a tensor's elements, named as in safetensors files.</summary>
public enum ElementType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>IEEE double precision.</summary>
    F64,
}

/// <summary>A dense tensor in managed or mapped memory: row-major, little endian. Immutable by convention; safe for many readers.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Bytes">The elements.</param>
public sealed record TensorData(ElementType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => checked(product * size));

    /// <summary>A view of a float32 tensor's elements; no copy.</summary>
    /// <returns>The elements, row-major.</returns>
    /// <exception cref="PanguException">The tensor is not float32.</exception>
    public ReadOnlySpan<float> AsSingles() => Type == ElementType.F32
        ? MemoryMarshal.Cast<byte, float>(Bytes.Span)
        : throw PanguException.Usage("tensor-type", $"A tensor has element type {Type}, expected F32.");

    /// <summary>The elements as float32, converted where the type is another (F16, BF16, F64, integers and booleans).</summary>
    /// <returns>A new array, row-major.</returns>
    public float[] ToSingles()
    {
        var bytes = Bytes.Span;
        return Type switch
        {
            ElementType.F32 => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            ElementType.F64 => Convert<double>(bytes, value => (float)value),
            ElementType.F16 => Convert<Half>(bytes, value => (float)value),
            ElementType.BF16 => Convert<ushort>(bytes, value => BitConverter.Int32BitsToSingle(value << 16)),
            ElementType.Bool or ElementType.U8 => Convert<byte>(bytes, value => value),
            ElementType.I8 => Convert<sbyte>(bytes, value => value),
            ElementType.U16 => Convert<ushort>(bytes, value => value),
            ElementType.I16 => Convert<short>(bytes, value => value),
            ElementType.U32 => Convert<uint>(bytes, value => value),
            ElementType.I32 => Convert<int>(bytes, value => value),
            ElementType.U64 => Convert<ulong>(bytes, value => value),
            ElementType.I64 => Convert<long>(bytes, value => value),
            _ => throw new InvalidOperationException($"Element type {Type} has no conversion."),
        };
    }

    /// <summary>A float32 tensor.</summary>
    /// <param name="values">The elements, row-major; copied.</param>
    /// <param name="shape">Sizes, outermost first; their product is the number of values.</param>
    /// <returns>The tensor.</returns>
    public static TensorData Of(ReadOnlySpan<float> values, params long[] shape) =>
        new(ElementType.F32, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>Bytes of one element.</summary>
    /// <param name="type">The element type.</param>
    /// <returns>1, 2, 4 or 8.</returns>
    public static int ElementBytes(ElementType type) => type switch
    {
        ElementType.Bool or ElementType.U8 or ElementType.I8 => 1,
        ElementType.U16 or ElementType.I16 or ElementType.F16 or ElementType.BF16 => 2,
        ElementType.U32 or ElementType.I32 or ElementType.F32 => 4,
        _ => 8,
    };

    private static float[] Convert<T>(ReadOnlySpan<byte> bytes, Func<T, float> convert)
        where T : unmanaged
    {
        var source = MemoryMarshal.Cast<byte, T>(bytes);
        var result = new float[source.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = convert(source[i]);
        }

        return result;
    }
}
