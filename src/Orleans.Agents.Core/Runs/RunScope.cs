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
    /// <summary>The scope of a run in its present state, without an output.</summary>
    public static Scope Of(Workflow workflow, RunState state) => new()
    {
        Input = state.Input,
        Context = state.Context,
        Error = state.Error is { } error ? Describe(error) : Payload.Null,
        LaterRun = new Lazy<Payload>(() => Describe(workflow, state), LazyThreadSafetyMode.PublicationOnly),
        Env = state.Origin?.Env ?? Payload.Null,
    };

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

    private static Payload Describe(Workflow workflow, RunState state)
    {
        var buffer = new ArrayBufferWriter<byte>(384);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, state.Origin?.Run);
            json.WriteString("workflow"u8, workflow.Name);
            json.WriteString("version"u8, workflow.Version);
            json.WriteString("correlation_id"u8, state.Origin?.CorrelationId.ToString("D"));
            json.WriteString("started_at"u8, state.StartedAt);
            json.WriteString("state"u8, state.State);
            json.WriteNumber("visit"u8, state.Visit);
            json.WriteNumber("attempt"u8, state.Open.TryGetValue(0, out var open) ? open.Attempt : 0);
            WriteCycle(json, state);
            json.WriteEndObject();
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }

    private static void WriteCycle(Utf8JsonWriter json, RunState state)
    {
        var current = state.Visits.GetValueOrDefault(state.State);
        json.WriteStartObject("cycle"u8);
        json.WriteNumber("current"u8, current);
        if (state.MaxVisits is { } max)
        {
            json.WriteNumber("max"u8, max);
            json.WriteNumber("remaining"u8, max - current);
        }
        else
        {
            json.WriteNull("max"u8);
            json.WriteNull("remaining"u8);
        }

        json.WriteEndObject();
    }
}
