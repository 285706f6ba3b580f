using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orleans.Agents.Activities;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Schemas;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Tools;

/// <summary>Calls a tool: checks its input, tells it where it may go, checks its output.</summary>
internal sealed class ToolCaller(ToolRegistry tools)
{
    // Schemas of tools are compiled when first needed, once per tool.
    private readonly ConditionalWeakTable<Tool, ToolSchemas> schemas = [];

    /// <summary>Calls the tool that a state names.</summary>
    public async ValueTask<ActivityOutcome> CallAsync(LaneItem item, State.ToolCall asked, CancellationToken cancellation)
    {
        var name = asked.Tool;
        if (tools.Find(name) is not { } tool)
        {
            return Failed("tool.unknown", $"No tool named '{name}' is registered in this process.");
        }

        // The run goes by what the tool was when its definition was loaded.
        if (tool.Effect is ToolEffect.Once && asked.Effect is not ToolEffect.Once)
        {
            return Failed(
                "tool.effect_changed",
                $"Tool '{name}' has the effect once in this process; the run was started when it had not. Start it anew.");
        }

        var checks = schemas.GetValue(tool, ToolSchemas.Compile);
        if (checks.Input?.Validate(item.Attempt.Input) is { IsValid: false } invalid)
        {
            return Failed(FailureCode.InputInvalid, $"The input does not satisfy the schema of tool '{name}': {invalid}");
        }

        if (!TryFindRoots(item, out var roots, out var broken))
        {
            return new ActivityOutcome.Failed(broken!.ToFailure());
        }

        if (asked.Effect is ToolEffect.Once && !await OnceCalling.AnnounceAsync(item, cancellation))
        {
            return new ActivityOutcome.Refused();
        }

        var said = Spans.AreWanted
            ? await CallWatchedAsync(tool, item, roots, cancellation)
            : await tool.Body(CallOf(item, roots), cancellation);
        return said switch
        {
            ToolResult.Failed failed => new ActivityOutcome.Failed(failed.Failure),
            ToolResult.Succeeded { Output: var output } when PayloadLint.Find(output) is { } flaw =>
                Broken(item, new(ActivityOutcome.UnusableOutput(FailureClass.Permanent, $"tool '{name}'", flaw))),
            ToolResult.Succeeded { Output: var output } when checks.Output?.Validate(output) is { IsValid: false } wrong =>
                Broken(item, Failed("tool.output_invalid", $"Tool '{name}' broke its own output schema: {wrong}")),
            ToolResult.Succeeded succeeded => new ActivityOutcome.Succeeded(succeeded.Output),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    /// <summary>Asks the tool what became of a call.</summary>
    public async Task<Reconciliation> ReconcileAsync(
        LaneItem item, State.ToolCall asked, CancellationToken cancellation)
    {
        if (tools.Find(asked.Tool)?.Reconcile is not { } reconcile)
        {
            return new Reconciliation.Unknown($"No tool named '{asked.Tool}' that can be asked is registered in this process.");
        }

        return TryFindRoots(item, out var roots, out var broken)
            ? await reconcile(CallOf(item, roots), cancellation)
            : new Reconciliation.Unknown(broken!.ToFailure().Message);
    }

    private static async ValueTask<ToolResult> CallWatchedAsync(
        Tool tool, LaneItem item, FileRoots roots, CancellationToken cancellation)
    {
        using var span = Spans.BeginWithin(SpanNames.ToolCall)?.OfRun(item.State);
        span?.SetTag(SpanTags.Operation, SpanNames.ToolCall);
        span?.SetTag(SpanTags.Tool, tool.Name);
        var said = await tool.Body(CallOf(item, roots), cancellation);
        if (said is ToolResult.Failed { Failure: var failure })
        {
            span?.Failed(failure);
        }

        return said;
    }

    private static ToolCall CallOf(LaneItem item, FileRoots roots) =>
        new(item.Attempt.Input, item.Key, item.Attempt.Number, item.Epoch, roots)
        {
            Run = item.Attempt.Activity.Run,
            CorrelationId = item.State.Origin!.CorrelationId,
        };

    private static bool TryFindRoots(LaneItem item, out FileRoots roots, out ExpressionFailure? broken)
    {
        var policy = item.Workflow.Policy;
        var folder = item.State.Origin!.Folder;
        if (policy.Read.IsEmpty && policy.Write.IsEmpty)
        {
            roots = folder is null ? FileRoots.None : FileRoots.None with { Folder = folder };
            broken = null;
            return true;
        }

        var scope = new Scope { Input = item.State.Input, Env = item.State.Origin.Env ?? Payload.Null };
        roots = FileRoots.None;
        if (!TryRenderPaths(policy.Read, scope, folder, out var read, out broken)
            || !TryRenderPaths(policy.Write, scope, folder, out var write, out broken))
        {
            return false;
        }

        roots = new FileRoots(folder, read, write);
        return true;
    }

    private static bool TryRenderPaths(
        ImmutableArray<Template> templates,
        Scope scope,
        string? folder,
        out ImmutableArray<string> paths,
        out ExpressionFailure? broken)
    {
        broken = null;
        var found = ImmutableArray.CreateBuilder<string>(templates.Length);
        foreach (var template in templates)
        {
            if (!template.TryRender(scope, out var rendered, out broken))
            {
                paths = [];
                return false;
            }

            // A root that renders to nothing, or to a relative path where none is allowed, allows nothing.
            var path = Value.From(rendered).ToDisplayText();
            if (path.Length > 0 && (Path.IsPathFullyQualified(path) || folder is not null))
            {
                found.Add(Path.GetFullPath(path, folder ?? path));
            }
        }

        paths = found.DrainToImmutable();
        return true;
    }

    private static ActivityOutcome.Failed Failed(string code, string message) =>
        new(new Failure(FailureClass.Permanent, code, message));

    // It did what it is for, and must not be called again for having answered wrongly.
    private static ActivityOutcome Broken(LaneItem item, ActivityOutcome.Failed failed) =>
        item.Stage is CallStage.Made ? new ActivityOutcome.Lost(failed.Failure) : failed;

    private sealed record ToolSchemas(Schema? Input, Schema? Output)
    {
        public static ToolSchemas Compile(Tool tool) => new(
            Compile(tool, tool.InputSchema),
            tool.OutputSchema is { } output ? Compile(tool, output) : null);

        // What allows everything need not be asked at each call.
        private static Schema? Compile(Tool tool, Payload document) =>
            Schema.TryCompile(document, SchemaRegistry.Empty, out var schema, out var errors)
                ? schema.AllowsEverything ? null : schema
                : throw new InvalidOperationException($"A schema of tool '{tool.Name}' is wrong: {errors[0]}");
    }
}
