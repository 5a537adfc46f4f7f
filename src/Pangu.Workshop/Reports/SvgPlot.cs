using System.Globalization;
using System.Net;
using System.Text;

namespace Pangu.Workshop.Reports;

/// <summary>Draws a <see cref="Figure"/> as an SVG element with no outside resources: text stays text, and colours mean the same in every plot.</summary>
internal static class SvgPlot
{
    private const double Width = 860;
    private const double Height = 320;
    private const double Left = 64;
    private const double Right = 16;
    private const double SecondWidth = 48;
    private const double Top = 34;
    private const double Bottom = 48;
    private const double SlantHeight = 90;
    private const int MostLetters = 110;

    // Okabe and Ito's palette, told apart also by colour-blind readers; ours first.
    private static readonly string[] Colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#7f7f7f", "#332288", "#117733"];

    /// <summary>Draws a figure.</summary>
    /// <param name="figure">The figure.</param>
    /// <returns>An <c>svg</c> element.</returns>
    public static string Draw(Figure figure)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height + (IsSlanted(figure) ? SlantHeight : 0)}\" role=\"img\" aria-label=\"{Encode(figure.Title)}\">");
        var x = HorizontalScale(figure);
        var y = VerticalScale(figure);
        DrawAxes(svg, figure, x, y);
        var bars = figure.Traces.Where(trace => trace.Kind == TraceKind.Bars).ToList();
        var legend = Left;
        for (var index = 0; index < figure.Traces.Count; index++)
        {
            var trace = figure.Traces[index];
            var colour = ColourOf(figure, index);
            switch (trace.Kind)
            {
                case TraceKind.Band:
                    DrawBand(svg, trace, x, y, colour);
                    break;
                case TraceKind.Line:
                    DrawLine(svg, trace, x, y, colour);
                    break;
                case TraceKind.Points:
                    DrawPoints(svg, trace, x, y, colour);
                    break;
                default:
                    DrawBars(svg, trace, x, y, colour, bars.IndexOf(trace), bars.Count);
                    break;
            }

            if (trace.Name.Length > 0)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{legend}\" y=\"10\" width=\"12\" height=\"{(trace.Kind == TraceKind.Line ? 4 : 10)}\" fill=\"{colour}\" opacity=\"{(trace.Kind == TraceKind.Band ? 0.3 : 1)}\"/>");
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{legend + 17}\" y=\"19\">{Encode(trace.Name)}</text>");
                legend += 36 + (trace.Name.Length * 6.6);
            }
        }

        return svg.Append("</svg>").ToString();
    }

    private static double RightOf(Figure figure) => Width - Right - (figure.Second is null ? 0 : SecondWidth);

    private static SvgScale HorizontalScale(Figure figure)
    {
        if (figure.Categories is { } categories)
        {
            return new SvgScale(-0.5, categories.Count - 0.5, Left, RightOf(figure));
        }

        var (low, high) = Range(figure.Traces.SelectMany(trace => trace.X));
        return new SvgScale(low, high, Left, RightOf(figure));
    }

    private static SvgScale VerticalScale(Figure figure)
    {
        var (low, high) = Range(figure.Traces.SelectMany(trace => trace.Upper is null ? trace.Y : trace.Y.Concat(trace.Upper)));
        if (figure.LogY && low > 0)
        {
            return new SvgScale(low / 1.1, high * 1.1, Height - Bottom, Top, true);
        }

        low = figure.Traces.Any(trace => trace.Kind == TraceKind.Bars) ? Math.Min(0, low) : low;
        var margin = 0.05 * (high - low);
        return new SvgScale(low == 0 ? 0 : low - margin, high + margin, Height - Bottom, Top);
    }

    private static (double Low, double High) Range(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var (low, high) = (finite.Min(), finite.Max());
        return low < high ? (low, high) : (low - 0.5, high + 0.5);
    }

    private static void DrawAxes(StringBuilder svg, Figure figure, SvgScale x, SvgScale y)
    {
        foreach (var tick in y.Ticks(5))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{RightOf(figure)}\" y1=\"{y.At(tick):0.#}\" y2=\"{y.At(tick):0.#}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{Left - 7}\" y=\"{y.At(tick) + 4:0.#}\" text-anchor=\"end\">{SvgScale.Text(tick)}</text>");
        }

        if (figure.Second is { } second)
        {
            var scale = y with { Low = y.Low * second.Factor, High = y.High * second.Factor };
            foreach (var tick in scale.Ticks(5))
            {
                svg.Append(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{RightOf(figure) + 5}\" y=\"{scale.At(tick) + 4:0.#}\">{SvgScale.Text(tick)}</text>");
            }

            svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate({Width - 6} {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Encode(second.Label)}</text>");
        }

        IEnumerable<(double Value, string Text)> ticks = figure.Categories is { } categories
            ? categories.Select((name, index) => ((double)index, name))
            : figure.TimeAxis ? x.TimeTicks(9) : x.Ticks(9).Select(tick => (tick, SvgScale.Text(tick)));
        foreach (var (value, text) in ticks)
        {
            svg.Append(IsSlanted(figure)
                ? string.Create(CultureInfo.InvariantCulture, $"<text class=\"tick\" transform=\"translate({x.At(value) + 4:0.#} {Height - Bottom + 14}) rotate(-40)\" text-anchor=\"end\">{Encode(text)}</text>")
                : string.Create(CultureInfo.InvariantCulture, $"<text class=\"tick\" x=\"{x.At(value):0.#}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">{Encode(text)}</text>"));
        }

        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"{Left}\" x2=\"{RightOf(figure)}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\"/>");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + RightOf(figure)) / 2}\" y=\"{Height - 10 + (IsSlanted(figure) ? SlantHeight : 0)}\" text-anchor=\"middle\">{Encode(figure.XLabel)}</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Encode(figure.YLabel)}</text>");
    }

    private static void DrawLine(StringBuilder svg, Trace trace, SvgScale x, SvgScale y, string colour)
    {
        var dash = trace.Role == TraceRole.Limit ? " stroke-dasharray=\"5 4\"" : string.Empty;
        svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"{dash} d=\"{Path(trace.X, trace.Y, x, y)}\"/>");
    }

    private static void DrawBand(StringBuilder svg, Trace trace, SvgScale x, SvgScale y, string colour)
    {
        var lower = trace.X.Zip(trace.Y).ToList();
        var upper = trace.X.Zip(trace.Upper!).Reverse().ToList();
        var points = lower.Concat(upper).Where(point => double.IsFinite(point.Second))
            .Select(point => string.Create(CultureInfo.InvariantCulture, $"{x.At(point.First):0.#},{y.At(point.Second):0.#}"));
        svg.Append(CultureInfo.InvariantCulture, $"<polygon fill=\"{colour}\" opacity=\"0.2\" points=\"{string.Join(' ', points)}\"/>");
    }

    private static void DrawPoints(StringBuilder svg, Trace trace, SvgScale x, SvgScale y, string colour)
    {
        foreach (var (px, py) in trace.X.Zip(trace.Y).Where(point => double.IsFinite(point.Second)))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x.At(px):0.#}\" cy=\"{y.At(py):0.#}\" r=\"3\" fill=\"{colour}\"><title>{SvgScale.Text(py)}</title></circle>");
        }
    }

    private static void DrawBars(StringBuilder svg, Trace trace, SvgScale x, SvgScale y, string colour, int bar, int bars)
    {
        var slot = Math.Abs(x.At(1) - x.At(0)) * 0.8;
        var width = slot / bars;
        foreach (var (px, py) in trace.X.Zip(trace.Y).Where(point => double.IsFinite(point.Second)))
        {
            var (top, bottom) = (y.At(Math.Max(py, 0)), y.At(Math.Min(py, 0)));
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x.At(px) - (slot / 2) + (bar * width):0.#}\" y=\"{top:0.#}\" width=\"{Math.Max(1, width - 1):0.#}\" height=\"{Math.Max(0.5, bottom - top):0.#}\" fill=\"{colour}\"><title>{SvgScale.Text(py)}</title></rect>");
        }
    }

    private static string Path(IReadOnlyList<double> xs, IReadOnlyList<double> ys, SvgScale x, SvgScale y)
    {
        var path = new StringBuilder();
        var pen = 'M';
        for (var i = 0; i < xs.Count; i++)
        {
            if (!double.IsFinite(ys[i]))
            {
                pen = 'M';
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"{pen}{x.At(xs[i]):0.#} {y.At(ys[i]):0.#}");
            pen = 'L';
        }

        return path.ToString();
    }

    /// <summary>Long names of categories stand aslant, so that they do not run into each other.</summary>
    private static bool IsSlanted(Figure figure) => figure.Categories is { } names && names.Sum(name => name.Length) > MostLetters;

    private static string ColourOf(Figure figure, int index) => figure.Traces[index].Role switch
    {
        TraceRole.Model => Colours[0],
        TraceRole.Truth => "#222222",
        TraceRole.Limit => "#777777",
        TraceRole.Alarm => "#c1121f",
        _ => Colours[1 + (figure.Traces.Take(index).Count(trace => trace.Role == TraceRole.Baseline) % (Colours.Length - 1))],
    };

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
