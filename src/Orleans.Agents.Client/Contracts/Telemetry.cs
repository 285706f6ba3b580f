namespace Orleans.Agents.Client.Contracts;

/// <summary>How much a process tells of its work.</summary>
/// <param name="Mode">What holds now: <c>shipping</c>, which is spans only, or <c>debug</c>, which is everything.</param>
/// <param name="Chosen">What somebody chose; it holds again after <paramref name="Until"/>.</param>
/// <param name="Until">When a crash was found lately: until when everything is told for that.</param>
public sealed record TelemetryMode(string Mode, string Chosen, DateTimeOffset? Until = null);

/// <summary>How much a process is to tell of its work.</summary>
/// <param name="Mode"><c>shipping</c> or <c>debug</c>.</param>
public sealed record ChooseTelemetry(string Mode);
