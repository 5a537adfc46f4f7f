// The command line: ./pangu <verb> ... (docs/reference/command-line.md). Everything is put together here; each verb is one file in Verbs/.
using Pangu.Cli;

return await CommandLine.RunAsync(args, Console.Out, Console.Error, () => new Surroundings(Environment.GetEnvironmentVariable, TimeProvider.System), TimeProvider.System).ConfigureAwait(false);
