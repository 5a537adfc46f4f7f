using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pangu.Workshop.Reports;

/// <summary>One plot of the report, said by its data; any stage may leave some in <c>figures.json</c>.</summary>
/// <param name="Section">Heading under which it stands.</param>
/// <param name="Title">Title of the plot.</param>
/// <param name="Caption">One or two sentences: what a reader should see in it.</param>
/// <param name="XLabel">Name and unit of the horizontal axis.</param>
/// <param name="YLabel">Name and unit of the vertical axis.</param>
/// <param name="Traces">What is drawn, in order.</param>
public sealed record Figure(string Section, string Title, string Caption, string XLabel, string YLabel, IReadOnlyList<Trace> Traces)
{
    /// <summary>Heading of learning curves; it stands after what the models are worth.</summary>
    public const string LearningSection = "How the models learned";

    /// <summary>Names of the categories at x = 0, 1, 2 ...; null for a numeric or time axis.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Whether x holds Unix milliseconds.</summary>
    public bool TimeAxis { get; init; }

    /// <summary>Whether the vertical axis is logarithmic.</summary>
    public bool LogY { get; init; }

    /// <summary>The vertical axis in another unit, on the right; null for none.</summary>
    public SecondUnit? Second { get; init; }

    /// <summary>Texts that stand in place of a plot; empty for a plot.</summary>
    public IReadOnlyList<SampleText> Texts { get; init; } = [];

    /// <summary>Texts that a model wrote, to be read rather than plotted.</summary>
    /// <param name="section">Heading under which they stand.</param>
    /// <param name="title">Title.</param>
    /// <param name="caption">What a reader should see in them.</param>
    /// <param name="texts">The texts, in order.</param>
    /// <returns>The figure.</returns>
    public static Figure OfTexts(string section, string title, string caption, IReadOnlyList<SampleText> texts) => new(section, title, caption, string.Empty, string.Empty, []) { Texts = texts };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes figures.</summary>
    /// <param name="path">The file.</param>
    /// <param name="figures">The figures, in order.</param>
    public static void Write(string path, IReadOnlyList<Figure> figures) => File.WriteAllText(path, JsonSerializer.Serialize(figures, Json));

    /// <summary>Reads figures.</summary>
    /// <param name="path">The file; none there means no figures.</param>
    /// <returns>The figures, in order.</returns>
    public static IReadOnlyList<Figure> Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize<List<Figure>>(File.ReadAllText(path), Json)! : [];
}

/// <summary>A second unit of a vertical axis.</summary>
/// <param name="Label">Name and unit.</param>
/// <param name="Factor">What a value of the axis is times this, in the second unit.</param>
public sealed record SecondUnit(string Label, double Factor);

/// <summary>A text to be read.</summary>
/// <param name="Name">What it is, in a few words.</param>
/// <param name="Text">The text, line ends as they are.</param>
public sealed record SampleText(string Name, string Text);

/// <summary>One thing drawn in a plot.</summary>
/// <param name="Name">Entry of the legend; empty for none.</param>
/// <param name="Kind">How it is drawn.</param>
/// <param name="X">Positions.</param>
/// <param name="Y">Values; NaN breaks a line.</param>
public sealed record Trace(string Name, TraceKind Kind, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Upper edge of a band whose lower edge is <see cref="Y"/>; null for others.</summary>
    public IReadOnlyList<double>? Upper { get; init; }

    /// <summary>What the trace is, so that colours mean the same in every plot.</summary>
    public TraceRole Role { get; init; }
}

/// <summary>How a trace is drawn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TraceKind>))]
public enum TraceKind
{
    /// <summary>A line through the points.</summary>
    Line,

    /// <summary>A filled band.</summary>
    Band,

    /// <summary>Markers.</summary>
    Points,

    /// <summary>Bars at categories.</summary>
    Bars,
}

/// <summary>What a trace is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TraceRole>))]
public enum TraceRole
{
    /// <summary>Ours.</summary>
    Model,

    /// <summary>What happened.</summary>
    Truth,

    /// <summary>Something compared with.</summary>
    Baseline,

    /// <summary>A threshold or target.</summary>
    Limit,

    /// <summary>What needs attention.</summary>
    Alarm,
}
