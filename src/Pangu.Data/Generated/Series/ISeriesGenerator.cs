using Pangu.Core;

namespace Pangu.Data.Generated.Series;

/// <summary>One family of generated series.</summary>
/// <remarks>Implementations hold no state: any thread may use one instance, each call with its own <see cref="RandomStream"/>.</remarks>
internal interface ISeriesGenerator
{
    /// <summary>Writes one fresh series.</summary>
    /// <param name="values">Receives the series; every value is finite. The scale is the family's own: callers standardise.</param>
    /// <param name="grid">What one step means in time: tells which periods are natural.</param>
    /// <param name="random">Where every draw comes from; equal streams give equal series.</param>
    void Fill(Span<float> values, TimeGrid grid, RandomStream random);
}
