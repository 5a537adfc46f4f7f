// Characters a second, one sequence at a time, of the torch-free engine beside libtorch (eager, with a cache of keys and values, in plain TorchSharp), on a GPT-2 of characters:
// 4 layers, width 128, 4 heads, vocabulary 65, tied head, a learned table of positions: 0.8 million parameters, float32.
//
//   dotnet run -c Release --project benchmarks/generation -- [threads] [rounds] [wall|processor] [tokens]
//
// Both continue the same 16 characters greedily and must give the same characters. The engines take turns, round by round, so that both see the same machine; the figure is the median round.
// With two threads the torch-free engine measures, every hundred tokens, whether sharing a token's products pays. With "processor", time is what the process's threads spent on processors: with one thread, a fair ratio on a machine that is busy with other work.
// Prints Markdown.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using Pangu.Benchmarks.Generation;
using Pangu.Core;
using Pangu.Inference;
using Pangu.Tensors;
using TorchSharp;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var threads = args.Length > 0 ? int.Parse(args[0]) : 1;
var rounds = args.Length > 1 ? int.Parse(args[1]) : 11;
var processorTime = args.Length > 2 && args[2] == "processor";
var tokens = args.Length > 3 ? int.Parse(args[3]) : 240;
var sizes = new Sizes(Vocabulary: 65, Context: 1024, Width: 128, Layers: 4, Heads: 4);

var config = new ModelConfig(
    new TokenEmbedder { Width = sizes.Width, Vocabulary = sizes.Vocabulary, Positions = sizes.Context },
    new Backbone(
        [
            new Blocks(sizes.Width, sizes.Layers, [new Block(
            [
                new Branch(new Attention { QueryHeads = sizes.Heads, HeadWidth = sizes.Width / sizes.Heads, Scope = new CausalScope(), QueryKeyValueBias = true, OutputBias = true }, Before: new LayerNorm { Epsilon = 1e-5 }),
                new Branch(new Dense { Inner = 4 * sizes.Width, Activation = ActivationKind.Gelu, Bias = true }, Before: new LayerNorm { Epsilon = 1e-5 }),
            ])]),
        ],
        new LayerNorm { Epsilon = 1e-5 }),
    new NextTokenHead { Tied = true });

Libtorch.Load(threads);
var random = new Seeds(1).For("weights");
var weights = config.Slots().ToDictionary(slot => slot.Name, slot => TensorData.Of(
    [.. Enumerable.Range(0, (int)slot.Count).Select(_ => (float)(slot.Shape.Count > 1 ? 0.1 * random.NextGaussian() : slot.Name.EndsWith("bias", StringComparison.Ordinal) ? 0.1 * random.NextGaussian() : 1))],
    [.. slot.Shape.Select(size => (long)size)]));
using var native = TextGenerator.Create(config, weights, tokenizer: null, threads);
using var plain = new PlainTransformer(sizes);
plain.eval();
WeightCopy.Into(plain, weights, sizes);

int[] prompt = [.. Enumerable.Range(0, 16).Select(_ => random.NextInt(sizes.Vocabulary))];
var request = new TextRequest { PromptIds = prompt, MaxTokens = tokens, Sampling = new SamplingOptions { Temperature = 0 } };
var sampled = request with { Sampling = new SamplingOptions { Temperature = 0.8, TopK = 40, TopP = 0.95, Seed = 3 } };
var (expected, actual) = (Torch(), Native(request));
if (!expected.SequenceEqual(actual))
{
    throw new InvalidOperationException($"The engines differ from character {expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count()} on.");
}

Console.WriteLine($"{config.ParameterCount() - (sizes.Context * sizes.Width):N0} parameters and a table of {sizes.Context} positions; {tokens} characters after {prompt.Length}; {threads} thread(s); {rounds} rounds, {(processorTime ? "processor" : "wall")} time; .NET {Environment.Version}; widest vectors {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)} bits.");
Console.WriteLine();
List<double> ours = [];
List<double> drawn = [];
List<double> theirs = [];
for (var i = 0; i < 20; i++)
{
    _ = Native(request);
    _ = Native(sampled);
}

_ = Torch();
for (var round = 0; round < rounds; round++)
{
    ours.Add(Rate(() => Native(request), 10));
    drawn.Add(Rate(() => Native(sampled), 10));
    theirs.Add(Rate(Torch, 1));
}

Console.WriteLine("| engine | characters/s, median round | ratio | characters/s, best round | ratio |");
Console.WriteLine("|---|---|---|---|---|");
Show("libtorch eager, cache, greedy", theirs);
Show("torch-free, greedy", ours);
Show("torch-free, temperature 0.8, top-k 40, top-p 0.95", drawn);

void Show(string engine, List<double> rates) =>
    Console.WriteLine($"| {engine} | {Median(rates):F0} | {Median(rates) / Median(theirs):F1} | {rates.Max():F0} | {rates.Max() / theirs.Max():F1} |");

int[] Native(TextRequest asked) => [.. native.Generate(asked).SelectMany(piece => piece.Ids)];

int[] Torch()
{
    using var scope = NewDisposeScope();
    using var mode = inference_mode();
    plain.Clear();
    var made = new int[tokens];
    var logits = plain.forward(tensor(prompt, ScalarType.Int64).unsqueeze(0), 0);
    for (var i = 0; i < tokens; i++)
    {
        using var step = NewDisposeScope();
        made[i] = (int)logits.argmax(-1).item<long>();
        var last = i == tokens - 1;
        var next = last ? null : plain.forward(tensor(new long[] { made[i] }).unsqueeze(0), prompt.Length + i).MoveToOuterDisposeScope();
        logits.Dispose();
        logits = next!;
    }

    plain.Clear();
    return made;
}

// Characters a second, the prompt's time among it.
double Rate(Func<int[]> call, int calls)
{
    var start = Seconds();
    for (var i = 0; i < calls; i++)
    {
        _ = call();
    }

    return calls * tokens / (Seconds() - start);
}

double Seconds() => processorTime ? Environment.CpuUsage.TotalTime.TotalSeconds : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

static double Median(List<double> values)
{
    values.Sort();
    return values[values.Count / 2];
}
