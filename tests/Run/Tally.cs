namespace Pangu.TestRun;

/// <summary>How many tests ended how.</summary>
internal readonly record struct Tally(int Passed, int Failed, int Skipped)
{
    public static Tally None => default;

    public static Tally operator +(Tally left, Tally right) => new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    public override string ToString() => $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}

/// <summary>A test that failed and what it said.</summary>
internal sealed record Failure(string Test, string Text);

/// <summary>What one assembly's run came to.</summary>
internal sealed record Outcome(Tally Tally, IReadOnlyList<Failure> Failures, IReadOnlyList<(string Reason, int Count)> SkipReasons)
{
    /// <summary>An assembly that gave no usable result counts as one failure.</summary>
    public static Outcome Broken(string name, string text) => new(new Tally(0, 1, 0), [new Failure(name, text)], []);
}
