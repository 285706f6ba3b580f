using System.CommandLine;
using System.Data.Common;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Cli.Bench;

/// <summary><c>agents bench check</c>: whether the journal has every result that the engine said was durable.</summary>
internal static class CheckVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var file = new Argument<string>("file") { Description = "The file that --acknowledged named." };
        var remove = new Option<bool>("--remove") { Description = "Remove the database afterwards." };
        var json = MannerOptions.JsonOption();
        var verb = new Verb(
            "check",
            "Compares acknowledged results with the journal, by plain SQL.",
            "Ends with 1 when the journal lacks one. Works after a kill -9 of the bench, which is what it is for.",
            new Example("See that nothing is missing, and tidy up", "agents bench check marks --remove"))
        {
            file, remove, json,
        };
        verb.SetAction(async (parsed, cancellation) =>
        {
            var database = AddressIn(parsed.GetValue(file)!).Attach();
            var found = await CompareAsync(database, parsed.GetValue(file)!, cancellation);
            if (parsed.GetValue(remove))
            {
                await database.RemoveAsync();
            }

            streams.WriteJson(found, BenchJson.Default.CheckedDocument, parsed.GetValue(json));
            return found.Missing == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return verb;
    }

    private static async Task<CheckedDocument> CompareAsync(
        IBenchDatabase database, string file, CancellationToken cancellation)
    {
        try
        {
            return await CountAsync(database, file, cancellation);
        }
        catch (DbException problem)
        {
            throw new StoreException(
                "store.unavailable",
                $"The database that {file} is about cannot be asked: {problem.Message}",
                isTransient: false,
                problem);
        }
    }

    private static async Task<CheckedDocument> CountAsync(
        IBenchDatabase database, string file, CancellationToken cancellation)
    {
        await using var recorded = await RecordedResults.ReadAsync(database, cancellation);
        var acknowledged = await recorded.SayAsync(File.ReadLinesAsync(file, cancellation).Skip(1), cancellation);
        return new CheckedDocument(
            acknowledged, await recorded.CountAsync(cancellation), await recorded.MissingAsync(cancellation));
    }

    private static BenchAddress AddressIn(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault()?.Split(' ', count: 2) is [var kind, var place]
                && BenchAddress.Kinds.Contains(kind)
                ? new BenchAddress(kind, place)
                : throw CommandException.Usage($"{file} does not begin with the database its marks are about.");
        }
        catch (IOException problem)
        {
            throw CommandException.Usage($"{file} cannot be read: {problem.Message}");
        }
    }
}
