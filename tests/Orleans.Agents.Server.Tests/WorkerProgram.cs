namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>Which program the processes of a fleet are.</summary>
internal static class WorkerProgram
{
    public const string Name = "Orleans.Agents.Server.Worker";
}
