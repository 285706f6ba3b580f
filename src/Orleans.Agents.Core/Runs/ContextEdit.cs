using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>Changes that somebody makes to the context of a run that is forked.</summary>
internal static class ContextEdit
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Payload.MaxDepth };

    public static bool TryApply(
        Workflow workflow,
        RunState state,
        Payload? edit,
        out ImmutableSortedDictionary<string, Payload> context,
        [NotNullWhen(false)] out Failure? failure)
    {
        context = state.Context;
        failure = null;
        if (edit is null)
        {
            return true;
        }

        if (PayloadLint.Find(edit.Value) is { } flaw)
        {
            failure = Refused($"A change of the context cannot be used: {flaw}.");
            return false;
        }

        using var document = JsonDocument.Parse(edit.Value.Utf8, Deep);
        failure = document.RootElement.ValueKind is JsonValueKind.Object
            ? Apply(workflow, state, document.RootElement, ref context)
            : Refused("A change of the context is an object of names and values.");
        failure ??= Rendering.TooLarge(context, SizeLimits.Of(state));
        return failure is null;
    }

    private static Failure? Apply(
        Workflow workflow, RunState state, JsonElement edit, ref ImmutableSortedDictionary<string, Payload> context)
    {
        var known = NamesOf(workflow).Union(context.Keys);
        foreach (var member in edit.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                var nearest = NearestName.Of(member.Name, known);
                return Refused(
                    $"Workflow '{workflow.Name}' never has '{member.Name}' in its context."
                    + (nearest is null ? "" : $" Did you mean '{nearest}'?"));
            }

            var value = Payload.FromTrusted(JsonMarshal.GetRawUtf8Value(member.Value).ToArray());
            if (SizeLimits.TooLarge(state, value.Length, $"'{member.Name}'") is { } large)
            {
                return large;
            }

            context = value.IsNull ? context.Remove(member.Name) : context.SetItem(member.Name, value);
        }

        return null;
    }

    // A name that nothing reads or writes would be a change without an effect.
    private static ImmutableSortedSet<string> NamesOf(Workflow workflow) => ImmutableSortedSet.CreateRange(
        StringComparer.Ordinal,
        workflow.Context
            .Concat(workflow.States.Values.SelectMany(state => state.Save))
            .Concat(workflow.States.Values.SelectMany(state => state.Catch).SelectMany(caught => caught.Save))
            .Select(saved => saved.Name));

    private static Failure Refused(string message) => new(FailureClass.Permanent, FailureCode.ContextEditInvalid, message);
}
