using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>
/// Where a forked run begins: what another run had come to, with a name of its own, and perhaps with another context. What had
/// been decided stays; what was under way is begun again here.
/// </summary>
public static class Checkpoint
{
    /// <summary>Makes a checkpoint.</summary>
    /// <param name="workflow">The definition that both runs are pinned to.</param>
    /// <param name="cut">The other run's state after one of its appends.</param>
    /// <param name="asked">Who the new run is, and what is different.</param>
    /// <param name="at">When it is forked.</param>
    /// <param name="checkpoint">The state of the new run.</param>
    /// <param name="failure">Why there can be none.</param>
    public static bool TryMake(
        Workflow workflow,
        RunState cut,
        ForkAsked asked,
        DateTimeOffset at,
        [NotNullWhen(true)] out RunState? checkpoint,
        [NotNullWhen(false)] out Failure? failure)
    {
        checkpoint = null;
        if (!IsUnderWay(cut))
        {
            failure = Refused(
                FailureCode.ForkSettled,
                $"At version {cut.Version} it is settled how run {cut.Origin?.Run} ends; fork it from an earlier version.");
            return false;
        }

        if (!ContextEdit.TryApply(workflow, cut, asked.Context, out var context, out failure))
        {
            return false;
        }

        at = RunTime.Later(cut.Now, RunTime.Truncate(at));
        var made = Begin(workflow, cut, asked, at) with { Context = context };
        failure = Unrendered(workflow, made);
        if (failure is not null)
        {
            return false;
        }

        checkpoint = made with { Inherited = KeysOf(workflow, cut, asked.Context is null ? cut : cut with { Context = context }) };
        return true;
    }

    /// <summary>Whether it is open still how a run ends.</summary>
    internal static bool IsUnderWay(RunState state) => state is { Status: RunStatus.Running, Ending: null };

    // Time stands still between the cut and the fork: what had ten minutes left has ten minutes left. Only a moment that the
    // author named stays where it is.
    private static RunState Begin(Workflow workflow, RunState cut, ForkAsked asked, DateTimeOffset at)
    {
        var passed = at - cut.Now;

        // What is asked for again may have been asked for since the cut, by the other run and under the same key: to a tool that
        // refuses what is called under a smaller epoch than it has seen, the fork must not look like a carrier of old.
        var epoch = Math.Max(asked.Epoch.Value, Math.Max(cut.Epoch, asked.After.Value) + 1);
        var isNamed = workflow.States[cut.State] is State.Wait { Until: not null };
        var open = cut.Open.ToImmutableSortedDictionary(open => open.Key, open => BegunAgain(open.Value, passed, at));
        return cut with
        {
            Version = 0,
            Origin = cut.Origin! with
            {
                Run = asked.Run.Value,
                CorrelationId = asked.CorrelationId,
                Key = asked.Key,
                Epoch = asked.Epoch == default ? null : asked.Epoch.Value,
                Parent = null,
                Fork = new RunFork(cut.Origin.Run, cut.Version, asked.Context is null ? null : true),
                Traceparent = asked.Traceparent,
            },
            Bounds = cut.Bounds! with { Deadline = cut.Bounds.Deadline + passed },
            Epoch = epoch,
            StartedAt = at,
            Now = at,
            Open = open,
            Books = BooksOf(cut, open.Values),
            AwaitedChildren = null,
            Unsettled = null,
            Suspension = null,
            Crashes = null,
            Warnings = WarningsOf(cut),
            Awaited = cut.Awaited is { } awaited ? awaited with { Since = awaited.Since + passed } : null,
            WakeAt = isNamed ? cut.WakeAt : cut.WakeAt + passed,
        };
    }

    // Its history begins anew, and what it took over is nothing that it was warned of.
    private static ImmutableArray<SizeWarning>? WarningsOf(RunState cut)
    {
        var known = cut.Warnings?.Where(warning => warning.Kind is not SizeKind.History)
            .Select(warning => warning with { Version = 0 })
            .ToImmutableArray();
        return known is { IsEmpty: false } ? known : null;
    }

    // What was settled and lost stays; of what was under way, only what is begun again here is this run's to pay for.
    private static Books? BooksOf(RunState cut, IEnumerable<OpenActivity> open) => cut.Books is null
        ? null
        : cut.Books with { Reserved = open.Aggregate((Cost?)null, (sum, one) => Cost.Sum(sum, one.Reserved)) };

    // A child is started anew, under the name that the new run gives it.
    private static OpenActivity BegunAgain(OpenActivity open, TimeSpan passed, DateTimeOffset at)
    {
        var since = open.Since + passed;
        var isToCome = since > at && open.Child is null;
        return open with
        {
            Since = isToCome ? since : at,
            IsRetry = open.IsRetry && isToCome,
            Child = null,
            Until = null,
            Reserved = open.Child is null ? open.Reserved : null,
            Input = default,
        };
    }

    private static Failure? Unrendered(Workflow workflow, RunState made)
    {
        foreach (var branch in made.Open.Keys)
        {
            if (!RunScope.TryRenderInput(workflow, made, branch, out _, out var broken))
            {
                return Refused(
                    FailureCode.ContextEditInvalid,
                    $"With this context the input of state '{made.State}' cannot be made: {broken.ToFailure().Message}");
            }
        }

        return null;
    }

    // What is asked for again with another input is another piece of work; but what became of a call that must not be made
    // twice can only be asked under the name it was made under.
    private static ImmutableArray<InheritedActivity>? KeysOf(Workflow workflow, RunState cut, RunState edited)
    {
        var keys = ImmutableArray.CreateBuilder<InheritedActivity>();
        foreach (var (branch, open) in cut.Open)
        {
            var definition = workflow.States[cut.State].ActivityOf(branch);
            if (definition is not (State.WorkflowCall or State.Launch)
                && (open.Call is not null || ReferenceEquals(cut, edited) || HasSameInput(workflow, cut, edited, branch)))
            {
                keys.Add(new InheritedActivity(branch, cut.KeyOf(branch).Run.Value));
            }
        }

        return keys.Count == 0 ? null : keys.DrainToImmutable();
    }

    private static bool HasSameInput(Workflow workflow, RunState cut, RunState edited, int branch) =>
        RunScope.TryRenderInput(workflow, cut, branch, out var was, out _)
        && RunScope.TryRenderInput(workflow, edited, branch, out var now, out _)
        && was == now;

    private static Failure Refused(string code, string message) => new(FailureClass.Permanent, code, message);
}

/// <summary>Who a forked run is to be, and what is to be different in it.</summary>
/// <param name="Run">Its name.</param>
/// <param name="CorrelationId">A new UUID.</param>
/// <param name="Epoch">The epoch of the process that starts it.</param>
/// <param name="Context">
/// An object whose values take the place of those of their names in the context; <c>null</c> takes a name out. Null changes
/// nothing.
/// </param>
/// <param name="Traceparent">The span that everything the new run does hangs below, in W3C's form.</param>
/// <param name="After">The greatest epoch that the other run has come to since.</param>
/// <param name="Key">The caller's idempotency key.</param>
public sealed record ForkAsked(
    RunId Run,
    Guid CorrelationId,
    Epoch Epoch,
    Payload? Context = null,
    string? Traceparent = null,
    Epoch After = default,
    string? Key = null);
