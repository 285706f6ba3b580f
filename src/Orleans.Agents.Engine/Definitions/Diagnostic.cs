namespace Orleans.Agents.Definitions;

/// <summary>How much a diagnostic matters.</summary>
public enum DiagnosticSeverity
{
    /// <summary>
    /// The definition can run, and probably does not do what its author wanted. Strict loading refuses it.
    /// </summary>
    Warning,

    /// <summary>The definition is refused.</summary>
    Error,
}

/// <summary>One thing that is wrong, or odd, in the definitions that were loaded.</summary>
/// <param name="Code">One of <see cref="DiagnosticCode"/>, or a code of the expression or schema language.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="File">The file, as the caller named it or as found in the caller's folder.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column in UTF-16 units, from 1.</param>
/// <param name="Message">What was found.</param>
/// <param name="Expected">What would have been right.</param>
/// <param name="Suggestion">What was probably meant, ready to be put in its place.</param>
public sealed record Diagnostic(
    string Code,
    DiagnosticSeverity Severity,
    string File,
    int Line,
    int Column,
    string Message,
    string? Expected = null,
    string? Suggestion = null)
{
    /// <summary>
    /// The diagnostic on one line: <c>file:line:column: error code: message (expected …; did you mean "x"?)</c>.
    /// </summary>
    public override string ToString()
    {
        var severity = Severity is DiagnosticSeverity.Error ? "error" : "warning";
        var hints = (Expected, Suggestion) switch
        {
            (null, null) => string.Empty,
            (_, null) => $" (expected {Expected})",
            (null, _) => $" (did you mean \"{Suggestion}\"?)",
            _ => $" (expected {Expected}; did you mean \"{Suggestion}\"?)",
        };
        return OneLine($"{File}:{Line}:{Column}: {severity} {Code}: {Message}{hints}");
    }

    // Messages quote what an author wrote, line breaks and all.
    private static string OneLine(string text) => string.Create(text.Length, text, static (line, source) =>
    {
        for (var i = 0; i < source.Length; i++)
        {
            line[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
        }
    });
}
