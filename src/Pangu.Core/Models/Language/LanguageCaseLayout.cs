namespace Pangu.Core;

/// <summary>Cases of language models: <c>input_ids</c>, <c>attention_mask</c> and <c>position_ids</c> go in, every other tensor should come out, and so should the <c>loss</c> of <c>expected.json</c>.</summary>
public sealed class LanguageCaseLayout : CaseLayout
{
    private static readonly string[] Inputs = ["input_ids", "attention_mask", "position_ids"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> NumbersBeside { get; } = ["loss"];

    /// <inheritdoc/>
    public override string? GradientsFile => "expected_grads.safetensors";

    /// <inheritdoc/>
    public override string? InputName(string tensor) => Inputs.Contains(tensor) ? tensor : null;

    /// <inheritdoc/>
    public override bool IsExpected(string tensor) => !Inputs.Contains(tensor);

    /// <inheritdoc/>
    public override bool IsGradient(string tensor) => tensor.StartsWith(LanguageCase.GradientPrefix, StringComparison.Ordinal);
}
