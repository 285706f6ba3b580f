using System.CommandLine;
using Orleans.Agents.Faults;
using Orleans.Agents.Journal;
using Orleans.Agents.Storage.Sqlite;

namespace Orleans.Agents.Cli;

/// <summary>Where runs are kept.</summary>
/// <param name="Path">The file; null in memory, where they are gone when the process ends.</param>
internal sealed record StoreChoice(string? Path)
{
    /// <summary>The environment variable that names the file when no option does.</summary>
    public const string Variable = "AGENTS_STORE";

    /// <summary>Whether there is a store to read from.</summary>
    public bool Exists => Path is not null && File.Exists(Path);

    /// <summary>The option that names the file.</summary>
    public static Option<string> PathOption() => new("--store")
    {
        Description = $"The file runs are kept in. Default: {Variable}, else agents.db in the user's data folder.",
        HelpName = "file",
    };

    /// <summary>The choice of an option that may be null.</summary>
    public static StoreChoice Of(string? option)
    {
        var named = option ?? Environment.GetEnvironmentVariable(Variable);
        return new StoreChoice(string.IsNullOrEmpty(named) ? DefaultPath() : System.IO.Path.GetFullPath(named));
    }

    /// <summary>Opens the store; a missing folder is made.</summary>
    /// <param name="faults">The faults that are to be made on purpose.</param>
    /// <exception cref="StoreException">The folder cannot be made.</exception>
    public IStore Open(FaultPlan faults)
    {
        if (Path is null)
        {
            return new MemoryStore();
        }

        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                "store.unavailable",
                $"The folder of {Path} cannot be made: {problem.Message}",
                isTransient: false,
                problem);
        }

        return new SqliteStore(new SqliteStoreOptions { Path = Path, Faults = faults });
    }

    /// <summary>Opens a store that is there, and changes nothing.</summary>
    public IStore OpenToRead() => new SqliteStore(new SqliteStoreOptions { Path = Path! });

    // On Linux: XDG_DATA_HOME, else ~/.local/share.
    private static string DefaultPath() => System.IO.Path.Combine(
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "orleans-agents",
        "agents.db");
}
