using Pangu.Core;

namespace Pangu.Testing;

/// <summary>Runs verifiable models where no file states shapes.</summary>
public static class VerifiableModels
{
    public static IReadOnlyDictionary<string, TensorData> Run(this IVerifiableModel model, IReadOnlyDictionary<string, TensorData> inputs, IReadOnlySet<string> wanted) =>
        model.Run(inputs, wanted.ToDictionary(name => name, _ => (IReadOnlyList<long>)[]));
}
