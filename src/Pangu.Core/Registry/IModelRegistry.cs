namespace Pangu.Core;

/// <summary>Where packages and their lineage are kept. Package folders are the truth; the index is rebuilt from them. Safe for several processes.</summary>
public interface IModelRegistry
{
    /// <summary>Every registered model, released or not, in order of name and registration.</summary>
    /// <returns>The entries.</returns>
    IReadOnlyList<RegisteredModel> List();

    /// <summary>Finds a model by registry name (the newest released one of that name, else the newest), or by a prefix of its hash.</summary>
    /// <param name="nameOrHash">Name or hash prefix of at least four characters.</param>
    /// <returns>The entry; null when there is none.</returns>
    /// <exception cref="PanguException">A hash prefix fits several models.</exception>
    RegisteredModel? Find(string nameOrHash);

    /// <summary>Adds a finished package: its folder is copied into the registry under its hash, then indexed. Adding the same package under the same name again refreshes its card.</summary>
    /// <param name="packageFolder">A verified package with its card.</param>
    /// <param name="card">The card.</param>
    /// <returns>The entry.</returns>
    RegisteredModel Add(string packageFolder, Card card);

    /// <summary>Removes a model.</summary>
    /// <param name="nameOrHash">Name or hash prefix.</param>
    /// <exception cref="PanguException">There is no such model, it is in use, or other models were made from it.</exception>
    void Remove(string nameOrHash);

    /// <summary>Rebuilds the index from the package folders.</summary>
    /// <returns>Number of models found.</returns>
    int Reindex();
}

/// <summary>One model of the registry.</summary>
/// <param name="Name">Registry name, for example <c>power-transformer/forecast</c>.</param>
/// <param name="Hash">Package hash, lower-case hexadecimal SHA-256.</param>
/// <param name="Folder">Absolute path of the package.</param>
/// <param name="Bytes">Size of the model files.</param>
/// <param name="Released">Whether the gate let it pass (models that are not gated count as released).</param>
/// <param name="Card">Its card.</param>
public sealed record RegisteredModel(string Name, string Hash, string Folder, long Bytes, bool Released, Card Card);
