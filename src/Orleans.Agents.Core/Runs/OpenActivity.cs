using System.Text.Json.Serialization;
using Orleans.Agents.Budgets;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>An activity whose result the run waits for.</summary>
/// <param name="Attempt">The attempt that counts; results of others are ignored.</param>
/// <param name="Since">When the attempt began or may begin, or when the tool may be asked what became of it.</param>
/// <param name="IsRetry">Whether <paramref name="Since"/> is a moment to wait for.</param>
/// <param name="Call">The call that is or may have been made, when making it twice would do harm.</param>
/// <param name="Child">The child run whose end is waited for.</param>
/// <param name="Until">When its end is not waited for any longer.</param>
/// <param name="Reserved">What is set aside for it.</param>
public sealed record OpenActivity(
    int Attempt,
    DateTimeOffset Since,
    bool IsRetry = false,
    OnceCall? Call = null,
    string? Child = null,
    DateTimeOffset? Until = null,
    Cost? Reserved = null)
{
    /// <summary>What it works on, where that was rendered already.</summary>
    internal KeptInput Input { get; set; }

    /// <summary>Whether only a <see cref="RunCommand.Decide"/> can say how it goes on.</summary>
    [JsonIgnore]
    public bool AwaitsDecision => Call is { Unknown: not null, IsAsked: not true };

    /// <summary>Whether the tool is to be asked what became of the call.</summary>
    [JsonIgnore]
    public bool AwaitsReconciliation => Call is { Unknown: not null, IsAsked: true };
}

/// <summary>A call with effect <c>once</c>, from the intent to make it until its outcome is known.</summary>
/// <param name="Epoch">The epoch of the process that meant to make it.</param>
/// <param name="Unknown">Why nobody knows how it went; null while the process that makes it is to say.</param>
/// <param name="IsAsked">Whether the tool is to be asked; otherwise somebody has to decide.</param>
public sealed record OnceCall(long Epoch, Failure? Unknown = null, bool? IsAsked = null);

/// <summary>
/// A call with effect <c>once</c> or for which something is set aside, or a child run, that was under way when the run
/// stopped waiting for it. How it went is recorded.
/// </summary>
/// <param name="State">The state that asked for it.</param>
/// <param name="Visit">Which visit of the run asked for it.</param>
/// <param name="Branch">Which branch of the visit.</param>
/// <param name="Attempt">Which attempt.</param>
/// <param name="Child">The child run that it was, when it was one.</param>
/// <param name="Reserved">What is set aside for it.</param>
public sealed record UnsettledCall(
    string State, int Visit, int Branch, int Attempt, string? Child = null, Cost? Reserved = null)
{
    /// <summary>Whether it is a call of which the run has to know before it ends.</summary>
    [JsonIgnore]
    public bool IsOnce => Child is null && Reserved is null;

    /// <summary>Whether it is a call that may be given up: the run does not wait for what it used.</summary>
    [JsonIgnore]
    public bool IsLoser => Child is null && Reserved is not null;
}

/// <summary>How a run is going to end as soon as its unsettled calls and children are known.</summary>
/// <param name="Output">What it ends with, when it ends well.</param>
/// <param name="Failure">Why it fails; null when it ends well.</param>
public sealed record RunEnding(Payload? Output = null, Failure? Failure = null);

/// <summary>
/// An input kept at hand from the decision to the attempt. It follows from what is known of the run and is no part of
/// it, so any two are equal.
/// </summary>
internal readonly struct KeptInput(Payload payload) : IEquatable<KeptInput>
{
    public bool IsKept { get; } = true;

    public Payload Payload => payload;

    public bool Equals(KeptInput other) => true;

    public override bool Equals(object? obj) => obj is KeptInput;

    public override int GetHashCode() => 0;
}
