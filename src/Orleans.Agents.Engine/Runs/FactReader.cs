using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Journal;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Runs;

/// <summary>A fact of a run as it is stored.</summary>
/// <param name="Version">The run's version after it, which names it within the run.</param>
/// <param name="At">When it happened.</param>
/// <param name="Epoch">The epoch it was stored under.</param>
/// <param name="Type">Its stored name, such as <c>state.entered</c>.</param>
/// <param name="Json">All of it: an object in UTF-8, with everything in its place that was stored apart.</param>
public sealed record StoredFact(long Version, DateTimeOffset At, Epoch Epoch, string Type, ReadOnlyMemory<byte> Json)
{
    /// <summary>Whether it is the last of its run: nothing follows an end.</summary>
    public bool IsEnd => Type is "run.succeeded" or "run.failed";
}

/// <summary>Facts of a run that somebody has not read yet.</summary>
/// <param name="Run">The run.</param>
/// <param name="Facts">The facts, oldest first; never none.</param>
public sealed record NewFacts(RunId Run, ImmutableArray<StoredFact> Facts);

/// <summary>Reads facts as they are stored, and understands nothing of them but where each begins and what it is called.</summary>
internal static class FactReader
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = RunJson.Default.Options.MaxDepth };

    /// <exception cref="HistoryException">Facts are damaged.</exception>
    public static async Task<ImmutableArray<NewFacts>> ReadAsync(
        IJournal journal, ImmutableArray<RunPlace> places, int limit, CancellationToken cancellation)
    {
        var news = await journal.ReadNewAsync(places, limit, cancellation);
        if (news.IsEmpty)
        {
            return [];
        }

        var blobs = await RunBlobs.ReadAsync(journal, news, cancellation);
        var after = places.ToDictionary(place => place.Run, place => place.After);
        return [.. news.Select(of => new NewFacts(of.Run, Read(of, after[of.Run], limit, blobs)))];
    }

    // Somebody may have read the first facts of an append and not the rest.
    private static ImmutableArray<StoredFact> Read(NewAppends news, long after, int limit, RunBlobs blobs)
    {
        var facts = ImmutableArray.CreateBuilder<StoredFact>();
        foreach (var append in news.Appends)
        {
            facts.AddRange(Read(news.Run, append, blobs).Where(fact => fact.Version > after));
            if (facts.Count >= limit)
            {
                break;
            }
        }

        return facts.DrainToImmutable();
    }

    private static List<StoredFact> Read(RunId run, StoredAppend append, RunBlobs blobs)
    {
        try
        {
            var cuts = Cut(blobs.PutBack(append.Events));
            var first = append.Version - cuts.Count + 1;
            return [.. cuts.Select((cut, i) => new StoredFact(first + i, append.At, append.Epoch, cut.Type, cut.Json))];
        }
        catch (Exception damage) when (damage is JsonException or InvalidDataException or InvalidOperationException)
        {
            throw new HistoryException(
                "history.damaged",
                $"Run {run}: the events up to version {append.Version} cannot be read: {damage.Message}",
                damage);
        }
    }

    private static List<(string Type, ReadOnlyMemory<byte> Json)> Cut(ReadOnlyMemory<byte> events)
    {
        var cuts = new List<(string Type, ReadOnlyMemory<byte> Json)>(4);
        var reader = new Utf8JsonReader(events.Span, Reading);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("A list of facts was expected.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var begin = (int)reader.TokenStartIndex;
            var type = TypeOf(ref reader);
            cuts.Add((type, events[begin..(int)reader.BytesConsumed]));
        }

        return cuts;
    }

    // Leaves the reader at the end of the fact.
    private static string TypeOf(ref Utf8JsonReader reader)
    {
        string? type = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType)
            {
                type = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }

        return type ?? throw new JsonException("A fact has no type.");
    }
}
