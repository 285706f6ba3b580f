using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions;

/// <summary>Collects what is wrong or odd while definitions are loaded.</summary>
/// <param name="strict">Whether warnings are errors.</param>
internal sealed class Findings(bool strict)
{
    private readonly List<Diagnostic> found = [];

    public int Count => found.Count;

    /// <summary>Whether the definitions are refused.</summary>
    public bool HasErrors => found.Exists(d => d.Severity is DiagnosticSeverity.Error);

    /// <summary>Whether there is anything that is an error however strict one is.</summary>
    public bool HasMistakes { get; private set; }

    /// <summary>
    /// Whether something was not read, so that what refers to it may be right although it is not found.
    /// </summary>
    public bool HaveGaps => found.Exists(d => d.Code is DiagnosticCode.YamlSyntax
        or DiagnosticCode.YamlQuoteExpression
        or DiagnosticCode.JsonSyntax
        or DiagnosticCode.DuplicateKey
        or DiagnosticCode.UnknownKind
        or DiagnosticCode.FileUnreadable
        or DiagnosticCode.FileEncoding
        or DiagnosticCode.FileTooLarge);

    /// <summary>Everything found so far, by file, line and column, each once.</summary>
    public IEnumerable<Diagnostic> InOrder() => found
        .Distinct()
        .OrderBy(d => d.File, StringComparer.Ordinal)
        .ThenBy(d => d.Line)
        .ThenBy(d => d.Column)
        .ThenBy(d => d.Code, StringComparer.Ordinal)
        .ThenBy(d => d.Message, StringComparer.Ordinal);

    public void Error(string code, Node at, string message, string? expected = null, string? suggestion = null) =>
        Error(code, at.File.Name, at.Position, message, expected, suggestion);

    public void Error(
        string code, string file, Position at, string message, string? expected = null, string? suggestion = null)
    {
        HasMistakes = true;
        found.Add(new Diagnostic(
            code, DiagnosticSeverity.Error, file, at.Line, at.Column, message, expected, suggestion));
    }

    public void Warn(string code, Node at, string message, string? expected = null, string? suggestion = null) =>
        Warn(code, at.File.Name, at.Position, message, expected, suggestion);

    public void Warn(
        string code, string file, Position at, string message, string? expected = null, string? suggestion = null) =>
        found.Add(new Diagnostic(
            code,
            strict ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
            file,
            at.Line,
            at.Column,
            message,
            expected,
            suggestion));
}
