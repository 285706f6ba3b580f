namespace Orleans.Agents.EndToEnd.Tests.Faults;

/// <summary>What can happen to a fleet.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL at any moment.</summary>
    Kill,

    /// <summary>SIGKILL at a boundary of the journal.</summary>
    KillAtPoint,

    /// <summary>SIGSTOP at any moment, and SIGCONT when others may think the process gone.</summary>
    Freeze,

    /// <summary>The same inside a call that must not be made twice, before it has its effect.</summary>
    FreezeBeforeEffect,

    /// <summary>The same inside a call that must not be made twice, after its effect and before anybody is told.</summary>
    FreezeAfterEffect,

    /// <summary>The same while the database has a batch of appends and the process no answer yet.</summary>
    FreezeWithBatch,

    /// <summary>A clean stop.</summary>
    Stop,

    /// <summary>A connection is cut in the middle of what is sent.</summary>
    CutWhileSending,

    /// <summary>A connection is cut after something was sent.</summary>
    CutAfterSending,

    /// <summary>An answer is lost: what was asked for has been done.</summary>
    LoseAnswer,

    /// <summary>All answers come late for a while.</summary>
    DelayAnswers,

    /// <summary>The database crashes and comes back.</summary>
    KillDatabase,

    /// <summary>The database is stopped cleanly and comes back.</summary>
    RestartDatabase,

    /// <summary>The database stands still for longer than a lease.</summary>
    FreezeDatabase,
}
