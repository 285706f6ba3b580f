using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Remote;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli;

/// <summary><c>agents runs tree</c>: a run with all that it started, and what those started.</summary>
internal static class RunsTreeVerb
{
    private const int PageSize = 500;
    private const int MostRuns = 10_000;
    private const int UsualRuns = 1_000;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var run = new Argument<string>("id") { Description = "The run's name, or a beginning that no other run has." };
        var limit = Numbers.Option(
            "--limit", $"Show at most this many runs, 1 to {MostRuns}. Default: {UsualRuns}.", 1, MostRuns);
        var store = StoreChoice.Option();
        var server = new ServerOptions();
        var json = MannerOptions.JsonOption();
        var verb = new Verb(
            "tree",
            "Shows a run with the runs it started, and those they started.",
            "An indented list on a terminal, nested JSON objects otherwise; what was launched is among them. The books of a run "
            + "are its own and its child runs' together, so the first line is the sum of all below it.",
            new Example("Where do all those runs come from?", "agents runs tree run-0198c2"),
            new Example(
                "Which of them failed?",
                "agents runs tree run-0198c2 --json | jq '.. | objects | select(.status? == \"failed\").run'"))
        {
            run, limit, store, json,
        };
        server.AddToReading(verb, store);
        verb.SetAction(async (parsed, cancellation) =>
        {
            var typed = parsed.GetValue(run)!;
            var most = (int)(parsed.GetValue(limit) ?? UsualRuns);
            var tree = server.Of(parsed) is { } there
                ? await ServerReading.TreeAsync(there, typed, most, cancellation)
                : await ReadAsync(StoreChoice.Of(parsed.GetValue(store)), typed, most, streams, cancellation);
            if (streams.IsOutputTerminal && !parsed.GetValue(json))
            {
                streams.WriteText(TextTable.Of(["RUN", "WORKFLOW", "STATUS", "STATE", "ACTIVITIES", "TOKENS", "COST"], RowsOf(tree, 0)));
            }
            else
            {
                streams.WriteJson(tree, CliJson.Default.TreeDocument, compact: true);
            }

            return ExitCode.Done;
        });
        return verb;
    }

    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The engine owns it.")]
    private static async Task<TreeDocument> ReadAsync(
        StoreChoice choice, string typed, int most, Streams streams, CancellationToken cancellation)
    {
        var opened = await RunFinder.OpenStoreAsync(choice, typed, cancellation);
        await using var engine = ProgramEngine.Looking(opened, streams, Manner.Reading);
        var root = await RunFinder.FindAsync(opened, typed, cancellation);
        var tree = await new Reading(opened.Runs, engine, most).ReadAsync(root, cancellation);
        return tree with
        {
            ForkedFrom = ForkedFromDocument.Of((await engine.FindAsync(root.Id, cancellation))?.State.Origin?.Fork),
        };
    }

    private static IEnumerable<ImmutableArray<string>> RowsOf(TreeDocument tree, int depth)
    {
        var indent = new string(' ', 2 * depth);
        yield return
        [
            $"{indent}{tree.Run}",
            tree.Workflow,
            tree.Status,
            tree.State ?? tree.FailureCode ?? "",
            Shown(tree.Books?.Activities, Numbers.Grouped),
            Shown(tree.Books?.Tokens, Numbers.Grouped),
            Shown(tree.Books?.MicroUsd, Numbers.Dollars),
        ];
        if (tree.ForkedFrom is { } fork)
        {
            yield return [$"{indent}  forked from {fork.Run} at version {fork.Version}", "", "", "", "", "", ""];
        }

        foreach (var row in (tree.Children ?? []).SelectMany(child => RowsOf(child, depth + 1)))
        {
            yield return row;
        }

        if (tree.HasMore is true)
        {
            yield return [$"{indent}  …", "", "", "more than --limit shows", "", "", ""];
        }
    }

    private static string Shown(AmountDocument? amount, Func<long, string> shown) => amount is { IsUsed: true }
        ? amount.Reserved == 0 ? shown(amount.Charged) : $"{shown(amount.Charged)} + {shown(amount.Reserved)}"
        : "";

    /// <summary>Reads a tree from its root on, as much of it as is to be shown.</summary>
    private sealed class Reading(IRunList runs, AgentsEngine engine, int most)
    {
        private int left = most - 1;

        public async Task<TreeDocument> ReadAsync(RunRecord record, CancellationToken cancellation)
        {
            var children = ImmutableArray.CreateBuilder<TreeDocument>();
            RunRecord? last = null;
            while (await runs.ListChildrenAsync(record.Id, last?.Id, PageSize, cancellation) is { IsEmpty: false } page)
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

            return await OfAsync(record, cancellation) with
            {
                Children = children.Count == 0 ? null : children.ToImmutable(),
            };
        }

        private async Task<TreeDocument> OfAsync(RunRecord record, CancellationToken cancellation)
        {
            try
            {
                var view = await engine.FindAsync(record.Id, cancellation);
                return TreeDocument.Of(record) with { Books = view is null ? null : BooksDocument.Of(view.State) };
            }
            catch (HistoryException)
            {
                return TreeDocument.Of(record); // its place in the tree is known all the same
            }
        }
    }
}
