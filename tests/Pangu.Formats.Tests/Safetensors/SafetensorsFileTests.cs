using System.Text.Json;
using Pangu.Core;

namespace Pangu.Formats.Tests;

public sealed class SafetensorsFileTests
{
    [Fact]
    public void Open_EveryMalformedFile_DoesWhatTheListSays()
    {
        var folder = Outside.Golden("quantisation/malformed");
        using var list = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        var checkedCount = 0;
        foreach (var entry in list.RootElement.GetProperty("files").EnumerateArray())
        {
            var file = entry.GetProperty("file").GetString()!;
            if (!file.EndsWith(".safetensors", StringComparison.Ordinal))
            {
                continue;
            }

            checkedCount++;
            var path = Path.Combine(folder, file);
            switch (entry.GetProperty("expect").GetString())
            {
                case "load":
                    using (var opened = SafetensorsFile.Open(path))
                    {
                        Assert.All(opened.Names, name => Assert.Equal(opened[name].Count * TensorData.ElementBytes(opened[name].Type), opened[name].Bytes.Length));
                    }

                    break;
                case "reject":
                    var before = GC.GetAllocatedBytesForCurrentThread();
                    var exception = Assert.Throws<PanguException>(() => SafetensorsFile.Open(path).Dispose());
                    Assert.Equal(ErrorKind.Usage, exception.Kind);
                    Assert.Contains(file, exception.Message, StringComparison.Ordinal);
                    Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4_000_000, $"{file} made the reader allocate by a count that the file cannot hold");
                    break;
                default:
                    Assert.Fail($"{file} has an expectation that this test does not know");
                    break;
            }
        }

