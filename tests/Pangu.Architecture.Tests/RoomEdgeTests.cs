using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Pangu.Architecture.Tests;

public sealed class RoomEdgeTests
{
    private const string Prefix = "Pangu.";

    [Fact]
    public void Rooms_InTheSourceFolder_AreThoseOfTheTable()
    {
        var rooms = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)[Prefix.Length..]);
        Assert.Equal(Rooms.MayUse.Keys.Order(StringComparer.Ordinal), rooms.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Table_OfAllowedEdges_HasNoCircle() =>
        Assert.All(Rooms.MayUse.Keys, room => Assert.DoesNotContain(room, Rooms.Reach(room)));

    [Theory]
    [MemberData(nameof(Rooms.All), MemberType = typeof(Rooms))]
    public void ProjectReferences_OfARoom_StayInsideTheTable(string room)
    {
        var references = ProjectFile(room).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))[Prefix.Length..]);
        Assert.Subset(Rooms.Reach(room).ToHashSet(), references.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Rooms.All), MemberType = typeof(Rooms))]
    public void CompiledReferences_OfARoom_StayInsideTheTable(string room)
    {
        var references = CompiledReferences(room).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]);
        Assert.Subset(Rooms.Reach(room).ToHashSet(), references.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Rooms.All), MemberType = typeof(Rooms))]
    public void Torch_OutsideItsRooms_IsNeitherReferencedNorNamed(string room)
    {
        if (Rooms.WithTorch.Contains(room))
        {
            return;
        }

        Assert.DoesNotContain("TorchSharp", CompiledReferences(room));
        Assert.DoesNotContain(ProjectFile(room).Descendants("PackageReference"), package => package.Attribute("Include")?.Value is { } name && (name.StartsWith("TorchSharp", StringComparison.Ordinal) || name.StartsWith("libtorch", StringComparison.Ordinal)));
        Assert.All(Repository.Files($"src/{Prefix}{room}", "*.cs"), file => Assert.DoesNotContain("using TorchSharp", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void RoomsWithoutNativeTensors_InTheTable_NeverReachTorch() =>
        Assert.All(Rooms.WithoutNativeTensors, room => Assert.Empty(Rooms.Reach(room).Intersect(Rooms.WithTorch)));

    [Theory]
    [MemberData(nameof(Rooms.All), MemberType = typeof(Rooms))]
    public void Console_OutsideCli_IsNeverUsed(string room)
    {
        if (room != "Cli")
        {
            Assert.DoesNotContain("System.Console", CompiledTypeReferences(room));
        }
    }

    private static XDocument ProjectFile(string room) => XDocument.Load(Path.Combine(Repository.Root, "src", Prefix + room, Prefix + room + ".csproj"));

    private static List<string> CompiledReferences(string room) =>
        Read(room, metadata => metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToList());

    private static List<string> CompiledTypeReferences(string room) =>
        Read(room, metadata => metadata.TypeReferences.Select(metadata.GetTypeReference).Select(type => metadata.GetString(type.Namespace) + "." + metadata.GetString(type.Name)).ToList());

    private static List<string> Read(string room, Func<MetadataReader, List<string>> read)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, Prefix + room + ".dll"));
        using var assembly = new PEReader(file);
        return read(assembly.GetMetadataReader());
    }
}
