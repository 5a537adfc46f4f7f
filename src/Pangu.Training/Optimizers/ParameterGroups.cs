namespace Pangu.Training;

/// <summary>Which weights each optimizer moves: matrices inside the body (and linear layers of the embedder, where asked) go to Muon where there is one, the rest to AdamW, which decays weights of two dimensions or more alone.</summary>
/// <param name="Muon">Its matrices; empty without Muon.</param>
/// <param name="Decayed">AdamW with decay.</param>
/// <param name="Undecayed">AdamW without decay: biases, norms, single vectors.</param>
internal sealed record ParameterGroups(IReadOnlyList<NamedParameter> Muon, IReadOnlyList<NamedParameter> Decayed, IReadOnlyList<NamedParameter> Undecayed)
{
    /// <summary>Slots of the body begin with this (see the body's slots).</summary>
    private const string BodyPrefix = "stages.";

    /// <summary>Linear layers of the embedder begin and end like this; its tables (positions, learned tokens) have no such end.</summary>
    private const string EmbedderPrefix = "embedder.";
    private const string LayerSuffix = ".weight";

    public static ParameterGroups Split(IReadOnlyList<NamedParameter> parameters, MuonOptions? muon)
    {
        bool IsForMuon(NamedParameter parameter) => muon is not null && parameter.IsMatrix
            && (parameter.Name.StartsWith(BodyPrefix, StringComparison.Ordinal) || (muon.Embedder && IsEmbedderLayer(parameter.Name)));
        bool IsDecayed(NamedParameter parameter) => parameter.Weight.shape.Length >= 2;
        return new ParameterGroups(
            [.. parameters.Where(IsForMuon)],
            [.. parameters.Where(parameter => !IsForMuon(parameter) && IsDecayed(parameter))],
            [.. parameters.Where(parameter => !IsForMuon(parameter) && !IsDecayed(parameter))]);
    }

    private static bool IsEmbedderLayer(string name) =>
        name.StartsWith(EmbedderPrefix, StringComparison.Ordinal) && name.EndsWith(LayerSuffix, StringComparison.Ordinal);
}
