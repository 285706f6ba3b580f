using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Tools;

public sealed class FunctionToolTests
{
    [Fact]
    public async Task A_function_is_called_with_its_arguments_and_its_answer_is_JSON()
    {
        var tool = Make((int left, int right) => new[] { left + right }, "add");
        Assert.Equal(new ToolResult.Succeeded(Payload.Parse("[5]")), await Call(tool, """{"left":2,"right":3}"""));
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("{\"a\":[1,true]}")]
    public async Task An_answer_is_kept_as_it_is(string json)
    {
        var tool = Make(() => JsonElement.Parse(json), "same");
        Assert.Equal(new ToolResult.Succeeded(Payload.Parse(json)), await Call(tool, "{}"));
    }

    [Fact]
    public void Its_name_schemas_and_words_are_the_function_s()
    {
        var function = AIFunctionFactory.Create(
            ([Description("how many")] int count) => count, "counter", "Counts.");
        var tool = Tool.FromFunction(function, ToolEffect.Idempotent, "network", Capability.FilesRead);
        Assert.Equal(("counter", "Counts.", ToolEffect.Idempotent), (tool.Name, tool.Description, tool.Effect));
        Assert.Equal(["network", Capability.FilesRead], tool.Capabilities);
        Assert.Contains("how many", tool.InputSchema.ToString(), StringComparison.Ordinal);
        Assert.Equal("integer", JsonElement.Parse(tool.OutputSchema!.Value.Utf8.Span).GetProperty("type").GetString());
    }

    [Fact]
    public async Task What_it_throws_is_a_failure()
    {
        var tool = Make(int () => throw new InvalidOperationException("No more ink."), "printer");
        var failure = Assert.IsType<ToolResult.Failed>(await Call(tool, "{}")).Failure;
        Assert.Equal((FailureClass.Permanent, "tool.failed"), (failure.Class, failure.Code));
        Assert.Contains("printer", failure.Message, StringComparison.Ordinal);
        Assert.Contains("No more ink.", failure.Message, StringComparison.Ordinal);
        Assert.Equal("""{"tool":"printer"}""", failure.Details.ToString());
    }

    [Fact]
    public async Task A_missing_argument_is_a_failure()
    {
        var tool = Make((int left) => left, "one");
        Assert.Equal("tool.failed", Assert.IsType<ToolResult.Failed>(await Call(tool, "{}")).Failure.Code);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("\"x\"")]
    public async Task Arguments_are_an_object(string input)
    {
        var failed = Assert.IsType<ToolResult.Failed>(await Call(Make(() => 1, "one"), input));
        Assert.Equal("tool.input_invalid", failed.Failure.Code);
    }

    [Fact]
    public async Task Only_the_cancellation_that_was_asked_for_is_thrown()
    {
        using var stop = new CancellationTokenSource();
        var tool = Make(
            async (CancellationToken token) =>
            {
                await stop.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
            "stops");
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await Call(tool, "{}", stop.Token));
        var other = Make(int () => throw new OperationCanceledException(), "stops_itself");
        Assert.Equal("tool.failed", Assert.IsType<ToolResult.Failed>(await Call(other, "{}")).Failure.Code);
    }

    [Fact]
    public async Task The_function_can_see_the_idempotency_key()
    {
        var tool = Make(
            (AIFunctionArguments arguments) => ((ToolCall)arguments.Context![typeof(ToolCall)]!).Activity.ToString(),
            "key");
        Assert.Equal(new ToolResult.Succeeded(Payload.FromText("ada/3/7")), await Call(tool, "{}"));
    }

    private static Tool Make(Delegate method, string name) =>
        Tool.FromFunction(AIFunctionFactory.Create(method, name), ToolEffect.None);

    private static ValueTask<ToolResult> Call(Tool tool, string input, CancellationToken cancellation = default) =>
        tool.Body(
            new ToolCall(Payload.Parse(input), new ActivityId(new RunId("ada"), 3, 7), 1, new Epoch(1), FileRoots.None),
            cancellation);
}
