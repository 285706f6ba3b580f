using Orleans.Agents.EndToEnd.Tests.Processes;
using Orleans.Agents.Faults;
using Xunit.Abstractions;

namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>
/// Three processes share one PostgreSQL, with clocks ten minutes apart and bad connections, and go through every fault
/// there is; the server does too.
/// </summary>
[Collection(FaultSettings.Fleets)]
public sealed class PostgresFaultTests(ITestOutputHelper output)
{
    private static readonly FaultKind[] OfDatabase =
        [FaultKind.KillDatabase, FaultKind.RestartDatabase, FaultKind.FreezeDatabase];

    private static readonly FaultKind[] OfProcess = [.. Enum.GetValues<FaultKind>().Except(OfDatabase)];

    [Fact]
    public async Task Nothing_is_lost_and_nothing_recorded_is_done_again_on_one_server()
    {
        await using var scenario = await FaultScenario.BeginAsync(
            SharedServerDatabase.Start(FaultScenario.Places), FaultSettings.Seed);

        // Nobody is gone while only the database is: that no more are fenced than were gone, the verdict counts.
        await scenario.MakeAsync(0, OfDatabase);
        await scenario.FreezeUntilLateAsync(0);
        await Task.WhenAll(FirstAsync(), SecondAsync(), ThirdAsync());
        await scenario.StormAsync(FaultSettings.Storm, OfProcess, OfDatabase);

        FaultSettings.Report(output, "postgres", await scenario.EndAsync());

        async Task FirstAsync()
        {
            await scenario.MakeAsync(0, FaultKind.FreezeAfterEffect, FaultKind.CutWhileSending, FaultKind.DelayAnswers);
            await scenario.KillAtAsync(0, KillPoint.AfterSend);
        }

        async Task SecondAsync()
        {
            await scenario.MakeAsync(1, FaultKind.CutAfterSending, FaultKind.LoseAnswer, FaultKind.FreezeWithBatch);
            await scenario.KillAtAsync(1, KillPoint.BeforeSend, KillPoint.AfterCommit);
        }

        async Task ThirdAsync()
        {
            await scenario.MakeAsync(2, FaultKind.Kill, FaultKind.Freeze, FaultKind.Stop);
            await scenario.KillAtAsync(2, KillPoint.BeforeDispatch, KillPoint.AfterEffect);
        }
    }
}
