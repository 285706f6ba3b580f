using System.Buffers;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Runs;

/// <summary>What is stored is a file format.</summary>
public sealed class StoredFormTests
{
    private static readonly Failure Full = new(
        FailureClass.Transient,
        "model.rate_limited",
        "slow down",
        TimeSpan.FromSeconds(7),
        Payload.Parse("""{"limit":10}"""),
        new FailureOrigin("run-1", "ask", 3, 2),
        new Failure(FailureClass.Permanent, "http.429", "429"));

    private static readonly Cost Cost = new(1, 2, 3, 4, TimeSpan.FromMilliseconds(5));

    private static readonly AgentMessage Told1 = new(
        "run-1/2", "critic", "writer", 2, ["writer"], DateTimeOffset.UnixEpoch, Payload.Parse("""{"x":1.50}"""));

    private static readonly Books Told = new(Cost, Cost, Cost);

    private static readonly RunEvent[] Samples =
    [
        new RunEvent.Started(
            new RunOrigin("run-1", "w", "h", 1, Guid.Parse("0197f5b0-0000-7000-8000-000000000001"), "1.0.0", "key", "/work", Payload.Parse("""{"HOME":"/"}"""), 7, new RunParent("run-0", 1, 2, 3, "root", 4, true), null, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            Payload.Parse("""{"a":1.50}"""),
            PayloadMap.Empty.Add("b", Payload.Parse("[1e3]")).Add("å", Payload.Null),
            new RunBounds(10, TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch, 5, 6, 7, 8, new SizeLimits(1, 2, 3, 4))),
        new RunEvent.Forked(new RunState
        {
            Status = RunStatus.Running,
            Origin = new RunOrigin("run-2", "w", "h", 1, Guid.Empty, Epoch: 8, Fork: new RunFork("run-1", 9, true)),
            Bounds = new RunBounds(10, TimeSpan.FromHours(1)),
            State = "ask",
            Visit = 3,
            Visits = RunState.Initial.Visits.Add("ask", 2),
            Context = PayloadMap.Empty.Add("å", Payload.Parse("1.50")),
            Open = RunState.Initial.Open.Add(0, new OpenActivity(2, DateTimeOffset.UnixEpoch, true, new OnceCall(7, Full, true))),
            Inherited = [new InheritedActivity(0, "run-1")],
            Books = new Books(new Cost(Tokens: 1), new Cost(MicroUsd: 2), new Cost(Activities: 3)),
            Error = Full,
            Warnings = [new SizeWarning(SizeKind.Context, 9, 10, 0, DateTimeOffset.UnixEpoch, "ask")],
        }),
        new RunEvent.TakenOver(7, true, true),
        new RunEvent.StateEntered("ask", 3, 2, 5, true, DateTimeOffset.UnixEpoch, "approval", Cost),
        new RunEvent.StateLeft("ask", 3, PayloadMap.Empty.Add("b", Payload.Parse("\"ø\"")), Full),
        new RunEvent.BranchesPlanned(
            3, 2, 1, 2, true, Payload.Parse("[1.50,\"å\"]"), ["a", "b"], DateTimeOffset.UnixEpoch),
        new RunEvent.BranchesStarted(3, 0, 1, [Cost]),
        new RunEvent.BranchFailed(3, 1, Full),
        new RunEvent.ActivitySucceeded(3, 0, 2, Payload.Parse("""{"x":12345678901234567890123}"""), new Usage("m", 1, 2, 3, 4), Told, TimeSpan.FromMilliseconds(1_234)),
        new RunEvent.ActivityFailed(3, 0, 2, Full, new Usage("m", 1, 2, 3), Told, TimeSpan.FromMinutes(5)),
        new RunEvent.RetryScheduled(3, 0, 3, DateTimeOffset.UnixEpoch, Cost),
        new RunEvent.ActivityIntended(3, 0, 3, 7),
        new RunEvent.ActivityUnknown(3, 0, 3, Full, DateTimeOffset.UnixEpoch),
        new RunEvent.ActivityReconciled(3, 0, 3, CallOutcome.Unknown, "no answer"),
        new RunEvent.ActivityDecided(3, 0, 3, VerdictKind.Fail, "it is gone"),
        new RunEvent.LateResult(3, 0, 3, Payload.Parse("[1]"), Full, new Usage("m", 1, 2, 3), Told),
        new RunEvent.ChildStarted(3, 0, 3, "run-1~3.0.3", DateTimeOffset.UnixEpoch, Cost),
        new RunEvent.ChildAbandoned(3, 0, 3),
        new RunEvent.RunLaunched(3, 0, 3, "run-1~3.0.3", Cost),
        new RunEvent.SignalReceived("approval", "mail-1", Payload.Parse("""{"yes":1.50}""")),
        new RunEvent.SignalTaken(3, "approval", "mail-1"),
        new RunEvent.SignalRefused("approval", "mail-2", Full, Payload.Parse("[1]")),
        new RunEvent.MessageSent(Told1, "run-0"),
        new RunEvent.MessageReceived(Told1),
        new RunEvent.MessageRefused(Told1, Full),
        new RunEvent.MessagesDelivered(3, 0, "writer", 2, ["run-1/2"]),
        new RunEvent.Suspended("wait", true, [0, 3], "run.crash_loop"),
        new RunEvent.Resumed(),
        new RunEvent.Parked(),
        new RunEvent.Closing(Payload.Parse("[1]"), Full),
        new RunEvent.Succeeded(Payload.Parse("null")),
        new RunEvent.Failed(Full),
    ];

    public static TheoryData<string> Histories() =>
        [.. Directory.EnumerateFiles(HistoriesFolder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    private static string HistoriesFolder => Path.Combine(AppContext.BaseDirectory, "Runs", "Histories");

    private static readonly RunEvent[] Bare =
    [
        new RunEvent.Started(new RunOrigin("r", "w", "h", 1, Guid.Empty), Payload.Null, PayloadMap.Empty, new RunBounds(1, TimeSpan.Zero)),
        new RunEvent.StateEntered("s", 1, 1),
        new RunEvent.StateLeft("s", 1),
        new RunEvent.ActivitySucceeded(1, 0, 1, Payload.Null),
        new RunEvent.ActivityFailed(1, 0, 1, new Failure(FailureClass.Permanent, "c", "m")),
        new RunEvent.BranchesPlanned(1, 1, 1, 1),
        new RunEvent.ActivityUnknown(1, 0, 1, new Failure(FailureClass.UnknownOutcome, "c", "m")),
        new RunEvent.ActivityReconciled(1, 0, 1, CallOutcome.Happened),
        new RunEvent.ActivityDecided(1, 0, 1, VerdictKind.Retry),
        new RunEvent.LateResult(1, 0, 1),
        new RunEvent.ChildStarted(1, 0, 1, "r~1.0"),
        new RunEvent.SignalRefused("s", "i", new Failure(FailureClass.Permanent, "c", "m")),
        new RunEvent.Suspended(),
        new RunEvent.MessageSent(Told1 with { Trail = [] }),
        new RunEvent.Closing(),
        new RunEvent.Failed(new Failure(FailureClass.Permanent, "c", "m")),
    ];

    [Fact]
    public void There_is_a_sample_of_every_event()
    {
        var cases = typeof(RunEvent).GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(typeof(RunEvent)));

        Assert.Equal(
            cases.Select(c => c.Name).Order(StringComparer.Ordinal),
            Samples.Select(s => s.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_event_survives_being_stored_byte_for_byte()
    {
        foreach (var sample in Samples)
        {
            var stored = JsonSerializer.Serialize(sample, RunJson.Default.RunEvent);
            var read = JsonSerializer.Deserialize(stored, RunJson.Default.RunEvent)!;

            Assert.Equal(sample.GetType(), read.GetType());
            Assert.Equal(stored, JsonSerializer.Serialize(read, RunJson.Default.RunEvent));
        }
    }

    [Fact]
    public void The_facts_of_an_append_are_written_as_the_serializer_writes_each()
    {
        RunEvent[] facts = [.. Samples, .. Bare, new RunEvent.StateEntered("s\"ü\u2028", 1, 2, 3, true, DateTimeOffset.UnixEpoch.AddMilliseconds(5))];

        Assert.Equal(
            $"[{string.Join(',', facts.Select(BySerializer))}]",
            Written(facts.ToImmutableArray(), RunJson.Default.ImmutableArrayRunEvent));
    }

    [Fact]
    public void The_facts_of_a_step_are_read_as_the_serializer_reads_them()
    {
        foreach (var written in Samples.Concat(Bare).Select(BySerializer).SelectMany(Disturbed))
        {
            var ours = Outcome(() => JsonSerializer.Deserialize(written, RunJson.Default.RunEvent));
            var theirs = Outcome(() => (RunEvent?)JsonSerializer.Deserialize(written, KindOf(written)));

            Assert.True(ours == theirs, $"{written}\nis {ours}\nand not {theirs}");
        }
    }

    // The text, and the text with each of its fields left out, null, of another type, twice, last, and beside one unknown.
    private static IEnumerable<string> Disturbed(string written)
    {
        yield return written;
        foreach (var name in JsonNode.Parse(written)!.AsObject().Select(field => field.Key).Where(name => name != "type").ToList())
        {
            yield return Changed(written, fact => fact.Remove(name));
            yield return Changed(written, fact => fact[name] = null);
            yield return Changed(written, fact => fact[name] = "7");
            yield return Changed(written, fact => fact[name] = 7.5);
            yield return Changed(written, fact => fact[name] = new JsonArray(1));
            yield return Changed(written, fact => fact.Insert(1, "unheard_of", new JsonObject { ["x"] = 1 }));
            yield return Changed(written, fact =>
            {
                var value = fact[name];
                fact.Remove(name);
                fact.Add(name, value);
            });
            yield return $"{written[..^1]},\"{name}\":{JsonNode.Parse(written)![name]?.ToJsonString() ?? "null"}}}";
        }
    }

    private static string Changed(string written, Action<JsonObject> change)
    {
        var fact = JsonNode.Parse(written)!.AsObject();
        change(fact);
        return fact.ToJsonString();
    }

    private static string Outcome(Func<RunEvent?> read)
    {
        try
        {
            return read() is { } fact ? BySerializer(fact) : "null";
        }
        catch (JsonException)
        {
            return "refused";
        }
    }

    private static string BySerializer(RunEvent fact) => Written(fact, RunJson.Default.GetTypeInfo(fact.GetType())!);

    private static JsonTypeInfo KindOf(string written) =>
        RunJson.Default.GetTypeInfo(Samples.First(sample => NameOf(BySerializer(sample)) == NameOf(written)).GetType())!;

    private static string NameOf(string written)
    {
        using var fact = JsonDocument.Parse(written);
        return fact.RootElement.GetProperty("type").GetString()!;
    }

    [Fact]
    public void The_deepest_payload_and_the_longest_chain_of_causes_can_be_read_again()
    {
        var deep = Payload.Parse(new string('[', Payload.MaxDepth) + new string(']', Payload.MaxDepth));
        var failure = Enumerable.Range(0, 100)
            .Aggregate(Full with { Details = deep }, (cause, _) => Full with { Details = deep, Cause = cause });
        var workflow = Flow.Of(Flow.Tool("a", "b") with { Save = [Flow.Save("deep", "\"${{ output }}\"")] }, Flow.Tool("b", "done"), Flow.End());
        var run = new Scenario(workflow).Start(deep.ToString()).Succeed(deep.ToString());
        Assert.Equal(deep, run.Reopened(workflow).State.Context["deep"]);
        run.Fail(failure);

        var stored = JsonSerializer.Serialize([.. run.History], RunJson.Default.ImmutableArrayRunEvent);

        Assert.Equal(run.History.Count, JsonSerializer.Deserialize(stored, RunJson.Default.ImmutableArrayRunEvent).Length);
    }

    [Fact]
    public void Every_event_without_what_may_be_left_out_survives_too()
    {
        foreach (var sample in Bare)
        {
            var stored = JsonSerializer.Serialize(sample, RunJson.Default.RunEvent);
            Assert.Equal(stored, JsonSerializer.Serialize(JsonSerializer.Deserialize(stored, RunJson.Default.RunEvent)!, RunJson.Default.RunEvent));
        }
    }

    [Fact]
    public void The_type_of_an_event_may_stand_anywhere() =>
        Assert.Equal(
            new RunEvent.TakenOver(3),
            JsonSerializer.Deserialize("""{"epoch":3,"type":"run.taken_over"}""", RunJson.Default.RunEvent));

    [Fact]
    public void An_event_of_an_unknown_type_is_refused() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"type":"run.teleported"}""", RunJson.Default.RunEvent));

    [Fact]
    public void A_field_that_a_later_version_added_is_passed_over() =>
        Assert.Equal(
            new RunEvent.TakenOver(3),
            JsonSerializer.Deserialize("""{"type":"run.taken_over","epoch":3,"weather":"fine"}""", RunJson.Default.RunEvent));

    [Fact]
    public void Every_event_can_be_applied()
    {
        var state = RunState.Initial;
        foreach (var sample in Samples.Where(sample => sample is not RunEvent.Forked).Take(3))
        {
            state = Run.Evolve(state, sample, DateTimeOffset.UnixEpoch);
        }

        state = Run.Evolve(state, new RunEvent.BranchesPlanned(3, 2, 1, 2), DateTimeOffset.UnixEpoch);
        state = Run.Evolve(state, new RunEvent.RetryScheduled(3, 0, 3, DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch);
        foreach (var sample in Samples)
        {
            Assert.Equal(state.Version + 1, Run.Evolve(state, sample, DateTimeOffset.UnixEpoch).Version);
        }
    }

    /// <summary>
    /// Each file is a history as it was once written, and the state it led to. Files are added, never edited: a version that
    /// reads one differently has broken every run that is stored.
    /// </summary>
    [Theory]
    [MemberData(nameof(Histories))]
    public void A_history_of_an_earlier_version_leads_where_it_led(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(HistoriesFolder, $"{name}.json")));
        var state = RunState.Initial;
        foreach (var append in file.RootElement.GetProperty("appends").EnumerateArray())
        {
            var events = JsonSerializer.Deserialize(
                Stored(append.GetProperty("events"), file.RootElement).Span, RunJson.Default.ImmutableArrayRunEvent);
            state = Run.Evolve(state, events, append.GetProperty("at").GetDateTimeOffset());
        }

        var expected = file.RootElement.GetProperty("state");
        Assert.True(
            JsonElement.DeepEquals(expected, JsonSerializer.SerializeToElement(state, RunJson.Default.RunState)),
            $"{name} leads to {JsonSerializer.Serialize(state, RunJson.Default.RunState)}");
    }

    [Theory]
    [MemberData(nameof(Histories))]
    public void A_snapshot_of_an_earlier_version_can_be_read(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(HistoriesFolder, $"{name}.json")));
        var expected = file.RootElement.GetProperty("state");
        var stored = file.RootElement.TryGetProperty("snapshot", out var snapshot) ? snapshot : expected;
        var read = JsonSerializer.Deserialize(Stored(stored, file.RootElement).Span, RunJson.Default.RunState)!;

        Assert.True(JsonElement.DeepEquals(expected, JsonSerializer.SerializeToElement(read, RunJson.Default.RunState)));
    }

    // The text byte for byte as it was stored, with what the file has of its blobs in their places.
    private static ReadOnlyMemory<byte> Stored(JsonElement text, JsonElement file)
    {
        var blobs = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var blob in file.TryGetProperty("blobs", out var bodies) ? [.. bodies.EnumerateObject()] : ImmutableArray<JsonProperty>.Empty)
        {
            blobs.Add(blob.Name, JsonMarshal.GetRawUtf8Value(blob.Value).ToArray());
        }

        return StoredText.PutBack(JsonMarshal.GetRawUtf8Value(text).ToArray(), blobs);
    }

    [Fact]
    public void There_are_histories_of_earlier_versions() => Assert.True(Histories().Count >= 4);

    [Fact]
    public void Maps_keep_the_same_order_whatever_the_culture() =>
        Assert.Equal(
            """{"Z":1,"a":2,"å":3}""",
            JsonSerializer.Serialize(
                new RunEvent.StateLeft("s", 1, ImmutableSortedDictionary.CreateRange(
                    StringComparer.Ordinal,
                    [KeyValuePair.Create("å", Payload.Parse("3")), KeyValuePair.Create("a", Payload.Parse("2")), KeyValuePair.Create("Z", Payload.Parse("1"))])),
                RunJson.Default.RunEvent).Split("\"saved\":")[1].TrimEnd('}').Replace("\\u00E5", "å", StringComparison.Ordinal) + "}");

    private static string Written(object value, JsonTypeInfo type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
