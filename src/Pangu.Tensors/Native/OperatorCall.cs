using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Pangu.Tensors.Native;

/// <summary>
/// One call of a libtorch operator: slots are added in the order of the operator's schema, then the call takes them. Nobody outside this room sees a slot.
/// </summary>
/// <remarks>
/// A slot is 64 bits: an integer's value, a number's bits, 0 or 1, or a handle that the call owns; an optional is 0 or a pointer to a slot on the C heap that the
/// call frees. A tensor's further handle is made while the tensor is held, so no collector can take it from under the call: wrapped TorchSharp operators read
/// the handle of a temporary <c>Scalar</c> and let go of the object before the native call, which is how a collection on another thread breaks them.
/// </remarks>
internal unsafe ref struct OperatorCall
{
    private const int Capacity = 32;
    private fixed ulong _slots[Capacity];
    private int _count;
    private readonly StableInterface _functions;

    public OperatorCall() => _functions = Libtorch.Functions;

    public void Add(Tensor tensor) => Push(Slot(tensor));

    public void Add(long value) => Push((ulong)value);

    public void Add(double value) => Push(Slot(value));

    public void Add(bool value) => Push(value ? 1UL : 0UL);

    public void AddType(ScalarType type) => Push((ulong)(long)type);

    public void AddNone() => Push(0);

    public void AddOptional(Tensor? tensor)
    {
        if (tensor is null)
        {
            AddNone();
        }
        else
        {
            PushOptional(Slot(tensor));
        }
    }

    public void AddOptional(double? value)
    {
        if (value is { } known)
        {
            PushOptional(Slot(known));
        }
        else
        {
            AddNone();
        }
    }

    public void Add(scoped ReadOnlySpan<long> values)
    {
        var list = NewList(values.Length);
        foreach (var value in values)
        {
            Check(_functions.ListPush(list, (ulong)value));
        }

        Push((ulong)list);
    }

    public void Add(scoped ReadOnlySpan<double> values)
    {
        var list = NewList(values.Length);
        foreach (var value in values)
        {
            Check(_functions.ListPush(list, Slot(value)));
        }

        Push((ulong)list);
    }

    public void Add(scoped ReadOnlySpan<Tensor> tensors)
    {
        var list = NewList(tensors.Length);
        foreach (var tensor in tensors)
        {
            Check(_functions.ListPush(list, Slot(tensor)));
        }

        Push((ulong)list);
    }

    public void Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        nint handle;
        fixed (byte* start = bytes)
        {
            Check(_functions.NewString(start, (nuint)bytes.Length, &handle));
        }

        Push((ulong)handle);
    }

    public void Add(OperatorArgument argument) => argument.AddTo(ref this);

    /// <summary>Wraps the last added slot as an optional that has a value.</summary>
    public void MakeOptional()
    {
        var slot = _slots[--_count];
        PushOptional(slot);
    }

    /// <summary>Calls the operator for its one tensor.</summary>
    /// <param name="name">Name with namespace, zero-terminated as UTF-8 literals are.</param>
    /// <param name="overload">Overload, empty for the default.</param>
    /// <returns>The result, in the current dispose scope.</returns>
    public Tensor Tensor(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload)
    {
        Invoke(name, overload);
        return torch.Tensor.UnsafeCreateTensor((nint)_slots[0]);
    }

    /// <summary>Calls the operator for several tensors.</summary>
    /// <param name="name">As for <see cref="Tensor"/>.</param>
    /// <param name="overload">As for <see cref="Tensor"/>.</param>
    /// <param name="results">Where the results go; as many as the schema has, fewer leave the others unread and leaked, so never fewer.</param>
    public void Tensors(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload, Span<Tensor> results)
    {
        Invoke(name, overload);
        for (var index = 0; index < results.Length; index++)
        {
            results[index] = torch.Tensor.UnsafeCreateTensor((nint)_slots[index]);
        }
    }

    /// <summary>Calls the operator for its effect on its arguments.</summary>
    /// <param name="name">As for <see cref="Tensor"/>.</param>
    /// <param name="overload">As for <see cref="Tensor"/>.</param>
    /// <param name="results">Tensors that the schema returns; their handles are given back.</param>
    public void Effect(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload, int results)
    {
        Invoke(name, overload);
        for (var index = 0; index < results; index++)
        {
            Check(_functions.DeleteTensor((nint)_slots[index]));
        }
    }

    private void Invoke(ReadOnlySpan<byte> name, ReadOnlySpan<byte> overload)
    {
        int error;
        fixed (byte* namePointer = name)
        fixed (byte* overloadPointer = overload.IsEmpty ? "\0"u8 : overload)
        fixed (ulong* slots = _slots)
        {
            error = _functions.CallDispatcher(namePointer, overloadPointer, slots, StableInterface.Version);
        }

        if (error != 0)
        {
            throw new OperatorException(Encoding.UTF8.GetString(name).TrimEnd('\0'), Encoding.UTF8.GetString(overload).TrimEnd('\0'));
        }
    }

    private nint NewList(int length)
    {
        nint list;
        Check(_functions.NewList((nuint)length, &list));
        return list;
    }

    private ulong Slot(Tensor tensor)
    {
        nint handle;
        var error = _functions.NewTensorHandle(tensor.Handle, &handle);
        GC.KeepAlive(tensor);
        Check(error);
        return (ulong)handle;
    }

    private static ulong Slot(double value) => BitConverter.DoubleToUInt64Bits(value);

    private void PushOptional(ulong value)
    {
        var pointer = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *pointer = value;
        Push((ulong)pointer);
    }

    private void Push(ulong slot)
    {
        if (_count == Capacity)
        {
            throw new InvalidOperationException($"An operator call has more than {Capacity} arguments.");
        }

        _slots[_count++] = slot;
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new OperatorException("stable interface", string.Empty);
        }
    }
}
