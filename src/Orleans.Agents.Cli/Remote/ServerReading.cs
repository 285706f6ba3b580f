using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Client;

namespace Orleans.Agents.Cli.Remote;

/// <summary>Looks at runs at a gateway.</summary>
internal static class ServerReading
{
    /// <summary>The newest runs.</summary>
    public static async Task<IReadOnlyList<RunLine>> ListAsync(
        ServerChoice choice, string? status, string? workflow, int limit, CancellationToken cancellation)
    {
        using var session = new ServerSession(choice);
        var page = await session.AskAsync(
            client => client.ListAsync(new RunListQuery(status, workflow, Limit: limit), cancellation));
        return [.. page.Runs.Select(AnswerDocuments.LineOf)];
    }

    /// <summary>How a run stands.</summary>
    public static async Task<RunDocument> ShowAsync(ServerChoice choice, string typed, CancellationToken cancellation)
    {
        using var session = new ServerSession(choice);
        return AnswerDocuments.RunOf(
            await session.AskAsync(typed, (client, run) => client.GetAsync(run, cancellation), cancellation));
    }
}
