using Pangu.Core;

namespace Pangu.Data;

/// <summary>
/// The last pass of <see cref="TextOrder.Recent"/>: what is left when as many whole passes were made as fit. It sees the end of the text alone, cut into whole windows from the last token back; some stay whole and come
/// last, the others are cut into short ones where a training begins with those.
/// </summary>
internal sealed class RecentWindows
{
    private RecentWindows(int[] shortStarts, int[] wholeStarts) => (ShortStarts, WholeStarts) = (shortStarts, wholeStarts);

    /// <summary>Starts of the short windows, in the order in which they come; they are the last of all short ones.</summary>
    public int[] ShortStarts { get; }

    /// <summary>Starts of the whole windows, in the order in which they come; they are the last of all.</summary>
    public int[] WholeStarts { get; }

    /// <summary>Lays out the pass.</summary>
    /// <param name="part">The text.</param>
    /// <param name="whole">Whole windows of the training.</param>
    /// <param name="first">Short windows of the training, which come first.</param>
    /// <param name="random">Their order.</param>
    /// <returns>The pass; empty where the training ends with a whole pass.</returns>
    public static RecentWindows Of(TokenPart part, WindowCount whole, WindowCount first, RandomStream random)
    {
        var last = (int)(whole.Count % WindowsOfPass(part, whole.Length));
        var pieces = first.Count == 0 ? 1 : whole.Length / first.Length;
        var shorts = first.Count == 0 || last < whole.Count
            ? 0
            : (int)Math.Min(first.Count % WindowsOfPass(part, first.Length), (((part.Count - 1) / whole.Length) - last) * (long)pieces);
        var units = last + ((shorts + pieces - 1) / pieces);
        int[] starts = [.. random.Permutation(units).Select(unit => part.End - 1 - ((unit + 1) * whole.Length))];
        int[] cut = [.. starts.Skip(last).SelectMany(start => Enumerable.Range(0, pieces).Select(piece => start + (piece * first.Length)))];
        return new RecentWindows([.. random.Permutation(cut.Length).Take(shorts).Select(index => cut[index])], starts[..last]);
    }

    /// <summary>Windows of a pass that sees everything, wherever it begins to cut.</summary>
    /// <param name="part">The text.</param>
    /// <param name="length">Tokens of a window.</param>
    /// <returns>At least 1.</returns>
    public static int WindowsOfPass(TokenPart part, int length) => Math.Max(1, (part.Count - length) / length);
}

/// <summary>How many windows there are of a length.</summary>
/// <param name="Length">Tokens of a window.</param>
/// <param name="Count">Windows.</param>
internal readonly record struct WindowCount(int Length, long Count);
