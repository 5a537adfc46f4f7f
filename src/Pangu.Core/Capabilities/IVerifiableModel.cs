namespace Pangu.Core;

/// <summary>A model that can be run on named inputs and shows named outputs, intermediate values among them; what <c>pangu verify</c> drives on either engine.</summary>
public interface IVerifiableModel : IDisposable
{
    /// <summary>Runs the model.</summary>
    /// <param name="inputs">Tensors by their names in the file, without <c>inputs.</c>, for example <c>past_values</c>.</param>
    /// <param name="wanted">Names of the outputs asked for, as in the file, for example <c>outputs.loss</c> or <c>stages.patches</c>.</param>
    /// <returns>Those of the wanted outputs that the model can produce; a name it does not know is left out.</returns>
    /// <exception cref="PanguException">An input is missing or has a wrong shape.</exception>
    IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlySet<string> wanted);
}
