using System.Globalization;
using Microsoft.Data.Sqlite;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Workshop.Registry;

/// <summary>The registry on one machine: package folders named by their hash, and a SQLite index that is rebuilt from them. Safe for several processes and threads.</summary>
public sealed class SqliteRegistry : IModelRegistry
{
    private const int ShortestPrefix = 4;

    private readonly RegistryFolder _folder;
    private readonly RegistryIndex _index;
    private readonly TimeProvider _time;

    /// <summary>Opens the registry of a home folder; nothing is written before the first model is added.</summary>
    /// <param name="home">PANGU_HOME.</param>
    /// <param name="time">The clock; orders registrations of the same name.</param>
    public SqliteRegistry(string home, TimeProvider time)
    {
        _folder = new RegistryFolder(Path.Combine(Path.GetFullPath(home), "registry"));
        _index = new RegistryIndex(Path.Combine(_folder.Root, "index.sqlite"));
        _time = time;
    }

    /// <inheritdoc/>
    public IReadOnlyList<RegisteredModel> List()
    {
        if (!Directory.Exists(_folder.Root))
        {
            return [];
        }

        using var connection = OpenCurrent();
        return RegistryIndex.Read(connection, null, _folder);
    }

    /// <inheritdoc/>
    public RegisteredModel? Find(string nameOrHash) => Find(List(), nameOrHash);

    /// <inheritdoc/>
    /// <exception cref="PanguException">The folder holds no model, or the card's name cannot be a registry name.</exception>
    public RegisteredModel Add(string packageFolder, Card card)
    {
        RegistryName.Require(card.Name);
        _folder.Create();
        var hash = PackageHash.Of(packageFolder);
        var staged = _folder.Stage(packageFolder, hash);
        using var connection = _index.Open();
        using var transaction = connection.BeginTransaction(deferred: false);
        _folder.Place(staged, hash);
        var registered = _time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        var entry = new RegistryEntry(hash, registered, card);
        _folder.WriteEntry(entry);
        var model = ModelOf(entry);
        RegistryIndex.Put(transaction, model, registered);
        transaction.Commit();
        return model;
    }

    /// <inheritdoc/>
    public void Remove(string nameOrHash)
    {
        var target = Find(nameOrHash) ?? throw NotFound(nameOrHash);
        using var connection = OpenCurrent();
        using var transaction = connection.BeginTransaction(deferred: false);
        var models = RegistryIndex.Read(connection, transaction, _folder);
        var doomed = models.Where(model => model.Hash == target.Hash && (model.Name == target.Name || nameOrHash != target.Name)).ToList();
        var last = doomed.Count == models.Count(model => model.Hash == target.Hash);
        if (last)
        {
            RefuseWithChildren(target, models);
        }

        using var lease = last ? Free(target) : null;
        foreach (var model in doomed)
        {
            _folder.DeleteEntry(model.Hash, model.Name);
            RegistryIndex.Delete(transaction, model.Name, model.Hash);
        }

        if (last)
        {
            _folder.DeletePackage(target.Hash);
        }

        transaction.Commit();
    }

    /// <inheritdoc/>
    public int Reindex()
    {
        if (!Directory.Exists(_folder.Root))
        {
            return 0;
        }

        using var connection = _index.Open();
        return Reindex(connection);
    }

    /// <summary>Marks a package as in use, so that no process removes it.</summary>
    /// <param name="model">A model of this registry.</param>
    /// <returns>The mark; it goes when it is disposed or its process ends.</returns>
    /// <exception cref="PanguException">The package was removed meanwhile.</exception>
    public IDisposable Use(RegisteredModel model)
    {
        var lease = PackageLease.Share(_folder.LeasePath(model.Hash));
        if (Directory.Exists(model.Folder))
        {
            return lease;
        }

        lease.Dispose();
        throw NotFound(model.Name);
    }

    /// <summary>Finds a model among others as <see cref="Find(string)"/> does.</summary>
    internal static RegisteredModel? Find(IReadOnlyList<RegisteredModel> models, string nameOrHash)
    {
        var named = models.Where(model => model.Name == nameOrHash).ToList();
        if (named.Count > 0)
        {
            // The list is in order of registration.
            return named.LastOrDefault(model => model.Released) ?? named[^1];
        }

        var prefix = nameOrHash.ToLowerInvariant();
        if (prefix.Length < ShortestPrefix || !prefix.All(char.IsAsciiHexDigitLower))
        {
            return null;
        }

        var fitting = models.Where(model => model.Hash.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        return fitting.DistinctBy(model => model.Hash).Count() <= 1
            ? fitting.LastOrDefault()
            : throw PanguException.Usage("model-ambiguous", $"'{nameOrHash}' is the beginning of several hashes: {string.Join(", ", fitting.DistinctBy(model => model.Hash).Select(model => $"{model.Hash[..12]} ({model.Name})"))}; give more digits.");
    }

    private static PanguException NotFound(string nameOrHash) =>
        PanguException.Missing("model-not-found", $"The registry has no model '{nameOrHash}'; ./pangu models list shows what there is.");

    private static void RefuseWithChildren(RegisteredModel target, List<RegisteredModel> models)
    {
        var children = models.Where(model => model.Card.Parent == target.Hash && model.Hash != target.Hash).Select(model => $"{model.Name} ({model.Hash[..12]})").ToList();
        if (children.Count > 0)
        {
            throw PanguException.Usage("model-has-children", $"{target.Name} ({target.Hash[..12]}) cannot be removed: {string.Join(", ", children)} were made from it. Remove those first.");
        }
    }

    private IDisposable Free(RegisteredModel target) => PackageLease.TryExclude(_folder.LeasePath(target.Hash))
        ?? throw PanguException.Usage("model-in-use", $"{target.Name} ({target.Hash[..12]}) cannot be removed: another process is using it. Stop that process (a pangu serve or a forecast) and try again.");

    /// <summary>Opens the index and rebuilds it where it knows fewer or more models than the folders hold (after a crash, a copy or a deletion by hand).</summary>
    private SqliteConnection OpenCurrent()
    {
        _folder.Create();
        var connection = _index.Open();
        if (RegistryIndex.Count(connection) != _folder.CountEntries())
        {
            Reindex(connection);
        }

        return connection;
    }

    private int Reindex(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        RegistryIndex.Clear(transaction);
        var count = 0;
        foreach (var entry in _folder.ReadEntries())
        {
            RegistryIndex.Put(transaction, ModelOf(entry), entry.Registered);
            count++;
        }

        transaction.Commit();
        return count;
    }

    private RegisteredModel ModelOf(RegistryEntry entry) =>
        new(entry.Card.Name, entry.Hash, _folder.PackageFolder(entry.Hash), _folder.Bytes(entry.Hash), entry.Card.Gate is null or { Passed: true }, entry.Card);
}
