using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Silo.Wire;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Silo.Agents;

/// <summary>
/// Bounds and counts the calls of agents with all other silos: each agent's grain is told once a second what is under way and
/// wanted here, and says how many calls this silo may have, and how many of them may begin. While the grain does not answer, the
/// last word counts, for what may begin a few seconds long.
/// </summary>
internal sealed class ClusterAgentGate(
    int? most, Task joined, ILocalSiloDetails silo, IGrainFactory grains, TimeProvider time, ILogger logger) : IAgentGate
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(1);

    // A silo that asks for the first time, or more than it has, does not wait for the second to be over.
    private static readonly TimeSpan SoonestReport = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, AgentDesk> desks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask EnterAsync(Agent agent, CancellationToken cancellation) =>
        DeskOf(agent.Name).EnterAsync(agent.Rate, cancellation);

    /// <inheritdoc/>
    public void Leave(string agent, bool? isSuccess, Usage? usage) => DeskOf(agent).Leave(new AgentCounts(
        isSuccess is true ? 1 : 0, isSuccess is false ? 1 : 0, usage?.InputTokens ?? 0, usage?.OutputTokens ?? 0));

    private AgentDesk DeskOf(string agent) => desks.GetOrAdd(
        agent, name => new AgentDesk(most is null, time, report => _ = ReportAsync(name, report)));

    // One at a time for each agent, and none when there is nothing to say.
    private async Task ReportAsync(string agent, AgentDesk desk)
    {
        await joined; // before that no grain can be asked
        var grain = grains.GetGrain<IAgentGrain>($"agent-{agent}");
        do
        {
            await Task.Delay(SoonestReport, time); // those who come together are told of together
            var report = desk.Report(silo.SiloAddress.ToParsableString(), most);
            var freeIn = 0L;
            try
            {
                var answer = await grain.ReportAsync(Envelope.Of(report, SiloJson.Default.AgentReport));
                var grant = answer.Read(SiloJson.Default.AgentGrant);
                desk.Grant(report, grant);
                freeIn = grant.Rate?.FreeIn ?? 0;
            }
            catch (Exception nobody) when (nobody is OrleansException or TimeoutException or UnknownMessageException)
            {
                logger.AgentUnreachable(agent, nobody.Message);
            }

            await desk.RestAsync(PauseOf(freeIn), BetweenReports);
        }
        while (desk.GoesOnReporting());
    }

    // Whoever waits asks again when something may be free; it is known when only of rates.
    private static TimeSpan PauseOf(long freeIn) => freeIn == 0
        ? SoonestReport * 5
        : TimeSpan.FromMilliseconds(Math.Min(freeIn, (long)BetweenReports.TotalMilliseconds));
}
