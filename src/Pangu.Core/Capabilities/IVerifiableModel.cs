namespace Pangu.Core;

/// <summary>A model that can be run on named inputs and shows named outputs, intermediate values among them; what <c>pangu verify</c> drives on either engine.</summary>
public interface IVerifiableModel : IDisposable
{
    /// <summary>Which tensors of a case go in and which should come out.</summary>
    CaseLayout Layout { get; }

    /// <summary>Whether gradients that lie beside a case are expected of this model.</summary>
    bool GivesGradients => false;

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">Tensors by the names of <see cref="CaseLayout.InputName"/>, for example <c>past_values</c> or <c>input_ids</c>.</param>
    /// <param name="wanted">The outputs asked for: names as in the file, for example <c>outputs.loss</c> or <c>hidden_states.1</c>, and the shapes they have there.</param>
    /// <returns>Those of the wanted outputs that the model can produce; a name it does not know is left out.</returns>
    /// <exception cref="PanguException">An input is missing or has a wrong shape.</exception>
    IReadOnlyDictionary<string, TensorData> Run(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlyDictionary<string, IReadOnlyList<long>> wanted);
}
