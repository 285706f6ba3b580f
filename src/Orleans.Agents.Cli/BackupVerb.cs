using System.CommandLine;
using Orleans.Agents.Cli.Documents;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Cli;

/// <summary><c>agents backup</c>: copies a store file while it is in use.</summary>
internal sealed class BackupVerb
{
    private readonly Streams streams;
    private readonly Option<string> store = StoreChoice.Option();
    private readonly Option<bool> json = MannerOptions.JsonOption();
    private readonly Option<string> to = new("--to")
    {
        Description = "The file to write; it must not exist.",
        HelpName = "file",
        Required = true,
    };

    private BackupVerb(Streams streams) => this.streams = streams;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var backup = new BackupVerb(streams);
        var verb = new Verb(
            "backup",
            "Copies a store file while runs are carried in it.",
            "The copy is of one moment and is a store itself: use it as --store, and its runs are carried on. Of a "
            + "PostgreSQL store, take pg_dump.",
            new Example("A copy for every day", "agents backup --store runs.db --to backups/runs-$(date +%F).db"),
            new Example("Carry on from a copy, where the store was lost", "agents serve --store backups/runs-2026-01-31.db"))
        {
            backup.store,
            backup.to,
            backup.json,
        };
        verb.SetAction((parsed, _) => backup.RunAsync(parsed));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var interruption = new Interruption();
        var target = Path.GetFullPath(parsed.GetValue(to)!);
        switch (StoreChoice.Of(parsed.GetValue(store)))
        {
            case StoreChoice.File file when File.Exists(file.Location):
                Write(file, target, interruption.Token);
                await PrintAsync(file, new StoreChoice.File(target), parsed.GetValue(json), interruption.Token);
                return ExitCode.Done;
            case StoreChoice.Server:
                throw CommandException.Usage(
                    "A PostgreSQL store is backed up by PostgreSQL: pg_dump --format=custom --file=FILE DATABASE. "
                    + "docs/guides/backup.md has the rest.");
            case var missing:
                throw CommandException.Usage($"There is no store to copy: {missing.Name}.");
        }
    }

    private static void Write(StoreChoice.File file, string to, CancellationToken cancellation)
    {
        try
        {
            SqliteBackup.Write(new SqliteStoreOptions { Path = file.Location }, to, cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"The copy cannot be written: {problem.Message}");
        }
    }

    // What is said of the copy is read from the copy.
    private async Task PrintAsync(StoreChoice from, StoreChoice copy, bool isCompact, CancellationToken cancellation)
    {
        await using var opened = await copy.OpenToReadAsync(cancellation);
        var runs = 0L;
        RunId? last = null;
        while (await opened!.Runs.ListAsync(new RunQuery(RunQuery.MaxLimit, Before: last), cancellation) is { IsEmpty: false } page)
        {
            runs += page.Length;
            last = page[^1].Id;
        }

        var document = new BackupDocument(from.Name, copy.Name, runs, new FileInfo(copy.Name).Length);
        streams.Tell($"{copy.Name} has {runs} runs, as they were a moment ago", Tone.Good);
        streams.WriteJson(document, CliJson.Default.BackupDocument, isCompact);
    }
}
