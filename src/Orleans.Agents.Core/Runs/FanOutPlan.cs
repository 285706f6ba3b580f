using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>What a state fans out into: evaluated once per visit, and stored.</summary>
internal static class FanOutPlan
{
    public static bool TryMake(
        Workflow workflow,
        RunState state,
        State definition,
        DateTimeOffset at,
        [NotNullWhen(true)] out RunEvent.BranchesPlanned? planned,
        [NotNullWhen(false)] out Failure? failure)
    {
        DateTimeOffset? until = definition.Timeout is { } timeout ? RunTime.Truncate(at + timeout) : null;
        if (definition is State.Parallel parallel)
        {
            var count = parallel.Branches.Length;
            planned = Planned(state, count, count, parallel.Settlement) with { Until = until };
            failure = null;
            return true;
        }

        planned = null;
        var each = (State.ForEach)definition;
        var scope = RunScope.Of(workflow, state);
        if (!TryList(each, scope, out var list, out var items, out failure)
            || !TryName(each, scope, items, out var keys, out failure))
        {
            return false;
        }

        planned = Planned(state, items.Length, each.Each.Limit, each.Settlement) with
        {
            Items = list,
            Keys = keys,
            Until = until,
        };
        return true;
    }

    private static RunEvent.BranchesPlanned Planned(RunState state, int count, int limit, Settlement settlement) => new(
        state.Visit,
        count,
        Math.Min(limit, RunLimits.BranchesAtOnce),
        settlement.Quorum ?? count,
        settlement.Collects ? true : null);

    private static bool TryList(
        State.ForEach each,
        Scope scope,
        out Payload list,
        out ImmutableArray<Payload> items,
        [NotNullWhen(false)] out Failure? failure)
    {
        items = [];
        if (!each.Each.In.TryRender(scope, out list, out var broken))
        {
            failure = broken.ToFailure();
            return false;
        }

        var value = Value.From(list);
        failure = value.Kind is not ValueKind.List
            ? Wrong(FailureCode.NotAList, $"State '{each.Name}' does something for each item of a list; it got {Shown(list)}.")
            : value.Length > RunLimits.Branches
                ? Wrong(FailureCode.TooManyItems, $"State '{each.Name}' got {value.Length} items; at most {RunLimits.Branches} are allowed.")
                : null;
        items = failure is null ? ItemsOf(list) : [];
        return failure is null;
    }

    /// <summary>The items of a list, each a part of its bytes.</summary>
    public static ImmutableArray<Payload> ItemsOf(Payload list) =>
        [.. Value.From(list).Items().Select(item => item.ToPayload())];

    private static bool TryName(
        State.ForEach each,
        Scope scope,
        ImmutableArray<Payload> items,
        out ImmutableArray<string>? keys,
        [NotNullWhen(false)] out Failure? failure)
    {
        keys = null;
        failure = null;
        if (each.Each.Key is not { } key)
        {
            return true;
        }

        var places = new Dictionary<string, int>(items.Length, StringComparer.Ordinal);
        var named = ImmutableArray.CreateBuilder<string>(items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            if (!key.TryRender(scope.With(each.Each.As, items[i]), out var rendered, out var broken))
            {
                failure = broken.ToFailure();
                return false;
            }

            var value = Value.From(rendered);
            var name = value.ToDisplayText();
            failure = value.Kind is not ValueKind.Text && !value.IsNumber
                ? Wrong(FailureCode.KeyInvalid, $"Item {i} of state '{each.Name}' is to be named by a text or a number; it got {Shown(rendered)}.")
                : places.TryGetValue(name, out var other)
                    ? Wrong(FailureCode.DuplicateKey, $"Items {other} and {i} of state '{each.Name}' have the same key \"{name}\".")
                    : null;
            if (failure is not null)
            {
                return false;
            }

            places.Add(name, i);
            named.Add(name);
        }

        keys = named.DrainToImmutable();
        return true;
    }

    private static Failure Wrong(string code, string message) => new(FailureClass.Permanent, code, message);

    private static string Shown(Payload payload) => payload.Length <= 100 ? payload.ToString() : $"{payload.Length} bytes";
}
