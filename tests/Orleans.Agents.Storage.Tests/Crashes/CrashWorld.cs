using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orleans.Agents.Definitions;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Storage.Tests.Crashes;

/// <summary>
/// What lies outside the processes and outlives them: tools that write down what they did, and what each call of a model costs, which
/// is as good as chance and the same for the same attempt.
/// </summary>
/// <param name="seed">Decides what calls cost.</param>
internal sealed class CrashWorld(int seed)
{
    private readonly ConcurrentDictionary<(ActivityId Activity, int Attempt), bool> slips = [];
    private readonly ConcurrentDictionary<int, TaskCompletionSource> called = [];
    private readonly TaskCompletionSource movedOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What calls with effect <c>once</c> did: once for each activity.</summary>
    public ConcurrentQueue<ActivityId> Paid { get; } = [];

    /// <summary>Reads a definition that asks for what there is here.</summary>
    public static Definition Load(string yaml)
    {
        var loaded = DefinitionLoader.LoadTexts(
            [new DefinitionText("test.yaml", yaml)],
            new DefinitionHost([.. new CrashWorld(0).ToolsOf(Death.Never)], ["costly"]),
            LoadOptions.Lenient);
        Assert.False(loaded.HasErrors, string.Join('\n', loaded.Diagnostics));
        return loaded.Definitions["test"];
    }

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
            WhenCalled(Number(call)).TrySetResult();
            await UntilToldToStop(cancellation);
            return await PayAsync(call, death);
        }),
        Once("crash.patient", async (call, cancellation) =>
        {
            WhenCalled(Number(call)).TrySetResult();
            await Task.WhenAny(UntilToldToStop(cancellation), movedOn.Task);
            return await PayAsync(call, death);
        }),
        Tool("crash.last", async (call, cancellation) =>
        {
            await Task.WhenAll(Numbers(call, "after").Select(number => WhenCalled(number).Task)).WaitAsync(cancellation);
            await death.ReachedAsync(DeathPoint.AfterEffect);
            return Ok($"work {Number(call)}");
        }),
        Make("crash.move_on", death, call =>
        {
            movedOn.TrySetResult();
            return Ok($"work {Number(call)}");
        }),
    ];

    /// <summary>The model, as one process asks it.</summary>
    public IChatClient ModelOf(Death death) => new CostlyModel(death, seed);

    /// <summary>Comes back when whoever is waited for does not wait any more.</summary>
    public static async Task UntilToldToStop(CancellationToken cancellation)
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(told.SetResult);
        await told.Task;
    }

    // Completes when somebody has called one of the tools that wait.
    private TaskCompletionSource WhenCalled(int number) =>
        called.GetOrAdd(number, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task<ToolResult> PayAsync(ToolCall call, Death death)
    {
        await death.ReachedAsync(null); // who is dead calls nobody
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

    private static int Number(ToolCall call)
    {
        using var input = JsonDocument.Parse(call.Input.Utf8);
        return input.RootElement.GetProperty("n").GetInt32();
    }

    private static int[] Numbers(ToolCall call, string name)
    {
        using var input = JsonDocument.Parse(call.Input.Utf8);
        return [.. input.RootElement.GetProperty(name).EnumerateArray().Select(number => number.GetInt32())];
    }

    private static ToolResult.Succeeded Ok(string text) => new(Payload.Parse(JsonSerializer.Serialize(text)));

    private static ToolResult.Failed Failed(FailureClass kind, string code) => new(new Failure(kind, code, "no"));
}
