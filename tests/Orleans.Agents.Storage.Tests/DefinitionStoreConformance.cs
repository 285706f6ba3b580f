using System.Collections.Immutable;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Tests;

/// <summary>What it means to keep definitions.</summary>
public abstract class DefinitionStoreConformance<TDatabase> : StoreConformance<TDatabase>
    where TDatabase : ITestDatabase, new()
{
    [Fact]
    public async Task A_definition_is_read_byte_for_byte()
    {
        await Store.Definitions.SaveAsync("sha256:a", Text("wörkflow"), Stop);
        await Store.Definitions.SaveAsync("sha256:b", Array.Empty<byte>(), Stop);
        Assert.Equal("[\"wörkflow\"]", Text((await Store.Definitions.FindAsync("sha256:a", Stop))!.Value));
        Assert.Equal(0, (await Store.Definitions.FindAsync("sha256:b", Stop))!.Value.Length);
    }

    [Fact]
    public async Task An_unknown_definition_is_null() =>
        Assert.Null(await Store.Definitions.FindAsync("sha256:a", Stop));

    [Fact]
    public async Task The_first_definition_of_a_hash_stays()
    {
        await Store.Definitions.SaveAsync("sha256:a", Text("first"), Stop);
        await Store.Definitions.SaveAsync("sha256:a", Text("second"), Stop);
        Assert.Equal("[\"first\"]", Text((await Store.Definitions.FindAsync("sha256:a", Stop))!.Value));
    }

    [Fact]
    public async Task Many_who_save_one_definition_do_not_fail_each_other()
    {
        await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Store.Definitions.SaveAsync("sha256:a", Text("same"), Stop)));
        Assert.Equal("[\"same\"]", Text((await Store.Definitions.FindAsync("sha256:a", Stop))!.Value));
    }

    [Fact]
    public async Task A_name_stands_for_what_was_published_last_also_when_that_is_the_older_one()
    {
        var (first, second) = (Published("greet", "a", Noon, "1.0.0"), Published("greet", "b", Noon.AddSeconds(1)));
        await Store.Definitions.PublishAsync([first], Stop);
        Assert.Equal(first, await Store.Definitions.FindPublishedAsync("greet", Stop));
        await Store.Definitions.PublishAsync([second], Stop);
        Assert.Equal(second, await Store.Definitions.FindPublishedAsync("greet", Stop));
        await Store.Definitions.PublishAsync([first with { At = Noon.AddSeconds(2) }], Stop);
        Assert.Equal(first with { At = Noon.AddSeconds(2) }, await Store.Definitions.FindPublishedAsync("greet", Stop));
    }

    [Fact]
    public async Task Who_publishes_by_a_clock_that_is_behind_counts_all_the_same()
    {
        await Store.Definitions.PublishAsync([Published("greet", "a", Noon)], Stop);
        await Store.Definitions.PublishAsync([Published("greet", "b", Noon.AddMinutes(-1))], Stop);

        Assert.Equal(Published("greet", "b", Noon), await Store.Definitions.FindPublishedAsync("greet", Stop));
    }

    [Fact]
    public async Task Names_are_listed_in_order_and_an_unknown_one_is_null()
    {
        await Store.Definitions.PublishAsync([Published("b", "1"), Published("a-b", "2", version: "2.0"), Published("a", "3")], Stop);
        await Store.Definitions.PublishAsync([], Stop);

        Assert.Equal(
            [Published("a", "3"), Published("a-b", "2", version: "2.0"), Published("b", "1")],
            (await Store.Definitions.ListPublishedAsync(Stop)).AsEnumerable());
        Assert.Null(await Store.Definitions.FindPublishedAsync("A", Stop));
    }

    [Fact]
    public async Task Of_many_who_publish_the_same_names_at_once_one_counts_for_all_of_them_and_nobody_fails()
    {
        var other = await OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(i =>
        {
            ImmutableArray<Publication> both = [Published("a", $"{i}"), Published("b", $"{i}")];
            return (i % 2 == 0 ? Store : other).Definitions.PublishAsync(i % 4 < 2 ? both : [both[1], both[0]], Stop);
        }));

        var listed = await Store.Definitions.ListPublishedAsync(Stop);
        Assert.Equal(["a", "b"], listed.Select(one => one.Workflow));
        Assert.Single(listed.Select(one => one.Hash).Distinct());
    }

    [Fact]
    public async Task A_name_is_there_again_with_its_definition_when_all_is_opened_anew_and_every_run_was_pruned()
    {
        await Store.Definitions.SaveAsync("sha256:a", Text("workflow"), Stop);
        await Store.Definitions.PublishAsync([Published("greet", "sha256:a")], Stop);
        await StoredAsync(Start(Ada) with { Birth = new RunBirth("greet", "sha256:a", null) });
        await StoredAsync(End(Ada, 1));
        await ReopenAsync();
        Assert.Equal(new Pruned(1, null), await Store.Runs.PruneAsync(new PruneRule(null, 0), Stop));

        Assert.Equal("sha256:a", (await Store.Definitions.FindPublishedAsync("greet", Stop))!.Hash);
        Assert.NotNull(await Store.Definitions.FindAsync("sha256:a", Stop));
    }

    private static Publication Published(string workflow, string hash, DateTimeOffset? at = null, string? version = null) =>
        new(workflow, hash, version, at ?? Noon);
}
