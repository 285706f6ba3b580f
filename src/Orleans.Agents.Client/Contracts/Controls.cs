using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Client.Contracts;

/// <summary>Asks a run to stop.</summary>
/// <param name="Reason">Why, for people; it stands in the run's failure.</param>
/// <param name="RequestId">Names the request, so that it can be made again. The header <c>Idempotency-Key</c> says the same.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CancelRun(string? Reason = null, string? RequestId = null);

/// <summary>Asks a run to begin nothing until it is resumed.</summary>
/// <param name="Reason">Why, for people; it is shown with the run.</param>
/// <param name="RequestId">Names the request, so that it can be made again. The header <c>Idempotency-Key</c> says the same.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SuspendRun(string? Reason = null, string? RequestId = null);

/// <summary>Something that was asked of a run is durable; the run obeys as soon as somebody carries it.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsNew">Whether this request was stored; false when it had been before.</param>
public sealed record RunAsked(string Run, bool IsNew);

/// <summary>What came of carrying a run on.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsCarried">Whether the process that was asked carries it now.</param>
public sealed record RunResumed(string Run, bool IsCarried);

/// <summary>Begins a run where another one stood.</summary>
/// <param name="At">The sequence after which it is cut: that of the last event of a step.</param>
/// <param name="Run">The new run's name; null lets the server choose one.</param>
/// <param name="Context">
/// An object whose values take the place of those of their names in the context, <c>null</c> taking a name out.
/// </param>
/// <param name="Key">An idempotency key: the same key is the same run, for ever. The header <c>Idempotency-Key</c> says the same.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ForkRun(long At, string? Run = null, JsonElement? Context = null, string? Key = null);

/// <summary>Decides about a call whose outcome nobody knows.</summary>
/// <param name="Activity">Which call: <c>run/visit/branch</c>, or <c>visit/branch</c>.</param>
/// <param name="Verdict"><c>retry</c>, <c>accept</c> or <c>fail</c>.</param>
/// <param name="Output">What it put out, when it is accepted.</param>
/// <param name="Reason">Why, when it failed.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DecideCall(string Activity, string Verdict, JsonElement? Output = null, string? Reason = null);

/// <summary>What became of a decision.</summary>
/// <param name="Run">The run.</param>
/// <param name="Activity">The activity.</param>
/// <param name="Attempt">The attempt that was decided about.</param>
/// <param name="IsNew">Whether this decision counts; false when there was one before, which does.</param>
public sealed record CallDecided(string Run, string Activity, int Attempt, bool IsNew);

/// <summary>Tells a run what one of its states waits for, or will.</summary>
/// <param name="Name">The signal, as the workflow's <c>wait</c> names it.</param>
/// <param name="Payload">What is told; left out, null.</param>
/// <param name="Id">
/// Names this one among all signals of the run: sent again, it comes once. The header <c>Idempotency-Key</c> says the same;
/// left out in both, the server chooses a name and says it.
/// </param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SignalRun(string Name, JsonElement? Payload = null, string? Id = null);

/// <summary>A signal is durable; the run receives it as soon as somebody carries it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Signal">The signal.</param>
/// <param name="Id">What this one is called among all signals of the run.</param>
/// <param name="IsNew">Whether it was sent just now; false when one of this name was before, which counts.</param>
public sealed record RunSignalled(string Run, string Signal, string Id, bool IsNew);
