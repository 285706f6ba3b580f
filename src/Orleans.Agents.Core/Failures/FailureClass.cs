using System.Text.Json.Serialization;

namespace Orleans.Agents.Failures;

/// <summary>What kind of failure it is: the coarse answer to "may it be tried again?".</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureClass>))]
public enum FailureClass
{
    /// <summary>It may well work the next time: a busy model, a broken connection.</summary>
    [JsonStringEnumMemberName("transient")]
    Transient,

    /// <summary>It will fail again in the same way: a missing file, an expression that compares text with a number.</summary>
    [JsonStringEnumMemberName("permanent")]
    Permanent,

    /// <summary>Somebody asked for it to stop.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>It took longer than it was given.</summary>
    [JsonStringEnumMemberName("timeout")]
    Timeout,

    /// <summary>It would have cost more than the run was given.</summary>
    [JsonStringEnumMemberName("budget")]
    Budget,

    /// <summary>A policy does not allow it.</summary>
    [JsonStringEnumMemberName("policy")]
    Policy,

    /// <summary>Nobody knows whether it happened.</summary>
    [JsonStringEnumMemberName("unknown_outcome")]
    UnknownOutcome,
}
