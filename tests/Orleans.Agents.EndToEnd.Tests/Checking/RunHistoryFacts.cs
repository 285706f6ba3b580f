using System.Text.Json;

namespace Orleans.Agents.EndToEnd.Tests.Checking;

/// <summary>What one run's journal says, and what is wrong with it in itself.</summary>
internal sealed class RunHistoryFacts(string run, Action<string> blame)
{
    private readonly List<RecordedResult> results = [];
    private readonly HashSet<(string Activity, int Attempt)> seen = [];
    private readonly HashSet<(string Activity, int Attempt)> foundOut = [];
    private readonly Dictionary<(string Activity, int Attempt), string> children = [];
    private readonly Dictionary<long, long> carriedFrom = [];
    private long carrier;
    private long epoch;

    /// <summary>The version the journal ends at.</summary>
    public long Version { get; private set; }

    /// <summary>The status the run ended with; null while it has not.</summary>
    public string? End { get; private set; }

    /// <summary>What the run ended with, if it ended well.</summary>
    public string? Output { get; private set; }

    /// <summary>What it failed with, if it failed.</summary>
    public string? Failure { get; private set; }

    /// <summary>The results that are recorded.</summary>
    public IReadOnlyList<RecordedResult> Results => results;

    /// <summary>The version with which the run was first carried under an epoch; null when it never was.</summary>
    public long? CarriedFrom(long under) => carriedFrom.TryGetValue(under, out var version) ? version : null;

    /// <summary>Takes the next append.</summary>
    public void Add(AppendRow append)
    {
        using var events = JsonDocument.Parse(append.Events);
        var count = events.RootElement.GetArrayLength();
        if (append.Version != Version + count)
        {
            blame($"{run} has {count} events between versions {Version} and {append.Version}");
        }

        var first = events.RootElement[0].GetProperty("type").GetString();
        if (append.Epoch != carrier && first != (Version == 0 ? "run.started" : "run.taken_over"))
        {
            blame($"{run} goes on under epoch {append.Epoch} at version {append.Version} and nobody took it over");
        }

        if (End is not null)
        {
            blame($"{run} goes on after its end, at version {append.Version}");
        }

        Version = append.Version;
        carrier = append.Epoch;
        foreach (var happened in events.RootElement.EnumerateArray())
        {
            Add(happened);
        }
    }

    private void Add(JsonElement happened)
    {
        switch (happened.GetProperty("type").GetString())
        {
            case "activity.succeeded":
                AddResult(happened, isSuccess: true);
                break;
            case "activity.failed":
                AddResult(happened, isSuccess: false);
                break;
            case "activity.unknown": // and is found out: by asking the tool, or because who made the call tells late
            case "activity.reconciled" when happened.GetProperty("outcome").GetString() == "happened":
                foundOut.Add((ActivityOf(happened), happened.GetProperty("attempt").GetInt32()));
                break;
            case "child.started":
                AddChild(happened);
                break;
            case "run.started":
                Carry(happened.GetProperty("origin").GetProperty("epoch").GetInt64());
                break;
            case "run.taken_over":
                Carry(happened.GetProperty("epoch").GetInt64());
                break;
            case "run.succeeded":
                (End, Output) = ("succeeded", happened.GetProperty("output").GetRawText());
                break;
            case "run.failed":
                (End, Failure) = ("failed", happened.GetProperty("failure").GetRawText());
                break;
        }
    }

    private void AddChild(JsonElement happened)
    {
        var child = happened.GetProperty("run").GetString()!;
        if (!children.TryAdd((ActivityOf(happened), happened.GetProperty("attempt").GetInt32()), child))
        {
            blame($"{child} is started twice");
        }
    }

    // A run's own epoch grows with each takeover; it is the carrier's, or more where the carrier is older than the last.
    private void Carry(long next)
    {
        if (next <= epoch || next < carrier)
        {
            blame($"{run} went from epoch {epoch} to {next} at version {Version}, carried by {carrier}");
        }

        epoch = next;
        carriedFrom.TryAdd(epoch, Version);
    }

    private void AddResult(JsonElement happened, bool isSuccess)
    {
        var activity = ActivityOf(happened);
        var attempt = happened.GetProperty("attempt").GetInt32();
        if (!seen.Add((activity, attempt)))
        {
            blame($"{activity} attempt {attempt} is recorded twice");
        }

        if (results.Any(r => r.IsSuccess && r.Activity == activity))
        {
            blame($"{activity} attempt {attempt} is recorded although the activity had succeeded");
        }

        results.Add(new RecordedResult(
            activity, attempt, epoch, Version, isSuccess, foundOut.Contains((activity, attempt)))
        {
            Child = children.GetValueOrDefault((activity, attempt)),
            Output = isSuccess ? happened.GetProperty("output").GetRawText() : null,
        });
    }

    private string ActivityOf(JsonElement happened) =>
        $"{run}/{happened.GetProperty("visit")}/{happened.GetProperty("branch")}";
}

/// <summary>
/// The result of an attempt: the run's epoch it is recorded under, the version of the run with it, and whether it was found out
/// only afterwards.
/// </summary>
internal sealed record RecordedResult(
    string Activity, int Attempt, long Epoch, long Version, bool IsSuccess, bool IsFoundOut)
{
    /// <summary>The run that was started for the attempt, if it is one that is waited for.</summary>
    public string? Child { get; init; }

    /// <summary>What it produced, if it did.</summary>
    public string? Output { get; init; }
}
