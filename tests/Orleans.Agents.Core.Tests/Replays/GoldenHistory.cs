using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Budgets;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Core.Tests.Runs.Flow;

namespace Orleans.Agents.Core.Tests.Replays;

/// <summary>A history as it was once written, with the definition that its run was pinned to.</summary>
internal static class GoldenHistory
{
    private static readonly State.ForEach Work = ForEach(
        "work", "check", """[{"id":"b"},{"id":"a"},{"id":3}]""", 2, "\"${{ item.id }}\"", new Settlement(Collects: true));

    private static readonly Workflow Family = Calling(
        Of(Tool("work", "done"), End()) with { Name = "child", Hash = "child-hash" },
        new State.Parallel(
            [new("a", Child("a") with { Retry = Thrice }), new("b", Child("b")), new("c", Child("c") with { Retry = Thrice, Timeout = TimeSpan.FromMinutes(1) })],
            new Settlement(1))
        {
            Name = "race",
            Save = [Save("won", "\"${{ output }}\"")],
            Next = [To("done")],
        },
        End(output: "\"${{ context.won }}\""));

    private static readonly Workflow Fan = Of(
        Work with { Do = Work.Do with { Retry = Thrice }, Save = [Save("all", "\"${{ output }}\"")] },
        Parallel("check", "done", new Settlement(1), ("facts", null), ("style", null)) with { Timeout = TimeSpan.FromMinutes(5) },
        End(output: "\"${{ context.all }}\""));

    private static readonly Workflow Asking = Calling(
        Family.Children["child-hash"],
        Ask("first", "any"),
        new State.Parallel([.. Enumerable.Range(0, 3).Select(i => new Branch($"b{i}", Ask($"any.b{i}")))], new Settlement(1))
        {
            Name = "any",
            Next = [To("ask")],
        },
        Child("ask", "go"),
        new State.Launch("child") { Name = "go", Next = [To("last")] },
        Ask("last", "done"),
        End()) with
    {
        Agents = ImmutableSortedDictionary.Create<string, Agent>(StringComparer.Ordinal).Add("writer", new Agent
        {
            Name = "writer",
            Model = "m",
            MaxOutputTokens = 100,
            Price = new Price(3, 15),
            Prompt = Json("\"0123456789\""),
        }),
        Budget = Budget.Default with { Tokens = 10_000, MicroUsd = 100_000 },
    };

    private static readonly Workflow Talking = Of(
        Ask("write", "tell"),
        new State.Send("critic", "writer") { Name = "tell", Input = Json("\"${{ input }}\""), Save = [Save("told", "\"${{ output }}\"")], Next = [To("judge")] },
        Ask("judge", "answer") with { Agent = "critic" },
        new State.Send("writer", "critic") { Name = "answer", Input = Json("\"again\""), Next = [To("both")] },
        new State.Parallel([new("a", Ask("both.a")), new("b", Ask("both.b"))], Settlement.All) { Name = "both", Next = [To("report")] },
        new State.Send("boss", "writer", Json("\"parent\"")) { Name = "report", Input = Json("\"done\""), Next = [To("done")] },
        End()) with
    {
        Agents = Asking.Agents.Add("critic", Asking.Agents["writer"] with { Name = "critic" }),
    };

    private static readonly Workflow Pay = Of(Once("pay", "done"), End());

