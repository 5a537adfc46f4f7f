namespace Pangu.Training;

/// <summary>Which place of the data order a step uses: places that are skipped are left out, later steps move up.</summary>
internal sealed class DataOrder
{
    private readonly SortedSet<long> _skipped = [];

    public IReadOnlyCollection<long> Skipped => _skipped;

    public long DrawOf(long step)
    {
        var draw = step;
        foreach (var skipped in _skipped)
        {
            if (skipped > draw)
            {
                break;
            }

            draw++;
        }

        return draw;
    }

    public void Skip(IEnumerable<long> draws) => _skipped.UnionWith(draws);

    public void Restore(IEnumerable<long> draws)
    {
        _skipped.Clear();
        _skipped.UnionWith(draws);
    }
}
