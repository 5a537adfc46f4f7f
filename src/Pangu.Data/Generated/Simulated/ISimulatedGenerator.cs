using System.Security.Cryptography;
using System.Text;
using Pangu.Core;
using Pangu.Data.Sources;

namespace Pangu.Data.Generated.Simulated;

/// <summary>Makes the files of a simulated data set.</summary>
internal interface ISimulatedGenerator
{
    /// <summary>Identifies generator, settings and seed: equal fingerprints give equal files on the same kind of machine.</summary>
    string Fingerprint { get; }

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its path inside the data set.</param>
    /// <param name="stream">Where to; not disposed.</param>
    /// <exception cref="PanguException">The settings name no such file.</exception>
    void Write(string path, Stream stream);
}

/// <summary>The generators by name.</summary>
internal static class SimulatedGenerators
{
    /// <summary>Makes the generator of a data set.</summary>
    /// <param name="id">Id of the data set.</param>
    /// <param name="source">Name, seed and settings.</param>
    /// <returns>The generator.</returns>
    /// <exception cref="PanguException">There is no such generator, or its settings have problems.</exception>
    public static ISimulatedGenerator Create(string id, SimulatedSource source)
    {
        var settings = source.Settings;
        ISimulatedGenerator generator = source.Generator switch
        {
            TransformerLoadGenerator.Name => new TransformerLoadGenerator(TransformerLoadSettings.Read(settings), source.Seed, Fingerprint(source, TransformerLoadGenerator.Revision)),
            GrammarText.Name => new GrammarText(GrammarTextSettings.Read(settings), source.Seed, Fingerprint(source, GrammarText.Revision)),
            _ => throw PanguException.Usage("dataset-generator", $"{id} names the generator \"{source.Generator}\" ({settings.File}); there are {TransformerLoadGenerator.Name} and {GrammarText.Name}."),
        };
        return settings.Problems.Count == 0
            ? generator
            : throw new PanguException(ErrorKind.Usage, "dataset", $"{settings.File} has {settings.Problems.Count} problem{(settings.Problems.Count == 1 ? string.Empty : "s")}.", [.. settings.Problems]);
    }

    private static string Fingerprint(SimulatedSource source, int revision) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source.Generator} {revision} {source.Seed} {source.Settings.Canonical()}")))[..16];
}
