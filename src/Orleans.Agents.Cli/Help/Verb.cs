using System.Collections.Immutable;
using System.CommandLine;

namespace Orleans.Agents.Cli.Help;

/// <summary>A command that its help can teach.</summary>
/// <param name="name">What people type.</param>
/// <param name="summary">What it does, in a line.</param>
/// <param name="explanation">What one has to know to use it, in a line or two.</param>
/// <param name="examples">Command lines that work, each with what it is for.</param>
internal sealed class Verb(string name, string summary, string explanation, params ImmutableArray<Example> examples)
    : Command(name, summary)
{
    /// <summary>What one has to know to use it.</summary>
    public string Explanation { get; } = explanation;

    /// <summary>Command lines that work.</summary>
    public ImmutableArray<Example> Examples { get; } = examples;
}

/// <summary>A command line to learn from.</summary>
/// <param name="What">What it is for.</param>
/// <param name="Line">The command line.</param>
internal sealed record Example(string What, string Line);
