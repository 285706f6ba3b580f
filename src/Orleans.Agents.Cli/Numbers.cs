using System.CommandLine;
using System.Globalization;

namespace Orleans.Agents.Cli;

/// <summary>Options that take a whole number.</summary>
internal static class Numbers
{
    /// <summary>An option whose value lies between two numbers, both allowed.</summary>
    public static Option<long?> Option(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= least
                && number <= most)
            {
                return number;
            }

            var range = most == long.MaxValue ? $"from {least}" : $"from {least} to {most}";
            result.AddError($"{name} is '{text}'; expected a number {range}.");
            return null;
        },
    };

    /// <summary>A whole number for people: <c>12,000</c>.</summary>
    public static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Millionths of a US dollar for people: <c>$0.0125</c>.</summary>
    public static string Dollars(long microUsd) =>
        string.Create(CultureInfo.InvariantCulture, $"${microUsd / 1_000_000m:0.00####}");
}
