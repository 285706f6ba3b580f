using System.CommandLine;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary>The option that says how large what a run asks, keeps and remembers may become.</summary>
internal static class LimitsOption
{
    /// <summary>Makes the option.</summary>
    public static Option<string> Create() => new("--limits")
    {
        Description = "What a run may be told, save, pass on and go through at most: prompt=256KiB,context=1MiB,payload=64KiB,"
            + $"history=100000, or some of them. Default: {SizeLimitText.Variable}, else as much as the engine allows.",
        HelpName = "name=size,…",
    };

    /// <summary>Takes over what was typed, or else what the environment says.</summary>
    /// <exception cref="CommandException">It makes no sense.</exception>
    public static void Apply(EngineOptions options, string? typed)
    {
        try
        {
            SizeLimitText.Apply(options, typed ?? Environment.GetEnvironmentVariable(SizeLimitText.Variable));
        }
        catch (FormatException problem)
        {
            throw CommandException.Usage($"{(typed is null ? SizeLimitText.Variable : "--limits")}: {problem.Message}");
        }
    }
}
