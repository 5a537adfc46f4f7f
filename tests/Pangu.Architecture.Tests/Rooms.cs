namespace Pangu.Architecture.Tests;

/// <summary>The one table of rooms and the edges allowed between them (docs/architecture.md says what each room is for).</summary>
internal static class Rooms
{
    /// <summary>Each room and the rooms that it may use directly; what those may use, it may use too.</summary>
    public static IReadOnlyDictionary<string, string[]> MayUse { get; } = new Dictionary<string, string[]>
    {
        ["Core"] = [],
        ["Numerics"] = ["Core"],
        ["Formats"] = ["Core"],
        ["Modalities"] = ["Core", "Numerics", "Formats"],
        ["Data"] = ["Core", "Numerics", "Formats", "Modalities"],
        ["Tensors"] = ["Core", "Numerics", "Formats"],
        ["Models"] = ["Core", "Tensors"],
        ["Training"] = ["Data", "Models"],
        ["Inference"] = ["Core", "Numerics", "Formats", "Modalities"],
        ["Evaluation"] = ["Inference", "Data"],
        ["Workshop"] = ["Training", "Evaluation"],
        ["Serving"] = ["Core", "Modalities"],
        ["Cli"] = ["Workshop", "Serving"],
    };

    /// <summary>Rooms in which libtorch may be named.</summary>
    public static IReadOnlySet<string> WithTorch { get; } = new HashSet<string> { "Tensors", "Models", "Training" };

    /// <summary>Rooms that must build ahead of time and without any native tensor library.</summary>
    public static IReadOnlyList<string> WithoutNativeTensors { get; } = ["Core", "Numerics", "Formats", "Modalities", "Data", "Inference"];

    /// <summary>Everything a room may use, directly or through others.</summary>
    public static IReadOnlySet<string> Reach(string room)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(MayUse[room]);
        while (open.TryPop(out var next))
        {
            if (reached.Add(next))
            {
                foreach (var further in MayUse[next])
                {
                    open.Push(further);
                }
            }
        }

        return reached;
    }

    /// <summary>The rooms as rows of a theory.</summary>
    public static TheoryData<string> All => [.. MayUse.Keys];
}
