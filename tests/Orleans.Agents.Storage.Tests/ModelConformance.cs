using System.Globalization;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Tests;

/// <summary>Any sequence of calls agrees with a model that is simple enough to be believed: lists and a loop.</summary>
public abstract class ModelConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    private readonly Dictionary<RunId, Modelled> model = [];
    private readonly List<Epoch> fenced = [];
    private readonly List<RunId> order = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Any_sequence_of_calls_agrees_with_a_list(int seed)
    {
        var random = new Random(seed);
        for (var step = 0; step < 300; step++)
        {
            var run = new RunId($"run-{random.Next(6)}");
            await (random.Next(20) switch
            {
                < 4 => StartAsync(run, random),
                < 12 => CarryOnAsync(run, random, step),
                < 14 => ClaimAsync(run),
                < 17 => ReadAsync(run, random),
                < 19 => ListAsync(),
                _ => ChangeEpochAsync(random),
            });
        }
    }

    private async Task StartAsync(RunId run, Random random)
    {
        var key = random.Next(3) == 0 ? $"key-{random.Next(3)}" : null;
        var start = Start(run, key, text: $"{random.Next(3)}") with
        {
            Row = RandomRow(random),
            MayKeepThread = random.Next(2) == 0,
        };
        var byKey = model.FirstOrDefault(other => key is not null && other.Value.Key == key).Key;
        Appended expected = new Appended.Stored();
        if (model.TryGetValue(run, out var known) || byKey.Value is not null)
        {
            var isResent = known?.IsStored(start) ?? false;
            expected = isResent ? expected : new Appended.AlreadyStarted(byKey.Value is null ? run : byKey);
        }
        else
        {
            model[run] = new Modelled(key);
            model[run].Take(start);
            order.Insert(0, run);
        }

        Assert.Equal(expected, await AppendAsync(start));
    }

    private async Task CarryOnAsync(RunId run, Random random, int step)
    {
        var known = model.GetValueOrDefault(run);
        var behind = random.Next(4) == 0 ? 1 : 0;
        var append = Next(run, Math.Max(1, (known?.Version ?? 5) - behind), random.Next(1, 4), $"{step % 3}") with
        {
            Row = RandomRow(random),
            Snapshot = random.Next(5) == 0 ? Text(step.ToString(CultureInfo.InvariantCulture)) : null,
            MayKeepThread = random.Next(2) == 0,
        };
        Appended expected = new Appended.Lost();
        if (known is not null && known.Version == append.Expected && known.Owner == Epoch)
        {
            known.Take(append);
            expected = new Appended.Stored();
        }
        else if (known is not null && known.IsStored(append))
        {
            expected = new Appended.Stored();
        }

        Assert.Equal(expected, await AppendAsync(append));
    }

    private async Task ClaimAsync(RunId run)
    {
        var known = model.GetValueOrDefault(run);
        var isFree = known is { Row.IsOver: false }
            && (known.Owner is not { } owner || owner == Epoch || fenced.Contains(owner));
        if (isFree)
        {
            known!.Owner = Epoch;
            known.Row = known.Row with { IsReleased = false, WakeAt = null };
        }

        Assert.Equal(isFree, await ClaimAsync(run, Epoch));
    }

    private async Task ReadAsync(RunId run, Random random)
    {
        var history = await Store.Journal.ReadAsync(run, Stop);
        if (model.GetValueOrDefault(run) is not { } known)
        {
            Assert.Null(history);
            return;
        }

        var record = history!.Record;
        Assert.Equal((known.Version, known.Owner, known.Row), (record.Version, record.Owner, record.Row));
        Assert.Equal(known.Snapshot, history.Snapshot?.Version);
        Assert.Equal(known.After(known.Snapshot ?? 0), history.Tail.Select(append => append.Version));
        var after = random.Next((int)known.Version + 2);
        Assert.Equal(
            known.After(after).Take(2),
            (await Store.Journal.ReadAppendsAsync(run, after, 2, Stop)).Select(append => append.Version));
    }

    private async Task ListAsync()
    {
        Assert.Equal(order, (await Store.Runs.ListAsync(new RunQuery(), Stop)).Select(run => run.Id));
        var due = model.Where(run => run.Value.Row.WakeAt <= Noon);
        var orphans = model.Where(run => run.Value.Owner is { } owner && fenced.Contains(owner));
        var waiting = await Store.Runs.FindWaitingAsync(new WaitingQuery(Noon, 100), Stop);
        Assert.Equal(
            due.Concat(orphans).Select(run => run.Key.Value).Order(StringComparer.Ordinal),
            waiting.Select(run => run.Value).Order(StringComparer.Ordinal));
        Assert.Equal(model.Values.Min(run => run.Row.WakeAt), await Store.Runs.NextDueAsync(Stop));
    }

    private async Task ChangeEpochAsync(Random random)
    {
        var old = Epoch;
        if (random.Next(2) == 0)
        {
            await Store.Carriers.ReleaseAsync(old, Stop);
            await ReopenAsync();
            Assert.Empty(await Store.Carriers.FenceGoneAsync(Stop));
        }
        else
        {
            await ReopenAsync();
            Assert.Equal(old, Assert.Single(await Store.Carriers.FenceGoneAsync(Stop)));
        }

        fenced.Add(old);
    }

    private static RunRow RandomRow(Random random) => random.Next(12) switch
    {
        0 => new RunRow(RunStatus.Succeeded, null),
        1 => new RunRow(RunStatus.Failed, null, "boom"),
        2 or 3 => new RunRow(RunStatus.Running, "waits", null, true, Noon.AddSeconds(random.Next(-3, 3))),
        4 => new RunRow(RunStatus.Running, "waits", null, true),
        _ => new RunRow(RunStatus.Running, $"state-{random.Next(3)}"),
    };

    private sealed class Modelled(string? key)
    {
        private readonly List<Append> appends = [];

        public string? Key => key;

        public long Version => appends[^1].Version;

        public Epoch? Owner { get; set; }

        public RunRow Row { get; set; } = null!;

        public long? Snapshot { get; private set; }

        public void Take(Append append)
        {
            appends.Add(append);
            Row = append.Row;
            Owner = Row.IsOver || Row.IsReleased ? null : append.Epoch;
            Snapshot = append.Snapshot is null ? Snapshot : append.Version;
        }

        public bool IsStored(Append append) => appends.Exists(stored =>
            (stored.Expected, stored.Version, stored.Epoch) == (append.Expected, append.Version, append.Epoch)
            && stored.Events.Span.SequenceEqual(append.Events.Span));

        public IEnumerable<long> After(long version) =>
            appends.Select(append => append.Version).Where(stored => stored > version);
    }
}
