using Orleans.Agents.Failures;

namespace Orleans.Agents.Cli;

/// <summary>A command cannot do what was asked, for a reason its caller can mend.</summary>
/// <param name="exitCode">What the process ends with.</param>
/// <param name="code">A stable name such as <c>cli.usage</c>, listed in <c>docs/reference/cli.md</c>.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="inner">What led to it.</param>
internal sealed class CommandException(int exitCode, string code, string message, Exception? inner = null)
    : AgentsException(code, message, inner)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What kind of failure it is.</summary>
    public FailureClass Kind { get; init; } = FailureClass.Permanent;

    /// <summary>The command line asks for something that makes no sense.</summary>
    public static CommandException Usage(string message) => new(Cli.ExitCode.Usage, "cli.usage", message);
}
