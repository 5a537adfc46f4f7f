using System.Text.Json.Serialization;

namespace Pangu.Core;

/// <summary>A run of blocks of one width. It writes its kind, so that stages of other kinds (coarser and finer grids, joins) can stand beside it without a new format.</summary>
/// <param name="Width">D.</param>
/// <param name="Count">Number of blocks.</param>
/// <param name="Cycle">Block i is the i-th of this list, counted round.</param>
/// <param name="Final">Norm after the last block of the stage, before the next stage (Pangu-alpha's, before the query layer); null for none.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Blocks), "blocks")]
public record Blocks(int Width, int Count, IReadOnlyList<Block> Cycle, Norm? Final = null);

/// <summary>Branches that each add to the stream.</summary>
/// <param name="Branches">In order.</param>
/// <param name="Parallel">True when every branch reads the block's input (GPT-NeoX); false when each reads the sum so far.</param>
public sealed record Block(IReadOnlyList<Branch> Branches, bool Parallel = false);

/// <summary>One part with its norms: x becomes AfterSum(x + Scale * After(Part(z)) + sum of Shortcuts(z)), z = Convolution(Before(x)).</summary>
/// <param name="Part">What the branch computes.</param>
/// <param name="Before">Pre-norm.</param>
/// <param name="After">Norm of the part's output (sandwich norms).</param>
/// <param name="AfterSum">Post-norm.</param>
/// <param name="Scale">Factor of the part's output.</param>
/// <param name="WeightsOf">Index of an earlier branch of the same block whose part weights it uses (PatchTST's channel attention); null for its own.</param>
/// <param name="Shortcuts">Small networks beside the part (Pangu-pi); null for none.</param>
/// <param name="Convolution">What the part reads of the tokens just before; null for none.</param>
public sealed record Branch(Part Part, Norm? Before = null, Norm? After = null, Norm? AfterSum = null, double Scale = 1, int? WeightsOf = null, IReadOnlyList<Shortcut>? Shortcuts = null, ShortConvolution? Convolution = null)
{
    /// <summary>The weights of part, norms, convolution and shortcuts.</summary>
    /// <param name="prefix">Name of the branch.</param>
    /// <param name="width">D.</param>
    /// <returns>The slots; none for the part where another branch's are used.</returns>
    public IEnumerable<Slot> Slots(string prefix, int width) =>
    [
        .. Before?.Slots($"{prefix}.before", width) ?? [],
        .. Convolution?.Slots($"{prefix}.convolution", width) ?? [],
        .. WeightsOf is null ? Part.Slots(prefix, width) : [],
        .. Shortcuts?.SelectMany((shortcut, index) => shortcut.Slots($"{prefix}.shortcuts.{index}", width)) ?? [],
        .. After?.Slots($"{prefix}.after", width) ?? [],
        .. AfterSum?.Slots($"{prefix}.afterSum", width) ?? [],
    ];

    /// <summary>FLOPs of a forward pass over one sequence.</summary>
    /// <param name="width">D.</param>
    /// <param name="tokens">T.</param>
    /// <returns>FLOPs.</returns>
    public double ForwardFlops(int width, int tokens) =>
        Part.ForwardFlops(width, tokens) + (Convolution?.ForwardFlops(width, tokens) ?? 0) + (Shortcuts?.Sum(shortcut => shortcut.ForwardFlops(width, tokens)) ?? 0);

    /// <summary>Problems of these settings.</summary>
    /// <param name="path">Where the branch stands in the config.</param>
    /// <param name="width">D.</param>
    /// <returns>Messages that name the property.</returns>
    public IEnumerable<string> Validate(string path, int width) =>
    [
        .. Part.Validate($"{path}.part"),
        .. Convolution?.Validate($"{path}.convolution") ?? [],
        .. Shortcuts?.SelectMany((shortcut, index) => shortcut.Validate($"{path}.shortcuts[{index}]", width)) ?? [],
    ];
}

/// <summary>A bottleneck beside a part: up(activation(down(z))) is added to the stream, z being the branch's normed input, and whatever the branch's scale (augmented shortcuts of Pangu-pi, arXiv 2312.17276).</summary>
/// <param name="Reduction">The bottleneck has D / Reduction numbers.</param>
/// <param name="Activation">Non-linearity.</param>
public sealed record Shortcut(int Reduction, ActivationKind Activation)
{
    /// <summary>The weights: <c>down.weight</c> [D / Reduction, D] and <c>up.weight</c> [D, D / Reduction].</summary>
    /// <param name="prefix">Name of the shortcut.</param>
    /// <param name="width">D.</param>
    /// <returns>The slots.</returns>
    public IEnumerable<Slot> Slots(string prefix, int width) =>
    [
        .. Slot.Linear($"{prefix}.down", width / Reduction, width, false),
        .. Slot.Linear($"{prefix}.up", width, width / Reduction, false),
    ];

    /// <summary>FLOPs of a forward pass over one sequence.</summary>
    /// <param name="width">D.</param>
    /// <param name="tokens">T.</param>
    /// <returns>FLOPs.</returns>
    public double ForwardFlops(int width, int tokens) => 4.0 * tokens * width * (width / Reduction);

    /// <summary>Problems of these settings.</summary>
    /// <param name="path">Where the shortcut stands in the config.</param>
    /// <param name="width">D.</param>
    /// <returns>Messages that name the property.</returns>
    public IEnumerable<string> Validate(string path, int width)
    {
        if (Reduction < 1 || width % Reduction != 0)
        {
            yield return $"{path}.reduction is {Reduction}; it must divide the width, {width}";
        }
    }
}
