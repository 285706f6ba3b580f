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
}
