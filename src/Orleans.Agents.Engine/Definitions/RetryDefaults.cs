using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions;

/// <summary>
/// The retry rule of activities that name none: shipped as <c>retry_policy.json</c>, which may be edited.
/// </summary>
public static class RetryDefaults
{
    /// <summary>The name of the file beside the program.</summary>
    public const string FileName = "retry_policy.json";

    private static readonly Lazy<RetryRule> FromAssembly = new(ReadAssembly);

    /// <summary>The rule as it was shipped.</summary>
    public static RetryRule Shipped => FromAssembly.Value;

    /// <summary>Reads an edited file: one Policy document with a <c>retry</c> in it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="rule">
    /// The rule; what the file leaves out is as shipped. As shipped, too, when the file is refused.
    /// </param>
    /// <returns>What is wrong with the file; empty when nothing is.</returns>
    public static ImmutableArray<Diagnostic> Read(DefinitionText file, out RetryRule rule)
    {
        var drafted = ReadDraft(file, out var diagnostics);
        rule = diagnostics.IsEmpty ? Complete(drafted, Shipped) : Shipped;
        return diagnostics;
    }

    /// <summary>A rule without gaps.</summary>
    internal static RetryRule Complete(RetryDraft draft, RetryRule otherwise) => new(
        draft.Attempts ?? otherwise.Attempts,
        draft.Backoff ?? otherwise.Backoff,
        draft.Factor ?? otherwise.Factor,
        draft.Max ?? otherwise.Max,
        draft.Jitter ?? otherwise.Jitter,
        draft.On ?? otherwise.On)
    {
        Pauses = draft.Pauses,
    };

    private static RetryRule ReadAssembly()
    {
        using var stream = typeof(RetryDefaults).Assembly.GetManifestResourceStream(FileName)
            ?? throw new UnreachableException($"{FileName} is not part of the assembly");
        using var reader = new StreamReader(stream);
        var drafted = ReadDraft(new DefinitionText(FileName, reader.ReadToEnd()), out var diagnostics);
        return diagnostics.IsEmpty
            ? Complete(drafted, RetryRule.Never)
            : throw new UnreachableException(diagnostics[0].ToString());
    }

    private static RetryDraft ReadDraft(DefinitionText file, out ImmutableArray<Diagnostic> diagnostics)
    {
        var (drafted, findings) = Drafting.OfTexts([file]);
        diagnostics = [.. findings.InOrder()];
        if (diagnostics.IsEmpty && drafted.Policies is not [{ RetryNode: not null }])
        {
            diagnostics =
            [
                new Diagnostic(
                    DiagnosticCode.MissingField,
                    DiagnosticSeverity.Error,
                    file.Name,
                    1,
                    1,
                    "The file holds no default retry rule",
                    "one Policy document with `retry`"),
            ];
        }

        return diagnostics.IsEmpty ? drafted.Policies[0].Retry : RetryDraft.Empty;
    }
}
