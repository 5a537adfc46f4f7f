using Pangu.Core;

namespace Pangu.Serving;

/// <summary>A model that a server offers, with the engine that runs it.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Description">What it is.</param>
/// <param name="Engine">An <see cref="IForecaster"/>, an <see cref="IAnomalyDetector"/> or another capability's interface; safe for many callers; disposed with the server.</param>
public sealed record ServedModel(string Name, ModelDescription Description, IDisposable Engine);

/// <summary>What a model is, for <c>/v1/models</c>.</summary>
public sealed record ModelDescription
{
    /// <summary>What it can be asked.</summary>
    public required Capability Capability { get; init; }

    /// <summary>Its family.</summary>
    public required Family Family { get; init; }

    /// <summary>Its tier; null when it has no card.</summary>
    public Tier? Tier { get; init; }

    /// <summary>Its package hash; null when unknown.</summary>
    public string? Hash { get; init; }

    /// <summary>Package hash of the model it was made from; null for none.</summary>
    public string? Parent { get; init; }

    /// <summary>Whether its gate let it pass.</summary>
    public bool Released { get; init; } = true;

    /// <summary>Licence of the weights; null when it has no card.</summary>
    public string? Licence { get; init; }

    /// <summary>Whether simulated stand-in data took the place of real data when it was made.</summary>
    public bool Simulated { get; init; }
}
