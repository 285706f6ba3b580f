namespace Orleans.Agents.Cli.Terminals;

/// <summary>The payload did not reach the standard output: its disk is full, or it is gone.</summary>
/// <param name="message">What the system says.</param>
/// <param name="inner">What led to it.</param>
internal sealed class OutputException(string message, Exception inner) : Exception(message, inner);
