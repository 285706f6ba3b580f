namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

internal enum JinjaTokenKind
{
    End,
    Name,
    Number,
    Text,
    Symbol,
}

/// <summary>A word of an expression.</summary>
/// <param name="Kind">What kind of word.</param>
/// <param name="Text">The word; of a text what it says.</param>
/// <param name="At">Where it begins in the whole template.</param>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Text, int At)
{
    public bool Is(string word) => Kind is JinjaTokenKind.Name or JinjaTokenKind.Symbol && Text == word;

    public string Describe() => Kind switch
    {
        JinjaTokenKind.End => "the end",
        JinjaTokenKind.Text => "a text",
        _ => $"`{Text}`",
    };
}

/// <summary>What is wrong with a template, and where.</summary>
internal sealed record JinjaError(int At, string Message, string? Expected = null, string? Suggestion = null);
