using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Orleans.Agents.Values;

namespace Orleans.Agents.Schemas;

/// <summary>
/// A schema of JSON Schema 2020-12, ready to check values: the required part of the specification, in which
/// <c>format</c> and <c>content…</c> are notes without effect.
/// </summary>
/// <remarks>
/// Immutable, and safe to use from many threads. Numbers are compared exactly, whatever their size. Patterns are those
/// of ECMAScript in its Unicode mode.
/// </remarks>
public sealed class Schema
{
    private readonly Subschema root;

    private Schema(Payload source, Subschema root, ImmutableArray<SchemaError> warnings)
    {
        Source = source;
        this.root = root;
        Warnings = warnings;
    }

    /// <summary>The document it was compiled from, byte for byte.</summary>
    public Payload Source { get; }

    /// <summary>Whether it is the schema <c>true</c>, to which every value conforms that can be read.</summary>
    public bool AllowsEverything => root.Always is true;

    /// <summary>
    /// What is odd about the document without being wrong: keywords that do not exist, with the one that was probably
    /// meant, and older drafts. At most 100.
    /// </summary>
    public ImmutableArray<SchemaError> Warnings { get; }

    /// <summary>Reads a schema document and everything that it refers to.</summary>
    /// <param name="document">The document.</param>
    /// <param name="registry">The schemas it may refer to besides itself.</param>
    /// <param name="schema">The schema, if there are no errors.</param>
    /// <param name="errors">All errors that were found, at most 100; empty exactly when there is a schema.</param>
    /// <returns>Whether there is a schema.</returns>
    public static bool TryCompile(
        Payload document,
        SchemaRegistry registry,
        [NotNullWhen(true)] out Schema? schema,
        out ImmutableArray<SchemaError> errors)
    {
        schema = null;
        var source = SchemaDocument.Read(SchemaUri.Root, document);
        if (source.Problem is { } problem)
        {
            errors = [new SchemaError(SchemaErrorCodes.Unreadable, "", problem, "one JSON value, each name once")];
            return false;
        }

        var compiler = new SchemaCompiler(source, registry);
        var root = compiler.Compile();
        errors = [.. compiler.Errors];
        if (!errors.IsEmpty)
        {
            return false;
        }

        schema = new Schema(document, root, [.. compiler.Warnings]);
        return true;
    }

    /// <summary>
    /// Checks a value. Bounded whatever the schema and the value are: where an answer would take too deep a recursion,
    /// too many steps or too slow a pattern, the result is a violation that says so.
    /// </summary>
    public SchemaResult Validate(Payload instance)
    {
        JsonDocument parsed;
        try
        {
            parsed = JsonDocument.Parse(instance.Utf8, new JsonDocumentOptions { MaxDepth = Payload.MaxDepth });
        }
        catch (JsonException broken)
        {
            return new SchemaResult([new SchemaViolation("", "", "", $"the value cannot be read: {broken.Message}")]);
        }

        using (parsed)
        {
            var fuel = Evaluation.FuelFor(instance.Length);
            var verdict = new Evaluation(fuel, isExplaining: false);
            if (root.Check(parsed.RootElement, verdict, null) && verdict.Broken is null)
            {
                return SchemaResult.Valid;
            }

            var explanation = new Evaluation(fuel, isExplaining: true);
            _ = root.Check(parsed.RootElement, explanation, null);
            var violations = explanation.Conclude();

            // A pattern that was too slow a moment ago may now be fast enough; the first answer stands.
            violations = violations.IsEmpty ? verdict.Conclude() : violations;
            return violations.IsEmpty
                ? throw new UnreachableException("A value was refused, and no reason was found.")
                : new SchemaResult(violations);
        }
    }
}
