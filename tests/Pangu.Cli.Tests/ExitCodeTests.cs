using System.Text.Json;
using Pangu.Cli.Terminal;
using Pangu.Core;

namespace Pangu.Cli.Tests;

public sealed class ExitCodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CommandRunner _runner;

    public ExitCodeTests() => _runner = new CommandRunner(_folder);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, "usage", "nonsense")]
    [InlineData(2, "usage", "models")]
    [InlineData(2, "usage", "models", "list", "extra")]
    [InlineData(2, "usage", "forecast", "some-model")]
    [InlineData(2, "usage", "doctor", "--threads", "many")]
    [InlineData(2, "threads", "models", "list", "--threads", "0")]
    [InlineData(2, "set", "models", "list", "--set", "novalue")]
    [InlineData(2, "new-data", "new", "my-site", "--from", "power-transformer-small", "--data", "load")]
    [InlineData(3, "recipe-missing", "check", "no-such-recipe")]
    [InlineData(3, "recipe-missing", "plan", "no-such-recipe")]
    [InlineData(3, "recipe-missing", "run", "no-such-recipe")]
    [InlineData(3, "recipe-missing", "new", "my-site", "--from", "no-such-recipe", "--data", "load=a.csv")]
    [InlineData(3, "new-data-missing", "new", "my-site", "--from", "power-transformer-small", "--data", "load=no-such-file.csv")]
    [InlineData(3, "dataset-unknown", "data", "pull", "no-such-data")]
    [InlineData(3, "text-missing", "perplexity", "no/such-model", "no-such-file.txt")]
    [InlineData(3, "model-not-found", "forecast", "no/such-model", "--input", "a.csv")]
    [InlineData(3, "model-not-found", "bench", "training", "no/such-model")]
    [InlineData(3, "model-not-found", "models", "show", "no/such-model")]
    [InlineData(3, "model-not-found", "models", "rm", "no/such-model")]
    [InlineData(3, "data-not-found", "data", "inspect", "no-such-data")]
    [InlineData(3, "nothing-to-serve", "serve")]
    public async Task Run_OfWhatCannotBe_SaysSoOnBothStreams(int exitCode, string code, params string[] arguments)
    {
        var outcome = await _runner.RunAsync([.. arguments, "--json"]);

        Assert.Equal((exitCode, code), (outcome.ExitCode, outcome.ErrorCode));
        var error = outcome.Json.GetProperty("error");
        Assert.Equal(["code", "message", "details"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(JsonValueKind.Array, error.GetProperty("details").ValueKind);
        Assert.StartsWith("pangu: ", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithoutJson_LeavesStdoutEmptyOnError()
    {
        var outcome = await _runner.RunAsync("models", "show", "no/such-model");
        Assert.Equal((3, ""), (outcome.ExitCode, outcome.Output));
    }

    [Fact]
    public async Task Run_OfAMistypedVerb_NamesTheWordAndTheHelp()
    {
        var outcome = await _runner.RunAsync("modells");
        Assert.Contains("'modells'", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("./pangu --help", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Required command", outcome.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doctor", "--threads", "many")]
    [InlineData("generate", "m", "--prompt", "a", "--temperature", "warm")]
    public async Task Run_OfTextForANumber_SaysNumberAndNoTypeOfOurs(params string[] arguments)
    {
        var outcome = await _runner.RunAsync(arguments);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("expected a", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfAnUnreadableRecipe_ListsItAsAProblemOfItsFile()
    {
        var file = _folder.Write("broken.yaml", "version: 1\nname: [unclosed\n");
        var outcome = await _runner.RunAsync("check", file, "--json");

        var problem = outcome.Json.GetProperty("problems")[0];
        Assert.Equal((2, file), (outcome.ExitCode, problem.GetProperty("path").GetString()));
        Assert.True(problem.GetProperty("line").GetInt32() >= 2);
    }

    [Theory]
    [InlineData("--missing", "x")]
    [InlineData("--duplicates", "mean")]
    [InlineData("--header", "no")]
    public async Task New_OfATextWithOptionsOfCsvFiles_IsRefused(string option, string value)
    {
        var text = _folder.Write("book.txt", string.Concat(Enumerable.Repeat("all work and no play\n", 100)));
        var outcome = await _runner.RunAsync("new", _folder.File("my-text"), "--from", "tiny-shakespeare-small", "--data", $"text={text}", option, value, "--json");
        Assert.Equal((2, "new-options"), (outcome.ExitCode, outcome.ErrorCode));
    }

    [Fact]
    public async Task Check_OfASet_NamesItAsItWasWritten()
    {
        var outcome = await _runner.RunAsync("run", "power-transformer-small", "--set", "seed=many", "--json");
        Assert.Equal((2, "--set seed=many"), (outcome.ExitCode, outcome.Json.GetProperty("error").GetProperty("details")[0].GetProperty("path").GetString()));
    }

    [Fact]
    public void Report_OfAFileThatCannotBeReached_Is3AndNoFaultOfOurs()
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(3, new FailureReport(output, errors, json: true, debug: false).Unreachable(new UnauthorizedAccessException("Access to the path '/data/x' is denied.")));
        Assert.Contains("'/data/x' is denied", errors.ToString(), StringComparison.Ordinal);
        Assert.Equal("io", JsonDocument.Parse(output.ToString()).RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void Report_OfSeveralProblems_ListsEachWithFileAndLine()
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var exception = new PanguException(ErrorKind.Usage, "recipe", "The recipe has 2 problems.", [new Problem("recipe.yaml", 14, "seed is -1"), new Problem(null, null, "no data")]);

        Assert.Equal(2, new FailureReport(output, errors, json: true, debug: false).Expected(exception));

        Assert.Contains("seed is -1 (recipe.yaml, line 14)", errors.ToString(), StringComparison.Ordinal);
        var detail = JsonDocument.Parse(output.ToString()).RootElement.GetProperty("error").GetProperty("details")[0];
        Assert.Equal((14, true), (detail.GetProperty("line").GetInt32(), Path.IsPathFullyQualified(detail.GetProperty("path").GetString()!)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Report_OfOurOwnFault_ShowsTheStackOnDemandAlone(bool debug)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        Exception fault;
        try
        {
            throw new InvalidOperationException("broken");
        }
        catch (InvalidOperationException exception)
        {
            fault = exception;
        }

        Assert.Equal(4, new FailureReport(output, errors, json: true, debug).Unexpected(fault));
        Assert.Equal(debug, errors.ToString().Contains("   at ", StringComparison.Ordinal));
        Assert.Equal("internal", JsonDocument.Parse(output.ToString()).RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void Report_OfACancellation_Is130()
    {
        var output = new StringWriter();
        Assert.Equal(130, new FailureReport(output, TextWriter.Null, json: true, debug: false).Cancelled());
        Assert.Equal("cancelled", JsonDocument.Parse(output.ToString()).RootElement.GetProperty("error").GetProperty("code").GetString());
    }
}
