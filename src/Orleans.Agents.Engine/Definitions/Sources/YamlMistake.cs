using YamlDotNet.Core;

namespace Orleans.Agents.Definitions.Sources;

/// <summary>Says in an author's words what the YAML parser stumbled over.</summary>
internal static class YamlMistake
{
    public static void Explain(YamlException broken, SourceFile file, Findings findings)
    {
        var at = Math.Clamp((int)broken.Start.Index, 0, file.Text.Length);
        if (IsOpenedExpression(file.Text, at))
        {
            findings.Error(
                DiagnosticCode.YamlQuoteExpression,
                file.Name,
                file.PositionAt(at - 1),
                "Inside { } and [ ] YAML reads the braces of an expression as its own",
                "the value in quotes, such as \"${{ input.path }}\"");
            return;
        }

        if (broken.Message.Contains("invalid mapping", StringComparison.Ordinal) && IsAfterExpression(file, at))
        {
            findings.Error(
                DiagnosticCode.YamlQuoteExpression,
                file.Name,
                file.PositionAt(at),
                "A colon followed by a space inside an unquoted value is read as a key",
                "the value in quotes, such as \"${{ input.big ? 1 : 2 }}\"");
            return;
        }

        at = broken.Message.Contains("tab", StringComparison.Ordinal) ? FirstTab(file, at) : at;
        findings.Error(
            DiagnosticCode.YamlSyntax,
            file.Name,
            file.PositionAt(at),
            $"This is not YAML: {Sentence(broken.Message)}",
            ExpectedFor(broken.Message));
    }

    // The parser names what it was doing; an author has to know what to write.
    private static string? ExpectedFor(string message) =>
        message.Contains("invalid tab", StringComparison.Ordinal) ? "spaces"
        : message.Contains("quoted scalar, found wrong", StringComparison.Ordinal)
            || message.Contains("quoted scalar, found unexpected", StringComparison.Ordinal)
            ? "the quote that ends the text which begins here"
        : message.Contains("expected ',' or", StringComparison.Ordinal)
            ? "the bracket that ends what was opened before, or a comma"
        : message.Contains("did not find expected key", StringComparison.Ordinal)
            ? "the same indentation for all fields of a mapping"
        : message.Contains("found invalid mapping", StringComparison.Ordinal)
            ? "a value with a colon and a space in quotes; a field on a line of its own"
        : null;

    private static bool IsOpenedExpression(string text, int at) =>
        at > 0 && text[at - 1] == '$' && text.AsSpan(at).StartsWith("{{", StringComparison.Ordinal);

    private static bool IsAfterExpression(SourceFile file, int at)
    {
        var start = file.LineStart(at);
        var line = file.Text.AsSpan(start, at - start);
        return line.Contains("${{", StringComparison.Ordinal) || line.Contains("when:", StringComparison.Ordinal);
    }

    // The parser reports the mapping around a tab rather than the tab.
    private static int FirstTab(SourceFile file, int at)
    {
        for (var i = file.LineStart(at); i < file.Text.Length; i++)
        {
            var isIndentation = file.Text.AsSpan(file.LineStart(i), i - file.LineStart(i)).Trim(' ').IsEmpty;
            if (file.Text[i] == '\t' && isIndentation)
            {
                return i;
            }
        }

        return at;
    }

    private static string Sentence(string message) => message.Length == 0
        ? "nothing more is known"
        : $"{char.ToLowerInvariant(message[0])}{message.AsSpan(1).TrimEnd('.')}";
}
