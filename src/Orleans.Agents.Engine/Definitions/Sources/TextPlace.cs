namespace Orleans.Agents.Definitions.Sources;

/// <summary>
/// Finds where a character of a scalar stands in its file. Folding and indentation only ever add or remove white space,
/// so
/// the characters that are no white space are counted.
/// </summary>
internal static class TextPlace
{
    /// <summary>The index in the file of a character of a scalar's text.</summary>
    public static int Find(Node node, int offset)
    {
        var ink = 0;
        for (var i = 0; i < offset && i < node.Text.Length; i++)
        {
            ink += char.IsWhiteSpace(node.Text[i]) ? 0 : 1;
        }

        var onInk = offset < node.Text.Length && !char.IsWhiteSpace(node.Text[offset]);
        var at = Start(node);
        var text = node.File.Text;
        while (at < text.Length)
        {
            var (length, letters) = Next(text, at, node.Style);
            if (ink <= 0 && (letters > 0 || !onInk))
            {
                break;
            }

            ink -= letters;
            at += length;
        }

        return Math.Min(at, text.Length);
    }

    // Anchors and tags belong to the scalar as the parser sees it, and so do the header line of a block and the quote.
    private static int Start(Node node)
    {
        var text = node.File.Text;
        var at = node.Index;
        while (at < text.Length && text[at] is '&' or '!')
        {
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        if (node.Style is TextStyle.Block)
        {
            var end = text.IndexOf('\n', Math.Min(at, text.Length));
            return end < 0 ? text.Length : end + 1;
        }

        return node.Style is TextStyle.Plain ? at : at + 1;
    }

    // How many characters of the file stand for how many visible ones of the text.
    private static (int Length, int Letters) Next(string text, int at, TextStyle style)
    {
        if (style is TextStyle.SingleQuoted && text[at] == '\'')
        {
            return (2, 1);
        }

        if (style is not TextStyle.DoubleQuoted || text[at] != '\\' || at + 1 >= text.Length)
        {
            return (1, char.IsWhiteSpace(text[at]) ? 0 : 1);
        }

        return text[at + 1] switch
        {
            'x' => (4, Visible(text, at + 2, 2)),
            'u' => (6, Visible(text, at + 2, 4)),
            'U' => (10, Visible(text, at + 2, 8)),
            't' or 'n' or 'r' or 'v' or 'f' or ' ' or '\t' or '\r' or '\n' or 'N' or '_' or 'L' or 'P' => (2, 0),
            _ => (2, 1),
        };
    }

    private static int Visible(string text, int at, int digits)
    {
        if (at + digits > text.Length
            || !int.TryParse(text.AsSpan(at, digits), System.Globalization.NumberStyles.HexNumber, null, out var code))
        {
            return 1;
        }

        return code > char.MaxValue ? 2 : char.IsWhiteSpace((char)code) ? 0 : 1;
    }
}
