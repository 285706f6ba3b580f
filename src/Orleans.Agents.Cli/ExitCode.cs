namespace Orleans.Agents.Cli;

/// <summary>What the process ends with, for scripts.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The run failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a definition or an input is wrong; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>A policy, a budget or a conflict stood in the way.</summary>
    public const int Refused = 3;

    /// <summary>The store, or the program itself, could not do its part.</summary>
    public const int Infrastructure = 4;

    /// <summary>Somebody pressed Ctrl-C, or the system asked the process to end.</summary>
    public const int Interrupted = 130;
}
