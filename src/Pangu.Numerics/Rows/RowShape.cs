namespace Pangu.Numerics;

/// <summary>Checks of row-major shapes at the kernels' doors.</summary>
internal static class RowShape
{
    /// <summary>Whether numbers form whole rows.</summary>
    internal static void Check(int length, int width)
    {
        if (width < 1 || length % width != 0)
        {
            throw new ArgumentException($"{length} numbers are not whole rows of {width}.", nameof(width));
        }
    }

    /// <summary>Whether a weight of a row's width was given.</summary>
    internal static void CheckWidth(ReadOnlySpan<float> weight, int width, string name)
    {
        if (!weight.IsEmpty && weight.Length != width)
        {
            throw new ArgumentException($"{name} has {weight.Length} numbers, expected {width}.", name);
        }
    }

    /// <summary>Whether two spans are equally long.</summary>
    internal static void CheckEqual(int source, int target)
    {
        if (source != target)
        {
            throw new ArgumentException($"Spans of {source} and {target} numbers; expected equal lengths.", nameof(target));
        }
    }
}
