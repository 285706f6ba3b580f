using System.CommandLine;
using Orleans.Agents.Cli.Bench.Databases;
using Orleans.Agents.Cli.Terminals;

namespace Orleans.Agents.Cli.Bench;

/// <summary>The options that every workload has.</summary>
internal sealed class BenchOptions
{
    private const int DefaultSeconds = 3;

    private readonly Option<string> store = StoreOption();
    private readonly Option<string> connection = new("--connection")
    {
        Description = "The PostgreSQL server to make a database on, or the folder to make a SQLite file in. "
            + $"Default: {BenchAddress.Variable}, else the folder of temporary files.",
        HelpName = "where",
    };

    private readonly Option<long?> seconds = Numbers.Option(
        "--seconds", $"How long each figure is measured for. Default: {DefaultSeconds}.", 1, 3_600);

    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "Tell of errors only." };

    /// <summary>The option that asks for JSON on one line.</summary>
    public Option<bool> Json { get; } = MannerOptions.JsonOption();

    /// <summary>The option that names the kind of database.</summary>
    public static Option<string> StoreOption() =>
        Choices.Option("--store", "The kind of database. Default: sqlite.", [.. BenchAddress.Kinds]);

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(store);
        verb.Add(connection);
        verb.Add(seconds);
        verb.Add(Json);
        verb.Add(quiet);
    }

    /// <summary>Reads them.</summary>
    public BenchSettings Of(ParseResult parsed, Streams streams) => new(
        parsed.GetValue(store) ?? BenchAddress.Sqlite,
        parsed.GetValue(connection),
        TimeSpan.FromSeconds(parsed.GetValue(seconds) ?? DefaultSeconds),
        parsed.GetValue(quiet),
        streams);
}
