using System.CommandLine;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Cli;

/// <summary>Options that take a duration.</summary>
internal static class DurationOption
{
    /// <summary>An option whose value is a duration above zero.</summary>
    public static Option<TimeSpan?> Named(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (DurationText.TryParse(text, out var duration))
            {
                return duration;
            }

            result.AddError($"{name} is '{text}'; expected {DurationText.Expected}.");
            return null;
        },
    };
}
