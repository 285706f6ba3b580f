using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Runs;

/// <summary>Large payloads are stored once per run, and nobody who reads a run notices.</summary>
public sealed class BlobTests
{
    private const string Head = """
        apiVersion: orleans.agents/v1
        kind: Workflow
        metadata: { name: test }
        spec:

        """;

    private static readonly Tool Echo =
        House.Tool("test.echo", (call, _) => Task.FromResult<ToolResult>(new ToolResult.Succeeded(call.Input)));

    private static string Document { get; } = $"\"{new string('d', 1_000_000)}\"";

    // Each state passes the document on inside an object of its own and saves it.
    private static string TenStates { get; } = Head + string.Join(
        '\n',
        Enumerable.Range(0, 10)
            .Select(n => $$$"""
                    s{{{n}}}: { tool: test.echo, input: { step: {{{n}}}, doc: "${{ {{{(n == 0 ? "input" : "context")}}}.doc }}" }, save: { doc: "${{ output.doc }}", last: "${{ output }}" }, next: s{{{n + 1}}} }
                """)
            .Prepend("  start: s0\n  states:")
            .Append("    s10: { end: [\"${{ context.doc }}\", \"${{ context.last.doc }}\"] }"));

    private static string Fan { get; } = Head + """
          start: all
          states:
            all:
              foreach: { in: "${{ input.names }}", as: name }
              do: { tool: test.large, input: { name: "${{ name }}" } }
              save: { pages: "${{ output }}" }
              next: hold
            hold: { tool: test.held, timeout: 1h, next: done }
            done: { end: "${{ context.pages }}" }
        """;

    [Fact]
    public async Task A_megabyte_that_passes_through_ten_states_is_written_about_once()
    {
        var (written, snapshots) = (0L, 0);
        var store = new HookedStore(new MemoryStore())
        {
            Appending = append =>
            {
                written += append.Size;
                snapshots += append.Snapshot is null ? 0 : 1;
                return Task.CompletedTask;
            },
        };
        await using var house = await House.OpenAsync(store, TenStates, null, o => o.ParkAfter = TimeSpan.FromHours(1), Echo);

        var state = await house.RunAsync($$"""{"doc":{{Document}}}""");

        Assert.Equal($"[{Document},{Document}]", state.Output.ToString());
        Assert.InRange(written, Document.Length, Document.Length + 100_000);
        Assert.Equal(0, snapshots);
    }

    [Fact]
    public async Task Who_reads_a_run_sees_its_payloads_byte_for_byte()
    {
        var input = $$"""{ "doc" : {{Document}} , "n": 1.50 }""";
        await using var house = await House.OpenAsync(new MemoryStore(), TenStates, null, null, Echo);
        var state = await house.RunAsync(input);
        var run = new RunId(state.Origin!.Run);

        var view = await house.Engine.FindAsync(run);
        Assert.Equal(input, view!.State.Input.ToString());
        Assert.Equal($"[{Document},{Document}]", view.State.Output.ToString());
        var outputs = (await house.Engine.ReadEventsAsync(run))
            .SelectMany(append => append.Events.OfType<RunEvent.ActivitySucceeded>())
            .Select(succeeded => succeeded.Output.ToString());
        Assert.Equal(Enumerable.Range(0, 10).Select(n => $$"""{"doc":{{Document}},"step":{{n}}}"""), outputs);

        // The same key with the same input is the same run; the input is compared with the one that was taken out.
        var again = await house.Engine.StartRunAsync(new StartRequest("test", Payload.Parse(input), Run: run));
        Assert.Equal(new StartResult.Started(run, IsNew: false), again);
    }

    [Fact]
    public async Task A_payload_that_looks_like_a_mark_is_passed_on_as_it_is()
    {
        var mark = $$"""{"$blob":"{{new string('0', 64)}}"}""";
        await using var house = await House.OpenAsync(new MemoryStore(), TenStates, null, null, Echo);

        var state = await house.RunAsync($$"""{"doc":[{{mark}},{{Document}}],"mark":{{mark}}}""");

        Assert.Equal($"[[{mark},{Document}],[{mark},{Document}]]", state.Output.ToString());
        Assert.Equal(state.Output, (await house.Engine.FindAsync(new RunId(state.Origin!.Run)))!.State.Output);
    }

