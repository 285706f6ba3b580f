using System.Net.Sockets;
using System.Text;
using Npgsql;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Storage.Postgres;

/// <summary>What PostgreSQL's error codes, and a connection that breaks, mean to the engine.</summary>
internal static class PostgresProblem
{
    private const string StoodStillInTransaction = "25P03"; // idle_in_transaction_session_timeout

    /// <summary>Whether an exception comes from the server or the way to it, and not from a mistake of ours.</summary>
    public static bool IsOfTheServer(Exception problem) =>
        problem is NpgsqlException or SocketException or IOException or TimeoutException;

    /// <summary>
    /// Whether an error is the fault of one row, and its neighbours in the batch can go on: data (22), constraints (23),
    /// limits (54), triggers (P0), and text that is none.
    /// </summary>
    public static bool IsOfOneRow(Exception problem) => problem is EncoderFallbackException
        || (problem is PostgresException { SqlState: var state } && IsOfClass(state, "22", "23", "54", "P0"));

    /// <summary>
    /// Whether a statement was undone because it and another waited for each other. Two batches of starts can: names and
    /// keys are two orders, and no order of rows obeys both.
    /// </summary>
    public static bool IsDeadlock(Exception problem) =>
        problem is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected };

    /// <summary>Whether the connection broke: the statement may have been carried out or not.</summary>
    public static bool IsConnectionLost(Exception problem) => problem is PostgresException postgres
        ? postgres.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or StoodStillInTransaction
        : IsOfTheServer(problem) && problem is not { InnerException: TimeoutException };

    /// <summary>The exception of the engine for one of PostgreSQL's.</summary>
    public static StoreException ToStoreException(Exception problem, string database) => problem switch
    {
        PostgresException postgres => OfState(postgres, database),
        EncoderFallbackException => Refused(problem, database),
        _ => new(
            "store.unavailable",
            $"{database} cannot be reached: {problem.Message.TrimEnd('.')}. Does the server run there, and does it take "
            + "connections from here?",
            true,
            problem),
    };

    private static StoreException OfState(PostgresException problem, string database) => problem.SqlState switch
    {
        PostgresErrorCodes.DiskFull => new(
            "store.full", $"{database} has no room on its disk: {problem.MessageText}", true, problem),
        PostgresErrorCodes.ReadOnlySqlTransaction => new(
            "store.unavailable", $"{database} takes no writes now; is it a standby? {problem.MessageText}", true, problem),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName =>
            new("store.damaged", $"{database} lacks a table; was it migrated? {problem.MessageText}", false, problem),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => new(
            "store.damaged", $"{database} is damaged: {problem.MessageText}", false, problem),
        PostgresErrorCodes.InvalidCatalogName => new(
            "store.unavailable",
            $"{database} is not there: {problem.MessageText}. It has to be created once; the tables come by themselves.",
            false,
            problem),
        PostgresErrorCodes.InsufficientPrivilege => new(
            "store.unavailable",
            $"{database} may not be used so by this user: {problem.MessageText}. To begin with it needs create on the schema.",
            false,
            problem),
        var state when IsOfClass(state, "28") => new(
            "store.unavailable",
            $"{database} does not let this user in: {problem.MessageText}. Check user, password and pg_hba.conf.",
            false,
            problem),
        var state when IsOfClass(state, "08", "40", "53", "55", "57", "58") => new(
            "store.unavailable", $"{database} cannot do it now: {problem.MessageText}", true, problem),
        _ => Refused(problem, database),
    };

    private static StoreException Refused(Exception problem, string database) => new(
        "store.refused", $"{database} refused to store this: {problem.Message}", isTransient: false, problem);

    private static bool IsOfClass(string state, params ReadOnlySpan<string> classes)
    {
        foreach (var one in classes)
        {
            if (state.StartsWith(one, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
