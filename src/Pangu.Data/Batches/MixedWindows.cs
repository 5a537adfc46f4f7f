using Pangu.Core;

namespace Pangu.Data;

/// <summary>Windows of several sources, each with a share: new data beside a replay of old data, for example.</summary>
public sealed class MixedWindows : ISeriesSource
{
    private readonly (ISeriesSource Source, double Share)[] _parts;
    private readonly double _total;

    /// <summary>Mixes sources.</summary>
    /// <param name="parts">Each source with its share; shares need not sum to 1.</param>
    /// <exception cref="PanguException">A share is negative or not finite, or none is above 0.</exception>
    public MixedWindows(params (ISeriesSource Source, double Share)[] parts)
    {
        _parts = parts;
        _total = parts.Sum(part => part.Share);
        if (parts.Any(part => !(part.Share >= 0)) || !(_total > 0) || !double.IsFinite(_total))
        {
            throw PanguException.Usage("mixture-shares", $"The shares of a mixture are [{string.Join(", ", parts.Select(part => part.Share))}]; each must be 0 or more and at least one above 0.");
        }
    }

    /// <inheritdoc/>
    public void Fill(SeriesWindow window, RandomStream random)
    {
        var draw = random.NextDouble() * _total;
        var chosen = 0;
        while (chosen < _parts.Length - 1 && draw >= _parts[chosen].Share)
        {
            draw -= _parts[chosen].Share;
            chosen++;
        }

        _parts[chosen].Source.Fill(window, random);
    }
}
