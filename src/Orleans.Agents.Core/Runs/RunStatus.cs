using System.Text.Json.Serialization;

namespace Orleans.Agents.Runs;

/// <summary>Where a run is in its life.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>Nothing has happened yet.</summary>
    [JsonStringEnumMemberName("new")]
    New,

    /// <summary>An activity is under way, or a wait is.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Running, as its <see cref="RunState.Status"/> says, and nothing begins until it is resumed.</summary>
    [JsonStringEnumMemberName("suspended")]
    Suspended,

    /// <summary>Over, with an output.</summary>
    [JsonStringEnumMemberName("succeeded")]
    Succeeded,

    /// <summary>Over, with a failure.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
