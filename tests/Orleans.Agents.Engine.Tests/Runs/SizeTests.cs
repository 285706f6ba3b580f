using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Agents.Failures;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Sizes are bounded as a process was told, and somebody is told before it is too late.</summary>
public sealed class SizeTests
{
    private const string Asking = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: ask
          states:
            ask: { agent: helper, input: "${{ input }}", catch: [ { on: [prompt.too_large], to: less } ], next: done }
            less: { end: less }
            done: { end: done }
        ---
        apiVersion: orleans.agents/v1
        kind: Agent
        metadata: { name: helper }
        spec: { model: scripted, instructions: "Help.", prompt: "${{ input }}" }
        """;

    private const string Saving = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:
          start: first
          states:
            first: { tool: test.work, save: { a: "${{ output }}" }, next: second }
            second: { tool: test.work, save: { b: "${{ output }}" }, next: third }
            third: { tool: test.work, save: { b: "${{ output }}" }, next: done }
            done: { end: fine }
        """;

    private readonly MemoryDatabase database = new();
    private readonly ConcurrentQueue<SizeNotice> notices = [];

    [Theory]
    [InlineData(2000, "done")]
    [InlineData(2041, "less")]
    public async Task A_model_is_not_asked_with_a_prompt_beyond_the_limit(int bytes, string end)
    {
        await using var house = await OpenAsync(Asking, engine => engine.MaxPromptBytes = 2045);
        house.Model.Answers("helper", "yes");

        var state = await house.RunAsync($"\"{new string('x', bytes)}\"");

        Assert.Equal($"\"{end}\"", state.Output.ToString());
        Assert.Equal(end == "done" ? 1 : 0, house.Model.Asked.Count);
        var warning = Assert.Single(state.Warnings!.Value);
        Assert.Equal((SizeKind.Prompt, bytes + 5, 2045, "ask"), (warning.Kind, warning.Size, warning.Limit, warning.State));
    }

    [Fact]
    public async Task An_input_beyond_the_limit_is_refused_with_its_code()
    {
        await using var house = await OpenAsync(Saving, engine => engine.MaxPayloadBytes = 1024);

        var refused = Assert.IsType<StartResult.Refused>(
            await house.Engine.StartRunAsync(new StartRequest("test", Payload.FromText(new string('x', 1023)))));

        Assert.Equal(FailureCode.PayloadTooLarge, refused.Failure.Code);
        Assert.Equal("The input has 1025 bytes; at most 1024 are allowed.", refused.Failure.Message);
    }

    [Fact]
    public async Task The_application_is_told_once_of_each_kind_and_run()
    {
        await using var house = await OpenAsync(Saving, engine => (engine.MaxContextBytes, engine.OnSizeWarning) = (2000, notices.Enqueue));

        var state = await house.RunAsync();
        await house.RunAsync();

        Assert.Equal(RunStatus.Succeeded, state.Status);
        await UntilAsync(() => notices.Count == 2);
        Assert.All(notices, notice => Assert.Equal(
            ("test", SizeKind.Context, 1804, 2000, "second"),
            (notice.Workflow, notice.Warning.Kind, notice.Warning.Size, notice.Warning.Limit, notice.Warning.State)));
        Assert.Equal(2, notices.Select(notice => notice.Run).Distinct().Count());
    }

    [Fact]
    public async Task Who_takes_a_run_over_does_not_warn_of_what_was_warned_of()
    {
        RunId run;
        var held = new TaskCompletionSource();
        await using (var house = await OpenAsync(Saving, Bounded, calls: number => number == 3 ? held.Task : Task.CompletedTask))
        {
            run = await house.StartAsync();
            await House.UntilAsync(house, run, state => state.State == "third");
            await UntilAsync(() => notices.Count == 1);
        }

        await using var next = await OpenAsync(Saving, Bounded);
        await next.Engine.CarryOnAsync(run);

        Assert.Equal(RunStatus.Succeeded, (await next.EndAsync(run)).Status);
        Assert.Single(notices);
    }

