using System.Text.Json;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Evaluation;

/// <summary>
/// What a model should give for stated inputs: <c>expected.safetensors</c>, the tolerance and numbers of the <c>expected.json</c> beside it, and gradients where the engine has them.
/// Which tensors are inputs is the family's to say (<see cref="CaseLayout"/>). Tensors are valid until it is disposed.
/// </summary>
public sealed class VerifyCase : IDisposable
{
    /// <summary>Absolute tolerance where no <c>expected.json</c> says one.</summary>
    public const double DefaultTolerance = 1e-3;

    private const string FileName = "expected.safetensors";
    private readonly IReadOnlyList<SafetensorsFile> _files;

    private VerifyCase(IReadOnlyList<SafetensorsFile> files, CaseLayout layout, ExpectedNumbers numbers)
    {
        _files = files;
        Layout = layout;
        Tolerance = numbers.Tolerance;
        Inputs = files.SelectMany(file => file.Tensors).Where(tensor => layout.InputName(tensor.Key) is not null).ToDictionary(tensor => layout.InputName(tensor.Key)!, tensor => tensor.Value, StringComparer.Ordinal);
        Expected = Compared(files, layout).Concat(numbers.Outputs).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path => _files[0].Path;

    /// <summary>How it is laid out.</summary>
    public CaseLayout Layout { get; }

    /// <summary>Inputs by the names that the model knows.</summary>
    public IReadOnlyDictionary<string, TensorData> Inputs { get; }

    /// <summary>Expected tensors by their names in the file.</summary>
    public IReadOnlyDictionary<string, TensorData> Expected { get; }

    /// <summary>Largest absolute difference that is accepted.</summary>
    public double Tolerance { get; }

    /// <summary>Opens a case.</summary>
    /// <param name="path">The safetensors file, or the folder that holds <c>expected.safetensors</c>. A file of gradients takes its inputs from the <c>expected.safetensors</c> beside it.</param>
    /// <param name="layout">How the model's family lays its cases out.</param>
    /// <param name="gradients">Whether the gradients that lie beside are expected too.</param>
    /// <returns>The case; the caller disposes it.</returns>
    /// <exception cref="PanguException">The file is missing or damaged, expects nothing, or the tolerance beside it is no positive number.</exception>
    public static VerifyCase Open(string path, CaseLayout layout, bool gradients = false)
    {
        var file = System.IO.Path.GetFullPath(Directory.Exists(path) ? System.IO.Path.Combine(path, FileName) : path);
        var folder = System.IO.Path.GetDirectoryName(file)!;
        var beside = layout.GradientsFile is { } name ? System.IO.Path.Combine(folder, name) : null;
        var givenGradients = beside is not null && System.IO.Path.GetFileName(file) == layout.GradientsFile;
        List<SafetensorsFile> files = [];
        try
        {
            files.Add(SafetensorsFile.Open(file));
            if (givenGradients)
            {
                files.Add(SafetensorsFile.Open(System.IO.Path.Combine(folder, FileName)));
            }
            else if (gradients && File.Exists(beside))
            {
                files.Add(SafetensorsFile.Open(beside));
            }

            return Compared(files, layout).Any()
                ? new VerifyCase(files, layout, ExpectedNumbers.Read(System.IO.Path.Combine(folder, "expected.json"), givenGradients ? [] : layout.NumbersBeside))
                : throw PanguException.Usage("verify-case", $"{file} holds no output of this family, so there is nothing to compare; it holds {string.Join(", ", files[0].Names.Take(8))}.");
        }
        catch
        {
            files.ForEach(opened => opened.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    /// <summary>What is compared: all of the given file, and of a second one the gradients alone. Behind a file of gradients the second one only brings the inputs.</summary>
    private static IEnumerable<KeyValuePair<string, TensorData>> Compared(IReadOnlyList<SafetensorsFile> files, CaseLayout layout) => files
        .SelectMany((file, index) => file.Tensors.Where(tensor => index == 0 ? layout.IsExpected(tensor.Key) : layout.IsGradient(tensor.Key)));
}

/// <summary>What an <c>expected.json</c> says.</summary>
/// <param name="Tolerance">Largest absolute difference.</param>
/// <param name="Outputs">Outputs that stand there as numbers.</param>
internal sealed record ExpectedNumbers(double Tolerance, IReadOnlyDictionary<string, TensorData> Outputs)
{
    public static ExpectedNumbers Read(string path, IReadOnlyList<string> names)
    {
        if (!File.Exists(path))
        {
            return new ExpectedNumbers(VerifyCase.DefaultTolerance, new Dictionary<string, TensorData>());
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            var outputs = new Dictionary<string, TensorData>(StringComparer.Ordinal);
            foreach (var name in names)
            {
                if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var number))
                {
                    outputs[name] = number.ValueKind == JsonValueKind.Number
                        ? TensorData.Of([number.GetSingle()])
                        : throw PanguException.Usage("verify-number", $"{path} has {name} {number.GetRawText()}; expected a number.");
                }
            }

            return new ExpectedNumbers(ReadTolerance(root, path), outputs);
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "verify-tolerance", $"{path} is not JSON: {exception.Message}", exception);
        }
    }

    private static double ReadTolerance(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("tolerance", out var value))
        {
            return VerifyCase.DefaultTolerance;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var tolerance) && tolerance > 0 && double.IsFinite(tolerance)
            ? tolerance
            : throw PanguException.Usage("verify-tolerance", $"{path} has tolerance {value.GetRawText()}; expected a positive number.");
    }
}
