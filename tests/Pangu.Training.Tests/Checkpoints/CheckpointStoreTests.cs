using Pangu.Core;

namespace Pangu.Training.Tests;

public sealed class CheckpointStoreTests
{
    [Fact]
    public void LoadNewest_SavedCheckpoint_ComesBackWhole()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.File("a/b"));
        Assert.Null(store.LoadNewest().Found);
        var saved = Checkpoint(7) with
        {
            Progress = Checkpoint(7).Progress with
            {
                SkippedDraws = [3, 9],
                Failures = [new TrainingFailure(5, 6, "the loss is NaN", 2, [6])],
                Validations = [new ValidationFigure(0, double.PositiveInfinity), new ValidationFigure(5, 1.0 / 3)],
            },
        };
        store.Save(saved);
        var search = store.LoadNewest();
        Assert.Empty(search.Damaged);
        Assert.Equal([3L, 9], search.Found!.Progress.SkippedDraws);
        Assert.Equal(saved.Progress.Validations, search.Found.Progress.Validations);
        Assert.Equal("the loss is NaN", search.Found.Progress.Failures[0].Reason);
        Assert.Equal(saved.Tensors["parameters.a"].ToSingles(), search.Found.Tensors["parameters.a"].ToSingles());
        Assert.Equal([2L, 2], search.Found.Tensors["parameters.a"].Shape);
    }

    [Theory]
    [InlineData("tensors.safetensors")]
    [InlineData("progress.json")]
    [InlineData("manifest.json")]
    public void LoadNewest_AnyFileDamaged_PassesOverAndNamesIt(string name)
    {
        foreach (var damage in new Action<string>[] { Flip, Truncate, File.Delete })
        {
            using var folder = new TemporaryFolder();
            var store = new CheckpointStore(folder.Path);
            store.Save(Checkpoint(10));
            store.Save(Checkpoint(20));
            damage(folder.File($"step-000000000020/{name}"));
            var search = store.LoadNewest();
            Assert.Equal(10, search.Found!.Progress.Step);
            Assert.Contains("step 20 is damaged", Assert.Single(search.Damaged).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void LoadNewest_AllDamaged_FindsNoneAndReportsAll()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path);
        store.Save(Checkpoint(10));
        store.Save(Checkpoint(20));
        Truncate(folder.File("step-000000000010/tensors.safetensors"));
        Truncate(folder.File("step-000000000020/tensors.safetensors"));
        var search = store.LoadNewest();
        Assert.Null(search.Found);
        Assert.Equal(2, search.Damaged.Count);
    }

    [Fact]
    public void Save_AfterACrash_RemovesThePartialOne()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".step-000000000010.abc.partial/tensors.safetensors", "half");
        var store = new CheckpointStore(folder.Path);
        Assert.Empty(store.Steps());
        store.Save(Checkpoint(10));
        Assert.Equal([10L], store.Steps());
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Purge_ManyCheckpoints_KeepsTheNewestAndTheCadence()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path);
        foreach (var step in new long[] { 0, 10, 20, 30, 33, 34 })
        {
            store.Save(Checkpoint(step));
        }

        store.Purge(keep: 2, cadenceSteps: 10);
        Assert.Equal([20L, 30, 33, 34], store.Steps());
        Assert.Equal(34, store.LoadNewest().Found!.Progress.Step);
        Assert.Equal(30, store.LoadNewest(cadenceSteps: 10).Found!.Progress.Step);
    }

    [Fact]
    public void Save_SameStepAgain_Replaces()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder.Path);
        store.Save(Checkpoint(10));
        store.Save(Checkpoint(10) with { Progress = Checkpoint(10).Progress with { EmptySteps = 4 } });
        Assert.Equal(4, store.LoadNewest().Found!.Progress.EmptySteps);
    }

    private static Checkpoint Checkpoint(long step) => new(
        new TrainingProgress { Identity = "test", Step = step },
        new Dictionary<string, TensorData> { ["parameters.a"] = TensorData.Of([1, 2, 3, step], 2, 2), ["log.entries"] = new(ElementType.F64, [0, 4], default) });

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(path, bytes);
    }

    private static void Truncate(string path)
    {
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
    }
}
