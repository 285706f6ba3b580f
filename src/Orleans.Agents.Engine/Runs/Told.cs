namespace Orleans.Agents.Runs;

/// <summary>How a command to a host was answered.</summary>
internal abstract record Told
{
    private Told()
    {
    }

    /// <summary>The run decided; what follows is durable.</summary>
    public sealed record Answered(Decision Decision) : Told;

    /// <summary>The host no longer carries the run; nothing was decided, or nothing is known of it.</summary>
    public sealed record NotHere(HostEnd Why) : Told;
}
