namespace Orleans.Agents.Definitions.Shapes;

/// <summary>Which texts a field takes: the same rule as code, as a pattern for editors, and in words.</summary>
internal sealed record TextRule(string Expected, string? Pattern, Func<string, bool> Holds)
{
    private const int LongestName = 64;

    /// <summary>Any text but none.</summary>
    public static TextRule Any { get; } = new("text", "[^ \\t\\r\\n]", text => !string.IsNullOrWhiteSpace(text));

    /// <summary>Any text.</summary>
    public static TextRule Free { get; } = new("text", null, _ => true);

    /// <summary>What documents and states are called.</summary>
    public static TextRule Name { get; } = new(
        "a name of lower-case letters, digits, - _ and . that begins with a letter or digit, 64 characters at most",
        "^[a-z0-9][a-z0-9._-]{0,63}$",
        text => text.Length is > 0 and <= LongestName
            && char.IsAsciiLetterOrDigit(text[0])
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'));

    /// <summary>What values of the context are called.</summary>
    public static TextRule ContextName { get; } = new(
        "a name of letters, digits, - and _ that begins with a letter, 64 characters at most",
        "^[A-Za-z][A-Za-z0-9_-]{0,63}$",
        text => text.Length is > 0 and <= LongestName
            && char.IsAsciiLetter(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    /// <summary>What environment variables are called.</summary>
    public static TextRule EnvName { get; } = new(
        "the name of an environment variable: letters, digits and _",
        "^[A-Za-z_][A-Za-z0-9_]{0,127}$",
        text => text.Length is > 0 and <= 128
            && !char.IsAsciiDigit(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_'));

    /// <summary>The code of a failure.</summary>
    public static TextRule Code { get; } = new(
        "a code of lower-case letters, digits and _, with dots between its parts",
        "^(?=.{1,128}$)[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*$",
        text => text.Length <= 128 && IsCode(text));

    /// <summary>A code that <c>retry.on</c> and <c>catch.on</c> can name.</summary>
    public static TextRule DottedCode { get; } = new(
        "a code with a dot in it, such as model.rate_limited",
        "^(?=.{1,128}$)[a-z][a-z0-9_]*(\\.[a-z0-9_]+)+$",
        text => text.Length <= 128 && IsCode(text) && text.Contains('.', StringComparison.Ordinal));

    /// <summary>A length of time.</summary>
    public static TextRule Duration { get; } = new(
        DurationText.Expected, DurationText.Pattern, text => DurationText.TryParse(text, out _));

    /// <summary>A length of time that a process may well see the end of.</summary>
    public static TextRule Day { get; } = new(
        "a duration such as 1s, 1m or 1h, 24h at most",
        DurationText.Pattern,
        text => DurationText.TryParse(text, out var duration) && duration <= TimeSpan.FromDays(1));

    /// <summary>One of a few words.</summary>
    public static TextRule OneOf(params string[] words) => new(
        string.Join(", ", words),
        $"^({string.Join('|', words)})$",
        text => Array.IndexOf(words, text) >= 0);

    private static bool IsCode(string text) =>
        text.Length > 0
        && char.IsAsciiLetterLower(text[0])
        && text
            .Split('.')
            .All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_'));
}
