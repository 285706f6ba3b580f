using Orleans.Agents.Simulation.Tests.Workflows;

namespace Orleans.Agents.Simulation.Tests.Shell;

/// <summary>Everybody who asks something of the processes: clients, and those who tell, suspend, decide about and fork runs.</summary>
internal sealed class People
{
    private readonly Random chance;
    private readonly ShellWorld world;
    private readonly List<Client> clients;
    private readonly Judge judge;
    private readonly Teller teller;
    private readonly Warden warden;
    private readonly Forker forker;

    /// <param name="world">Where they live.</param>
    /// <param name="plot">What their runs are runs of.</param>
    /// <param name="chance">What else chance decides, it decides for them too.</param>
    /// <param name="forker">Has chances of its own: that it is asked changes nothing else.</param>
    public People(ShellWorld world, Plot plot, Random chance, Forker forker)
    {
        this.chance = chance;
        this.world = world;
        this.forker = forker;
        judge = new Judge(world, chance);
        teller = new Teller(world, plot, chance);
        warden = new Warden(world, chance);
        clients = [.. Enumerable.Range(1, chance.Next(1, 4)).Select(number => new Client(world, number, chance))];
    }

    /// <summary>Whether every client has a run that is over.</summary>
    public bool HaveSeenTheEnd => clients.TrueForAll(c => c.Run is { } run && world.Watch.Of(run).State.IsOver);

    /// <summary>One of them asks something at one of the processes that can be asked, if there is any.</summary>
    public void Ask(List<SimulatedProcess> up)
    {
        var free = clients.FindAll(c => c.IsFree);
        if (up.Count > 0 && chance.Next(4) == 0 && judge.DecideOne(up[chance.Next(up.Count)]))
        {
            return;
        }

        if (up.Count > 0 && chance.Next(6) == 0 && warden.AskOne(up[chance.Next(up.Count)]))
        {
            return;
        }

        if (up.Count > 0 && chance.Next(3) == 0 && teller.TellOne(up[chance.Next(up.Count)]))
        {
            return;
        }

        if (up.Count > 0 && !forker.ForkOne(up) && free.Count > 0)
        {
            free[chance.Next(free.Count)].Ask(up[chance.Next(up.Count)]);
        }
    }
}
