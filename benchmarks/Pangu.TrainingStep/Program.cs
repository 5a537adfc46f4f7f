// Time of one training step of a series model, or with --language of a language model (forward, backward, optimizer): ours against the same model in plain TorchSharp modules with
// TorchSharp's AdamW, in turn in the same process. Prints medians and the median ratio as a Markdown row.
//   dotnet run -c Release --project benchmarks/Pangu.TrainingStep -- [--threads 2] [--rounds 15] [--batch 256] [--norm layer|rms] [--processor-time]
//   dotnet run -c Release --project benchmarks/Pangu.TrainingStep -- --language [--batch 12] [--positions 64] [--width 128] [--layers 4] [--heads 4] [--vocabulary 65] [--parts]
using System.Diagnostics;
using System.Globalization;
using Pangu.Tensors;
using Pangu.TrainingStep;
using Pangu.TrainingStep.Language;

string Option(string name, string value) => Array.IndexOf(args, "--" + name) is var at and >= 0 ? args[at + 1] : value;
int Number(string name, int value) => int.Parse(Option(name, value.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

var threads = Number("threads", Environment.ProcessorCount);
var rounds = Number("rounds", 15);
if (args.Contains("--language"))
{
    var sizes = new LanguageShape(Number("batch", 12), Number("positions", 64), Number("width", 128), Number("layers", 4), Number("heads", 4), Number("vocabulary", 65));
    if (args.Contains("--parts"))
    {
        Libtorch.Load(threads);
        PartTimes.Run(sizes, Number("steps", 40));
    }
    else
    {
        LanguageBenchmark.Run(sizes, threads, rounds, Number("steps", 4), args.Contains("--processor-time"));
    }

    return;
}

var shape = new Shape(Number("batch", 256), Number("context", 512), Number("patch", 16), Number("horizon", 96), Number("width", 64), Number("layers", 3), Number("heads", 4), Number("ff", 256), 9, Option("norm", "layer") == "rms");
Libtorch.Load(threads);
using var batch = new Batch(shape);
using var plain = new PlainStep(shape, batch);
using var ours = new OurStep(shape, batch);
var (plainTimes, ourTimes) = (new List<double>(), new List<double>());
for (var round = -3; round < rounds; round++)
{
    var (first, second) = (Time(plain.Run), Time(ours.Run));
    if (round >= 0)
    {
        plainTimes.Add(first);
        ourTimes.Add(second);
    }
}

var ratios = plainTimes.Zip(ourTimes, (a, b) => a / b).ToList();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {shape.Batch} x {shape.Tokens} tokens, width {shape.Width}, {shape.Layers} layers, {Option("norm", "layer")} norm, {threads} threads | {Median(plainTimes):F1} | {Median(ourTimes):F1} | {Median(ratios):F2} ({ratios.Min():F2}-{ratios.Max():F2}) |"));

// Processor time instead of wall time tells the same story on a busy machine, where wall time tells of the others.
double Time(Func<float> step)
{
    using var process = Process.GetCurrentProcess();
    var (watch, used) = (Stopwatch.StartNew(), process.TotalProcessorTime);
    for (var i = 0; i < 4; i++)
    {
        step();
    }

    process.Refresh();
    return (args.Contains("--processor-time") ? process.TotalProcessorTime - used : watch.Elapsed).TotalMilliseconds / 4;
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
