using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Faults;
using Xunit.Abstractions;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>Three processes share one file and go through every fault that processes of one machine meet.</summary>
[Collection(FaultSettings.Fleets)]
public sealed class SqliteFaultTests(ITestOutputHelper output)
{
    private static readonly FaultKind[] Kinds =
        [FaultKind.Kill, FaultKind.KillAtPoint, FaultKind.Freeze, FaultKind.FreezeInTool, FaultKind.Stop];

    [Fact]
    public async Task Nothing_is_lost_and_nothing_recorded_is_done_again_on_one_file()
    {
        await using var scenario = await FaultScenario.BeginAsync(new SharedFileDatabase(), FaultSettings.Seed);

        await Task.WhenAll(FirstAsync(), SecondAsync(), ThirdAsync());
        await scenario.StormAsync(FaultSettings.Storm / 5, Kinds, []);

        FaultSettings.Report(output, "sqlite", await scenario.EndAsync());

        async Task FirstAsync()
        {
            await scenario.MakeAsync(0, FaultKind.FreezeInTool);
            await scenario.KillAtAsync(0, KillPoint.BeforeSend, KillPoint.AfterSend);
        }

        async Task SecondAsync()
        {
            await scenario.MakeAsync(1, FaultKind.Freeze, FaultKind.Kill);
            await scenario.KillAtAsync(1, KillPoint.AfterCommit);
        }

        async Task ThirdAsync()
        {
            await scenario.MakeAsync(2, FaultKind.Stop);
            await scenario.KillAtAsync(2, KillPoint.BeforeDispatch, KillPoint.AfterEffect);
        }
    }
}
