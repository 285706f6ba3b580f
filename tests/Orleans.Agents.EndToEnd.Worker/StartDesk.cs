using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.EndToEnd.Worker;

/// <summary>
/// Starts runs for whoever writes lines <c>key workflow input</c> to this process, and answers each with a line
/// <c>started key run</c>, <c>refused key code</c> or <c>unavailable key code</c>, in any order. A line <c>resume run</c> lets a
/// suspended run go on, and is answered with <c>resumed run yes</c>, or <c>no</c>, or <c>unavailable run code</c>. A line
/// <c>tell run number</c> sends the signal <c>number</c> to a run, and is answered with <c>told run yes</c>, or <c>refused run code</c>, or
/// <c>unavailable run code</c>.
/// </summary>
internal sealed class StartDesk(IAgents agents)
{
    private readonly List<Task> underWay = [];

    /// <summary>Says <c>ready</c> and serves until nobody can ask any more.</summary>
    public async Task ServeAsync()
    {
        Answer("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            underWay.RemoveAll(start => start.IsCompletedSuccessfully);
            underWay.Add(line.Split(' ', 3) switch
            {
                ["resume", var run] => ResumeAsync(run),
                ["tell", var run, var number] => TellAsync(run, number),
                var words => StartAsync(words),
            });
        }

        await Task.WhenAll(underWay);
    }

    private async Task StartAsync(string[] words)
    {
        var (key, workflow, input) = (words[0], words[1], words[2]);
        try
        {
            var started = await agents.StartRunAsync(new StartRequest(workflow, Payload.Parse(input), key));
            Answer(started switch
            {
                StartResult.Started run => $"started {key} {run.Run}",
                StartResult.Refused refused => $"refused {key} {refused.Failure.Code}",
                _ => throw new System.Diagnostics.UnreachableException(started.GetType().Name),
            });
        }
        catch (StoreException unavailable)
        {
            Answer($"unavailable {key} {unavailable.Code}");
        }
    }

    private async Task ResumeAsync(string run)
    {
        try
        {
            Answer($"resumed {run} {(await agents.ResumeAsync(new RunId(run)) ? "yes" : "no")}");
        }
        catch (StoreException unavailable)
        {
            Answer($"unavailable {run} {unavailable.Code}");
        }
    }

    // One signal, however often and at how many processes it is asked for.
    private async Task TellAsync(string run, string number)
    {
        try
        {
            var told = await agents.SignalAsync(new RunId(run), "number", Payload.Parse($$"""{"n":{{number}}}"""), "only");
            Answer(told is SignalResult.Refused refused ? $"refused {run} {refused.Failure.Code}" : $"told {run} yes");
        }
        catch (StoreException unavailable)
        {
            Answer($"unavailable {run} {unavailable.Code}");
        }
    }

    // The console's own stream: each line is written whole and at once.
    private static void Answer(string line) => Console.Out.WriteLine(line);
}
