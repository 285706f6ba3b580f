using System.Runtime.CompilerServices;

namespace Orleans.Agents.Schemas;

/// <summary>The text of a violation, put together only where somebody will read it.</summary>
[InterpolatedStringHandler]
internal ref struct Message
{
    private DefaultInterpolatedStringHandler text;

    public Message(int literalLength, int formattedCount, Evaluation evaluation, out bool isWanted)
    {
        isWanted = evaluation.WantsMore;
        text = isWanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string literal) => text.AppendLiteral(literal);

    public void AppendFormatted(string word) => text.AppendFormatted(word);

    public string ToText() => text.ToStringAndClear();
}
