using System.Collections.Immutable;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Documents;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>Reads a tree of runs from its root on, as much of it as is asked for.</summary>
internal sealed class TreeReading(IAgents agents, int most)
{
    private const int PageSize = 500;

    private int left = most - 1;

    public async Task<RunTree> ReadAsync(RunRecord record, CancellationToken cancellation)
    {
        var children = ImmutableArray.CreateBuilder<RunTree>();
        RunRecord? last = null;
        while (await agents.ListChildrenAsync(record.Id, last?.Id, PageSize, cancellation) is { IsEmpty: false } page)
        {
            foreach (var child in page)
            {
                if (left == 0)
                {
                    return RunDocuments.TreeOf(record) with { Children = children.ToImmutable(), HasMore = true };
                }

                left--;
                children.Add(await ReadAsync(child, cancellation));
            }

            last = page[^1];
        }

        return RunDocuments.TreeOf(record) with { Children = children.Count == 0 ? null : children.ToImmutable() };
    }
}
