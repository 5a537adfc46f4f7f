using System.Security.Cryptography;
using System.Text;
using Pangu.Data.Generated.Series;
using Pangu.Workshop.Stages;

namespace Pangu.Workshop.Prediction;

/// <summary>Identifies generated series: they are a pure function of settings and seed.</summary>
internal static class GeneratorFingerprint
{
    /// <summary>SHA-256 over the mixture's settings and the seed.</summary>
    public static string Of(SeriesMixtureConfig mixture, ulong seed) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{CanonicalJson.Of(mixture).ToJsonString()} {seed}")));
}
