using System.Text.Json.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Failures;

/// <summary>Why work did not succeed, as a value that is safe to store, send and compare.</summary>
/// <param name="Class">The kind of failure; retries and catches go by it.</param>
/// <param name="Code">A stable dotted name such as <c>model.rate_limited</c>; listed in <c>docs/reference/failures.md</c>.</param>
/// <param name="Message">What was expected and what was found, for people.</param>
/// <param name="RetryAfter">How long the other side asked to be left alone.</param>
/// <param name="Details">Facts for programs; an object.</param>
/// <param name="Origin">Where in the run it happened.</param>
/// <param name="Cause">The failure that led to this one.</param>
public sealed record Failure(
    FailureClass Class,
    string Code,
    string Message,
    TimeSpan? RetryAfter = null,
    Payload? Details = null,
    FailureOrigin? Origin = null,
    Failure? Cause = null)
{
    /// <summary>The most causes a failure keeps below itself; older ones are dropped.</summary>
    public const int MaxCauses = 8;

    /// <summary>Whether the same work may succeed if it is tried again unchanged.</summary>
    [JsonIgnore]
    public bool IsTransient => Class is FailureClass.Transient;

    /// <summary>
    /// Whether a pattern from <c>retry.on</c> or <c>catch.on</c> means this failure: <c>*</c>, a class
    /// (<c>transient</c>), a code (<c>model.rate_limited</c>) or a family of codes (<c>model.*</c>).
    /// </summary>
    public bool Matches(string pattern) =>
        pattern == "*"
        || string.Equals(pattern, Code, StringComparison.Ordinal)
        || string.Equals(pattern, ClassName(Class), StringComparison.Ordinal)
        || (pattern.EndsWith(".*", StringComparison.Ordinal)
            && Code.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal));

    /// <summary>Whether a pattern means this failure and not just any of its kind: its class, or its code.</summary>
    public bool IsNamedBy(string pattern) =>
        string.Equals(pattern, Code, StringComparison.Ordinal)
        || string.Equals(pattern, ClassName(Class), StringComparison.Ordinal);

    /// <summary>The same failure with at most <see cref="MaxCauses"/> causes below it.</summary>
    public Failure WithoutDeepCauses() => Shortened(this, MaxCauses);

    /// <summary>The stored and documented name of a class.</summary>
    public static string ClassName(FailureClass value) => value switch
    {
        FailureClass.Transient => "transient",
        FailureClass.Permanent => "permanent",
        FailureClass.Cancelled => "cancelled",
        FailureClass.Timeout => "timeout",
        FailureClass.Budget => "budget",
        FailureClass.Policy => "policy",
        FailureClass.UnknownOutcome => "unknown_outcome",
        _ => throw new System.Diagnostics.UnreachableException(value.ToString()),
    };

    private static Failure Shortened(Failure failure, int causes) => failure with
    {
        Cause = failure.Cause is null || causes == 0 ? null : Shortened(failure.Cause, causes - 1),
    };
}

/// <summary>Where in a run a failure happened.</summary>
/// <param name="Run">The run.</param>
/// <param name="State">The state the run was in.</param>
/// <param name="Visit">Which visit of the run it was, counted from 1.</param>
/// <param name="Attempt">Which attempt at the activity, counted from 1; 0 when no attempt was made.</param>
/// <param name="Branch">Which branch of the state: its name, the key of its item, or the number of its item from 0.</param>
public sealed record FailureOrigin(string Run, string State, int Visit, int Attempt, string? Branch = null);
