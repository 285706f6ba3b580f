using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Agents.Client.Contracts;

/// <summary>Asks a run to stop.</summary>
/// <param name="Reason">Why, for people; it stands in the run's failure.</param>
/// <param name="RequestId">Names the request, so that it can be made again. The header <c>Idempotency-Key</c> says the same.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CancelRun(string? Reason = null, string? RequestId = null);

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
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ForkRun(long At, string? Run = null, JsonElement? Context = null);

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
