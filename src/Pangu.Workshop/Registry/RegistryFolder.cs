using System.Text.Json;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Workshop.Registry;

/// <summary>
/// The part of the registry that is the truth: <c>packages/HASH/</c> holds each package once, <c>entries/HASH/NAME.json</c> says under which names it is registered and with which card,
/// <c>leases/HASH</c> is locked by whoever uses the package.
/// </summary>
/// <param name="root">Folder of the registry, <c>PANGU_HOME/registry</c>.</param>
internal sealed class RegistryFolder(string root)
{
    private const string CardName = "card.json";

    public string Root { get; } = root;

    private string Packages => Path.Combine(Root, "packages");

    private string Entries => Path.Combine(Root, "entries");

    public string PackageFolder(string hash) => Path.Combine(Packages, hash);

    public string LeasePath(string hash) => Path.Combine(Root, "leases", hash);

    public void Create()
    {
        Directory.CreateDirectory(Packages);
        Directory.CreateDirectory(Entries);
        Directory.CreateDirectory(Path.Combine(Root, "leases"));
    }

    /// <summary>Copies a package beside its place, flushed; <see cref="Place"/> renames it.</summary>
    /// <returns>The copy's folder; null when the package stands in the registry already.</returns>
    public string? Stage(string packageFolder, string hash)
    {
        if (Directory.Exists(PackageFolder(hash)))
        {
            return null;
        }

        var staged = Path.Combine(Packages, $".{hash}.{Guid.NewGuid():N}.partial");
        Directory.CreateDirectory(staged);
        foreach (var file in PackageHash.Files(packageFolder))
        {
            var target = Path.Combine(staged, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(packageFolder, file.Path), target);
        }

        DurableFile.FlushTree(staged);
        return staged;
    }

    /// <summary>Gives a staged package its place; call it inside the registry's transaction.</summary>
    public void Place(string? staged, string hash)
    {
        if (staged is not null && !Directory.Exists(PackageFolder(hash)))
        {
            DurableFile.MoveFolder(staged, PackageFolder(hash));
        }
        else if (staged is not null)
        {
            Directory.Delete(staged, recursive: true);
        }
    }

    public void WriteEntry(RegistryEntry entry)
    {
        var path = EntryPath(entry.Hash, entry.Card.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var card = CardJson.Write(entry.Card);
        DurableFile.Write(path, stream =>
        {
            using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            writer.WriteStartObject();
            writer.WriteNumber("schema", RegistryEntry.Schema);
            writer.WriteString("registered", entry.Registered);
            writer.WritePropertyName("card");
            writer.WriteRawValue(card);
            writer.WriteEndObject();
        });
        DurableFile.WriteText(Path.Combine(PackageFolder(entry.Hash), CardName), card);
    }

    /// <summary>Every entry whose package is there, in no particular order.</summary>
    public IEnumerable<RegistryEntry> ReadEntries() =>
        from file in EntryFiles()
        let hash = Path.GetFileName(Path.GetDirectoryName(file)!)
        where Directory.Exists(PackageFolder(hash))
        select ReadEntry(file, hash);

    /// <summary>Number of entries; cheap, tells whether the index may have missed one.</summary>
    public int CountEntries() => EntryFiles().Count(file => Directory.Exists(PackageFolder(Path.GetFileName(Path.GetDirectoryName(file)!))));

    public void DeleteEntry(string hash, string name) => File.Delete(EntryPath(hash, name));

    /// <summary>Removes a package: renamed first, so that a crash leaves no half of one.</summary>
    public void DeletePackage(string hash)
    {
        var doomed = Path.Combine(Packages, $".{hash}.{Guid.NewGuid():N}.removed");
        Directory.Move(PackageFolder(hash), doomed);
        Directory.Delete(doomed, recursive: true);
        var entries = Path.Combine(Entries, hash);
        if (Directory.Exists(entries))
        {
            Directory.Delete(entries, recursive: true);
        }
    }

    /// <summary>Bytes of a package's model files.</summary>
    public long Bytes(string hash) => new DirectoryInfo(PackageFolder(hash)).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Name != CardName && !file.Name.StartsWith('.')).Sum(file => file.Length);

    /// <summary>Reads a card that the index holds; an unreadable one names the entry's file and the way out.</summary>
    public Card ReadCard(string json, string hash, string name)
    {
        try
        {
            return CardJson.Read(json, $"of {name}");
        }
        catch (PanguException exception)
        {
            throw Damaged(EntryPath(hash, name), exception);
        }
    }

    private IEnumerable<string> EntryFiles() => Directory.Exists(Entries) ? Directory.EnumerateFiles(Entries, "*.json", SearchOption.AllDirectories).Where(file => !Path.GetFileName(file).StartsWith('.')) : [];

    private string EntryPath(string hash, string name) => Path.Combine(Entries, hash, Uri.EscapeDataString(name) + ".json");

    private static RegistryEntry ReadEntry(string file, string hash)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = document.RootElement;
            var schema = root.GetProperty("schema").GetInt32();
            return schema == RegistryEntry.Schema
                ? new RegistryEntry(hash, root.GetProperty("registered").GetString()!, CardJson.Read(root.GetProperty("card").GetRawText(), file))
                : throw PanguException.Usage("registry-entry", $"{file} has schema {schema}, this version reads {RegistryEntry.Schema}; use a newer Pangu.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or PanguException { Code: "card" })
        {
            throw Damaged(file, exception);
        }
    }

    private static PanguException Damaged(string file, Exception exception) => new(
        ErrorKind.Usage, "registry-entry", $"{file} cannot be read ({exception.Message}) Delete it and run ./pangu models reindex; then run the recipe or import the package again.", exception);
}

/// <summary>A package registered under a name.</summary>
/// <param name="Hash">Package hash.</param>
/// <param name="Registered">UTC time of registration, ISO 8601 with microseconds, so that text order is time order.</param>
/// <param name="Card">The card; it holds the name.</param>
internal sealed record RegistryEntry(string Hash, string Registered, Card Card)
{
    public const int Schema = 1;
}
