using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Pangu.Cli.Families;
using Pangu.Cli.Terminal;
using Pangu.Evaluation;

namespace Pangu.Cli.Verbs;

/// <summary><c>pangu verify</c>: runs a model on the inputs of a file and compares every output found there.</summary>
internal static class VerifyVerb
{
    private const string NativeEngine = "native";
    private const string TorchEngine = "torch";

    public static Command Create(VerbHost host)
    {
        var model = new Argument<string>("model") { Description = "Registry name, beginning of a hash, package or Hugging Face folder." };
        var expected = new Argument<string>("expected") { Description = "Safetensors file with inputs and expected outputs, named as the model's family does, or its folder.", HelpName = "expected.safetensors" };
        var engine = new Option<string>("--engine") { Description = "What runs the model: native (C#) or torch (libtorch).", HelpName = "engine", DefaultValueFactory = _ => NativeEngine };
        engine.AcceptOnlyFromAmong(NativeEngine, TorchEngine);
        var tolerance = new Option<double?>("--tolerance") { Description = "Largest absolute difference, of gradients as a share of the largest entry (default: the file's, else 0.001; gradients 0.0001).", HelpName = "x" };
        return host.Verb(
            "verify", "Runs a model on the inputs found in a file and compares every output found there.", "./pangu verify patchtst patchtst/expected.safetensors --engine torch", [model, expected, engine, tolerance],
            call => Run(call, call.Parsed.GetRequiredValue(model), call.Parsed.GetRequiredValue(expected), call.Parsed.GetRequiredValue(engine), call.Parsed.GetValue(tolerance)));
    }

    private static int Run(VerbCall call, string reference, string expected, string engine, double? tolerance)
    {
        var located = call.Surroundings.Models.Locate(reference);
        using var model = engine == TorchEngine ? ModelFamilies.OpenOnTorch(located, call.Settings.Threads) : ModelFamilies.OpenNative(located);
        using var problem = VerifyCase.Open(expected, model.Layout, model.GivesGradients);
        var found = Verification.Run(model, problem, tolerance, call.Time);
        var result = new VerifyResult(
            1, found.Ok, engine, found.Tolerance, [.. found.Tensors.Select(tensor => new VerifyTensor(tensor.Name, tensor.MaxAbsolute, tensor.MaxRelative, tensor.Ok, tensor.Problem))], found.Seconds);
        call.Result(result, VerifyJson.Default.VerifyResult, text => Write(text, result));
        return result.Ok ? 0 : 1;
    }

    private static void Write(TextWriter text, VerifyResult result)
    {
        Tables.Write(text, ["tensor", "max absolute", "max relative", ""], result.Tensors.Select(tensor => (IReadOnlyList<string>)[tensor.Name, Number(tensor.MaxAbsolute), Number(tensor.MaxRelative), tensor.Ok ? "ok" : $"FAILED: {tensor.Problem}"]));
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(result.Ok ? "Verified" : "NOT verified")} on the {result.Engine} engine: {result.Tensors.Count(tensor => tensor.Ok)} of {result.Tensors.Count} tensors within {result.Tolerance}, {result.Seconds:F2} s."));
    }

    private static string Number(double? value) => value?.ToString("G3", CultureInfo.InvariantCulture) ?? "-";
}

/// <summary>What <c>verify --json</c> prints.</summary>
internal sealed record VerifyResult(int Schema, bool Ok, string Engine, double Tolerance, IReadOnlyList<VerifyTensor> Tensors, double Seconds);

/// <summary>One compared tensor; the differences are null where it could not be compared.</summary>
internal sealed record VerifyTensor(string Name, double? MaxAbsolute, double? MaxRelative, bool Ok, string? Problem);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(VerifyResult))]
internal sealed partial class VerifyJson : JsonSerializerContext;
