namespace Pangu.Training;

/// <summary>Which weights each optimizer moves: matrices inside the body go to Muon where there is one, the rest to AdamW, which decays weights of two dimensions or more alone.</summary>
/// <param name="Muon">Matrices of the body; empty without Muon.</param>
/// <param name="Decayed">AdamW with decay.</param>
/// <param name="Undecayed">AdamW without decay: biases, norms, single vectors.</param>
internal sealed record ParameterGroups(IReadOnlyList<NamedParameter> Muon, IReadOnlyList<NamedParameter> Decayed, IReadOnlyList<NamedParameter> Undecayed)
{
    /// <summary>Slots of the body begin with this (see the body's slots).</summary>
    private const string BodyPrefix = "stages.";

    public static ParameterGroups Split(IReadOnlyList<NamedParameter> parameters, bool muon)
    {
        bool IsForMuon(NamedParameter parameter) => muon && parameter.IsMatrix && parameter.Name.StartsWith(BodyPrefix, StringComparison.Ordinal);
        bool IsDecayed(NamedParameter parameter) => parameter.Weight.shape.Length >= 2;
        return new ParameterGroups(
            [.. parameters.Where(IsForMuon)],
            [.. parameters.Where(parameter => !IsForMuon(parameter) && IsDecayed(parameter))],
            [.. parameters.Where(parameter => !IsForMuon(parameter) && !IsDecayed(parameter))]);
    }
}
