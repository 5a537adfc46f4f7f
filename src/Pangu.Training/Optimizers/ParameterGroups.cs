namespace Pangu.Training;

/// <summary>Which weights each optimizer moves: matrices inside the body (and linear layers of the embedder, where asked) go to Muon where there is one, the rest to AdamW, which decays weights of two dimensions or more alone.</summary>
/// <param name="Muon">Its matrices; empty without Muon.</param>
/// <param name="Decayed">AdamW with decay.</param>
/// <param name="Undecayed">AdamW without decay: biases, norms, single vectors.</param>
internal sealed record ParameterGroups(IReadOnlyList<NamedParameter> Muon, IReadOnlyList<NamedParameter> Decayed, IReadOnlyList<NamedParameter> Undecayed)
{
    private const string EmbedderPrefix = "embedder.";

    /// <summary>Slots of the body begin with one of these (see the bodies' slots).</summary>
    private static readonly string[] s_bodyPrefixes = ["stages.", "members."];

    /// <summary>Linear layers end like this; tables (of positions, of learned tokens) and what works on every number for itself (short convolutions, series of activations) do not.</summary>
    private const string LayerSuffix = ".weight";

    public static ParameterGroups Split(IReadOnlyList<NamedParameter> parameters, MuonOptions? muon)
    {
        bool IsForMuon(NamedParameter parameter) => muon is not null && parameter.IsMatrix
            && (s_bodyPrefixes.Any(prefix => IsLayer(parameter.Name, prefix)) || (muon.Embedder && IsLayer(parameter.Name, EmbedderPrefix)));
        bool IsDecayed(NamedParameter parameter) => parameter.Weight.shape.Length >= 2;
        return new ParameterGroups(
            [.. parameters.Where(IsForMuon)],
            [.. parameters.Where(parameter => !IsForMuon(parameter) && IsDecayed(parameter))],
            [.. parameters.Where(parameter => !IsForMuon(parameter) && !IsDecayed(parameter))]);
    }

    private static bool IsLayer(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(LayerSuffix, StringComparison.Ordinal);
}
