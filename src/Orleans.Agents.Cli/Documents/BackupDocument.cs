namespace Orleans.Agents.Cli.Documents;

/// <summary>A copy that was made of a store.</summary>
/// <param name="Store">What was copied.</param>
/// <param name="File">The copy.</param>
/// <param name="Runs">How many runs are in it.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record BackupDocument(string Store, string File, long Runs, long Bytes);
