using System.CommandLine;
using System.Text.Json;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs events</c>: the facts of one run as they are stored.</summary>
internal static class RunsEventsVerb
{
    private const int PageSize = 1_000;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var run = new Argument<string>("id") { Description = "The run's name, or a beginning that no other run has." };
        var after = Numbers.Option(
            "--after", "Only events after this version. Default: 0, all of them.", 0, long.MaxValue);
        var limit = Numbers.Option("--limit", "At most this many events. Default: all.", 1, long.MaxValue);
        var store = StoreChoice.Option();
        var server = new ServerOptions();
        var json = MannerOptions.JsonOption();
        var verb = new Verb(
            "events",
            "Prints the events of a run, oldest first.",
            "One JSON array. Each event has its version, its time and the epoch of the process that stored it.",
            new Example("Everything that went wrong", "agents runs events run-0198c2 | jq '.[] | select(.failure)'"),
            new Example("What is new since version 12", "agents runs events run-0198c2 --after 12"))
        {
            run, after, limit, store, json,
        };
        server.AddToReading(verb, store);
        verb.SetAction(async (parsed, cancellation) =>
        {
            var typed = parsed.GetValue(run)!;
            var (from, most) = (parsed.GetValue(after) ?? 0, parsed.GetValue(limit) ?? long.MaxValue);
            var events = server.Of(parsed) is { } there
                ? await ServerReading.EventsAsync(there, typed, from, most, cancellation)
                : await ReadAsync(StoreChoice.Of(parsed.GetValue(store)), typed, from, most, cancellation);
            streams.WriteJson(json => WriteAll(json, events), parsed.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task<List<StoredEvent>> ReadAsync(
        StoreChoice choice, string typed, long after, long limit, CancellationToken cancellation)
    {
        await using var opened = await RunFinder.OpenStoreAsync(choice, typed, cancellation);
        var record = await RunFinder.FindAsync(opened, typed, cancellation);
        return await ReadAsync(opened, record.Id, after, limit, cancellation);
    }

    // The stored text itself is shown, so that events newer than this program can be looked at too.
    private static async Task<List<StoredEvent>> ReadAsync(
        IStore store, RunId run, long after, long limit, CancellationToken cancellation)
    {
        var events = new List<StoredEvent>();
        while (true)
        {
            var seen = events.Count == 0 ? after : events[^1].Version;
            var appends = await store.Journal.ReadAppendsAsync(run, seen, PageSize, cancellation);
            var blobs = await RunBlobs.ReadAsync(store.Journal, run, appends, cancellation);
            foreach (var append in appends)
            {
                events.AddRange(Of(run, append, blobs).Where(e => e.Version > after));
            }

            if (events.Count >= limit)
            {
                return events[..(int)limit];
            }

            if (appends.Length < PageSize)
            {
                return events;
            }
        }
    }

    private static IEnumerable<StoredEvent> Of(RunId run, StoredAppend append, RunBlobs blobs)
    {
        var all = ParseAll(run, append, blobs);
        var first = append.Version - all.Count + 1;
        return all.Select((e, i) => new StoredEvent(first + i, append.At, append.Epoch, e));
    }

    private static List<JsonElement> ParseAll(RunId run, StoredAppend append, RunBlobs blobs)
    {
        try
        {
            return [.. JsonElement.Parse(blobs.PutBack(append.Events).Span).EnumerateArray()];
        }
        catch (Exception damage) when (damage is JsonException or InvalidDataException)
        {
            throw new HistoryException(
                "history.damaged",
                $"Run {run}: the events up to version {append.Version} cannot be read: {damage.Message}",
                damage);
        }
    }

    private static void WriteAll(Utf8JsonWriter json, List<StoredEvent> events)
    {
        json.WriteStartArray();
        foreach (var (version, at, epoch, fact) in events)
        {
            json.WriteStartObject();
            json.WriteNumber("version", version);
            json.WriteString("at", at);
            json.WriteNumber("epoch", epoch.Value);
            foreach (var member in fact.EnumerateObject())
            {
                // A fact of its own name for it ("epoch" of a takeover) says the same.
                if (member.Name is not ("version" or "at" or "epoch"))
                {
                    member.WriteTo(json);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>An event as it is stored, and what is known of it beside.</summary>
    internal sealed record StoredEvent(long Version, DateTimeOffset At, Epoch Epoch, JsonElement Fact);
}
