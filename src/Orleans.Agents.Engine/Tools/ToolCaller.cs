using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Orleans.Agents.Activities;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Schemas;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools;

/// <summary>Calls a tool: checks its input, tells it where it may go, checks its output.</summary>
internal sealed class ToolCaller(ToolRegistry tools)
{
    // Schemas of tools are compiled when first needed, once per tool.
    private readonly ConditionalWeakTable<Tool, ToolSchemas> schemas = [];

    public async Task<ActivityOutcome> CallAsync(LaneItem item, string name, CancellationToken cancellation)
    {
        if (tools.Find(name) is not { } tool)
        {
            return Failed("tool.unknown", $"No tool named '{name}' is registered in this process.");
        }

        var checks = schemas.GetValue(tool, ToolSchemas.Compile);
        if (checks.Input.Validate(item.Attempt.Input) is { IsValid: false } invalid)
        {
            return Failed(FailureCode.InputInvalid, $"The input does not satisfy the schema of tool '{name}': {invalid}");
        }

        if (!TryFindRoots(item, out var roots, out var broken))
        {
            return new ActivityOutcome.Failed(broken!.ToFailure());
        }

        var call = new ToolCall(
            item.Attempt.Input, item.Attempt.Activity, item.Attempt.Number, new Epoch(item.State.Epoch), roots)
        {
            CorrelationId = item.State.Origin!.CorrelationId,
        };
        return await tool.Body(call, cancellation) switch
        {
            ToolResult.Failed failed => new ActivityOutcome.Failed(failed.Failure),
            ToolResult.Succeeded { Output: var output } when checks.Output?.Validate(output) is { IsValid: false } wrong =>
                Failed("tool.output_invalid", $"Tool '{name}' broke its own output schema: {wrong}"),
            ToolResult.Succeeded succeeded => new ActivityOutcome.Succeeded(succeeded.Output),
            var other => throw new System.Diagnostics.UnreachableException(other.GetType().Name),
        };
    }

    private static bool TryFindRoots(LaneItem item, out FileRoots roots, out ExpressionFailure? broken)
    {
        var policy = item.Workflow.Policy;
        var folder = item.State.Origin!.Folder;
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

    private sealed record ToolSchemas(Schema Input, Schema? Output)
    {
        public static ToolSchemas Compile(Tool tool) => new(
            Compile(tool, tool.InputSchema),
            tool.OutputSchema is { } output ? Compile(tool, output) : null);

        private static Schema Compile(Tool tool, Payload document) =>
            Schema.TryCompile(document, SchemaRegistry.Empty, out var schema, out var errors)
                ? schema
                : throw new InvalidOperationException($"A schema of tool '{tool.Name}' is wrong: {errors[0]}");
    }
}
