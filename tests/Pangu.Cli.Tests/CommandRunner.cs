using System.Text.Json;

namespace Pangu.Cli.Tests;

/// <summary>Runs commands inside the test process, with a home folder of their own.</summary>
internal sealed class CommandRunner(TemporaryFolder folder)
{
    public string Home => folder.File("home");

    public async Task<CommandOutcome> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLine.RunAsync(arguments, output, errors, () => new Surroundings(Variable, TimeProvider.System), TimeProvider.System);
        return new CommandOutcome(exitCode, output.ToString(), errors.ToString());
    }

    private string? Variable(string name) => name switch
    {
        "PANGU_HOME" => Home,
        "PANGU_ROOT" => Outside.RepositoryRoot,
        _ => null,
    };
}

/// <summary>What a command left behind.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Errors)
{
    /// <summary>The object on the last line of stdout.</summary>
    public JsonElement Json => JsonDocument.Parse(Output.TrimEnd('\n', '\r').Split('\n')[^1]).RootElement;

    public string ErrorCode => Json.GetProperty("error").GetProperty("code").GetString()!;
}
