using System.Text;
using Pangu.Tensors.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Tensors;

/// <summary>
/// libtorch operators, typed. Whatever the caller receives is new and belongs to the caller's dispose scope; arguments are never disposed. Operators take part in
/// automatic differentiation. Use them in place of TorchSharp's own methods in code that runs every step: they hold their arguments for the whole call.
/// </summary>
/// <remarks>Not for several threads on the same tensors at once; different tensors are fine.</remarks>
public static class Operators
{
    /// <summary>Calls any operator by name.</summary>
    /// <param name="name">With namespace, for example <c>aten::rms_norm</c>.</param>
    /// <param name="overload">Empty for the default.</param>
    /// <param name="results">Number of tensors that the schema returns.</param>
    /// <param name="arguments">All arguments of the schema in order, defaults included.</param>
    /// <returns>The results.</returns>
    /// <exception cref="OperatorException">The operator does not exist or refuses its arguments.</exception>
    public static Tensor[] Call(string name, string overload, int results, params ReadOnlySpan<OperatorArgument> arguments)
    {
        var call = new OperatorCall();
        foreach (var argument in arguments)
        {
            call.Add(argument);
        }

        var tensors = new Tensor[results];
        try
        {
            call.Tensors(Encoding.UTF8.GetBytes(name + "\0"), Encoding.UTF8.GetBytes(overload + "\0"), tensors);
        }
        catch (OperatorException)
        {
            throw new OperatorException(name, overload, string.Join("; ", arguments.ToArray()));
        }

        return tensors;
    }
    /// <summary>A float32 tensor of given values.</summary>
    /// <param name="values">Row-major; copied.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <returns>A tensor that needs no gradient.</returns>
    public static Tensor Of(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var result = torch.empty(shape, dtype: ScalarType.Float32);
        values.CopyTo(Data(result));
        return result;
    }

    /// <summary>The numbers of a dense float32 tensor in main memory, without a copy.</summary>
    /// <param name="tensor">A contiguous float32 tensor on the CPU; keep it alive while the span is used.</param>
    /// <returns>Its elements, row-major; what is written is in the tensor.</returns>
    public static unsafe Span<float> Data(Tensor tensor) => new(Pointer(tensor), checked((int)tensor.numel()));

    /// <summary>The first number of a dense float32 tensor in main memory.</summary>
    /// <param name="tensor">As for <see cref="Data"/>.</param>
    /// <returns>Its address; valid while the tensor lives.</returns>
    internal static unsafe float* Pointer(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Float32 || !tensor.is_contiguous() || tensor.device_type != DeviceType.CPU)
        {
            throw new ArgumentException($"A dense float32 tensor on the CPU is needed; got {tensor.dtype} on {tensor.device_type}, contiguous {tensor.is_contiguous()}.", nameof(tensor));
        }

