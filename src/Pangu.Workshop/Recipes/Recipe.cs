using System.Text.Json.Serialization;
using Pangu.Core;

namespace Pangu.Workshop.Recipes;

/// <summary>What every recipe says, whatever its family. A family derives its own record and adds its sections.</summary>
public abstract record Recipe
{
    /// <summary>Version of the recipe format; this release reads 1.</summary>
    public required int Version { get; init; }

    /// <summary>Name of the recipe: first half of the names of its models. Lower case, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for people: what the recipe makes.</summary>
    public string? Title { get; init; }

    /// <summary>The family that understands the rest of the file.</summary>
    public required Family Family { get; init; }

    /// <summary>Licence of the weights that come out.</summary>
    public required string Licence { get; init; }

    /// <summary>Root of all randomness. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What the bodies of networks compute in while they train. Default float32.</summary>
    public Precision Precision { get; init; } = Precision.Float32;
}

/// <summary>Precision of training; written in the recipe, never detected.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
public enum Precision
{
    /// <summary>IEEE single precision throughout.</summary>
    [JsonStringEnumMemberName("float32")] Float32,

    /// <summary>The body multiplies in bfloat16; weights, gradients, optimizer, embedder, head, reductions and loss stay in float32, as does every forecast. For small networks slower than float32, and many times slower where the processor does not multiply bfloat16.</summary>
    [JsonStringEnumMemberName("bfloat16")] BFloat16,
}
