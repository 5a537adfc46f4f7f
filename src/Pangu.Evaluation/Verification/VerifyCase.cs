using System.Text.Json;
using Pangu.Core;
using Pangu.Formats;

namespace Pangu.Evaluation;

/// <summary>What a model should give for stated inputs: <c>expected.safetensors</c> with <c>inputs.*</c>, <c>outputs.*</c> and <c>stages.*</c>, and the tolerance of the <c>expected.json</c> beside it. Tensors are valid until it is disposed.</summary>
public sealed class VerifyCase : IDisposable
{
    /// <summary>Absolute tolerance where no <c>expected.json</c> says one.</summary>
    public const double DefaultTolerance = 1e-3;

    private readonly SafetensorsFile _file;

    private VerifyCase(SafetensorsFile file, double tolerance)
    {
        _file = file;
        Tolerance = tolerance;
        Inputs = file.Tensors.Where(tensor => tensor.Key.StartsWith("inputs.", StringComparison.Ordinal)).ToDictionary(tensor => tensor.Key["inputs.".Length..], tensor => tensor.Value, StringComparer.Ordinal);
        Expected = file.Tensors.Where(tensor => IsExpected(tensor.Key)).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>Inputs by name, without <c>inputs.</c></summary>
    public IReadOnlyDictionary<string, TensorData> Inputs { get; }

    /// <summary>Expected tensors by full name (<c>outputs.*</c> and <c>stages.*</c>).</summary>
    public IReadOnlyDictionary<string, TensorData> Expected { get; }

    /// <summary>Largest absolute difference that is accepted.</summary>
    public double Tolerance { get; }

    /// <summary>Opens a case.</summary>
    /// <param name="path">The safetensors file, or the folder that holds <c>expected.safetensors</c>.</param>
    /// <returns>The case; the caller disposes it.</returns>
    /// <exception cref="PanguException">The file is missing or damaged, expects nothing, or the tolerance beside it is no positive number.</exception>
    public static VerifyCase Open(string path)
    {
        var file = SafetensorsFile.Open(Directory.Exists(path) ? System.IO.Path.Combine(path, "expected.safetensors") : path);
        try
        {
            return file.Names.Any(IsExpected)
                ? new VerifyCase(file, ReadTolerance(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file.Path))!, "expected.json")))
                : throw PanguException.Usage("verify-case", $"{file.Path} holds neither outputs.* nor stages.*, so there is nothing to compare; it holds {string.Join(", ", file.Names.Take(8))}.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static bool IsExpected(string name) => name.StartsWith("outputs.", StringComparison.Ordinal) || name.StartsWith("stages.", StringComparison.Ordinal);

    private static double ReadTolerance(string path)
    {
        if (!File.Exists(path))
        {
            return DefaultTolerance;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("tolerance", out var value))
            {
                return DefaultTolerance;
            }

            return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var tolerance) && tolerance > 0 && double.IsFinite(tolerance)
                ? tolerance
                : throw PanguException.Usage("verify-tolerance", $"{path} has tolerance {value.GetRawText()}; expected a positive number.");
        }
        catch (JsonException exception)
        {
            throw new PanguException(ErrorKind.Usage, "verify-tolerance", $"{path} is not JSON: {exception.Message}", exception);
        }
    }
}
