using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>What may be asked for as a new run.</summary>
internal static class StartChecks
{
    /// <summary>Why a start is refused whatever there is in the store; null when it is not.</summary>
    public static StartResult.Refused? Objection(Workflow? workflow, StartRequest request, SizeLimits? sizes)
    {
        var most = (sizes ?? SizeLimits.Widest).Of(SizeKind.Payload);
        return workflow is null && request.Hash is null
                ? Refused("workflow.unknown", $"There is no workflow named '{request.Workflow}' here, and none was published.")
            : workflow?.Name != request.Workflow
                ? Refused("workflow.unknown", $"No definition of workflow '{request.Workflow}' is kept as '{request.Hash}'.")
            : request.Input.Length > most
                ? Refused(FailureCode.PayloadTooLarge, $"The input has {request.Input.Length} bytes; at most {most} are allowed.")
            : PayloadLint.Find(request.Input) is { } flaw
                ? Refused(FailureCode.InputInvalid, $"The input of workflow '{workflow.Name}' cannot be used: {flaw}.")
            : workflow.InputSchema?.Validate(request.Input) is { IsValid: false } invalid
                ? Refused(FailureCode.InputInvalid, $"The input does not satisfy the schema of workflow '{workflow.Name}': {invalid}")
            : request.Run is { } name ? ObjectionTo(name)
            : null;
    }

    /// <summary>
    /// The same for a run that will be carried elsewhere, and the start with the definition that its name stands for here and now,
    /// so that whoever carries it starts what was checked.
    /// </summary>
    public static async ValueTask<(StartResult.Refused? Objection, StartRequest Pinned)> CheckAsync(
        WorkflowCatalog catalog, StartRequest request, SizeLimits? sizes, CancellationToken cancellation)
    {
        var workflow = await catalog.FindAsync(request, cancellation);
        return (Objection(workflow, request, sizes), request with { Hash = workflow?.Hash ?? request.Hash });
    }

    /// <summary>Why a run may not be given a name; null when it may.</summary>
    public static StartResult.Refused? ObjectionTo(RunId name) => !RunId.IsValid(name.Value) || name.IsOfChild
        ? Refused("run.name_invalid", $"A run is named by 1 to {RunId.MaxLength} of a-z 0-9 - _ .; '{name}' is not.")
        : null;

    /// <summary>
    /// What is answered where a run exists already: one key means one run, and asking for something else under a used one
    /// is a mistake of the caller, and is said.
    /// </summary>
    public static StartResult Compare(StartResult.Started again, RunEvent? first, Workflow workflow, StartRequest request) => first switch
    {
        RunEvent.Started was when was.Origin.Workflow != workflow.Name || was.Input != request.Input => Refused(
            "run.key_conflict",
            $"The key or name belongs to run {again.Run} of workflow '{was.Origin.Workflow}', started with another input."),
        RunEvent.Forked { State.Origin.Fork.Run: var other } => Refused(
            "run.key_conflict", $"The key or name belongs to run {again.Run}, which was forked from run {other}."),
        _ => again,
    };

    /// <summary>A start that is refused for good.</summary>
    public static StartResult.Refused Refused(string code, string message) =>
        new(new Failure(FailureClass.Permanent, code, message));
}
