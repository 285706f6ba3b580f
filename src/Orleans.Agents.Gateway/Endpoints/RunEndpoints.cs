using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Definitions;
using Orleans.Agents.Expressions;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Documents;
using Orleans.Agents.Gateway.Requests;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>Runs: started, listed, looked at.</summary>
internal sealed class RunEndpoints(IAgents agents, RunScope scope)
{
    private const int UsualPage = 50;
    private const int UsualTree = 1_000;
    private const int LargestTree = 10_000;

    public void Map(RouteGroupBuilder api)
    {
        api.MapPost("/runs", (Delegate)StartAsync).Says(
            "startRun", Permission.Change, "Starts a run; the same key or name is the same run, for ever.",
            StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Takes<StartRun>()
            .Produces<RunStarted>(StatusCodes.Status201Created)
            .Produces<RunStarted>();
        api.MapGet("/runs", ListAsync).Says("listRuns", Permission.Read, "Lists runs, newest first.")
            .Produces<RunPage>();
        api.MapGet("/runs/{run}", GetAsync).Says(
            "getRun", Permission.Read, "How a run stands, in full.", StatusCodes.Status404NotFound)
            .Produces<RunDetails>();
        api.MapGet("/runs/{run}/tree", TreeAsync).Says(
            "getRunTree", Permission.Read, "A run with the runs it started, and those they started.", StatusCodes.Status404NotFound)
            .Produces<RunTree>();
    }

    private async Task<IResult> StartAsync(HttpContext context)
    {
        var start = await RequestBody.ReadAsync(context, HttpJson.Default.StartRun, scope.MostBytes);
        var (run, key) = scope.NamesOf(context, start.Run, start.Key);
        var request = new StartRequest(
            start.Workflow,
            start.Input is { } input ? PayloadOf(input, "$.input") : Payload.EmptyObject,
            key,
            run,
            CorrelationId: Correlation.Of(context),
            Hash: start.Definition,
            Traceparent: TraceHeader.Of(context));
        return await agents.StartRunAsync(request, context.RequestAborted) switch
        {
            StartResult.Started started => Started(context, started),
            StartResult.Refused { Failure: var why } => Answers.Problem(Refusal.Of(why) with
            {
                Place = why.Code switch
                {
                    "workflow.unknown" => "$.workflow",
                    "run.name_invalid" => "$.run",
                    "run.key_conflict" => "$.key",
                    _ => "$.input",
                },
                Suggestion = why.Code == "workflow.unknown" ? await NearestAsync(start.Workflow, context.RequestAborted) : null,
            }),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    private async Task<string?> NearestAsync(string workflow, CancellationToken cancellation) =>
        NearestName.Of(workflow, (await agents.ListWorkflowsAsync(cancellation)).Select(offered => offered.Workflow));

    /// <summary>A value of a request as the engine takes it, byte for byte.</summary>
    /// <exception cref="RefusedException">It nests too deep.</exception>
    public static Payload PayloadOf(System.Text.Json.JsonElement value, string place)
    {
        var bytes = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value).ToArray();
        return Payload.TryParse(bytes, out var payload, out var problem)
            ? payload
            : throw new RefusedException(Refusal.Of("request.malformed", problem) with { Place = place });
    }

    /// <summary>A run that exists, and where.</summary>
    public static IResult Started(HttpContext context, StartResult.Started started)
    {
        context.Response.Headers.Location = $"{context.Request.PathBase}/api/v1/runs/{started.Run}";
        return Answers.Json(
            new RunStarted(started.Run.Value, started.IsNew),
            HttpJson.Default.RunStarted,
            started.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task<IResult> ListAsync(
        HttpContext context,
        string? status,
        string? workflow,
        string? parent,
        DateTimeOffset? started_from,
        DateTimeOffset? started_before,
        int? limit,
        string? cursor)
    {
        var most = Between(limit ?? UsualPage, 1, RunQuery.MaxLimit, "limit");
        var query = new RunQuery(
            most,
            status is null ? null : StatusOf(status),
            workflow,
            cursor is null ? null : CursorOf(context, cursor))
        {
            Parent = parent is null ? null : scope.NameOf(context, parent),
            StartedFrom = started_from,
            StartedBefore = started_before,
            Tenant = RunScope.TenantOf(context),
        };
        var records = await agents.ListAsync(query, context.RequestAborted);
        return Answers.Json(
            new RunPage(
                await LinesOfAsync(records, context.RequestAborted),
                records.Length == most ? records[^1].Id.Value : null),
            HttpJson.Default.RunPage);
    }

    // Only those are read that wait for a signal or are suspended; the rest stands in the rows.
    private async Task<ImmutableArray<RunLine>> LinesOfAsync(ImmutableArray<RunRecord> records, CancellationToken cancellation)
    {
        var waits = (await agents.FindWaitsAsync(records, cancellation)).ToDictionary(wait => wait.Run);
        var lines = ImmutableArray.CreateBuilder<RunLine>(records.Length);
        foreach (var record in records)
        {
            var suspended = record.Row.Status is RunStatus.Suspended
                ? await agents.FindReadableAsync(record.Id, cancellation)
                : null;
            lines.Add(RunDocuments.LineOf(record, waits.GetValueOrDefault(record.Id), suspended));
        }

        return lines.MoveToImmutable();
    }

    private async Task<IResult> GetAsync(HttpContext context, string run)
    {
        var record = await scope.FindAsync(context, run);
        var view = await agents.FindAsync(record.Id, context.RequestAborted)
            ?? throw new RefusedException(Refusal.NoSuchRun(run));
        var closure = await agents.FindDefinitionAsync(record.Hash, context.RequestAborted) ?? throw new HistoryException(
            "history.no_definition", $"Run {run} is pinned to definition {record.Hash}, which is not in the store.");
        var waits = await WaitsOfAsync(record.Id, view.State, context.RequestAborted);
        return Answers.Json(
            RunDocuments.DetailsOf(record, view.State, DefinitionClosure.Read(closure), waits), HttpJson.Default.RunDetails);
    }

    // Most runs wait for nobody, which their own state says: those below it are read only where there are any.
    private async Task<ImmutableArray<SignalWait>> WaitsOfAsync(RunId run, RunState state, CancellationToken cancellation) =>
        state.Awaited is null && state.AwaitedChildren is null ? [] : await agents.FindWaitsAsync(run, cancellation);

    private async Task<IResult> TreeAsync(HttpContext context, string run, int? limit)
    {
        var most = Between(limit ?? UsualTree, 1, LargestTree, "limit");
        var root = await scope.FindAsync(context, run);
        return Answers.Json(await new TreeReading(agents, most).ReadAsync(root, context.RequestAborted), HttpJson.Default.RunTree);
    }

    /// <summary>A number of a request.</summary>
    /// <exception cref="RefusedException">It is not within its bounds.</exception>
    public static int Between(int value, int least, int most, string place) => value >= least && value <= most
        ? value
        : throw new RefusedException(Refusal.Of("request.invalid", $"{place} is {value}.") with
        {
            Place = place,
            Expected = $"{least} to {most}",
        });

    private static RunStatus StatusOf(string status) => StatusName.All.Contains(status)
        ? StatusName.Find(status)!.Value
        : throw new RefusedException(Refusal.Of("request.invalid", $"There is no status '{status}'.") with
        {
            Place = "status",
            Expected = string.Join(", ", StatusName.All),
            Suggestion = NearestName.Of(status, StatusName.All),
        });

    private RunId CursorOf(HttpContext context, string cursor)
    {
        try
        {
            return scope.NameOf(context, cursor);
        }
        catch (RefusedException)
        {
            throw new RefusedException(Refusal.Of("request.invalid", "The cursor is not one that a page of this list gave.")
                with
            { Place = "cursor" });
        }
    }
}
