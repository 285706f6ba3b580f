using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Faults;
using Xunit.Abstractions;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>Three processes share one file and go through every fault that processes of one machine meet.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class SqliteFaultTests(ITestOutputHelper output)
{
    private static readonly FaultKind[] Kinds =
    [
        FaultKind.Kill,
        FaultKind.KillAtPoint,
        FaultKind.Freeze,
        FaultKind.FreezeBeforeEffect,
        FaultKind.FreezeAfterEffect,
        FaultKind.Stop,
    ];

    [Fact]
    public async Task Nothing_is_lost_and_nothing_recorded_is_done_again_on_one_file()
    {
        await using var scenario = await FaultScenario.BeginAsync(new SharedFileDatabase(), FaultSettings.Seed);

        // Whoever stands still keeps the lock on its file.
        await scenario.MakeAsync(0, FaultKind.Freeze);
        await scenario.FencedAsync(0);
        await scenario.MakeAsync(0, FaultKind.Kill);
        await scenario.FencedAsync(1);
        await Task.WhenAll(FirstAsync(), SecondAsync(), ThirdAsync());
        await scenario.StormAsync(FaultSettings.Storm / 5, Kinds, []);

        FaultSettings.Report(output, "sqlite", await scenario.EndAsync());

        async Task FirstAsync()
        {
            await scenario.MakeAsync(0, FaultKind.FreezeBeforeEffect, FaultKind.FreezeAfterEffect);
            await scenario.KillAtAsync(0, KillPoint.BeforeSend, KillPoint.AfterSend);
        }

        Task SecondAsync() => scenario.KillAtAsync(1, KillPoint.AfterCommit);

        async Task ThirdAsync()
        {
            await scenario.MakeAsync(2, FaultKind.Stop);
            await scenario.KillAtAsync(2, KillPoint.BeforeDispatch, KillPoint.AfterEffect);
        }
    }
}
