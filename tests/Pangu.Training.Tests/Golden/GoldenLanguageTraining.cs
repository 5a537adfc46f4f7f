using System.Runtime.InteropServices;
using Pangu.Core;
using Pangu.Data;
using Pangu.Formats;
using Pangu.Models;

namespace Pangu.Training.Tests.Golden;

/// <summary>A case of golden/training: the tiny Llama, its batches, and what PyTorch made of them.</summary>
internal sealed class GoldenLanguageTraining : IDisposable
{
    private readonly string _folder;
    private readonly SafetensorsFile _expected;
    private readonly Dictionary<string, string> _slots;

    public GoldenLanguageTraining(string name)
    {
        _folder = Outside.Golden($"training/{name}");
        _expected = SafetensorsFile.Open(Path.Combine(_folder, "expected.safetensors"));
        using var imported = HuggingFaceFolder.Read(Outside.Golden("training/model"));
        Model = TorchModel.Load(imported.Config, imported.Weights);
        Network = new TokenNetwork(Model);
        _slots = Slots(imported.Config);
    }

    public TorchModel Model { get; }

    public TokenNetwork Network { get; }

    public IReadOnlyList<string> Names => _expected.Names;

    public float[] Expected(string name) => _expected[name].ToSingles();

    public double[] ExpectedDoubles(string name) => MemoryMarshal.Cast<byte, double>(_expected[name].Bytes.Span).ToArray();

    /// <summary>The slot of a tensor of the checkpoint.</summary>
    public string Slot(string foreign) => _slots[foreign];

    /// <summary>Batches of a file: input_ids and labels [places, B, T]; labels stand at the positions of the ids and -100 is no target.</summary>
    public GoldenBatches Batches(string file, int microBatches = 1)
    {
        using var batches = SafetensorsFile.Open(Path.Combine(_folder, file));
        return new GoldenBatches(batches["input_ids"], batches["labels"], microBatches);
    }

    /// <summary>Trains and gives the log.</summary>
    public TrainingResult Train(TrainingOptions options, ITokenBatches batches, KernelChoice kernels)
    {
        var job = new TrainingJob
        {
            Work = "golden",
            Identity = "golden",
            Options = options,
            Weights = TrainableWeights.Of(Model),
            Objective = new NextTokenObjective(Network, batches, new NextTokenOptions { Kernels = kernels }, new Seeds(1), options.MicroBatches),
            Seeds = new Seeds(1),
        };
        return new Trainer(job).Run();
    }

    public void Dispose()
    {
        Model.Dispose();
        _expected.Dispose();
    }

    /// <summary>Names of the tiny Llama, written out here once more, so that a mistake of the importer shows.</summary>
    private static Dictionary<string, string> Slots(ModelConfig config)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["model.embed_tokens.weight"] = "embedder.tokens",
            ["model.norm.weight"] = "final.weight",
            ["lm_head.weight"] = "head.projection.weight",
        };
        for (var layer = 0; layer < ((Backbone)config.Body).Stages[0].Count; layer++)
        {
            var (foreign, slot) = ($"model.layers.{layer}", $"stages.0.blocks.{layer}.branches");
            names[$"{foreign}.input_layernorm.weight"] = $"{slot}.0.before.weight";
            names[$"{foreign}.post_attention_layernorm.weight"] = $"{slot}.1.before.weight";
            foreach (var (from, to) in ((string, string)[])[("q_proj", "query"), ("k_proj", "key"), ("v_proj", "value"), ("o_proj", "output")])
            {
                names[$"{foreign}.self_attn.{from}.weight"] = $"{slot}.0.{to}.weight";
                names[$"{foreign}.self_attn.{from}.bias"] = $"{slot}.0.{to}.bias";
            }

            foreach (var part in (string[])["gate", "up", "down"])
            {
                names[$"{foreign}.mlp.{part}_proj.weight"] = $"{slot}.1.{part}.weight";
            }
        }

        return names;
    }
}

/// <summary>Batches as golden/training stores them.</summary>
internal sealed class GoldenBatches : ITokenBatches
{
    private readonly long[] _ids;
    private readonly long[] _labels;
    private readonly int _microBatches;
    private readonly TokenBatch _batch;

    public GoldenBatches(TensorData ids, TensorData labels, int microBatches)
    {
        _ids = MemoryMarshal.Cast<byte, long>(ids.Bytes.Span).ToArray();
        _labels = MemoryMarshal.Cast<byte, long>(labels.Bytes.Span).ToArray();
        _microBatches = microBatches;
        Shape = new TokenBatchShape((int)ids.Shape[^2], (int)ids.Shape[^1]);
        _batch = new TokenBatch(Shape);
    }

    public TokenBatchShape Shape { get; }

    public TokenBatch Get(long draw, int microBatch)
    {
        var first = (int)((draw * _microBatches) + microBatch) * Shape.Tokens;
        for (var i = 0; i < Shape.Tokens; i++)
        {
            var next = i % Shape.Positions < Shape.Positions - 1 ? _labels[first + i + 1] : -100;
            _batch.Ids[i] = _ids[first + i];
            (_batch.Targets[i], _batch.Weights[i]) = next < 0 ? (0, 0) : (next, 1);
        }

        return _batch;
    }
}
