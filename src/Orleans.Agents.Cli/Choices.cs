using System.CommandLine;

namespace Orleans.Agents.Cli;

/// <summary>Options that take one of a few words.</summary>
internal static class Choices
{
    /// <summary>An option with one of these values; with another it is refused, and told which was probably meant.</summary>
    public static Option<string> Option(string name, string description, params string[] values)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values) };
        option.CompletionSources.Add(_ => values.Select(value => new System.CommandLine.Completions.CompletionItem(value)));
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var typed }] && !values.Contains(typed, StringComparer.Ordinal))
            {
                result.AddError($"{name} is '{typed}'; expected {string.Join(", ", values[..^1])} or {values[^1]}."
                    + Nearest.Question(typed, values));
            }
        });
        return option;
    }
}
