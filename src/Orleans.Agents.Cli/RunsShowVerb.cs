using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Progress;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Definitions;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs show</c>: how one run stands.</summary>
internal static class RunsShowVerb
{
    private const int BranchesShown = 20;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var run = new Argument<string>("id") { Description = "The run's name, or a beginning that no other run has." };
        var store = StoreChoice.Option();
        var server = new ServerOptions();
        var json = MannerOptions.JsonOption();
        var verb = new Verb(
            "show",
            "Shows how a run stands: state, cycle, budget, context, error, output.",
            "Text on a terminal, a JSON object otherwise. It may be asked while another process carries the run.",
            new Example("How far is it?", "agents runs show run-0198c2"),
            new Example("Its output, for a script", "agents runs show run-0198c2 --json | jq .output"))
        {
            run, store, json,
        };
        server.AddToReading(verb, store);
        verb.SetAction(async (parsed, cancellation) =>
        {
            var typed = parsed.GetValue(run)!;
            var document = server.Of(parsed) is { } there
                ? await ServerReading.ShowAsync(there, typed, cancellation)
                : await ReadAsync(StoreChoice.Of(parsed.GetValue(store)), typed, streams, cancellation);
            if (streams.IsOutputTerminal && !parsed.GetValue(json))
            {
                streams.WriteText(TextOf(document));
            }
            else
            {
                streams.WriteJson(document, CliJson.Default.RunDocument, compact: true);
            }

            return ExitCode.Done;
        });
        return verb;
    }

    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The engine owns it.")]
    private static async Task<RunDocument> ReadAsync(
        StoreChoice choice, string typed, Streams streams, CancellationToken cancellation)
    {
        var store = await RunFinder.OpenStoreAsync(choice, typed, cancellation);
        await using var engine = ProgramEngine.Looking(store, streams, Manner.Reading);
        var record = await RunFinder.FindAsync(store, typed, cancellation);
        var view = await engine.FindAsync(record.Id, cancellation);
        var closure = await store.Definitions.FindAsync(record.Hash, cancellation) ?? throw new HistoryException(
            "history.no_definition",
            $"Run {record.Id} is pinned to definition {record.Hash}, which is not in the store.");
        var waits = await engine.FindWaitsAsync(record.Id, cancellation);
        return RunDocument.Of(record, view!.State, DefinitionClosure.Read(closure), waits);
    }

    private static string TextOf(RunDocument run)
    {
        var text = new StringBuilder();
        Line(text, "run", run.Run);
        Line(text, "workflow", run.Version is null ? run.Workflow : $"{run.Workflow} {run.Version}");
        Line(text, "definition", run.Hash);
        Line(text, "key", run.Key);
        Line(text, "parent", run.Parent is null ? null : $"{run.Parent}, depth {run.Depth}");
        Line(text, "forked from", ForkOf(run.ForkedFrom));
        Line(text, "status", run.Status);
        WriteSuspension(text, run.Suspended);
        Line(text, "state", run.State is null ? null : $"{run.State}, visit {run.Visit}");
        foreach (var cycle in run.Cycles)
        {
            Line(text, cycle.IsNow ? "cycle now" : "cycle", cycle.Remaining > 0 ? $"{cycle.Text}, {cycle.Remaining} left" : $"{cycle.Text}, at its bound");
        }

        Line(text, "started", Local(run.StartedAt));
        Line(text, "updated", Local(run.UpdatedAt));
        Line(text, "waits until", run.WaitsUntil is { } until ? Local(until) : null);
        WriteWaits(text, run);
        WriteMessages(text, run);
        WriteBranches(text, run.Branches);
        WriteChildren(text, run.Children ?? []);
        foreach (var call in run.Undecided ?? [])
        {
            Line(text, "undecided", $"attempt {call.Attempt} at {call.Activity} of state {call.State}: {call.Why.Message}");
            foreach (var command in call.Decide)
            {
                Line(text, "  decide by", command);
            }
        }

        foreach (var call in run.Unsettled ?? [])
        {
            var place = $"attempt {call.Attempt} of state {call.State}, visit {call.Visit}, branch {call.Branch}";
            Line(text, "unsettled", call.Child is null ? place : $"{place}: run {call.Child}");
        }

        WriteBudget(text, run.Budget);
        WriteBooks(text, run.Books, run.Budget);
        foreach (var near in run.NearLimits ?? [])
        {
            var place = near.State is null ? "" : $" in state {near.State}";
            Line(text, "near limit", $"{near.Kind} {Numbers.Grouped(near.Size)} of {Numbers.Grouped(near.Limit)} {near.Unit} ({near.Percent} %){place}, {Local(near.At)}");
        }

        foreach (var (name, bytes) in run.Context)
        {
            Line(text, "context", $"{name} ({bytes} bytes)");
        }

        WriteFailure(text, "error", run.Error);
        WriteFailure(text, "failure", run.Failure);
        Line(text, "output", run.Output?.GetRawText());
        return text.ToString();
    }

    private static void WriteSuspension(StringBuilder text, SuspensionDocument? suspended)
    {
        if (suspended is not null)
        {
            var why = suspended.Reason is null ? "" : $": {suspended.Reason}";
            var code = suspended.Code is null ? "" : $" as {suspended.Code}";
            Line(text, "suspended", $"since {Local(suspended.Since)}{code}{why}");
            Line(text, "  resume by", suspended.Resume);
        }
    }

    private static void WriteWaits(StringBuilder text, RunDocument run)
    {
        foreach (var wait in run.WaitsFor ?? [])
        {
            var whose = wait.Run == run.Run ? "" : $"run {wait.Run}: ";
            var until = wait.Until is { } moment ? $", until {Local(moment)}" : "";
            Line(text, "waits for", $"{whose}signal {wait.Signal} since {Local(wait.Since)}{until}");
            Line(text, "  send by", wait.Send);
        }
    }

    private static void WriteMessages(StringBuilder text, RunDocument run)
    {
        foreach (var message in run.Messages ?? [])
        {
            var fate = message.IsTold ? "told now" : "waits for its turn";
            var left = message.HopsLeft is { } hops ? string.Create(CultureInfo.InvariantCulture, $", {hops} left") : "";
            Line(text, "message", $"{message.Id}: {message.SenderRole} to {message.RecipientRole}, hop {message.HopIndex}{left}, {fate}");
        }
    }

    private static string? ForkOf(ForkedFromDocument? fork) =>
        fork is null ? null : $"{fork.Run} at version {fork.Version}{(fork.Edited ? ", with a changed context" : "")}";

    private static void WriteBranches(StringBuilder text, BranchesDocument? branches)
    {
        if (branches is null)
        {
            return;
        }

        Line(
            text,
            "branches",
            $"{branches.Succeeded} of {branches.Count} succeeded, {branches.Needed} needed; {branches.Failed} failed, "
            + $"{branches.UnderWay} under way, {branches.Waiting} to come");
        Line(text, "done by", branches.Until is { } until ? Local(until) : null);
        foreach (var branch in (branches.Open ?? []).Take(BranchesShown))
        {
            Line(text, "  branch", $"{branch.Branch}: attempt {branch.Attempt}, {branch.Status}");
        }
    }

    private static void WriteChildren(StringBuilder text, ImmutableArray<ChildDocument> children)
    {
        Line(text, "waits for", children.IsEmpty ? null : children.Length == 1 ? "1 run" : $"{children.Length} runs");
        foreach (var child in children.Take(BranchesShown))
        {
            var until = child.Until is { } moment ? $", until {Local(moment)}" : "";
            Line(text, "  child", $"{child.Run}, attempt {child.Attempt}{until}");
        }
    }

    private static void WriteBudget(StringBuilder text, BudgetDocument budget)
    {
        Line(text, "activities", $"{budget.ActivitiesUsed} of {budget.ActivitiesAllowed}");
        var used = Durations.TextOf(TimeSpan.FromSeconds(budget.ActiveSeconds));
        Line(text, "active time", $"{used} of {Durations.TextOf(TimeSpan.FromSeconds(budget.ActiveSecondsAllowed))}");
        Line(text, "launches", budget.LaunchesUsed == 0 ? null : $"{budget.LaunchesUsed} of {budget.LaunchesAllowed}");
        Line(text, "deadline", budget.Deadline is { } deadline ? Local(deadline) : null);
    }

    private static void WriteBooks(StringBuilder text, BooksDocument? books, BudgetDocument budget)
    {
        if (books is null)
        {
            return;
        }

        var hasChildren = books.Activities.Charged + books.Activities.Reserved != budget.ActivitiesUsed;
        Line(text, "tokens", books.Tokens is { IsUsed: true } tokens ? tokens.TextOf(Numbers.Grouped) : null);
        Line(text, "cost", books.MicroUsd is { IsUsed: true } money ? money.TextOf(Numbers.Dollars) : null);
        Line(text, "with children", hasChildren ? $"activities {books.Activities.TextOf(Numbers.Grouped)}" : null);
    }

    private static void WriteFailure(StringBuilder text, string name, FailureDocument? failure)
    {
        for (var at = failure; at is not null; at = at.Cause)
        {
            var place = string.IsNullOrEmpty(at.State) ? "" : $" in state {at.State}";
            Line(text, at == failure ? name : "  caused by", $"{at.Code} ({at.Class}){place}: {at.Message}");
        }
    }

    private static void Line(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(name.PadRight(13)).Append(value).Append('\n');
        }
    }

    private static string Local(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
