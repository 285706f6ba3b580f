using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Values;

namespace Orleans.Agents.Cli.Remote;

/// <summary>Starts a run at a gateway.</summary>
internal sealed class ServerStart(ServerChoice choice, Streams streams, Manner manner)
{
    /// <summary>Starts the run, and follows it to its end unless it is to be let go of.</summary>
    /// <param name="session">The way to the gateway.</param>
    /// <param name="workflow">What to start: a workflow, and the hash of its definition where it is not the gateway's present one.</param>
    /// <param name="input">What to work on.</param>
    /// <param name="names">The key and the name it is to have.</param>
    /// <param name="isDetached">Whether it is let go of.</param>
    /// <param name="interruption">What ends the following early.</param>
    /// <returns>What the process ends with.</returns>
    public async Task<int> RunAsync(
        ServerSession session,
        (string Name, string? Definition) workflow,
        Payload input,
        (string? Key, string? Id) names,
        bool isDetached,
        Interruption interruption)
    {
        if (input == Payload.Null)
        {
            // On its way it looks like no input, which is another one.
            throw new CommandException(ExitCode.Usage, "cli.input", "An input that is null cannot be sent to a gateway.");
        }

        var start = new StartRun(workflow.Name, Json.ElementOf(input), names.Key, names.Id, workflow.Definition);
        return isDetached
            ? await DetachAsync(session, start, interruption.Token)
            : await new ServerFollowing(session, streams, manner).ToEndAsync(
                async () =>
                {
                    var started = await session.AskAsync(client => client.StartAsync(start, interruption.Token));
                    if (!started.IsNew && !manner.IsQuiet)
                    {
                        streams.Tell($"run {started.Run} was started before; following it");
                    }

                    return (started.Run, started.IsNew);
                },
                interruption);
    }

    private async Task<int> DetachAsync(ServerSession session, StartRun start, CancellationToken cancellation)
    {
        var started = await session.AskAsync(client => client.StartAsync(start, cancellation));
        if (!manner.IsQuiet)
        {
            streams.Tell(started.IsNew
                ? $"run {started.Run} is carried at {choice.Name}; it is followed with: {choice.CommandWith($"agents runs resume {started.Run}")}"
                : $"run {started.Run} was started before");
        }

        streams.WriteJson(
            new DetachedDocument(started.Run, started.IsNew), CliJson.Default.DetachedDocument, manner.IsCompact);
        return ExitCode.Done;
    }
}
