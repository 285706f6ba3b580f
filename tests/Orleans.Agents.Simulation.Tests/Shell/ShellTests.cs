using Orleans.Agents.Journal;
using Xunit.Abstractions;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>Ring 2: the shipped engine, several of it on one database, under everything that may happen to them.</summary>
public sealed class ShellTests(ITestOutputHelper output)
{
    private const int EveryBuild = 1_000;

    private static readonly Func<IStore, IStore> AsItIs = static store => store;

    [Fact]
    public void The_engine_keeps_every_promise_whatever_goes_wrong() =>
        Seeds.Play(output, EveryBuild, static (seed, keepsTrace) => ShellWorld.Play(seed, AsItIs, keepsTrace));

    [Fact]
    public void A_seed_names_one_execution() => Assert.All(
        Enumerable.Range(0, 20),
        seed => Assert.Equal(ShellWorld.Play(seed, AsItIs, true).Trace, ShellWorld.Play(seed, AsItIs, true).Trace));
}
