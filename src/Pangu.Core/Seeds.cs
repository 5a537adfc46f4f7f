using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pangu.Core;

/// <summary>One root seed from which every stream of randomness is derived by name and step, so that no consumer disturbs another and a resumed run needs no generator state.</summary>
/// <param name="root">The root seed, from the recipe or <c>--seed</c>.</param>
public sealed class Seeds(ulong root)
{
    /// <summary>The root seed.</summary>
    public ulong Root { get; } = root;

    /// <summary>Seed of a named stream at a step: the first eight bytes (little endian) of SHA-256 over root, name and step.</summary>
    /// <param name="stream">Name of the stream, for example <c>shuffle</c>.</param>
    /// <param name="step">Step or index within the stream; 0 where there is none.</param>
    /// <returns>A seed that depends on nothing but the three.</returns>
    public ulong SeedFor(string stream, long step = 0)
    {
        var nameBytes = Encoding.UTF8.GetBytes(stream);
        var message = new byte[16 + nameBytes.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(message, Root);
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(8), step);
        nameBytes.CopyTo(message, 16);
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(message));
    }

    /// <summary>A fresh stream of random numbers for a name and a step.</summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="step">Step or index within the stream.</param>
    /// <returns>The stream, at its start.</returns>
    public RandomStream For(string stream, long step = 0) => new(SeedFor(stream, step));
}
