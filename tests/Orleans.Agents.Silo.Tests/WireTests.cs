using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Activities.Lending;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Agents;
using Orleans.Agents.Silo.Wire;
using Orleans.Agents.Values;
using Orleans.Serialization;

namespace Orleans.Agents.Silo.Tests;

/// <summary>What silos say to each other.</summary>
public sealed class WireTests
{
    private static readonly IServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    private static readonly RunCall[] Calls =
    [
        new RunCall.Start("test", Payload.Parse("""{"n":1.10}"""), "key", "/tmp", Guid.Parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff"), "hash", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        new RunCall.Fork(new RunId("run-1"), 7, Payload.Parse("""{"n":1.10}"""), Guid.Parse("6f9619ff-8b86-d011-b42d-00cf4fc964ff"), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        new RunCall.Cancel("why", "request-1"),
        new RunCall.Suspend("why", "request-1"),
        new RunCall.Signal("approval", Payload.Parse("""{"yes":1.50}"""), "mail-1"),
        new RunCall.Resume(),
        new RunCall.Wake(),
        new RunCall.Settle(),
    ];

    private static readonly RunReply[] Replies =
    [
        new RunReply.Started(new RunId("run-1"), IsNew: true),
        new RunReply.Refused(new Failure(
            FailureClass.Transient, "model.rate_limited", "slow", TimeSpan.FromSeconds(2), Payload.Parse("{}"),
            new FailureOrigin("run-1", "ask", 1, 2, "b"), new Failure(FailureClass.Timeout, "a.b", "c"))),
        new RunReply.Noted("stored"),
        new RunReply.Signalled("mail-1", IsNew: true),
        new RunReply.Resumed(IsCarried: true),
        new RunReply.Done(),
        new RunReply.Unreadable("history.damaged", "it is"),
        new RunReply.Unavailable("store.unavailable", "it is", IsTransient: true),
        new RunReply.NotUnderstood("what?"),
    ];

    private static readonly LaneReply[] LaneReplies =
    [
        new LaneReply.Taken("loan", 3),
        new LaneReply.Reported(
        [
            new LentReport.Succeeded(0, Payload.Parse("[1]"), new Usage("model", 1, 2)),
            new LentReport.Succeeded(1, Payload.Null),
            new LentReport.Failed(2, new Failure(FailureClass.Timeout, "a.b", "c")),
            new LentReport.GivenUp(3),
        ]),
        new LaneReply.Forgotten(),
    ];

    private static readonly AgentReport[] Reports =
    [
        new("silo", 1, 2, new AgentCounts(1, 2, 3, 4), 5),
        new("silo", 0, 0, AgentCounts.None),
        new("silo", 1, 2, AgentCounts.None, null, new RateReport(7, 60, 60_000, 3, 4, [new BegunCalls(0, 1), new BegunCalls(59_999, 2)])),
    ];

    private static readonly AgentGrant[] Grants = [new(3), new(3, new RateGrant(2, 40))];

    [Fact]
    public void Lane_replies_read_back_as_they_were_written() => Assert.All(LaneReplies, Crosses(SiloJson.Default.LaneReply));

    [Fact]
    public void An_offer_reads_back_as_it_was_written() => Assert.All(
        [
            new LaneOffer(
            [
                new LentAttempt(
                    new RunId("run-1"), "hash", 1, 2, 3, "ask", Payload.Parse("""{"n":1}"""), TimeSpan.FromSeconds(1), Payload.Parse("{}"), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ]),
        ],
        Crosses(SiloJson.Default.LaneOffer));

    [Fact]
    public void Reports_on_agents_read_back_as_they_were_written() => Assert.All(Reports, Crosses(SiloJson.Default.AgentReport));

    [Fact]
    public void Grants_of_agents_read_back_as_they_were_written() => Assert.All(Grants, Crosses(SiloJson.Default.AgentGrant));

    [Fact]
    public void What_a_version_says_that_knows_of_no_rates_is_understood()
    {
        var report = EnvelopeOf("""{"silo":"s","under_way":1,"wanted":2,"done":{"succeeded":3},"most":4}""").Read(SiloJson.Default.AgentReport);

        Assert.Equal(new AgentReport("s", 1, 2, new AgentCounts(3), 4), report);
        Assert.Equal(new AgentGrant(5), EnvelopeOf("""{"calls":5}""").Read(SiloJson.Default.AgentGrant));
    }

    [Fact]
    public void An_output_of_null_is_an_output()
    {
        var reports = Assert.IsType<LaneReply.Reported>(
            Envelope.Of(LaneReplies[1], SiloJson.Default.LaneReply).Read(SiloJson.Default.LaneReply)).Reports;

        Assert.Equal(new LentReport.Succeeded(1, Payload.Null), reports[1]);
    }

    [Fact]
    public void Every_call_reads_back_as_it_was_written() => Assert.All(Calls, Crosses(SiloJson.Default.RunCall));

    [Fact]
    public void Every_reply_reads_back_as_it_was_written() => Assert.All(Replies, Crosses(SiloJson.Default.RunReply));

    [Fact]
    public void Every_kind_of_message_is_among_those() =>
        Assert.All(
            new (Type Union, IEnumerable<object> Samples)[]
            {
                (typeof(RunCall), Calls),
                (typeof(RunReply), Replies),
                (typeof(LaneReply), LaneReplies),
                (typeof(LentReport), LaneReplies.OfType<LaneReply.Reported>().SelectMany(reply => reply.Reports)),
            },
            union => Assert.Equal(
                union.Union.GetNestedTypes(BindingFlags.Public).Select(c => c.Name).Order(StringComparer.Ordinal),
                union.Samples.Select(s => s.GetType().Name).Distinct().Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData(typeof(RunCall), "cancel fork resume settle signal start suspend wake")]
    [InlineData(typeof(RunReply), "done not_understood noted refused resumed signalled started unavailable unreadable")]
    [InlineData(typeof(LaneReply), "forgotten reported taken")]
    [InlineData(typeof(LentReport), "failed given_up succeeded")]
    public void The_names_of_kinds_are_what_they_were(Type union, string names) => Assert.Equal(
        names.Split(' '),
        union.GetCustomAttributes<JsonDerivedTypeAttribute>()
            .Select(a => (string)a.TypeDiscriminator!).Order(StringComparer.Ordinal));

    [Fact]
    public void The_names_of_fates_of_notes_are_what_they_were() => Assert.Equal(
        ["stored", "repeated", "no_such_run", "run_is_over"],
        new Posted[] { new Posted.Stored(), new Posted.Repeated(), new Posted.NoSuchRun(), new Posted.RunIsOver() }
            .Select(posted => RunReply.Noted.From(posted).What));

    [Fact]
    public void A_field_that_is_not_known_is_passed_over() => Assert.Equal(
        new RunCall.Cancel("why"),
        EnvelopeOf("""{"new":{"a":[1]},"type":"cancel","reason":"why"}""").Read(SiloJson.Default.RunCall));

    [Theory]
    [InlineData("""{"type":"explode"}""")]
    [InlineData("""{"reason":"why"}""")]
    [InlineData("""{"type":"cancel","reason":""")]
    [InlineData("null")]
    public void A_kind_that_is_not_known_is_refused(string json)
    {
        var refused = Assert.Throws<UnknownMessageException>(() => EnvelopeOf(json).Read(SiloJson.Default.RunCall));

        Assert.Equal("cluster.unknown_message", refused.Code);
    }

    [Theory]
    [InlineData("""{"type":"exploded"}""")]
    [InlineData("""{"type":"reported","reports":[{"type":"exploded","place":0}]}""")]
    public void A_kind_of_answer_that_is_not_known_is_refused(string json)
    {
        Assert.Throws<UnknownMessageException>(() => EnvelopeOf(json).Read(SiloJson.Default.RunReply));
        Assert.Throws<UnknownMessageException>(() => EnvelopeOf(json).Read(SiloJson.Default.LaneReply));
    }

    [Fact]
    public void An_answer_that_is_not_understood_is_for_whoever_asked_a_reason_to_ask_again() => Assert.All(
        new Action[]
        {
            () => new RunReply.Done().As<RunReply.Started>(),
            () => new RunReply.NotUnderstood("what?").As<RunReply.Started>(),
            () => new RunReply.Noted("exploded").ToPosted(),
        },
        ask =>
        {
            var refused = Assert.Throws<StoreException>(ask);
            Assert.Equal(("cluster.unknown_message", true), (refused.Code, refused.IsTransient));
        });

    private static Action<TMessage> Crosses<TMessage>(JsonTypeInfo<TMessage> form)
        where TMessage : class
    {
        var serializer = Services.GetRequiredService<Serializer<Envelope>>();
        return message =>
        {
            var crossed = serializer.Deserialize(serializer.SerializeToArray(Envelope.Of(message, form)));
            Assert.Equal(JsonSerializer.Serialize(message, form), JsonSerializer.Serialize(crossed.Read(form), form));
        };
    }

    private static Envelope EnvelopeOf(string json) => new(Encoding.UTF8.GetBytes(json));
}
