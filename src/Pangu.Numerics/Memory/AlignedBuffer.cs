using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pangu.Numerics;

/// <summary>Numbers that start on a 64-byte boundary and never move, so that kernels may hold a pointer to them. Collected like any array.</summary>
/// <typeparam name="T">Element type.</typeparam>
public sealed unsafe class AlignedBuffer<T>
    where T : unmanaged
{
    /// <summary>Alignment in bytes: a cache line, and one 512-bit vector.</summary>
    public const int Alignment = 64;

    // The pinned array is kept alive by this field; the pointer below is into it.
    private readonly byte[] _bytes;
    private readonly int _offset;

    /// <summary>Allocates zeroed numbers.</summary>
    /// <param name="length">How many, 0 or more.</param>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _bytes = GC.AllocateArray<byte>(checked((length * sizeof(T)) + Alignment), pinned: true);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
        _offset = (int)(-address & (Alignment - 1));
    }

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements.</summary>
    public Span<T> Span => MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(_offset, Length * sizeof(T)));

    /// <summary>The first element; valid while the buffer is reachable (keep it in a field, or end with <see cref="GC.KeepAlive"/>).</summary>
    public T* Pointer => (T*)((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes)) + _offset);
}
