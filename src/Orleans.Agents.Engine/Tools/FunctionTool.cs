using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools;

/// <summary>Calls somebody else's function as a tool.</summary>
internal static class FunctionTool
{
    public static Tool From(AIFunction function, ToolEffect effect, IReadOnlyList<string> capabilities) => new(
        function.Name,
        function.Description,
        Json(function.JsonSchema.WriteTo),
        function.ReturnJsonSchema is { } output ? Json(output.WriteTo) : null,
        effect,
        capabilities,
        (call, cancellation) => CallAsync(function, effect, call, cancellation));

    private static async ValueTask<ToolResult> CallAsync(
        AIFunction function, ToolEffect effect, ToolCall call, CancellationToken cancellation)
    {
        if (Arguments(call) is not { } arguments)
        {
            return new ToolResult.Failed(ToolFailures.InputInvalid("an object with arguments was expected."));
        }

        try
        {
            var answer = await function.InvokeAsync(arguments, cancellation);
            return new ToolResult.Succeeded(Output(function, answer));
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            // A function can only throw, and what throws may have had its effect before.
            var failure = ToolFailures.Failed(function.Name, e.Message);
            return new ToolResult.Failed(effect is ToolEffect.Once
                ? new Failure(FailureClass.UnknownOutcome, FailureCode.UnknownOutcome, failure.Message, Cause: failure)
                : failure);
        }
    }

    private static AIFunctionArguments? Arguments(ToolCall call)
    {
        using var input = JsonDocument.Parse(call.Input.Utf8);
        if (input.RootElement.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        var arguments = new AIFunctionArguments
        {
            Context = new Dictionary<object, object?> { [typeof(ToolCall)] = call },
        };
        foreach (var argument in input.RootElement.EnumerateObject())
        {
            arguments[argument.Name] = argument.Value.Clone();
        }

        return arguments;
    }

    private static Payload Output(AIFunction function, object? answer) => answer switch
    {
        null => Payload.Null,
        JsonElement { ValueKind: JsonValueKind.Undefined } => Payload.Null,
        JsonElement element => Json(element.WriteTo),
        string text => Payload.FromText(text),
        Payload payload => payload,
        _ => Json(json => JsonSerializer.Serialize(
            json, answer, function.JsonSerializerOptions.GetTypeInfo(answer.GetType()))),
    };

    private static Payload Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            write(json);
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }
}
