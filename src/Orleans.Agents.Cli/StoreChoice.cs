using System.CommandLine;
using Orleans.Agents.Journal;
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

    /// <summary>The option that names it, ready to be pasted into a shell; null when nothing can name it.</summary>
    public abstract string? Argument { get; }

    /// <summary>The option that names the store.</summary>
    public static Option<string> PathOption() => new("--store")
    {
        Description = $"The file runs are kept in. Default: {Variable}, else agents.db in the user's data folder.",
        HelpName = "file",
    };

    /// <summary>The choice of an option that may be null.</summary>
    public static StoreChoice Of(string? option)
    {
        var named = option ?? Environment.GetEnvironmentVariable(Variable);
        return new File(string.IsNullOrEmpty(named) ? DefaultPath() : Path.GetFullPath(named));
    }

    /// <summary>Opens the store to carry runs in; it is made when it is not there.</summary>
    /// <exception cref="StoreException">It cannot be.</exception>
    public abstract IStore Open();

    /// <summary>Opens a store that is there, and changes nothing; null when there is none.</summary>
    public abstract Task<IStore?> OpenToReadAsync(CancellationToken cancellation);

    // On Linux: XDG_DATA_HOME, else ~/.local/share.
    private static string DefaultPath() => Path.Combine(
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "orleans-agents",
        "agents.db");

    private static string Quoted(string word) =>
        word.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '@')
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>In memory: the runs are gone when the process ends.</summary>
    internal sealed record Memory : StoreChoice
    {
        /// <inheritdoc/>
        public override string Name => "memory";

        /// <inheritdoc/>
        public override string? Argument => null;

        /// <inheritdoc/>
        public override IStore Open() => new MemoryStore();

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
        public override string Argument => $"--store {Quoted(Location)}";

        /// <inheritdoc/>
        public override IStore Open()
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

            return OpenFile();
        }

        /// <inheritdoc/>
        public override Task<IStore?> OpenToReadAsync(CancellationToken cancellation) =>
            Task.FromResult<IStore?>(System.IO.File.Exists(Location) ? OpenFile() : null);

        private SqliteStore OpenFile() => new(new SqliteStoreOptions { Path = Location });
    }
}