        return (float*)Address(tensor);
    }

    /// <summary>A copy of the numbers of a float32 tensor.</summary>
    /// <param name="tensor">Any strides, any device.</param>
    /// <returns>Its elements, row-major.</returns>
    public static float[] ToArray(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return Data(tensor.cpu().contiguous()).ToArray();
    }

    /// <summary>Joins tensors along a dimension.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="tensors">At least one.</param>
    /// <returns>The joined tensor.</returns>
    public static Tensor Concatenate(int dimension, params ReadOnlySpan<Tensor> tensors)
    {
        var call = new OperatorCall();
        call.Add(tensors);
        call.Add(dimension);
        return call.Tensor("aten::cat"u8, ""u8);
    }

    /// <summary>Joins tensors of equal shape along a new dimension.</summary>
    /// <param name="dimension">Where the new dimension stands.</param>
    /// <param name="tensors">At least one.</param>
    /// <returns>The joined tensor.</returns>
    public static Tensor Stack(int dimension, params ReadOnlySpan<Tensor> tensors)
    {
        var call = new OperatorCall();
        call.Add(tensors);
        call.Add(dimension);
        return call.Tensor("aten::stack"u8, ""u8);
    }

    /// <summary>Rows of a table.</summary>
    /// <param name="table">[V, D].</param>
    /// <param name="ids">Any shape, int64, below V.</param>
    /// <returns>[..., D].</returns>
    public static Tensor LookUp(Tensor table, Tensor ids)
    {
        var call = new OperatorCall();
        call.Add(table);
        call.Add(ids);
        call.Add(-1L);
        call.Add(false);
        call.Add(false);
        return call.Tensor("aten::embedding"u8, ""u8);
    }

    /// <summary>left + factor * right, with broadcasting.</summary>
    /// <param name="left">Left.</param>
    /// <param name="right">Right.</param>
    /// <param name="factor">Factor of the right side.</param>
    /// <returns>The sum.</returns>
    public static Tensor Add(Tensor left, Tensor right, double factor = 1)
    {
        using var scalar = factor.ToScalar();
        var result = left.add(right, scalar);
        GC.KeepAlive(left);
        GC.KeepAlive(right);
        return result;
    }

    /// <summary>target += factor * right.</summary>
    /// <param name="target">Changed in place.</param>
    /// <param name="right">Right.</param>
    /// <param name="factor">Factor of the right side.</param>
    public static void AddInPlace(Tensor target, Tensor right, double factor = 1)
    {
        using var scalar = factor.ToScalar();
        target.add_(right, scalar);
        GC.KeepAlive(right);
        GC.KeepAlive(target);
    }

    /// <summary>target += number.</summary>
    /// <param name="target">Changed in place.</param>
    /// <param name="number">A number.</param>
    /// <remarks>TorchSharp's own <c>add_(Scalar)</c> makes a second scalar, the factor 1, that nothing keeps alive: the collector may free it before libtorch reads it.</remarks>
    public static void AddInPlace(Tensor target, double number)
    {
        using var scalar = number.ToScalar();
        using var one = 1.0.ToScalar();
        target.add_(scalar, one);
        GC.KeepAlive(target);
    }

    /// <summary>left * right, with broadcasting.</summary>
    /// <param name="left">Left.</param>
    /// <param name="right">Right.</param>
    /// <returns>The product.</returns>
    public static Tensor Multiply(Tensor left, Tensor right)
    {
        var call = new OperatorCall();
        call.Add(left);
        call.Add(right);
        return call.Tensor("aten::mul"u8, "Tensor"u8);
    }

    /// <summary>left * factor.</summary>
    /// <param name="left">Left.</param>
    /// <param name="factor">A number.</param>
    /// <returns>The product.</returns>
    public static Tensor Multiply(Tensor left, double factor)
    {
        using var scalar = factor.ToScalar();
        var result = left.mul(scalar);
        GC.KeepAlive(left);
        return result;
    }

    /// <summary>left + factor * first * second, with broadcasting, in one pass.</summary>
    /// <param name="left">Left.</param>
    /// <param name="first">First factor.</param>
    /// <param name="second">Second factor.</param>
    /// <param name="factor">A number.</param>
    /// <returns>The sum.</returns>
    public static Tensor AddProduct(Tensor left, Tensor first, Tensor second, double factor = 1)
    {
        using var scalar = factor.ToScalar();
        var result = left.addcmul(first, second, scalar);
        GC.KeepAlive(left);
        GC.KeepAlive(first);
        GC.KeepAlive(second);
        return result;
    }

    /// <summary>target *= factor.</summary>
    /// <param name="target">Changed in place.</param>
    /// <param name="factor">A number.</param>
    public static void MultiplyInPlace(Tensor target, double factor)
    {
        using var scalar = factor.ToScalar();
        target.mul_(scalar);
        GC.KeepAlive(target);
    }

    /// <summary>The address of a tensor's first element.</summary>
    private static unsafe nint Address(Tensor tensor)
    {
        nint address;
        var error = Libtorch.Functions.GetData(tensor.Handle, &address);
        GC.KeepAlive(tensor);
        return error == 0 ? address : throw new OperatorException("aoti_torch_get_data_ptr", string.Empty);
    }
}
