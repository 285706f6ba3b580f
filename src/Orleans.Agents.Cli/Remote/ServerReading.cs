using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Client;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Remote;

/// <summary>Looks at runs at a gateway.</summary>
internal static class ServerReading
{
    private const int PageSize = 1_000;

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

    /// <summary>A run with those it started.</summary>
    public static async Task<TreeDocument> TreeAsync(
        ServerChoice choice, string typed, int limit, CancellationToken cancellation)
    {
        using var session = new ServerSession(choice);
        return AnswerDocuments.TreeOf(
            await session.AskAsync(typed, (client, run) => client.GetTreeAsync(run, limit, cancellation), cancellation));
    }

    /// <summary>The events of a run after a version, at most so many.</summary>
    public static async Task<List<RunsEventsVerb.StoredEvent>> EventsAsync(
        ServerChoice choice, string typed, long after, long limit, CancellationToken cancellation)
    {
        using var session = new ServerSession(choice);
        var events = new List<RunsEventsVerb.StoredEvent>();
        var page = await session.AskAsync(
            typed, (client, run) => client.ReadEventsAsync(run, after, PageOf(limit), cancellation), cancellation);
        while (true)
        {
            events.AddRange(page.Events.Select(
                fact => new RunsEventsVerb.StoredEvent(fact.Sequence, fact.At, new Epoch(fact.Epoch), fact.Fact)));
            var left = limit - events.Count;
            if (page.Events.IsEmpty || page.HasEnded || left <= 0)
            {
                return left < 0 ? events[..(int)limit] : events;
            }

            var (run, next) = (page.Run, page.Next);
            page = await session.AskAsync(client => client.ReadEventsAsync(run, next, PageOf(left), cancellation));
        }
    }

    private static int PageOf(long left) => (int)Math.Min(left, PageSize);
}
