using Orleans.Agents.Tools;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions;

/// <summary>
/// What definitions may refer to beyond each other: the tools and models of the process that will run them.
/// </summary>
/// <param name="Tools">The tools that states may call.</param>
/// <param name="Models">The names of the models that agents may use.</param>
/// <param name="DefaultRetry">
/// The rule for activities that name none; null means <see cref="RetryDefaults.Shipped"/>.
/// </param>
public sealed record DefinitionHost(
    IReadOnlyList<Tool> Tools, IReadOnlyList<string> Models, RetryRule? DefaultRetry = null);

/// <summary>How definitions are loaded.</summary>
/// <param name="Strict">Whether every warning is an error.</param>
public sealed record LoadOptions(bool Strict = false)
{
    /// <summary>
    /// The folder with what the model <c>offline</c> answers for agents and actions of machines of other formats, which
    /// cannot name files of answers themselves: one file for each, under its name.
    /// </summary>
    public string? Answers { get; init; }

    /// <summary>Warnings stay warnings.</summary>
    public static LoadOptions Lenient { get; } = new();
}

/// <summary>A definition file that is in memory.</summary>
/// <param name="Name">
/// Its name in diagnostics, with <c>/</c> between folders; <c>.json</c> at its end means JSON, anything else YAML.
/// Agents
/// find their answers by it.
/// </param>
/// <param name="Text">What is in it.</param>
public sealed record DefinitionText(string Name, string Text);
