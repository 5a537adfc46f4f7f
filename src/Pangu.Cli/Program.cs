// The command line: ./pangu <verb> ... (docs/reference/command-line.md). Everything is put together here; each verb is one file in Verbs/.
using Pangu.Cli;

return await CommandLine.RunAsync(args, Console.Out, Console.Error, TimeProvider.System).ConfigureAwait(false);