    private static readonly Dictionary<string, Workflow> Definitions = new(StringComparer.Ordinal)
    {
        ["v0.1-cycle-caught-at-its-bound"] = Of(
            Tool("review", "review") with { MaxVisits = 2, Catch = [On("workflow.max_visits", "done", Save("why", "\"${{ error.code }}\""))] },
            End(output: "\"${{ context.why }}\"")),
        ["v0.1-failed-with-causes"] = Of(
            Tool("a") with { Catch = [On("*", "refuse")] }, Fail("refuse", "refused", "\"No: ${{ error.message }}\"")),
        ["v0.1-retry-and-takeover"] = Of(Tool("a", "done") with { Retry = Thrice }, End()) with { Deadline = TimeSpan.FromDays(7) },
        ["v0.1-two-steps"] = Of(
            Tool("a", "b") with { Save = [Save("x", "\"${{ output }}\"")] }, Tool("b", "done"), End(output: """{ "x": "${{ context.x }}" }""")) with
        {
            Version = "1.2.0",
        },
        ["v0.1-waiting"] = Of(
            Pass("p", "rest", "1") with { Save = [Save("p", "\"${{ output }}\"")] }, Wait("rest", TimeSpan.FromHours(2), "done"), End()),
        ["v0.2-cancelled"] = Of(Tool("a", "done"), End()),
        ["v0.2-closing"] = Pay,
        ["v0.2-once-late-result"] = Pay,
        ["v0.2-once-reconciled-and-undecided"] = Of(Once("pay", "ship", canReconcile: true), Once("ship", "done"), End()),
        ["v0.2-foreach-and-parallel"] = Fan,
        ["v0.2-foreach-under-way"] = Fan,
        ["v0.2-large-payloads"] = Of(
            Tool("read", "look") with { Save = [Save("page", "\"${{ output }}\"")] },
            Tool("look", "again") with { Save = [Save("looks", "\"${{ output }}\"")] },
            Tool("again", "done"),
            End()),
        ["v0.3-children"] = Family,
        ["v0.3-children-under-way"] = Family,
        ["v0.3-launch"] = Calling(
            Family.Children["child-hash"],
            new State.Launch("child") { Name = "announce", Save = [Save("launched", "\"${{ output.run }}\"")], Next = [To("after")] },
            Tool("after", "done"),
            End()) with
        {
            Budget = Budget.Default with { Launches = 2, Depth = 3 },
        },
        ["v0.4-signals"] = Of(
            Tool("work", "approve"),
            Await("approve", "approval", "again") with { Timeout = TimeSpan.FromDays(1), Save = [Save("told", "\"${{ output }}\"")] },
            Await("again", "approval", "news") with { Timeout = TimeSpan.FromDays(1) },
            Await("news", "news", "done"),
            End()),
        ["v0.5-messages"] = Talking,
        ["v0.5-messages-under-way"] = Talking,
        ["v0.5-suspended"] = Calling(
            Family.Children["child-hash"],
            Parallel("both", "ask", Settlement.All, ("a", null), ("b", null)),
            Child("ask", "approve"),
            Await("approve", "approval", "rest") with { Timeout = TimeSpan.FromDays(1), Save = [Save("told", "\"${{ output }}\"")] },
            Wait("rest", TimeSpan.FromHours(1), "done"),
            End()),
        ["v0.4-books"] = Asking,
        ["v0.4-forked"] = Of(
            Tool("a", "pay") with { Save = [Save("x", "\"${{ output }}\"")] }, Once("pay", "done", canReconcile: true), End()) with
        {
            Deadline = TimeSpan.FromDays(1),
        },
        ["v0.5-traced"] = Of(Tool("a", "done"), End()),
        ["v0.7-waited"] = Of(Tool("a", "b") with { Retry = Thrice }, Tool("b", "done"), End()),
        ["v0.6-crash-loop"] = Of(Parallel("both", "done", Settlement.All, ("a", null), ("b", null)), End()),
        ["v0.6-sizes"] = Of(
            Ask("write", "read") with { Save = [Save("text", "\"${{ output }}\"")] }, Tool("read", "read") with { Save = [Save("page", "\"${{ output }}\"")] }) with
        {
            Agents = Asking.Agents,
        },
    };

    private static State.AgentCall Ask(string name, string? next = null) => new("writer")
    {
        Name = name,
        Next = next is null ? [] : [To(next)],
        Retry = Thrice,
    };

    /// <summary>The names of all that are kept.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.json")
        .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Runs", "Histories");

    /// <summary>The definition of one; every history must have it written down here.</summary>
    public static Workflow DefinitionOf(string name) => Definitions.TryGetValue(name, out var workflow)
        ? workflow
        : throw new KeyNotFoundException($"Write down here what the run of {name} was pinned to.");

    /// <summary>The appends of one.</summary>
    public static ImmutableArray<RecordedAppend> Read(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, $"{name}.json")));
        var blobs = file.RootElement.TryGetProperty("blobs", out var bodies)
            ? bodies.EnumerateObject().ToDictionary(
                blob => blob.Name, blob => (ReadOnlyMemory<byte>)JsonMarshal.GetRawUtf8Value(blob.Value).ToArray(), StringComparer.Ordinal)
            : [];
        return
        [
            .. file.RootElement.GetProperty("appends").EnumerateArray().Select(append => new RecordedAppend(
                append.GetProperty("at").GetDateTimeOffset(),
                JsonSerializer.Deserialize(
                    StoredText.PutBack(JsonMarshal.GetRawUtf8Value(append.GetProperty("events")).ToArray(), blobs).Span,
                    RunJson.Default.ImmutableArrayRunEvent))),
        ];
    }
}

/// <summary>Facts that were stored together.</summary>
internal sealed record RecordedAppend(DateTimeOffset At, ImmutableArray<RunEvent> Events);
