namespace Orleans.Agents.Hosting;

/// <summary>A workflow that new runs can be started from by its name.</summary>
/// <param name="Workflow">Its name.</param>
/// <param name="Hash">The definition that the name stands for.</param>
/// <param name="Version">Its author's version.</param>
/// <param name="PublishedAt">When it was published; null when the process was given it.</param>
public sealed record OfferedWorkflow(
    string Workflow, string Hash, string? Version = null, DateTimeOffset? PublishedAt = null);
