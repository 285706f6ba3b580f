using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Runs;

/// <summary>What expressions of a workflow see of a run.</summary>
public static class RunScope
{
    /// <summary>The scope of a run in its present state, without an output and without the items of its branches.</summary>
    public static Scope Of(Workflow workflow, RunState state) => Of(workflow, state, branch: 0);

    /// <summary>The scope of a run whose present state did what it is for.</summary>
    internal static Scope WithOutput(Workflow workflow, RunState state, Payload output) =>
        Of(workflow, state, branch: 0, output);

    /// <summary>The scope of one branch: with its item, and its attempt.</summary>
    internal static Scope OfBranch(Workflow workflow, RunState state, int branch)
    {
        var scope = Of(workflow, state, branch);
        return workflow.States[state.State] is State.ForEach { Each.As: var name } && state.FanOut?.Items is { } items
            ? scope.With(name, items[branch])
            : scope;
    }

    /// <summary>A failure as expressions see it: class, code, message, details, state, visit, attempt.</summary>
    public static Payload Describe(Failure failure)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            json.WriteStartObject();
            json.WriteString("class"u8, Failure.ClassName(failure.Class));
            json.WriteString("code"u8, failure.Code);
            json.WriteString("message"u8, failure.Message);
            json.WritePropertyName("details"u8);
            (failure.Details ?? Payload.Null).WriteTo(json);
            json.WriteString("state"u8, failure.Origin?.State);
            json.WriteNumber("visit"u8, failure.Origin?.Visit ?? 0);
            json.WriteNumber("attempt"u8, failure.Origin?.Attempt ?? 0);
            if (failure.Origin?.Branch is { } branch)
            {
                json.WriteString("branch"u8, branch);
            }

            json.WriteEndObject();
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }

    internal static bool TryRender(
        Template? template,
        Workflow workflow,
        RunState state,
        out Payload rendered,
        [NotNullWhen(false)] out ExpressionFailure? failure)
    {
        rendered = Payload.Null;
        failure = null;
        return template is null || template.TryRender(Of(workflow, state), out rendered, out failure);
    }

    /// <summary>Renders the input of what a branch asks for; the branch is 0 where there are none.</summary>
    internal static bool TryRenderInput(
        Workflow workflow,
        RunState state,
        int branch,
        out Payload input,
        [NotNullWhen(false)] out ExpressionFailure? failure)
    {
        input = Payload.Null;
        failure = null;
        var template = workflow.States[state.State].ActivityOf(branch).Input;
        return template is null || template.TryRender(OfBranch(workflow, state, branch), out input, out failure);
    }

    private static Scope Of(Workflow workflow, RunState state, int branch, Payload output = default) => new()
    {
        Input = state.Input,
        Context = state.Context,
        Output = output,
        Error = state.Error is { } error ? Describe(error) : Payload.Null,
        LaterRun = new RunDescription(workflow, state, branch),
        Env = state.Origin?.Env ?? Payload.Null,
    };
}
