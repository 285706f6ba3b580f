using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>The writer's connection, and what it may remember from one transaction to the next.</summary>
internal sealed class WriteSession : IDisposable
{
    // 16 MB of log between checkpoints: a page that changes a hundred times meanwhile is copied back once.
    private const int CheckpointPages = 4096;

    private readonly Database database;
    private readonly TimeSpan lockTimeout;
    private readonly Dictionary<Epoch, bool> validEpochs = [];
    private readonly AppendStatements appends;

    private WriteSession(Database database, SqliteStoreOptions options)
    {
        this.database = database;
        lockTimeout = options.LockTimeout;
        database.Execute(
            $"pragma synchronous = full; pragma wal_autocheckpoint = {CheckpointPages}; pragma cache_size = -65536;");
        if (options.MaxBytes is { } limit)
        {
            database.Execute($"pragma max_page_count = {Math.Max(1, limit / PageSize())}");
        }

        Inbox = new InboxStatements(database);
        appends = new AppendStatements(database, Inbox);
        database.WaitForLocks(TimeSpan.Zero);
    }

    /// <summary>What is done with notes.</summary>
    public InboxStatements Inbox { get; }

    /// <summary>The rowid of the last inserted row.</summary>
    public long LastRowId => database.LastRowId;

    /// <summary>Opens the writer's connection to a database that has been migrated.</summary>
    public static WriteSession Open(SqliteStoreOptions options)
    {
        var database = Database.Open(options, create: false);
        try
        {
            return new WriteSession(database, options);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Starts a transaction that nobody else can write beside.</summary>
    public void Begin()
    {
        // Others may have fenced an epoch since the last transaction; nobody can during this one.
        validEpochs.Clear();
        var patience = new Patience(lockTimeout);
        while (true)
        {
            try
            {
                database.Prepare("begin immediate").Run();
                return;
            }
            catch (SqliteException problem) when (SqliteProblem.IsBusy(problem) && patience.Wait())
            {
            }
        }
    }

    /// <summary>Makes the transaction durable.</summary>
    public void Commit() => database.Prepare("commit").Run();

    /// <summary>Copies the log back into the file as far as readers allow.</summary>
    public void Checkpoint()
    {
        var statement = database.Prepare("pragma wal_checkpoint(passive)");
        statement.Next();
        statement.Reset();
    }

    /// <summary>Gives the statement with this text.</summary>
    public Statement Prepare(string sql) => database.Prepare(sql);

    /// <summary>Stores one append or says why not.</summary>
    public Appended Store(Append append) => IsValid(append.Epoch) ? appends.Store(append) : AppendStatements.Lost;

    /// <summary>Whether an epoch was taken and not fenced; asked once per transaction.</summary>
    public bool IsValid(Epoch epoch)
    {
        if (!validEpochs.TryGetValue(epoch, out var isValid))
        {
            var statement = database.Prepare("select 1 from carrier where epoch = ?1 and fenced_at is null");
            isValid = statement.Bind(1, epoch.Value).Next();
            statement.Reset();
            validEpochs.Add(epoch, isValid);
        }

        return isValid;
    }

    /// <summary>Fences an epoch for ever; false when it was fenced before or never taken.</summary>
    public bool Fence(Epoch epoch)
    {
        validEpochs.Remove(epoch);
        return Prepare($"update carrier set fenced_at = {Clock.Now} where epoch = ?1 and fenced_at is null")
            .Bind(1, epoch.Value)
            .Run() == 1;
    }

    /// <summary>Fences an epoch that its own process gives back; false when others fenced it before.</summary>
    public bool Release(Epoch epoch)
    {
        validEpochs.Remove(epoch);
        return Prepare($"update carrier set fenced_at = {Clock.Now}, left_at = {Clock.Now} where epoch = ?1 and fenced_at is null")
            .Bind(1, epoch.Value)
            .Run() == 1;
    }

    public void Dispose() => database.Dispose();

    private long PageSize()
    {
        var statement = database.Prepare("pragma page_size");
        statement.Next();
        var size = statement.Integer(0);
        statement.Reset();
        return size;
    }
}
