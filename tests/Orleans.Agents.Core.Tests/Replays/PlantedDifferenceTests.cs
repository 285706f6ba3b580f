using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orleans.Agents.Replays;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Core.Tests.Replays;

/// <summary>
/// Each field of each fact of the golden histories is changed in turn. What decided nothing by itself but came from outside is
/// taken as it stands; everything else must be found.
/// </summary>
public sealed class PlantedDifferenceTests
{
    // A replay cannot know better than the journal about these: they are what the run was told. docs/guides/time-travel.md
    // has the list for people.
    private static readonly string[] Given =
    [
        "activity.decided/reason", "activity.failed/failure", "activity.failed/spent", "activity.failed/usage", "activity.failed/waited", "activity.intended/epoch", "activity.late_result/failure",
        "activity.late_result/spent", "activity.late_result/usage", "activity.succeeded/spent", "run.taken_over/was_put_down",
        "activity.late_result/output", "activity.reconciled/why", "activity.succeeded/output", "activity.succeeded/usage", "activity.succeeded/waited",
        "activity.unknown/failure", "run.closing/failure", "run.failed/failure", "run.forked/state", "run.started/bounds", "run.started/input",
        "run.started/origin", "message.received/message", "message.refused/message", "run.suspended/reason", "run.taken_over/epoch", "signal.received/id", "signal.received/payload", "signal.refused/id",
        "signal.refused/payload",
    ];

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    [Fact]
    public void A_change_of_any_field_that_was_decided_is_found()
    {
        var missed = new SortedSet<string>(StringComparer.Ordinal);
        var found = 0;
        foreach (var name in GoldenHistory.Names.Where(name => name != "v0.2-large-payloads"))
        {
            var appends = GoldenHistory.Read(name);
            for (var append = 0; append < appends.Length; append++)
            {
                for (var fact = 0; fact < appends[append].Events.Length; fact++)
                {
                    foreach (var (field, changed) in ChangesOf(appends[append].Events[fact]))
                    {
                        var planted = appends.SetItem(
                            append, appends[append] with { Events = appends[append].Events.SetItem(fact, changed) });
                        if (IsFound(name, planted))
                        {
                            found++;
                        }
                        else
                        {
                            missed.Add(field);
                        }
                    }
                }
            }
        }

        Assert.Empty(missed.Except(Given));
        Assert.True(found > 300, $"only {found} changes were found");
    }

    [Fact]
    public void A_fact_that_is_left_out_is_found()
    {
        foreach (var name in GoldenHistory.Names)
        {
            var appends = GoldenHistory.Read(name);
            for (var append = 0; append < appends.Length; append++)
            {
                for (var fact = 0; fact < appends[append].Events.Length && appends[append].Events.Length > 1; fact++)
                {
                    if (appends[append].Events[fact] is RunEvent.ActivityDecided or RunEvent.TakenOver { WasPutDown: true })
                    {
                        continue; // what follows may as well have been told late; the version that is short tells on it
                    }

                    var less = appends[append] with { Events = appends[append].Events.RemoveAt(fact) };
                    Assert.True(IsFound(name, appends.SetItem(append, less)), $"{name}: {appends[append].Events[fact]} was left out");
                }
            }
        }
    }

    private static bool IsFound(string name, IEnumerable<RecordedAppend> appends)
    {
        var replay = new Replay(GoldenHistory.DefinitionOf(name));
        return !appends.All(append => replay.Take(append.Events, append.At));
    }

    /// <summary>A fact with one value in it changed, for each that can be.</summary>
    private static IEnumerable<(string Field, RunEvent Changed)> ChangesOf(RunEvent fact)
    {
        var written = JsonSerializer.Serialize(fact, RunJson.Default.RunEvent);
        var root = JsonNode.Parse(written, null, Deep)!.AsObject();
        var type = root["type"]!.GetValue<string>();
        foreach (var path in LeavesOf(root, [], type))
        {
            var copy = JsonNode.Parse(written, null, Deep)!;
            var place = path.SkipLast(1).Aggregate(copy, (node, name) => node[name]!);
            place[path[^1]] = Changed(place[path[^1]], path[^1]);
            if (Read(copy) is { } changed)
            {
                yield return ($"{type}/{path[0]}", changed);
            }
        }
    }

    // What cannot even be read is not taken for anything else.
    private static RunEvent? Read(JsonNode fact)
    {
        try
        {
            return JsonSerializer.Deserialize(fact.ToJsonString(), RunJson.Default.RunEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Payloads are changed as a whole: what is in them is the author's business.
    private static IEnumerable<string[]> LeavesOf(JsonObject at, string[] path, string type)
    {
        foreach (var (name, value) in at)
        {
            if (name == "type" && path.Length == 0)
            {
                continue;
            }

            var isPayload = name is "input" or "output" or "items" or "details" or "env" || path is ["saved"] or ["context"];
            if (value is JsonObject inner && !isPayload)
            {
                foreach (var leaf in LeavesOf(inner, [.. path, name], type))
                {
                    yield return leaf;
                }
            }
            else if (value is not JsonArray || isPayload)
            {
                yield return [.. path, name];
            }
        }
    }

    private static JsonNode? Changed(JsonNode? value, string name) => value switch
    {
        JsonValue one when name is "class" => one.GetValue<string>() == "policy" ? "permanent" : "policy",
        JsonValue one when name is "outcome" => one.GetValue<string>() == "unknown" ? "did_not_happen" : "unknown",
        JsonValue one when name is "verdict" => one.GetValue<string>() == "retry" ? "fail" : "retry",
        JsonValue one when one.GetValueKind() is JsonValueKind.True or JsonValueKind.False => !one.GetValue<bool>(),
        JsonValue one when one.GetValueKind() is JsonValueKind.Number && name is not "output" => one.GetValue<decimal>() + 1,
        JsonValue one when one.GetValueKind() is JsonValueKind.String => Changed(one.GetValue<string>()),
        _ => "planted",
    };

    private static string Changed(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.AddHours(1).ToString("O", CultureInfo.InvariantCulture)
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span) ? (span + TimeSpan.FromHours(1)).ToString("c")
            : Guid.TryParse(text, out _) ? Guid.Parse("0197f5b0-0000-7000-8000-00000000000f").ToString()
            : text + "~x";
}
