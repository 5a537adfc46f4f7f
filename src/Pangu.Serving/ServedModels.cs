using Pangu.Core;

namespace Pangu.Serving;

/// <summary>The models of one server, by name. Immutable; safe for many callers.</summary>
internal sealed class ServedModels(IReadOnlyList<ServedModel> models)
{
    public IReadOnlyList<ServedModel> All { get; } = models;

    /// <summary>The engine for a request.</summary>
    /// <typeparam name="T">The capability's interface.</typeparam>
    /// <param name="name">Model that the request names; null when it names none, which will do when there is only one.</param>
    /// <param name="capability">The capability, for messages.</param>
    /// <exception cref="RequestException">There is no such model, or it cannot do this.</exception>
    public (ServedModel Model, T Engine) Find<T>(string? name, string capability)
        where T : class
    {
        var able = All.Where(model => model.Engine is T).ToList();
        if (name is null)
        {
            return able switch
            {
                [var only] => (only, (T)only.Engine),
                [] => throw RequestException.NotFound("model-not-found", "model", $"No model served here can {capability}."),
                _ => throw RequestException.Bad("model-required", "model", $"Several models served here can {capability}; name one in \"model\": {Names(able)}."),
            };
        }

        var model = All.FirstOrDefault(model => model.Name == name)
            ?? throw RequestException.NotFound("model-not-found", "model", $"There is no model '{name}' here; served are {Names(All)}.");
        return model.Engine is T engine
            ? (model, engine)
            : throw RequestException.Bad("model-capability", "model", $"The model '{name}' cannot {capability}; those that can: {Names(able)}.");
    }

    private static string Names(IReadOnlyList<ServedModel> models) => models.Count == 0 ? "none" : string.Join(", ", models.Select(model => model.Name));
}
