namespace Orleans.Agents.Runs;

/// <summary>A command on its way to a run, and the answer to it.</summary>
/// <param name="command">What is wanted of the run.</param>
/// <param name="note">The note in the run's inbox that it comes from, if it does.</param>
internal sealed class RunMessage(RunCommand command, string? note = null)
{
    public RunCommand Command { get; } = command;

    public string? Note { get; } = note;

    public TaskCompletionSource<Told> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
