using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Definitions;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Forks;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Requests;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>What may be asked of a run that exists.</summary>
internal sealed class ControlEndpoints(IAgents agents, RunScope scope)
{
    private static readonly string[] Verdicts = ["retry", "accept", "fail"];

    public void Map(RouteGroupBuilder api)
    {
        api.MapPost("/runs/{run}/cancel", CancelAsync).Says(
            "cancelRun", Permission.Change, "Asks a run to stop, whoever carries it.",
            StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .Takes<CancelRun>(isOptional: true)
            .Produces<RunAsked>(StatusCodes.Status202Accepted);
        api.MapPost("/runs/{run}/suspend", SuspendAsync).Says(
            "suspendRun", Permission.Change, "Asks a run to begin nothing until it is resumed; what is under way is done to its end.",
            StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)
            .Takes<SuspendRun>(isOptional: true)
            .Produces<RunAsked>(StatusCodes.Status202Accepted);
        api.MapPost("/runs/{run}/resume", ResumeAsync).Says(
            "resumeRun", Permission.Change, "Lets a suspended run go on, and carries a run on that nobody carries.", StatusCodes.Status404NotFound)
            .Produces<RunResumed>();
        api.MapPost("/runs/{run}/fork", ForkAsync).Says(
            "forkRun", Permission.Change, "Begins a run where this one stood after one of its steps, perhaps with another context; "
            + "the same key or name is the same run, for ever.",
            StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status410Gone, StatusCodes.Status422UnprocessableEntity)
            .Takes<ForkRun>()
            .Produces<RunStarted>(StatusCodes.Status201Created)
            .Produces<RunStarted>();
        api.MapPost("/runs/{run}/decide", DecideAsync).Says(
            "decideCall", Permission.Change, "Decides about a call whose outcome nobody knows.",
            StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Takes<DecideCall>()
            .Produces<CallDecided>();
        api.MapPost("/runs/{run}/signals", SignalAsync).Says(
            "signalRun", Permission.Change, "Tells a run what one of its states waits for, or will; the same id comes once.",
            StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)
            .Takes<SignalRun>()
            .Produces<RunSignalled>(StatusCodes.Status202Accepted)
            .Produces<RunSignalled>();
    }

    private async Task<IResult> CancelAsync(HttpContext context, string run)
    {
        var id = scope.NameOf(context, run);
        var cancel = await RequestBody.ReadOptionalAsync(
            context, HttpJson.Default.CancelRun, new CancelRun(), scope.MostBytes);
        var request = RunScope.KeyOf(context, cancel.RequestId, "$.request_id");

        return Asked(
            run, id, await agents.CancelAsync(id, cancel.Reason, NoteOf("cancel", request), context.RequestAborted), "cancel");
    }

    private async Task<IResult> SuspendAsync(HttpContext context, string run)
    {
        var id = scope.NameOf(context, run);
        var suspend = await RequestBody.ReadOptionalAsync(
            context, HttpJson.Default.SuspendRun, new SuspendRun(), scope.MostBytes);
        var request = RunScope.KeyOf(context, suspend.RequestId, "$.request_id");
        return Asked(
            run, id, await agents.SuspendAsync(id, suspend.Reason, NoteOf("suspend", request), context.RequestAborted), "suspend");
    }

    private async Task<IResult> ForkAsync(HttpContext context, string run)
    {
        var record = await scope.FindAsync(context, run);
        var fork = await RequestBody.ReadAsync(context, HttpJson.Default.ForkRun, scope.MostBytes);
        var (named, key) = scope.NamesOf(context, fork.Run, fork.Key);
        var request = new ForkRequest(
            record.Id,
            fork.At,
            named,
            fork.Context is { } changed ? RunEndpoints.PayloadOf(changed, "$.context") : null,
            Correlation.Of(context),
            TraceHeader.Of(context),
            key);
        return await agents.ForkAsync(request, context.RequestAborted) switch
        {
            StartResult.Started started => RunEndpoints.Started(context, started),
            StartResult.Refused { Failure: var why } => Answers.Problem(Refusal.Of(why) with
            {
                Place = why.Code == "run.key_conflict" ? "$.key" : null,
            }),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    private async Task<IResult> ResumeAsync(HttpContext context, string run)
    {
        var record = await scope.FindAsync(context, run);
        return Answers.Json(
            new RunResumed(run, await agents.ResumeAsync(record.Id, context.RequestAborted)), HttpJson.Default.RunResumed);
    }

    private async Task<IResult> DecideAsync(HttpContext context, string run)
    {
        var id = scope.NameOf(context, run);
        var decide = await RequestBody.ReadAsync(context, HttpJson.Default.DecideCall, scope.MostBytes);
        var activity = ActivityOf(id, decide.Activity);
        return await agents.DecideAsync(activity, VerdictOf(decide), context.RequestAborted) switch
        {
            DecideResult.Decided it => Decided(activity, it.Attempt, isNew: true),
            DecideResult.DecidedBefore it => Decided(activity, it.Attempt, isNew: false),
            DecideResult.Refused { Failure: var why } => Answers.Problem(Refusal.Of(why)),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    private async Task<IResult> SignalAsync(HttpContext context, string run)
    {
        var id = scope.NameOf(context, run);
        var signal = await RequestBody.ReadAsync(context, HttpJson.Default.SignalRun, scope.MostBytes);
        var called = RunScope.KeyOf(context, signal.Id, "$.id", SignalResult.MaxIdLength);
        var told = signal.Payload is { } payload ? RunEndpoints.PayloadOf(payload, "$.payload") : Payload.Null;
        return await agents.SignalAsync(id, signal.Name, told, called, context.RequestAborted) switch
        {
            SignalResult.Sent it => Signalled(id, signal.Name, it.Id, isNew: true),
            SignalResult.SentBefore it => Signalled(id, signal.Name, it.Id, isNew: false),
            SignalResult.Refused { Failure: { Code: FailureCode.SignalUnknown } why } =>
                Answers.Problem(await UnknownAsync(id, signal.Name, why, context.RequestAborted)),
            SignalResult.Refused { Failure: var why } => Answers.Problem(Refusal.Of(why) with
            {
                Place = why.Code is FailureCode.SignalInvalid or FailureCode.PayloadTooLarge ? "$.payload" : null,
            }),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    // The message has the names for people; a program, and a typing error, are helped by them apart.
    private async Task<Refusal> UnknownAsync(RunId run, string name, Failure why, CancellationToken cancellation)
    {
        var refusal = Refusal.Of(why) with { Place = "$.name" };
        if (await agents.LookUpAsync(run, cancellation) is not { } record
            || await agents.FindDefinitionAsync(record.Hash, cancellation) is not { } closure)
        {
            return refusal; // pruned meanwhile
        }

        string[] names = [.. SignalRules.NamesIn(DefinitionClosure.Read(closure))];
        return names.Length == 0
            ? refusal
            : refusal with { Expected = string.Join(", ", names), Suggestion = NearestName.Of(name, names) };
    }

    private static ActivityId ActivityOf(RunId run, string named)
    {
        var whole = named.Split('/') is [_, _] ? $"{run}/{named}" : named;
        return ActivityId.TryParse(whole, out var activity) && activity.Run == run
            ? activity
            : throw new RefusedException(Refusal.Of("request.invalid", $"'{named}' is no activity of run {run}.") with
            {
                Place = "$.activity",
                Expected = $"run/visit/branch, such as {run}/4/0",
            });
    }

    private static Verdict VerdictOf(DecideCall decide) => decide switch
    {
        { Verdict: "retry", Output: null } => new Verdict.Retry(),
        { Verdict: "accept", Output: { } output } => new Verdict.Accept(RunEndpoints.PayloadOf(output, "$.output")),
        { Verdict: "fail", Output: null } => new Verdict.Fail(decide.Reason),
        { Verdict: "accept" } => throw Odd("request.missing_field", "A call that is accepted has an output.", "$.output"),
        { Verdict: "retry" or "fail" } => throw Odd("request.invalid", "Only a call that is accepted has an output.", "$.output"),
        _ => throw new RefusedException(Refusal.Of("request.invalid", $"There is no verdict '{decide.Verdict}'.") with
        {
            Place = "$.verdict",
            Expected = string.Join(", ", Verdicts),
            Suggestion = NearestName.Of(decide.Verdict, Verdicts),
        }),
    };

    private static RefusedException Odd(string code, string detail, string place) =>
        new(Refusal.Of(code, detail) with { Place = place });

    // Notes of a run share their names; what a caller calls its request must not be in the way of others.
    private static string? NoteOf(string what, string? request) => request is null
        ? null
        : $"{what}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(request)))}";

    private static IResult Asked(string run, RunId id, Posted posted, string what) => posted switch
    {
        Posted.Stored or Posted.Repeated => Answers.Json(
            new RunAsked(id.Value, posted is Posted.Stored), HttpJson.Default.RunAsked, StatusCodes.Status202Accepted),
        Posted.NoSuchRun => Answers.Problem(Refusal.NoSuchRun(run)),
        Posted.RunIsOver => Answers.Problem(Refusal.Of("run.over", $"Run {run} is over; there is nothing to {what}.")),
        var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
    };

    private static IResult Signalled(RunId run, string name, string id, bool isNew) => Answers.Json(
        new RunSignalled(run.Value, name, id, isNew),
        HttpJson.Default.RunSignalled,
        isNew ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);

    private static IResult Decided(ActivityId activity, int attempt, bool isNew) => Answers.Json(
        new CallDecided(activity.Run.Value, activity.ToString(), attempt, isNew), HttpJson.Default.CallDecided);
}
