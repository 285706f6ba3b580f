using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Serialization;

/// <summary>
/// What facts of each kind are called and how they are read and written. What the serializer has to know of a kind it finds out when the first fact
/// of it is met: about all kinds at once that took a tenth of a second, in every process.
/// </summary>
internal static class FactKinds
{
    private static readonly FactKind[] All =
    [
        Of("run.started", () => RunJson.Default.Started),
        Of("run.forked", () => RunJson.Default.Forked),
        Of("run.taken_over", () => RunJson.Default.TakenOver),
        Of("state.entered", () => RunJson.Default.StateEntered),
        Of("state.left", () => RunJson.Default.StateLeft),
        Of("branches.planned", () => RunJson.Default.BranchesPlanned),
        Of("branches.started", () => RunJson.Default.BranchesStarted),
        Of("branch.failed", () => RunJson.Default.BranchFailed),
        Of("activity.succeeded", () => RunJson.Default.ActivitySucceeded),
        Of("activity.failed", () => RunJson.Default.ActivityFailed),
        Of("activity.retry_scheduled", () => RunJson.Default.RetryScheduled),
        Of("activity.intended", () => RunJson.Default.ActivityIntended),
        Of("activity.unknown", () => RunJson.Default.ActivityUnknown),
        Of("activity.reconciled", () => RunJson.Default.ActivityReconciled),
        Of("activity.decided", () => RunJson.Default.ActivityDecided),
        Of("activity.late_result", () => RunJson.Default.LateResult),
        Of("child.started", () => RunJson.Default.ChildStarted),
        Of("child.abandoned", () => RunJson.Default.ChildAbandoned),
        Of("run.launched", () => RunJson.Default.RunLaunched),
        Of("signal.received", () => RunJson.Default.SignalReceived),
        Of("signal.taken", () => RunJson.Default.SignalTaken),
        Of("signal.refused", () => RunJson.Default.SignalRefused),
        Of("message.sent", () => RunJson.Default.MessageSent),
        Of("message.received", () => RunJson.Default.MessageReceived),
        Of("message.refused", () => RunJson.Default.MessageRefused),
        Of("message.delivered", () => RunJson.Default.MessagesDelivered),
        Of("run.suspended", () => RunJson.Default.Suspended),
        Of("run.resumed", () => RunJson.Default.Resumed),
        Of("run.parked", () => RunJson.Default.Parked),
        Of("run.closing", () => RunJson.Default.Closing),
        Of("run.succeeded", () => RunJson.Default.Succeeded),
        Of("run.failed", () => RunJson.Default.Failed),
    ];

    private static readonly Dictionary<string, FactKind> ByName =
        All.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    private static readonly Dictionary<Type, FactKind> ByType = All.ToDictionary(kind => kind.Type);

    /// <summary>How a fact of this name is read.</summary>
    /// <exception cref="JsonException">This version knows none of this name.</exception>
    public static JsonTypeInfo Named(string name) =>
        ByName.TryGetValue(name, out var kind)
            ? kind.Form
            : throw new JsonException($"'{name}' is no kind of fact that this version knows.");

    /// <summary>How this fact is written.</summary>
    public static JsonTypeInfo Of(RunEvent happened) => ByType[happened.GetType()].Form;

    /// <summary>What facts like this one are called.</summary>
    public static string NameOf(RunEvent happened) => ByType[happened.GetType()].Name;

    private static FactKind Of<T>(string name, Func<JsonTypeInfo<T>> form)
        where T : RunEvent => new(name, typeof(T), form);

    private sealed record FactKind(string Name, Type Type, Func<JsonTypeInfo> Find)
    {
        public JsonTypeInfo Form => field ??= Find();
    }
}
