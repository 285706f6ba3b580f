using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>
/// A JSON value whose texts may hold <c>${{ expression }}</c>, read and checked once and rendered many times. It never
/// changes and may be used from many threads.
/// </summary>
/// <remarks>
/// A text that is exactly one <c>${{ }}</c> becomes what the expression yields, of whatever type. Otherwise texts are
/// inserted as they are, null as nothing, other values as JSON without white space. <c>$${{</c> means <c>${{</c>
/// itself. Names of members are never templates. Everything else is written byte for byte as it was.
/// </remarks>
public sealed class Template
{
    private readonly ImmutableArray<TemplateSegment> segments;
    private readonly Payload constant;

    private Template(
        ImmutableArray<TemplateSegment> segments, Payload constant, ImmutableArray<TemplateExpression> expressions)
    {
        this.segments = segments;
        this.constant = constant;
        Expressions = expressions;
        Paths = [.. expressions.SelectMany(one => one.Expression.Paths)];
        Roots = ImmutableSortedSet.CreateRange(
            StringComparer.Ordinal, expressions.SelectMany(one => one.Expression.Roots));
    }

    /// <summary>Whether it renders to the same value in every scope.</summary>
    public bool IsConstant => segments.IsEmpty;

    /// <summary>Its expressions and where they stand, in the order of the text.</summary>
    public ImmutableArray<TemplateExpression> Expressions { get; }

    /// <summary>The names of the scope its expressions use.</summary>
    public ImmutableSortedSet<string> Roots { get; }

    /// <summary>The paths its expressions use; offsets count from the start of each expression.</summary>
    public ImmutableArray<ExpressionPath> Paths { get; }

    /// <summary>A template that renders to this value as it is, even where it looks like an expression.</summary>
    public static Template Constant(Payload value) => new([], value, []);

    /// <summary>Reads a template and checks its expressions.</summary>
    /// <param name="json">The value.</param>
    /// <param name="names">The names in scope where it stands.</param>
    /// <param name="template">The template.</param>
    /// <param name="errors">All that is wrong, in the order of the text, when the answer is no; else none.</param>
    public static bool TryCompile(
        Payload json,
        ExpressionNames names,
        [NotNullWhen(true)] out Template? template,
        out ImmutableArray<TemplateError> errors)
    {
        var compiler = new TemplateCompiler(json, names);
        var segments = compiler.Compile();
        errors = compiler.Errors;
        template = !errors.IsEmpty ? null
            : segments is [{ Expression: null } only] ? Constant(Payload.FromTrusted(only.Literal))
            : new Template(segments, default, compiler.Expressions);
        return template is not null;
    }

    /// <summary>Makes the value for a scope. Never throws; the work of all its expressions counts together.</summary>
    public bool TryRender(Scope scope, out Payload payload, [NotNullWhen(false)] out ExpressionFailure? failure)
    {
        payload = constant;
        failure = null;
        if (IsConstant)
        {
            return true;
        }

        var evaluation = new Evaluation(scope);
        if (segments is [{ IsInsideText: false, Expression: { } only }])
        {
            payload = only.TryEvaluate(ref evaluation, out var value) ? value.ToPayload() : default;
            failure = evaluation.Failure
                ?? (payload.Length > ExpressionLimits.MaxBytes ? TooLarge(only) : null);
        }
        else
        {
            using var output = new JsonOutput(ExpressionLimits.MaxBytes);
            failure = Render(ref evaluation, output);
            payload = failure is null ? Payload.FromTrusted(output.ToArray()) : default;
        }

        payload = failure is null ? payload : default;
        return failure is null;
    }

    private static ExpressionFailure? Insert(TemplateSegment segment, in Value value, JsonOutput output)
    {
        if (segment.IsInsideText)
        {
            using var text = new JsonOutput(ExpressionLimits.MaxBytes);
            value.WriteTextTo(text);
            output.WriteEscaped(text.Written);
            return text.IsOverLimit ? TooLarge(segment.Expression!) : null;
        }

        if (value.Kind is ValueKind.List or ValueKind.Object && segment.Depth + value.Depth > Payload.MaxDepth)
        {
            return new ExpressionFailure(
                ExpressionCodes.Limit,
                $"Lists and objects nest at most {Payload.MaxDepth} deep",
                segment.Expression!.Text,
                0);
        }

        value.WriteTo(output);
        return null;
    }

    private static ExpressionFailure TooLarge(Expression expression) => new(
        ExpressionCodes.Limit,
        $"A template renders to at most {ExpressionLimits.MaxBytes} bytes",
        expression.Text,
        0);

    private ExpressionFailure? Render(ref Evaluation evaluation, JsonOutput output)
    {
        foreach (var segment in segments)
        {
            if (segment.Expression is not { } expression)
            {
                output.Write(segment.Literal.Span);
                continue;
            }

            if (!expression.TryEvaluate(ref evaluation, out var value))
            {
                return evaluation.Failure;
            }

            if (Insert(segment, value, output) is { } failure)
            {
                return failure;
            }
        }

        return output.IsOverLimit ? TooLarge(Expressions[^1].Expression) : null;
    }
}
