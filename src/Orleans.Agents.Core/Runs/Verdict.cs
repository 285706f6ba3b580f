using System.Text.Json.Serialization;
using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>What somebody decides about an attempt whose outcome is not known.</summary>
public abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>Make another attempt: it did not happen, or may happen twice.</summary>
    public sealed record Retry : Verdict;

    /// <summary>It happened, and this is its output.</summary>
    public sealed record Accept(Payload Output) : Verdict;

    /// <summary>It failed. The state's <c>catch</c> sees a failure of class <c>unknown_outcome</c>.</summary>
    /// <param name="Reason">
    /// Why, for people; what is beyond <see cref="RunLimits.ReasonLength"/> is cut off.
    /// </param>
    public sealed record Fail(string? Reason = null) : Verdict;
}

/// <summary>The stored name of a <see cref="Verdict"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VerdictKind>))]
public enum VerdictKind
{
    /// <summary><see cref="Verdict.Retry"/>.</summary>
    [JsonStringEnumMemberName("retry")]
    Retry,

    /// <summary><see cref="Verdict.Accept"/>.</summary>
    [JsonStringEnumMemberName("accept")]
    Accept,

    /// <summary><see cref="Verdict.Fail"/>.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}

/// <summary>What asking a tool about a lost call found out, as it is stored.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallOutcome>))]
public enum CallOutcome
{
    /// <summary>The call had its effect.</summary>
    [JsonStringEnumMemberName("happened")]
    Happened,

    /// <summary>The call had no effect and will have none.</summary>
    [JsonStringEnumMemberName("did_not_happen")]
    DidNotHappen,

    /// <summary>The tool does not know either.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}
