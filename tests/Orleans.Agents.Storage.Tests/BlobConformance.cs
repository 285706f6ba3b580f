using System.Collections.Immutable;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Serialization;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to keep large payloads beside a journal.</summary>
public abstract class BlobConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    private static readonly Blob Large = Blob.Of(Bytes(1_000_000, seed: 1));
    private static readonly Blob Small = Blob.Of("{ \"a\" : 1.50 }"u8.ToArray());

    [Fact]
    public async Task A_blob_is_there_as_soon_as_its_append_is_and_byte_for_byte()
    {
        await StoredAsync(Start(Ada) with { Blobs = [Large] });
        await StoredAsync(Next(Ada, 1) with { Snapshot = Text("state"), Blobs = [Small] });

        AssertSame([Large, Small], await ReadAsync((Ada, Large), (Ada, Small)));
    }

    [Fact]
    public async Task Those_of_many_runs_are_read_at_once_and_what_is_not_there_is_left_out()
    {
        var runs = Enumerable.Range(0, 50).Select(n => new RunId($"run-{n:d2}")).ToList();
        var blobs = runs.ToDictionary(run => run, run => Blob.Of(Bytes(100, run.Value[^1] + (100 * run.Value[^2]))));
        await Task.WhenAll(runs.Select(run => StoredAsync(Start(run) with { Blobs = [blobs[run], Small] })));

        var read = await ReadAsync(
            [.. runs.Select(run => (run, blobs[run])), (Ada, Small), (runs[0], Large), (runs[0], blobs[runs[1]])]);

        AssertSame([.. blobs.Values], read);
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task The_same_content_comes_again_and_is_kept()
    {
        await StoredAsync(Start(Ada) with { Blobs = [Large] });
        await StoredAsync(Next(Ada, 1) with { Blobs = [Large, Small] });
        await StoredAsync(End(Ada, 2) with { Blobs = [Small, Large] });
        await StoredAsync(Start(Bob) with { Blobs = [Small] });

        AssertSame([Large, Small], await ReadAsync((Ada, Large), (Ada, Small), (Ada, Large)));
        Assert.Empty(await ReadAsync((Bob, Large)));
    }

    [Fact]
    public async Task An_append_whose_acknowledgement_was_lost_is_sent_again_with_its_blobs()
    {
        await StoredAsync(Start(Ada) with { Blobs = [Small] });
        await StoredAsync(Start(Ada) with { Blobs = [Small] });
        await StoredAsync(Next(Ada, 1) with { Blobs = [Large] });
        await StoredAsync(Next(Ada, 1) with { Blobs = [Large] });

        AssertSame([Large, Small], await ReadAsync((Ada, Large), (Ada, Small)));
        Assert.Equal(2, (await Store.Journal.ReadAsync(Ada, Stop))!.Tail.Length);
    }

    [Fact]
    public async Task An_append_that_is_lost_leaves_no_blob_and_those_beside_it_do()
    {
        await StoredAsync(Start(Ada));
        var outcomes = await Task.WhenAll(
            AppendAsync(Next(Ada, 7) with { Blobs = [Large] }).AsTask(),
            AppendAsync(Start(Bob) with { Blobs = [Small] }).AsTask(),
            AppendAsync(Start(Ada, text: "other") with { Blobs = [Large] }).AsTask());

        Assert.Equal([new Appended.Lost(), new Appended.Stored(), new Appended.AlreadyStarted(Ada)], outcomes);
        AssertSame([Small], await ReadAsync((Ada, Large), (Bob, Small)));
    }

    [Fact]
    public async Task Another_process_that_takes_a_run_over_reads_and_adds_its_blobs()
    {
        await StoredAsync(Start(Ada) with { Blobs = [Large] });
        await Store.Carriers.ReleaseAsync(Epoch, Stop);
        await ReopenAsync();
        Assert.True(await ClaimAsync(Ada, Epoch));
        await StoredAsync(Next(Ada, 1) with { Blobs = [Small, Large] });

        AssertSame([Large, Small], await ReadAsync((Ada, Large), (Ada, Small)));
    }

    [Fact]
    public async Task With_a_pruned_run_go_its_blobs_and_no_others()
    {
        var many = Enumerable.Range(0, 250).Select(n => Blob.Of(Bytes(40, seed: n))).ToImmutableArray();
        await StoredAsync(Start(Bob) with { Blobs = [Large] });
        await StoredAsync(Start(Ada) with { Blobs = [Large, .. many] });
        await StoredAsync(End(Ada, 1) with { Blobs = [Small] });
        Assert.Equal(new Pruned(1, null), await Store.Runs.PruneAsync(new PruneRule(null, 0), Stop));

        Assert.Empty(await ReadAsync([(Ada, Large), (Ada, Small), .. many.Select(blob => (Ada, blob))]));
        AssertSame([Large], await ReadAsync((Bob, Large)));
    }

    private Task<ImmutableArray<Blob>> ReadAsync(params (RunId Run, Blob Blob)[] blobs) =>
        Store.Journal.ReadBlobsAsync([.. blobs.Select(blob => new BlobKey(blob.Run, blob.Blob.Hash))], Stop);

    private static void AssertSame(ReadOnlySpan<Blob> expected, ImmutableArray<Blob> read)
    {
        Assert.Equal(
            expected.ToArray().Select(blob => blob.Hash).Order(StringComparer.Ordinal),
            read.Select(blob => blob.Hash).Order(StringComparer.Ordinal));
        Assert.All(read, blob => Assert.True(blob.IsIntact));
    }

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
