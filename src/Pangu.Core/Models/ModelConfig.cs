namespace Pangu.Core;

/// <summary>What a model computes, said by which parts stand where: embedder, body, head. The same config drives libtorch and the torch-free engine.</summary>
/// <param name="Embedder">Turns a family's input into tokens.</param>
/// <param name="Body">Turns tokens into tokens.</param>
/// <param name="Head">Turns tokens into the answer.</param>
public sealed record ModelConfig(Embedder Embedder, Body Body, Head Head)
{
    /// <summary>Every weight of the model, in a fixed order. Builders, loaders and exporters use this list; nobody else invents names.</summary>
    /// <returns>The slots, embedder first, head last.</returns>
    public IReadOnlyList<Slot> Slots() => [.. Embedder.Slots(), .. Body.Slots(), .. Head.Slots(this)];

    /// <summary>Number of trainable numbers.</summary>
    /// <returns>The sum over all parameter slots.</returns>
    public long ParameterCount() => Slots().Where(slot => slot.Kind == SlotKind.Parameter).Sum(slot => slot.Count);

    /// <summary>Floating-point operations of a forward pass over one sequence (a multiply-add counts two).</summary>
    /// <param name="tokens">Tokens that pass through the body.</param>
    /// <returns>FLOPs.</returns>
    public double ForwardFlops(int tokens) => Embedder.ForwardFlops(tokens) + Body.ForwardFlops(tokens) + Head.ForwardFlops(this, tokens);

    /// <summary>Floating-point operations of training on one sequence: the forward pass, and twice as much for the backward pass.</summary>
    /// <param name="tokens">Tokens that pass through the body.</param>
    /// <returns>FLOPs.</returns>
    public double TrainingFlops(int tokens) => 3 * (Embedder.ForwardFlops(tokens) + Body.TrainingFlops(tokens) + Head.ForwardFlops(this, tokens));

    /// <summary>Every problem of the config.</summary>
    /// <returns>Messages that name the property; empty when the config is sound.</returns>
    public IReadOnlyList<string> Validate() => [.. Embedder.Validate(), .. Body.Validate(), .. Head.Validate(this)];
}

/// <summary>Turns a family's input into tokens. Open: each family registers its own (<see cref="ConfigTypes"/>).</summary>
public abstract record Embedder
{
    /// <summary>Width D of the tokens it makes.</summary>
    public abstract int Width { get; init; }

    /// <summary>Its weights; names begin with <c>embedder.</c></summary>
    /// <returns>The slots.</returns>
    public abstract IEnumerable<Slot> Slots();

    /// <summary>FLOPs of embedding one sequence.</summary>
    /// <param name="tokens">Tokens made.</param>
    /// <returns>FLOPs.</returns>
    public abstract double ForwardFlops(int tokens);

    /// <summary>Problems of these settings alone.</summary>
    /// <returns>Messages that name the property.</returns>
    public abstract IEnumerable<string> Validate();
}

/// <summary>Turns tokens into the answer. Open: each family registers its own (<see cref="ConfigTypes"/>).</summary>
public abstract record Head
{
    /// <summary>Its weights; names begin with <c>head.</c></summary>
    /// <param name="model">The model it stands in.</param>
    /// <returns>The slots.</returns>
    public abstract IEnumerable<Slot> Slots(ModelConfig model);

    /// <summary>FLOPs for one sequence.</summary>
    /// <param name="model">The model it stands in.</param>
    /// <param name="tokens">Tokens that come out of the body.</param>
    /// <returns>FLOPs.</returns>
    public abstract double ForwardFlops(ModelConfig model, int tokens);

    /// <summary>Problems of these settings in this model.</summary>
    /// <param name="model">The model it stands in.</param>
    /// <returns>Messages that name the property.</returns>
    public abstract IEnumerable<string> Validate(ModelConfig model);
}
