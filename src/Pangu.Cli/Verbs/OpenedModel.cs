using Pangu.Cli.Families;
using Pangu.Core;
using Pangu.Workshop.Registry;

namespace Pangu.Cli.Verbs;

/// <summary>A model opened for use: its engine, and the mark in the registry that it is in use.</summary>
/// <typeparam name="T">The capability's interface.</typeparam>
internal sealed class OpenedModel<T> : IDisposable
    where T : class, IDisposable
{
    private readonly IDisposable? _use;

    private OpenedModel(LocatedModel located, T engine, IDisposable? use)
    {
        Name = located.DisplayName;
        Released = located.Registered?.Released ?? true;
        Simulated = located.Registered?.Card.Simulated ?? false;
        Engine = engine;
        Folder = located.Folder;
        _use = use;
    }

    public string Name { get; }

    public bool Released { get; }

    public bool Simulated { get; }

    public T Engine { get; }

    /// <summary>Where it lies.</summary>
    public string Folder { get; }

    /// <summary>Opens a model and says on stderr what a person should know of it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="reference">What the user wrote.</param>
    /// <param name="verb">What it is opened for, for the message.</param>
    /// <exception cref="PanguException">There is no such model, or it cannot do this.</exception>
    public static OpenedModel<T> Open(VerbCall call, string reference, string verb)
    {
        var located = call.Surroundings.Models.Locate(reference);
        var use = located.Registered is { } registered ? call.Surroundings.Registry.Use(registered) : null;
        try
        {
            var engine = ModelFamilies.OpenEngine(located, call.Settings.Threads).Engine;
            if (engine is not T fitting)
            {
                engine.Dispose();
                throw PanguException.Usage("model-capability", $"{located.DisplayName} cannot {verb}; ./pangu models show {reference} says what it can.");
            }

            var model = new OpenedModel<T>(located, fitting, use);
            if (!model.Released)
            {
                call.Errors.WriteLine($"note: {model.Name} was not released: it did not pass its gate.");
            }

            if (model.Simulated)
            {
                call.Errors.WriteLine($"note: {model.Name} was made on simulated stand-in data.");
            }

            return model;
        }
        catch
        {
            use?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        _use?.Dispose();
    }
}
