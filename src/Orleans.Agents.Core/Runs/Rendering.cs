using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>Templates and conditions of a state, evaluated; what goes wrong is a failure of that state.</summary>
internal static class Rendering
{
    // Spelled out, because a lenient reading takes what is missing, a day or a year, from today.
    private static readonly string[] TimeForms =
    [
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
        "yyyy-MM-ddTHH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd",
    ];

    public static bool TryRenderAll(
        ImmutableArray<Assignment> assignments,
        Scope scope,
        out ImmutableSortedDictionary<string, Payload> rendered,
        [NotNullWhen(false)] out Failure? failure)
    {
        rendered = PayloadMap.Empty;
        failure = null;
        foreach (var (name, template) in assignments)
        {
            if (!template.TryRender(scope, out var value, out var broken))
            {
                rendered = PayloadMap.Empty;
                failure = broken.ToFailure();
                return false;
            }

            rendered = rendered.SetItem(name, value);
        }

        return true;
    }

    /// <summary>Renders assignments and says what the context becomes with them.</summary>
    public static bool TrySave(
        ImmutableArray<Assignment> assignments,
        Scope scope,
        RunState state,
        out ImmutableSortedDictionary<string, Payload>? saved,
        out ImmutableSortedDictionary<string, Payload> context,
        [NotNullWhen(false)] out Failure? failure,
        SizeLimits? limits = null)
    {
        context = state.Context;
        saved = null;
        if (assignments.IsEmpty)
        {
            failure = null;
            return true;
        }

        if (!TryRenderAll(assignments, scope, out var rendered, out failure))
        {
            return false;
        }

        saved = rendered;
        context = state.Context.SetItems(rendered);
        failure = TooLarge(context, limits ?? SizeLimits.Of(state));
        return failure is null;
    }

    /// <summary>The first alternative that applies; null, with a failure, when none does.</summary>
    public static string? Choose(
        State definition, Scope scope, ImmutableSortedDictionary<string, Payload> context, out Failure? failure)
    {
        failure = null;
        if (definition.Next is [{ When: null, To: var only }, ..])
        {
            return only;
        }

        scope = scope with { Context = context };
        foreach (var (when, to) in definition.Next)
        {
            if (when is null)
            {
                return to;
            }

            if (!when.TryTest(scope, out var holds, out var broken))
            {
                failure = broken.ToFailure();
                return null;
            }

            if (holds)
            {
                return to;
            }
        }

        failure = new Failure(
            FailureClass.Permanent,
            FailureCode.NoTransition,
            $"None of the {definition.Next.Length} alternatives of 'next' in state '{definition.Name}' applies.");
        return null;
    }

    public static bool Satisfies(State definition, Payload output, [NotNullWhen(false)] out Failure? failure)
    {
        var result = definition.OutputSchema?.Validate(output);
        failure = result is null or { IsValid: true } ? null : new Failure(
            FailureClass.Permanent,
            FailureCode.OutputInvalid,
            $"The output of state '{definition.Name}' does not satisfy its schema: {result}");
        return failure is null;
    }

    public static bool TryFindWaitEnd(
        State.Wait wait,
        Scope scope,
        DateTimeOffset at,
        out DateTimeOffset due,
        [NotNullWhen(false)] out Failure? failure)
    {
        failure = null;
        if (wait.Duration is { } duration)
        {
            due = at + duration;
            return true;
        }

        due = default;
        if (!wait.Until!.TryRender(scope, out var until, out var broken))
        {
            failure = broken.ToFailure();
            return false;
        }

        if (TryReadTime(until, out due))
        {
            return true;
        }

        failure = new Failure(
            FailureClass.Permanent,
            FailureCode.WaitInvalid,
            $"State '{wait.Name}' waits until a time such as \"2030-01-31T09:00:00Z\"; it got {until}.");
        return false;
    }

    private static bool TryReadTime(Payload payload, out DateTimeOffset time)
    {
        time = default;
        return Value.From(payload).TryGetText(out var text)
            && DateTimeOffset.TryParseExact(
                text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>Why a context is too large; null when it is not.</summary>
    public static Failure? TooLarge(ImmutableSortedDictionary<string, Payload> context, SizeLimits limits)
    {
        var bytes = SizeEvolution.BytesOf(context);
        var most = limits.Of(SizeKind.Context);
        return bytes <= most ? null : new Failure(
            FailureClass.Permanent,
            FailureCode.ContextTooLarge,
            $"The context would have {bytes} bytes; at most {most} are allowed.");
    }
}
