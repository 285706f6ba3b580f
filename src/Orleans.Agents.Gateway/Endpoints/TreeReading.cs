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
                    return await OfAsync(record, cancellation) with { Children = children.ToImmutable(), HasMore = true };
                }

                left--;
                children.Add(await ReadAsync(child, cancellation));
            }

            last = page[^1];
        }

        return await OfAsync(record, cancellation) with { Children = children.Count == 0 ? null : children.ToImmutable() };
    }

    // A run whose history cannot be read has its place in the tree all the same.
    private async Task<RunTree> OfAsync(RunRecord record, CancellationToken cancellation) =>
        RunDocuments.TreeOf(record, await agents.FindReadableAsync(record.Id, cancellation));
}
