using System.Diagnostics;
using System.Text.Json.Serialization;
using Orleans.Agents.Failures;
using Orleans.Agents.Journal;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Silo.Wire;

/// <summary>What a run's grain answers. What may go wrong is a value here and thrown where it was asked.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Started), "started")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Noted), "noted")]
[JsonDerivedType(typeof(Signalled), "signalled")]
[JsonDerivedType(typeof(Resumed), "resumed")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Unreadable), "unreadable")]
[JsonDerivedType(typeof(Unavailable), "unavailable")]
[JsonDerivedType(typeof(NotUnderstood), "not_understood")]
internal abstract record RunReply
{
    private RunReply()
    {
    }

    /// <summary>The run exists and is durable.</summary>
    public sealed record Started(RunId Run, bool IsNew) : RunReply;

    /// <summary>Nothing was started, or sent.</summary>
    public sealed record Refused(Failure Failure) : RunReply;

    /// <summary>What became of a note.</summary>
    public sealed record Noted(string What) : RunReply
    {
        private const string Stored = "stored";
        private const string Repeated = "repeated";
        private const string NoSuchRun = "no_such_run";
        private const string RunIsOver = "run_is_over";

        public static Noted From(Posted posted) => new(posted switch
        {
            Posted.Stored => Stored,
            Posted.Repeated => Repeated,
            Posted.NoSuchRun => NoSuchRun,
            Posted.RunIsOver => RunIsOver,
            _ => throw new UnreachableException(posted.GetType().Name),
        });

        public Posted ToPosted() => What switch
        {
            Stored => new Posted.Stored(),
            Repeated => new Posted.Repeated(),
            NoSuchRun => new Posted.NoSuchRun(),
            RunIsOver => new Posted.RunIsOver(),
            _ => throw NotClear($"What became of a note, '{What}', is not known to this version."),
        };
    }

    /// <summary>The signal is durable.</summary>
    public sealed record Signalled(string Id, bool IsNew) : RunReply;

    /// <summary>Whether the run is carried there now.</summary>
    public sealed record Resumed(bool IsCarried) : RunReply;

    /// <summary>It was done.</summary>
    public sealed record Done : RunReply;

    /// <summary>The run's history cannot be understood there.</summary>
    public sealed record Unreadable(string Code, string Message) : RunReply;

    /// <summary>The store could not do it, or the silo is on its way out.</summary>
    public sealed record Unavailable(string Code, string Message, bool IsTransient) : RunReply;

    /// <summary>The call is of a kind that silo does not know.</summary>
    public sealed record NotUnderstood(string Message) : RunReply;

    /// <summary>The answer, if it is of the kind that was asked for.</summary>
    /// <exception cref="HistoryException">The run's history cannot be understood.</exception>
    /// <exception cref="StoreException">The store could not do it, or the two silos do not understand each other.</exception>
    public TReply As<TReply>()
        where TReply : RunReply => this switch
        {
            TReply reply => reply,
            Unreadable(var code, var message) => throw new HistoryException(code, message),
            Unavailable(var code, var message, var isTransient) => throw new StoreException(code, message, isTransient),
            NotUnderstood(var message) => throw NotClear(message),
            _ => throw NotClear($"A silo answered {GetType().Name} where {typeof(TReply).Name} was expected."),
        };

    private static StoreException NotClear(string message) => new UnknownMessageException(message).ToStore();
}
