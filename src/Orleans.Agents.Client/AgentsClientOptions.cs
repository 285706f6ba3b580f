namespace Orleans.Agents.Client;

/// <summary>How patient a client is.</summary>
/// <param name="Retries">How often a call is made again whose answer was lost, or that the gateway could not serve just then.</param>
public sealed record AgentsClientOptions(int Retries = 6)
{
    /// <summary>The pause before the first repetition; each further one is about twice as long.</summary>
    /// <value>The default is 200 milliseconds.</value>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(200);
}
