using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orleans.Agents.Failures;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// What lies outside the processes and outlives them: tools that write down what they did, and what each call of a model costs, which
/// is as good as chance and the same for the same attempt.
/// </summary>
internal sealed class CrashWorld
{
    private readonly ConcurrentDictionary<(ActivityId Activity, int Attempt), bool> slips = [];

    /// <summary>What calls with effect <c>once</c> did: once for each activity.</summary>
    public ConcurrentQueue<ActivityId> Paid { get; } = [];

    /// <summary>The tools, as one process calls them.</summary>
    public IEnumerable<Tool> ToolsOf(Death death) =>
    [
        Make("crash.work", death, static call => Ok($"work {Number(call)}")),
        Make("crash.flaky", death, static call => call.Attempt == 1
            ? Failed(FailureClass.Transient, "crash.busy") : Ok($"flaky {Number(call)}")),
        Make("crash.refuse", death, static _ => Failed(FailureClass.Permanent, "crash.refused")),
        Tool("crash.endless", static async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return Ok("never");
        }),
        Tool("crash.choosy", async (call, cancellation) =>
        {
            await Task.Delay(Number(call) == 3 ? Timeout.Infinite : 0, cancellation);
            await death.ReachedAsync(DeathPoint.AfterEffect);
            return new ToolResult.Succeeded(Payload.Parse($"{Number(call)}"));
        }),
        Once("crash.pay", async (call, _) => await PayAsync(call, death)),
        Once("crash.stubborn", async (call, cancellation) =>
        {
            await UntilToldToStop(cancellation);
            return await PayAsync(call, death);
        }),
    ];

    /// <summary>The model, as one process asks it.</summary>
    public static IChatClient ModelOf(Death death) => new CostlyModel(death);

    private async Task<ToolResult> PayAsync(ToolCall call, Death death)
    {
        if (!slips.TryAdd((call.Activity, call.Attempt), true))
        {
            return Failed(FailureClass.Permanent, "crash.void"); // it was said that this one did not happen
        }

        Paid.Enqueue(call.Activity);
        await death.ReachedAsync(DeathPoint.AfterEffect);
        return Ok($"paid {Number(call)}");
    }

    private ValueTask<Reconciliation> FindAsync(ToolCall call) => ValueTask.FromResult<Reconciliation>(
        slips.GetOrAdd((call.Activity, call.Attempt), false)
            ? new Reconciliation.Happened(Payload.Parse($"\"paid {Number(call)}\""))
            : new Reconciliation.DidNotHappen());

    private Tool Once(string name, Func<ToolCall, CancellationToken, Task<ToolResult>> body) =>
        Tool(name, body) with { Effect = ToolEffect.Once, Reconcile = (call, _) => FindAsync(call) };

    private static Tool Make(string name, Death death, Func<ToolCall, ToolResult> body) => Tool(name, async (call, _) =>
    {
        await death.ReachedAsync(DeathPoint.AfterEffect);
        return body(call);
    });

    private static Tool Tool(string name, Func<ToolCall, CancellationToken, Task<ToolResult>> body) => new(
        name,
        "A tool of a test.",
        Payload.Parse("true"),
        null,
        ToolEffect.Idempotent,
        [],
        async (call, cancellation) => await body(call, cancellation));

    private static async Task UntilToldToStop(CancellationToken cancellation)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(told.SetResult);
        await told.Task;
    }

    private static int Number(ToolCall call)
    {
        using var input = JsonDocument.Parse(call.Input.Utf8);
        return input.RootElement.GetProperty("n").GetInt32();
    }

    private static ToolResult.Succeeded Ok(string text) => new(Payload.Parse(JsonSerializer.Serialize(text)));

    private static ToolResult.Failed Failed(FailureClass kind, string code) => new(new Failure(kind, code, "no"));

    private sealed class CostlyModel(Death death) : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            var request = AgentRequest.Of(options)!;
            if (request.Agent.Name == "stubborn")
            {
                await UntilToldToStop(cancellationToken);
            }

            await death.ReachedAsync(DeathPoint.AfterEffect);
            var dice = Dice(request);
            if (dice % 5 == 0 && request.Attempt < 3 && request.Input.ToString().Contains("round", StringComparison.Ordinal))
            {
                throw new ModelException(new Failure(FailureClass.Transient, "model.busy", "later"));
            }

            return new ChatResponse(new ChatMessage(ChatRole.Assistant, $"{request.Agent.Name} {request.Input}"))
            {
                ModelId = "costly",
                FinishReason = ChatFinishReason.Stop,
                Usage = new UsageDetails { InputTokenCount = 1 + (dice % 20), OutputTokenCount = 1 + (dice / 20 % 99) },
            };
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
            // Holds nothing.
        }

        private static uint Dice(AgentRequest request) => string.Create(
            CultureInfo.InvariantCulture, $"{request.Activity} {request.Attempt}").Aggregate(2_166_136_261, (mixed, c) => (mixed ^ c) * 16_777_619);
    }
}
