using Pangu.Core;
using Pangu.Tensors;
using static TorchSharp.torch;

namespace Pangu.Models;

/// <summary>How positions enter attention.</summary>
internal interface IPositionsModule
{
    /// <summary>Whether <see cref="Apply"/> does anything.</summary>
    bool Turns { get; }

    /// <summary>Marks positions.</summary>
    /// <param name="x">[N, W, H, E]: the last W positions of a row.</param>
    /// <param name="positions">Positions of the whole row.</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[N, W, H, E].</returns>
    Tensor Apply(Tensor x, int positions, ForwardPass pass);

    /// <summary>Tables by which our own kernel can do the same.</summary>
    /// <param name="positions">Positions of the whole row.</param>
    /// <returns>The tables, which stay the module's; null where the kernel cannot.</returns>
    TurnTables? Tables(int positions);
}

/// <summary>Tables of rotary positions.</summary>
/// <param name="TurnedWidth">W: how many numbers of a head turn; 0 where none do.</param>
/// <param name="Cosines">[positions, 1, W / 2]; null where none turn.</param>
/// <param name="Sines">[positions, 1, W / 2]; null where none turn.</param>
internal readonly record struct TurnTables(int TurnedWidth, Tensor? Cosines, Tensor? Sines);

/// <summary>Builds positions from their config.</summary>
internal sealed class PositionsBuilder : IPositionsVisitor<IPositionsModule>
{
    /// <inheritdoc/>
    public IPositionsModule Visit(NoPositions none) => new Unmarked();

    /// <inheritdoc/>
    public IPositionsModule Visit(Rotary rotary) => new Turned(new RotaryTable(rotary));

    private sealed class Unmarked : IPositionsModule
    {
        public bool Turns => false;

        public Tensor Apply(Tensor x, int positions, ForwardPass pass) => x;

        public TurnTables? Tables(int positions) => new TurnTables(0, null, null);
    }

    private sealed class Turned(RotaryTable table) : IPositionsModule
    {
        public bool Turns => true;

        public Tensor Apply(Tensor x, int positions, ForwardPass pass) => table.Apply(x, positions, pass);

        public TurnTables? Tables(int positions) => table.Halves(positions);
    }
}

/// <summary>What a token may look at.</summary>
internal interface IScopeModule
{
    /// <summary>Whether tokens of one row see each other.</summary>
    bool IsWithinRow { get; }

    /// <summary>Brings the tokens that see each other into one row.</summary>
    /// <param name="x">[N, T, D].</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[N', T', D].</returns>
    Tensor Gather(Tensor x, ForwardPass pass);

    /// <summary>Undoes <see cref="Gather"/>.</summary>
    /// <param name="x">[N', T', D].</param>
    /// <param name="pass">The forward pass.</param>
    /// <param name="positions">T.</param>
    /// <returns>[N, T, D].</returns>
    Tensor Scatter(Tensor x, ForwardPass pass, long positions);

    /// <summary>What is added to the scores.</summary>
    /// <param name="positions">T'.</param>
    /// <param name="pass">The forward pass.</param>
    /// <returns>[T', T'], or [N', T', T'] where rows hold several documents; minus infinity where a token may not look; null when it may look everywhere. Not the caller's.</returns>
    Tensor? Mask(int positions, ForwardPass pass);

    /// <summary>What a token sees of its row, where that is an interval that ends with itself or with the row.</summary>
    /// <param name="pass">The forward pass.</param>
    /// <returns>Whether it is causal, and how many tokens back it sees, itself included (0 for all); null where it is no such interval.</returns>
    SeenInterval? Interval(ForwardPass pass);
}

/// <summary>Builds a scope from its config.</summary>
internal sealed class ScopeBuilder : IScopeVisitor<IScopeModule>
{
    /// <inheritdoc/>
    public IScopeModule Visit(FullScope scope) => new WholeRow();

    /// <inheritdoc/>
    public IScopeModule Visit(CausalScope scope) => new Causal(scope.Window);

    /// <inheritdoc/>
    public IScopeModule Visit(AcrossChannels scope) => new Across();

    private sealed class WholeRow : IScopeModule
    {
        public bool IsWithinRow => true;

        public Tensor Gather(Tensor x, ForwardPass pass) => x;

        public Tensor Scatter(Tensor x, ForwardPass pass, long positions) => x;

        public Tensor? Mask(int positions, ForwardPass pass) => pass.Packed?.Mask(causal: false, window: 0);

        public SeenInterval? Interval(ForwardPass pass) => pass.Packed is null ? new SeenInterval(false, 0) : null;
    }

    private sealed class Causal(int? window) : IScopeModule
    {
        private Tensor? _mask;

        public bool IsWithinRow => true;

        public Tensor Gather(Tensor x, ForwardPass pass) => x;

        public Tensor Scatter(Tensor x, ForwardPass pass, long positions) => x;

        public SeenInterval? Interval(ForwardPass pass) => new SeenInterval(true, window ?? 0);

        public Tensor? Mask(int positions, ForwardPass pass)
        {
            if (pass.Packed is { } packed)
            {
                return packed.Mask(causal: true, window ?? 0);
            }

            if (_mask is not null && _mask.size(0) == positions)
            {
                return _mask;
            }

            var values = new float[positions * positions];
            for (var i = 0; i < values.Length; i++)
            {
                var (query, key) = Math.DivRem(i, positions);
                values[i] = key <= query && (window is null || query - key < window) ? 0 : float.NegativeInfinity;
            }

            _mask?.Dispose();
            return _mask = Operators.Of(values, positions, positions).DetachFromDisposeScope();
        }
    }

    /// <summary>[B C, T, D] to [B T, C, D] and back.</summary>
    private sealed class Across : IScopeModule
    {
        public bool IsWithinRow => false;

        public Tensor Gather(Tensor x, ForwardPass pass) => x.view(-1, pass.Channels, x.size(1), x.size(2)).transpose(1, 2).reshape(-1, pass.Channels, x.size(2));

        public Tensor Scatter(Tensor x, ForwardPass pass, long positions) => x.view(-1, positions, pass.Channels, x.size(2)).transpose(1, 2).reshape(-1, positions, x.size(2));

        public Tensor? Mask(int positions, ForwardPass pass) => null;

        public SeenInterval? Interval(ForwardPass pass) => null;
    }
}

/// <summary>What a token sees of its row.</summary>
/// <param name="Causal">Whether it sees nothing behind itself.</param>
/// <param name="Window">How many tokens back it sees, itself included; 0 for all.</param>
internal readonly record struct SeenInterval(bool Causal, int Window);
