using Orleans.Agents.Models;
using Orleans.Agents.Testing;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Engine.Tests.Models;

/// <summary>Whose turn it is to call an agent, in one process.</summary>
public sealed class ProcessAgentGateTests
{
    private static readonly Agent Unrated = new() { Name = "thinker", Model = "scripted" };
    private static readonly Agent TwoAMinute = Unrated with { Rate = new CallRate(2, TimeSpan.FromMinutes(1)) };

    private readonly ManualClock clock = new();

    [Fact]
    public void Who_has_no_permit_waits_in_its_turn_until_its_time_is_over()
    {
        var gate = new ProcessAgentGate(null, clock);
        var calls = Enter(gate, TwoAMinute, 5);
        Assert.Equal([true, true, false, false, false], calls.Select(call => call.IsCompletedSuccessfully));

        clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.Equal(2, calls.Count(call => call.IsCompleted));

        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal([true, true, true, true, false], calls.Select(call => call.IsCompletedSuccessfully));

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.All(calls, call => Assert.True(call.IsCompletedSuccessfully));
    }

    [Fact]
    public void All_who_wait_share_one_timer_and_nobody_who_waits_needs_none()
    {
        var gate = new ProcessAgentGate(null, clock);
        var calls = Enter(gate, TwoAMinute, 2);
        Assert.Null(clock.NextDue());

        using var stop = new CancellationTokenSource();
        var waiting = Enter(gate, TwoAMinute, 50, stop.Token);
        Assert.Equal(clock.GetUtcNow() + TimeSpan.FromMinutes(1), clock.NextDue());
        Assert.All(calls, call => Assert.True(call.IsCompletedSuccessfully));

        stop.Cancel();
        Assert.Null(clock.NextDue());
        Assert.All(waiting, call => Assert.True(call.IsCanceled));
    }

    [Fact]
    public void Who_gives_up_gives_its_turn_to_the_next_and_uses_nothing()
    {
        using var stop = new CancellationTokenSource();
        var gate = new ProcessAgentGate(null, clock);
        Enter(gate, TwoAMinute, 2);
        var unwanted = Enter(gate, TwoAMinute, 2, stop.Token);
        var wanted = Enter(gate, TwoAMinute, 2);

        stop.Cancel();
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.All(unwanted, call => Assert.True(call.IsCanceled));
        Assert.All(wanted, call => Assert.True(call.IsCompletedSuccessfully));
    }

    [Fact]
    public void Who_waits_for_its_rate_does_not_count_as_under_way()
    {
        var gate = new ProcessAgentGate(1, clock);
        Assert.True(Enter(gate, TwoAMinute, 1)[0].IsCompletedSuccessfully);
        gate.Leave(TwoAMinute.Name, true, null);
        Assert.True(Enter(gate, TwoAMinute, 1)[0].IsCompletedSuccessfully);
        gate.Leave(TwoAMinute.Name, true, null);

        using var stop = new CancellationTokenSource();
        var unwanted = Enter(gate, TwoAMinute, 1, stop.Token)[0];
        var unrated = Enter(gate, Unrated, 1)[0];
        Assert.False(unwanted.IsCompleted);
        Assert.False(unrated.IsCompleted, "it came later");

        stop.Cancel();
        Assert.True(unrated.IsCompletedSuccessfully);
    }

    [Fact]
    public void Who_may_begin_by_its_rate_and_waits_for_another_to_end_begins_only_then()
    {
        var gate = new ProcessAgentGate(1, clock);
        var calls = Enter(gate, TwoAMinute, 4);
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(1, calls.Count(call => call.IsCompleted));

        // Had the others taken their permits while they waited, three would begin within this minute.
        gate.Leave(TwoAMinute.Name, true, null);
        gate.Leave(TwoAMinute.Name, true, null);
        gate.Leave(TwoAMinute.Name, true, null);
        Assert.Equal(3, calls.Count(call => call.IsCompleted));

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(4, calls.Count(call => call.IsCompleted));
    }

    [Fact]
    public void Calls_of_all_versions_of_an_agent_count_and_each_waits_for_its_own_rate()
    {
        var (gate, oneAMinute) = (new ProcessAgentGate(null, clock), Unrated with { Rate = new CallRate(1, TimeSpan.FromMinutes(1)) });
        Assert.True(Enter(gate, TwoAMinute, 1)[0].IsCompletedSuccessfully);
        clock.Advance(TimeSpan.FromSeconds(30));

        var strict = Enter(gate, oneAMinute, 1)[0];
        var free = Enter(gate, Unrated, 1)[0];
        Assert.False(strict.IsCompleted);
        Assert.False(free.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(strict.IsCompletedSuccessfully);
        Assert.True(free.IsCompletedSuccessfully);
        Assert.False(Enter(gate, TwoAMinute, 1)[0].IsCompleted, "two began just now");
    }

    [Fact]
    public void Agents_do_not_wait_for_each_other()
    {
        var gate = new ProcessAgentGate(null, clock);
        Enter(gate, TwoAMinute, 10);

        Assert.All(Enter(gate, TwoAMinute with { Name = "other" }, 2), call => Assert.True(call.IsCompletedSuccessfully));
        Assert.True(Enter(gate, Unrated with { Name = "third" }, 1)[0].IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_happens_everybody_begins_in_the_order_they_came_and_never_too_many(int seed)
    {
        var chance = new Random(seed);
        var rate = new CallRate(chance.Next(1, 6), TimeSpan.FromSeconds(10));
        var gate = new ProcessAgentGate(chance.Next(1, 4), clock);
        var (began, order, queue) = (new List<DateTimeOffset>(), new List<int>(), new List<(int Number, Task Call, CancellationTokenSource Stop)>());
        var (next, underWay) = (0, 0);
        while (order.Count < 60)
        {
            switch (chance.Next(4))
            {
                case 0:
                    var stop = new CancellationTokenSource();
                    queue.Add((next++, Enter(gate, Unrated with { Rate = rate }, 1, stop.Token)[0], stop));
                    break;
                case 1 when queue.Count > 3:
                    var unlucky = queue[chance.Next(queue.Count)];
                    unlucky.Stop.Cancel();
                    queue.Remove(unlucky);
                    Assert.True(unlucky.Call.IsCanceled);
                    break;
                case 2 when underWay > 0:
                    underWay--;
                    gate.Leave(Unrated.Name, true, null);
                    break;
                default:
                    var by = TimeSpan.FromSeconds(chance.Next(4));
                    clock.Advance(clock.NextDue() - clock.GetUtcNow() is { } due && due < by ? due : by);
                    break;
            }

            foreach (var let in queue.Where(one => one.Call.IsCompletedSuccessfully).ToList())
            {
                underWay++;
                began.Add(clock.GetUtcNow());
                order.Add(let.Number);
                queue.Remove(let);
                let.Stop.Dispose();
            }
        }

        Assert.Equal(order.Order(), order);
        for (var i = rate.Calls; i < began.Count; i++)
        {
            Assert.InRange(began[i] - began[i - rate.Calls], rate.Per, TimeSpan.MaxValue);
        }

        queue.ForEach(one => one.Stop.Dispose());
    }

    private static List<Task> Enter(
        ProcessAgentGate gate, Agent agent, int times, CancellationToken cancellation = default) =>
        [.. Enumerable.Range(0, times).Select(_ => gate.EnterAsync(agent, cancellation).AsTask())];
}
