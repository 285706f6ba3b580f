using System.Text.Json;
using Orleans.Agents.Faults;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.EndToEnd.Worker;

/// <summary>
/// Tools that add one to a number and write down that they did, before anybody is told: in <c>begun-</c> and the
/// process's number when the work begins, in <c>effects.txt</c> when it is done. Calls that must not be made twice are also written
/// down when they begin and when they end, however they do: in <c>called-</c> and <c>returned-</c> and the process's number.
/// </summary>
/// <param name="folder">Where they write it down.</param>
/// <param name="isCareless">A planted fault that the checker has to find: everything is done twice.</param>
internal sealed class WorkTools(string folder, bool isCareless)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly FaultPlan begun = FaultPlan.Parse(null, Path.Combine(folder, $"begun-{Environment.ProcessId}.txt"));
    private readonly FaultPlan called = FaultPlan.Parse(null, Path.Combine(folder, $"called-{Environment.ProcessId}.txt"));
    private readonly FaultPlan returned = FaultPlan.Parse(null, Path.Combine(folder, $"returned-{Environment.ProcessId}.txt"));
    private readonly FaultPlan done = FaultPlan.Parse(null, Path.Combine(folder, "effects.txt"));
    private readonly OnceService service = new(folder);

    public IEnumerable<Tool> All =>
    [
        Make("work.quick", "Adds one.", ToolEffect.Idempotent, (call, _, _) => DoAsync(call)),
        Make("work.slow", "Adds one after so many milliseconds.", ToolEffect.Idempotent, SlowAsync),
        Make("work.last", "Adds one when so many of the run and its children are stubborn.", ToolEffect.Idempotent, LastAsync),
        MakeOnce("work.once", "Adds one, once, after so many milliseconds, and tells after so many more.", OnceAsync),
        MakeOnce("work.stubborn", "Adds one, once, when it is told to stop.", StubbornAsync),
    ];

    private Task DoAsync(ToolCall call)
    {
        done.Record(call.Activity, call.Attempt, call.Epoch);
        if (isCareless)
        {
            done.Record(call.Activity, call.Attempt, call.Epoch);
        }

        return Task.CompletedTask;
    }

    private async Task SlowAsync(ToolCall call, TimeSpan time, CancellationToken cancellation)
    {
        await Task.Delay(time, cancellation);
        await DoAsync(call);
    }

    private async Task LastAsync(ToolCall call, TimeSpan time, CancellationToken cancellation)
    {
        using var input = JsonDocument.Parse(call.Input.Utf8);
        var others = input.RootElement.GetProperty("others").GetInt32();
        while (service.CountBegun(call.Activity.Run) < others)
        {
            await Task.Delay(Look, cancellation);
        }

        await DoAsync(call);
    }

    // What is on its way cannot be called back. What is late is refused; it does not matter how, for nobody waits for it any more.
    private async Task OnceAsync(ToolCall call, TimeSpan time, CancellationToken cancellation)
    {
        await Task.Delay(TimeOf(call, "before"), CancellationToken.None);
        if (!service.TryDo(call))
        {
            throw new InvalidOperationException($"{call.Activity} attempt {call.Attempt} is void.");
        }

        await Task.Delay(time, cancellation);
        done.Record(call.Activity, call.Attempt, call.Epoch);
    }

    private async Task StubbornAsync(ToolCall call, TimeSpan time, CancellationToken cancellation)
    {
        service.Begin(call);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(told.SetResult);
        await told.Task;
        await OnceAsync(call, time, CancellationToken.None);
    }

    private Tool MakeOnce(string name, string description, Func<ToolCall, TimeSpan, CancellationToken, Task> work) =>
        Make(name, description, ToolEffect.Once, (call, time, cancellation) => SeenAsync(work, call, time, cancellation)) with
        {
            Reconcile = (call, _) => ValueTask.FromResult<Reconciliation>(
                service.WasDone(call) ? new Reconciliation.Happened(Next(call)) : new Reconciliation.DidNotHappen()),
        };

    private async Task SeenAsync(
        Func<ToolCall, TimeSpan, CancellationToken, Task> work, ToolCall call, TimeSpan time, CancellationToken cancellation)
    {
        called.Record(call.Activity, call.Attempt, call.Epoch);
        try
        {
            await work(call, time, cancellation);
        }
        finally
        {
            returned.Record(call.Activity, call.Attempt, call.Epoch);
        }
    }

    private Tool Make(
        string name, string description, ToolEffect effect, Func<ToolCall, TimeSpan, CancellationToken, Task> work) => new(
        name,
        description,
        Payload.Parse("""{ "type": "object", "required": ["n"] }"""),
        Payload.Parse("""{ "type": "object", "required": ["n"] }"""),
        effect,
        [],
        async (call, cancellation) =>
        {
            begun.Record(call.Activity, call.Attempt, call.Epoch);
            await work(call, TimeOf(call, "ms"), cancellation);
            return new ToolResult.Succeeded(Next(call));
        });

    private static TimeSpan TimeOf(ToolCall call, string name)
    {
        using var input = JsonDocument.Parse(call.Input.Utf8);
        return TimeSpan.FromMilliseconds(input.RootElement.TryGetProperty(name, out var time) ? time.GetInt32() : 0);
    }

    private static Payload Next(ToolCall call)
    {
        using var input = JsonDocument.Parse(call.Input.Utf8);
        return Payload.Parse($$"""{"n":{{input.RootElement.GetProperty("n").GetInt64() + 1}}}""");
    }
}
