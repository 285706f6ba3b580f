using Orleans.Agents.Hosting;

namespace Orleans.Agents.Silo.Keeping;

/// <summary>
/// The backstop of the keepers: whatever became of their loops, a reminder has one of them look, on a silo of the cluster's
/// choosing. There are few, whatever the number of runs.
/// </summary>
[GrainType("keeper")]
internal sealed class KeeperGrain(AgentsEngine engine) : Grain, IKeeperGrain, IRemindable
{
    /// <summary>How many partitions there are.</summary>
    public const int Partitions = 16;

    private const string Reminder = "look";

    // As often as reminders may come at all.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public Task WatchAsync() => this.RegisterOrUpdateReminder(Reminder, Period, Period);

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        engine.LookNow();
        return Task.CompletedTask;
    }
}