    [Fact]
    public async Task An_application_that_throws_or_never_comes_back_hurts_no_run()
    {
        var isThere = new TaskCompletionSource();
        using var never = new ManualResetEventSlim();
        await using var house = await OpenAsync(Saving, engine =>
        {
            engine.MaxContextBytes = 2000;
            engine.OnSizeWarning = notice =>
            {
                notices.Enqueue(notice);
                if (notices.Count == 1)
                {
                    throw new InvalidOperationException("no thanks");
                }

                isThere.TrySetResult();
                never.Wait();
            };
        });

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(RunStatus.Succeeded, (await house.RunAsync()).Status);
        }

        await isThere.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, notices.Count); // one at a time
        never.Set();
        await UntilAsync(() => notices.Count == 5);
    }

    [Theory]
    [InlineData("MaxPromptBytes", 0)]
    [InlineData("MaxContextBytes", -1)]
    [InlineData("MaxPayloadBytes", RunLimits.PayloadBytes + 1)]
    [InlineData("MaxHistoryFacts", 99)]
    public async Task A_limit_that_makes_no_sense_stops_the_start_of_an_application(string name, int limit)
    {
        await using var services = new ServiceCollection()
            .AddAgents(engine => typeof(EngineOptions).GetProperty(name)!.SetValue(engine, limit)).Services.BuildServiceProvider();

        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<AgentsEngine>());
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_read_as_people_write_them()
    {
        var options = new EngineOptions();
        SizeLimitText.Apply(options, " prompt=256KiB, context = 1 MiB,payload=65536,history=100000 ");

        Assert.Equal((256 * 1024, 1024 * 1024), (options.MaxPromptBytes, options.MaxContextBytes));
        Assert.Equal((65536, 100_000), (options.MaxPayloadBytes, options.MaxHistoryFacts));
        SizeLimitText.Apply(options, "payload=4MiB");
        SizeLimitText.Apply(options, null);
        Assert.Equal((4 * 1024 * 1024, 100_000), (options.MaxPayloadBytes, options.MaxHistoryFacts));
    }

    [Theory]
    [InlineData("payload=0", "The limit 'payload' is '0'; expected bytes from 1KiB to 4MiB, such as 65536, 64KiB or 1MiB.")]
    [InlineData("context=-1", "The limit 'context' is '-1'; expected bytes from 1KiB to 16MiB")]
    [InlineData("prompt=17MiB", "The limit 'prompt' is '17MiB'; expected bytes from 1KiB to 16MiB")]
    [InlineData("prompt=9999999999999999MiB", "expected bytes from 1KiB to 16MiB")]
    [InlineData("payload=1MB", "The limit 'payload' is '1MB'")]
    [InlineData("payload", "The limit 'payload' is ''")]
    [InlineData("history=1KiB", "The limit 'history' is '1KiB'; expected a number of facts from 100 to 10000000.")]
    [InlineData("history=99", "The limit 'history' is '99'")]
    [InlineData("tokens=5", "There is no limit 'tokens'; expected prompt, context, payload or history")]
    public void Limits_that_make_no_sense_are_refused_with_what_does(string text, string why)
    {
        var refused = Assert.Throws<FormatException>(() => SizeLimitText.Apply(new EngineOptions(), text));

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private void Bounded(EngineOptions engine) => (engine.MaxContextBytes, engine.OnSizeWarning) = (2000, notices.Enqueue);

    private Task<House> OpenAsync(string yaml, Action<EngineOptions> configure, Func<int, Task>? calls = null)
    {
        var made = 0;
        return House.OpenAsync(new MemoryStore(database), yaml, null, configure, House.Tool("test.work", async (_, cancellation) =>
        {
            await (calls?.Invoke(Interlocked.Increment(ref made)) ?? Task.CompletedTask).WaitAsync(cancellation);
            return House.Ok($"\"{new string('x', 900)}\"");
        }));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