        Assert.True(checkedCount >= 27, $"only {checkedCount} files were checked");
    }

    [Fact]
    public void Open_GoldenControl_GivesTheReferenceValues()
    {
        using var file = SafetensorsFile.Open(Outside.Golden("series/patchtst-forecast/expected.safetensors"));
        Assert.Equal([2L, 34, 3], file["inputs.past_values"].Shape);
        Assert.Empty(file["outputs.loss"].Shape);
        Assert.Single(file["outputs.loss"].ToSingles());
    }

    [Fact]
    public void Open_FileThatIsNotThere_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var exception = Assert.Throws<PanguException>(() => SafetensorsFile.Open(folder.File("none.safetensors")));
        Assert.Equal(ErrorKind.Missing, exception.Kind);
    }

    [Fact]
    public void Open_EightBitFloat_IsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var path = WriteRaw(folder, """{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", [1, 2]);
        var exception = Assert.Throws<PanguException>(() => SafetensorsFile.Open(path));
        Assert.Equal("safetensors-type", exception.Code);
        Assert.Contains("F8_E4M3", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}} {}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[-0,2]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2e0],"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":["2"],"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"shape":[2],"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":{"dtype":"u8","shape":[2],"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":2,"data_offsets":[0,2]}}""")]
    [InlineData("""{"a":[1,2]}""")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""")]
    [InlineData("""{"__metadata__":{},"__metadata__":{},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""")]
    [InlineData("""{"__metadata__":{"k":null},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""")]
    public void Open_OtherUnsoundHeader_IsRejected(string header)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("safetensors", Assert.Throws<PanguException>(() => SafetensorsFile.Open(WriteRaw(folder, header, [1, 2])).Dispose()).Code);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}      """)]
    [InlineData("""{"z":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}}""")]
    [InlineData("""{"a":{"data_offsets":[0,2],"note":{"x":[1]},"shape":[1,2,1],"dtype":"BOOL"}}""")]
    public void Open_UnusualButSoundHeader_Loads(string header)
    {
        using var folder = new TemporaryFolder();
        using var file = SafetensorsFile.Open(WriteRaw(folder, header, [1, 0]));
        Assert.Equal(2, file.Tensors.Values.Sum(tensor => tensor.Count));
    }

    [Fact]
    public void Tensors_OfOneFile_AreViewsThatManyReadersShare()
    {
        using var folder = new TemporaryFolder();
        var tensors = Enumerable.Range(0, 32).ToDictionary(i => $"t{i}", i => TensorData.Of([.. Enumerable.Repeat((float)i, 1000)], 1000));
        SafetensorsWriter.Write(folder.File("a.safetensors"), tensors);
        using var file = SafetensorsFile.Open(folder.File("a.safetensors"));
        Assert.False(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(file["t1"].Bytes, out _), "the tensor was copied into a managed array");
        Parallel.For(0, 2000, i =>
        {
            var values = file[$"t{i % 32}"].AsSingles();
            Assert.Equal(1000, values.Length);
            Assert.Equal(-1, values.IndexOfAnyExcept((float)(i % 32)));
        });
    }

    [Fact]
    public void Tensor_AfterDispose_ThrowsInsteadOfReadingFreedMemory()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("a.safetensors"), new Dictionary<string, TensorData> { ["a"] = TensorData.Of([1, 2], 2) });
        var file = SafetensorsFile.Open(folder.File("a.safetensors"));
        var tensor = file["a"];
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.ToSingles());
    }

    [Fact]
    public void Write_AllTypes_RoundTripsAlignedAndRepeatable()
    {
        using var folder = new TemporaryFolder();
        var tensors = Enum.GetValues<ElementType>().ToDictionary(
            type => $"tensor.{type}",
            type => new TensorData(type, [3], Enumerable.Range(0, 3 * TensorData.ElementBytes(type)).Select(i => (byte)(i % 2)).ToArray()));
        tensors["scalar"] = TensorData.Of([7]);
        tensors["empty"] = TensorData.Of([], 0, 5);
        tensors["ünïcode \"name\""] = TensorData.Of([1], 1);
        SafetensorsWriter.Write(folder.File("a.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        SafetensorsWriter.Write(folder.File("b.safetensors"), tensors.Reverse().ToDictionary(), new Dictionary<string, string> { ["format"] = "pt" });

        using var file = SafetensorsFile.Open(folder.File("a.safetensors"));
        Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), file.Names);
        Assert.Equal("pt", file.Metadata["format"]);
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.Type, file[name].Type);
            Assert.Equal(tensor.Shape, file[name].Shape);
            Assert.Equal(tensor.Bytes.ToArray(), file[name].Bytes.ToArray());
        }

        var bytes = File.ReadAllBytes(folder.File("a.safetensors"));
        Assert.Equal(bytes, File.ReadAllBytes(folder.File("b.safetensors")));
        Assert.Equal(0L, BitConverter.ToInt64(bytes) % 8);
        Assert.Equal(["a.safetensors", "b.safetensors"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Write_BytesThatDoNotFitTheShape_Refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<PanguException>(() => SafetensorsWriter.Write(folder.File("a"), new Dictionary<string, TensorData> { ["a"] = TensorData.Of([1, 2], 3) }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Open_EveryCutOfAFile_IsRejected()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("whole"), new Dictionary<string, TensorData> { ["a"] = TensorData.Of([1, 2, 3], 3), ["b"] = TensorData.Of([4], 1) });
        var whole = File.ReadAllBytes(folder.File("whole"));
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(folder.File("cut"), whole[..length]);
            Assert.Throws<PanguException>(() => SafetensorsFile.Open(folder.File("cut")).Dispose());
        }
    }

    [Fact]
    public void Open_AnyByteChanged_NeverCrashes()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("whole"), new Dictionary<string, TensorData> { ["a"] = TensorData.Of([1, 2, 3], 3) }, new Dictionary<string, string> { ["k"] = "v" });
        var whole = File.ReadAllBytes(folder.File("whole"));
        var rejected = 0;
        for (var index = 0; index < whole.Length - 12; index++)
        {
            foreach (var value in (byte[])[0, (byte)'"', (byte)'9', (byte)'{', 0xFF])
            {
                var changed = (byte[])whole.Clone();
                changed[index] = value;
                File.WriteAllBytes(folder.File("changed"), changed);
                try
                {
                    SafetensorsFile.Open(folder.File("changed")).Dispose();
                }
                catch (PanguException)
                {
                    rejected++;
                }
            }
        }

        Assert.True(rejected > 100, $"only {rejected} changes were noticed");
    }

    internal static string WriteRaw(TemporaryFolder folder, string header, byte[] data)
    {
        var path = folder.File("raw.safetensors");
        var json = System.Text.Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)json.Length), .. json, .. data]);
        return path;
    }
}
