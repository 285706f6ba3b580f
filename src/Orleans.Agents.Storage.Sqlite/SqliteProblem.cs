using Microsoft.Data.Sqlite;
using Orleans.Agents.Journal;
using SQLitePCL;

namespace Orleans.Agents.Storage.Sqlite;

/// <summary>What SQLite's error codes mean to the engine.</summary>
internal static class SqliteProblem
{
    /// <summary>Whether an error is the fault of one statement, and its neighbours in the batch can go on.</summary>
    public static bool IsOfOneStatement(SqliteException problem) => problem.SqliteErrorCode
        is raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE;

    /// <summary>Whether somebody else holds a lock.</summary>
    public static bool IsBusy(SqliteException problem) =>
        problem.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>The exception of the engine for one of SQLite's.</summary>
    public static StoreException ToStoreException(SqliteException problem, string path) => problem.SqliteErrorCode
        switch
    {
        raw.SQLITE_FULL => new(
            "store.full", $"{path} could not grow; free some disk space or raise its limit.", true, problem),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new(
            "store.unavailable", $"Others held the lock of {path} for longer than the lock timeout.", true, problem),
        raw.SQLITE_IOERR or raw.SQLITE_NOMEM => new(
            "store.unavailable", $"Reading or writing {path} failed: {problem.Message}", true, problem),
        raw.SQLITE_CANTOPEN => new(
            "store.unavailable", $"{path} cannot be opened; does its folder exist, may it be written?", false, problem),
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => new(
            "store.unavailable", $"{path} may only be read; it and its folder must be writable.", false, problem),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new(
            "store.damaged", $"{path} is not a whole SQLite database: {problem.Message}", false, problem),
        raw.SQLITE_ERROR => new(
            "store.damaged", $"{path} lacks a table or column; was it migrated? {problem.Message}", false, problem),
        _ => new("store.refused", $"SQLite refused to store this in {path}: {problem.Message}", false, problem),
    };
}