    [Fact]
    public async Task Runs_that_are_taken_over_have_their_blobs_read_in_one_question_and_send_none_of_them_again()
    {
        var database = new MemoryDatabase();
        const int runs = 20;
        var held = new CountdownEvent(runs);
        await using (var house = await House.OpenAsync(new MemoryStore(database), Fan, null, null, Large(), Held(held)))
        {
            for (var n = 0; n < runs; n++)
            {
                await house.StartAsync($$"""{"names":["a{{n}}","b{{n}}","c{{n}}"]}""", run: new RunId($"run-{n}"));
            }

            Assert.True(held.Wait(TimeSpan.FromSeconds(60)));
        }

        var first = 0;
        var sent = 0;
        var store = new HookedStore(new MemoryStore(database))
        {
            ReadingBlobs = blobs => Interlocked.CompareExchange(ref first, blobs.Length, 0),
            Appending = append =>
            {
                Interlocked.Add(ref sent, append.Blobs.Length);
                return Task.CompletedTask;
            },
        };
        await using var next = await House.OpenAsync(
            store, null, null, null, Large(), House.Tool("test.held", (_, _) => Task.FromResult(House.Ok())));
        for (var n = 0; n < runs; n++)
        {
            var state = await next.EndAsync(new RunId($"run-{n}"));
            Assert.Equal($"[{Page($"a{n}")},{Page($"b{n}")},{Page($"c{n}")}]", state.Output.ToString());
        }

        Assert.Equal(3 * runs, first);
        Assert.Equal(0, sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_append_that_fails_is_sent_again_with_its_blobs(bool isStoredAllTheSame)
    {
        var inner = new MemoryStore();
        var failures = 0;
        HookedStore store = null!;
        store = new HookedStore(inner)
        {
            Appending = async append =>
            {
                if (!append.Blobs.IsEmpty && failures++ < 2)
                {
                    if (isStoredAllTheSame)
                    {
                        await inner.Journal.AppendAsync(append, default);
                    }

                    throw HookedStore.Failure(isTransient: true);
                }
            },
        };
        await using var house = await House.OpenAsync(store, TenStates, null, null, Echo);

        var state = await house.RunAsync($$"""{"doc":{{Document}}}""");

        Assert.Equal($"[{Document},{Document}]", (await house.Engine.FindAsync(new RunId(state.Origin!.Run)))!.State.Output.ToString());
        Assert.True(failures > 2);
    }

    [Fact]
    public async Task A_run_whose_blob_is_gone_is_damaged_and_stops_no_other()
    {
        var database = new MemoryDatabase();
        var held = new CountdownEvent(2);
        await using (var house = await House.OpenAsync(new MemoryStore(database), Fan, null, null, Large(), Held(held)))
        {
            await house.StartAsync("""{"names":["a"]}""", run: new RunId("damaged"));
            await house.StartAsync("""{"names":["b"]}""", run: new RunId("whole"));
            Assert.True(held.Wait(TimeSpan.FromSeconds(60)));
        }

        var blobs = database.Find(new RunId("damaged"))!.Blobs;
        blobs[Assert.Single(blobs).Key][7] ^= 1;
        await using var next = await House.OpenAsync(
            new MemoryStore(database), null, null, null, Large(), House.Tool("test.held", (_, _) => Task.FromResult(House.Ok())));

        Assert.Equal($"[{Page("b")}]", (await next.EndAsync(new RunId("whole"))).Output.ToString());
        var damaged = await Assert.ThrowsAsync<HistoryException>(() => next.Engine.FindAsync(new RunId("damaged")));
        Assert.Equal("history.damaged", damaged.Code);
        Assert.Contains("missing or damaged", damaged.Message, StringComparison.Ordinal);
    }

    private static string Page(string name) => $"\"{new string(name[0], 50_000)}{name}\"";

    private static Tool Large() => House.Tool("test.large", (call, _) =>
        Task.FromResult(House.Ok(Page(JsonName(call.Input)))));

    private static string JsonName(Payload input) =>
        System.Text.Json.JsonElement.Parse(input.Utf8.Span).GetProperty("name").GetString()!;

    private static Tool Held(CountdownEvent reached) => House.Tool("test.held", async (_, cancellation) =>
    {
        reached.Signal();
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        return House.Ok();
    });
}
