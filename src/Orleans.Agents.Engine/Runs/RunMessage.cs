using Orleans.Agents.Activities;

namespace Orleans.Agents.Runs;

/// <summary>A command on its way to a run, and what the run made of it.</summary>
/// <param name="command">What is wanted of the run.</param>
/// <param name="note">The note in the run's inbox that it comes from, if it does.</param>
/// <param name="lane">The attempt that reports it and whose lane is free when that is durable, if it is one.</param>
internal sealed class RunMessage(RunCommand command, string? note = null, LaneItem? lane = null)
{
    private TaskCompletionSource<Told>? answer;

    public RunCommand Command { get; } = command;

    public string? Note { get; } = note;

    /// <summary>What the run decided, once it has.</summary>
    public Decision? Decision { get; set; }

    /// <summary>A message whose sender waits for the answer.</summary>
    public static RunMessage Asking(RunCommand command, out Task<Told> answer)
    {
        var message = new RunMessage(command)
        {
            answer = new TaskCompletionSource<Told>(TaskCreationOptions.RunContinuationsAsynchronously),
        };
        answer = message.answer.Task;
        return message;
    }

    /// <summary>Tells the sender that what was decided is durable.</summary>
    public void Answer()
    {
        answer?.TrySetResult(new Told.Answered(Decision!));
        lane?.Leave();
    }

    /// <summary>Tells the sender that the run is not carried here.</summary>
    public void Refuse(HostEnd why)
    {
        answer?.TrySetResult(new Told.NotHere(why));
        lane?.Leave();
    }
}
