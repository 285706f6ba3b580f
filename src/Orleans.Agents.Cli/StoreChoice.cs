using System.CommandLine;
using Npgsql;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Postgres;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Cli;

/// <summary>Where runs are kept.</summary>
internal abstract record StoreChoice
{
    /// <summary>The environment variable that names the store when no option does.</summary>
    public const string Variable = "AGENTS_STORE";

    private StoreChoice()
    {
    }

    /// <summary>What to call it to people; never with a secret.</summary>
    public abstract string Name { get; }

    /// <summary>The option that names the store.</summary>
    public static Option<string> Option() => new("--store")
    {
        Description = "Where runs are kept: a file, or a PostgreSQL database as postgres://user@host/database or "
            + $"'Host=…;Database=…'. Default: {Variable}, else agents.db in the user's data folder.",
        HelpName = "file|postgres://…",
    };

    /// <summary>The choice of an option that may be null.</summary>
    /// <exception cref="CommandException">It names no place that there can be.</exception>
    public static StoreChoice Of(string? option)
    {
        var named = option ?? Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(named) ? new File(DefaultPath())
            : PostgresAddress.TryRead(named, out var address) ? new Server(address, IsToldByOption: option is not null)
            : new File(Path.GetFullPath(named));
    }

    /// <summary>A command line with this store, ready to be pasted into a shell; null when nothing can name it there.</summary>
    public abstract string? CommandWith(string command);

    /// <summary>Opens the store to carry runs in; it is made when it is not there.</summary>
    /// <param name="faults">The faults that are to be made on purpose.</param>
    /// <exception cref="StoreException">It cannot be.</exception>
    public abstract IStore Open(FaultPlan faults);

    /// <summary>Opens a store that is there, and changes nothing; null when there is none.</summary>
    /// <exception cref="StoreException">It cannot be reached.</exception>
    public abstract Task<IStore?> OpenToReadAsync(CancellationToken cancellation);

    // On Linux: XDG_DATA_HOME, else ~/.local/share.
    private static string DefaultPath() => Path.Combine(
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "orleans-agents",
        "agents.db");

    /// <summary>A word as a shell takes it.</summary>
    internal static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '@')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>In memory: the runs are gone when the process ends.</summary>
    internal sealed record Memory : StoreChoice
    {
        /// <inheritdoc/>
        public override string Name => "memory";

        /// <inheritdoc/>
        public override string? CommandWith(string command) => null;

        /// <inheritdoc/>
        public override IStore Open(FaultPlan faults) => new MemoryStore();

        /// <inheritdoc/>
        public override Task<IStore?> OpenToReadAsync(CancellationToken cancellation) => Task.FromResult<IStore?>(null);
    }

    /// <summary>In one SQLite file.</summary>
    /// <param name="Location">Its whole path.</param>
    internal sealed record File(string Location) : StoreChoice
    {
        /// <inheritdoc/>
        public override string Name => Location;

        /// <inheritdoc/>
        public override string CommandWith(string command) => $"{command} --store {Quoted(Location)}";

        /// <inheritdoc/>
        public override IStore Open(FaultPlan faults)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Location)!);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new StoreException(
                    "store.unavailable",
                    $"The folder of {Location} cannot be made: {problem.Message}",
                    isTransient: false,
                    problem);
            }

            return OpenFile(faults);
        }

        /// <inheritdoc/>
        public override Task<IStore?> OpenToReadAsync(CancellationToken cancellation) =>
            Task.FromResult<IStore?>(System.IO.File.Exists(Location) ? OpenFile(FaultPlan.None) : null);

        private SqliteStore OpenFile(FaultPlan faults) =>
            new(new SqliteStoreOptions { Path = Location, Faults = faults });
    }

    /// <summary>In a PostgreSQL database.</summary>
    /// <param name="Address">Where it is and how to get in.</param>
    /// <param name="IsToldByOption">Whether it was typed, and has to be typed again the next time.</param>
    internal sealed record Server(NpgsqlConnectionStringBuilder Address, bool IsToldByOption) : StoreChoice
    {
        /// <inheritdoc/>
        public override string Name => PostgresAddress.NameOf(Address);

        /// <inheritdoc/>
        public override string CommandWith(string command) =>
            IsToldByOption ? $"{command} --store {Quoted(PostgresAddress.WithoutSecrets(Address))}" : command;

        /// <inheritdoc/>
        public override IStore Open(FaultPlan faults) => OpenServer(faults);

        /// <inheritdoc/>
        public override async Task<IStore?> OpenToReadAsync(CancellationToken cancellation)
        {
            PostgresStore? store = OpenServer(FaultPlan.None);
            try
            {
                if (await store.ExistsAsync(cancellation))
                {
                    (var found, store) = (store, null);
                    return found;
                }

                return null;
            }
            finally
            {
                if (store is not null)
                {
                    await store.DisposeAsync();
                }
            }
        }

        private PostgresStore OpenServer(FaultPlan faults) =>
            new(new PostgresStoreOptions { ConnectionString = Address.ConnectionString, Faults = faults });
    }
}
