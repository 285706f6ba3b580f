using Orleans.Agents.Cli;
using Orleans.Agents.Cli.Terminals;

return await CommandLine.RunAsync(args, new Streams());
