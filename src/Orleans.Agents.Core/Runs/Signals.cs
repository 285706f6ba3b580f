using Orleans.Agents.Values;

namespace Orleans.Agents.Runs;

/// <summary>A signal that a run waits for; until when, its <see cref="RunState.WakeAt"/> says.</summary>
/// <param name="Signal">Its name.</param>
/// <param name="Since">Since when it waits.</param>
public sealed record AwaitedSignal(string Signal, DateTimeOffset Since);

/// <summary>A signal that came before a state waited for it.</summary>
/// <param name="Signal">Its name.</param>
/// <param name="Id">Names it among all signals of the run.</param>
/// <param name="At">When it came.</param>
/// <param name="Payload">What was told.</param>
public sealed record EarlySignal(string Signal, string Id, DateTimeOffset At, Payload Payload);
