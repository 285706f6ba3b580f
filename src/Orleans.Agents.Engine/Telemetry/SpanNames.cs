namespace Orleans.Agents.Telemetry;

/// <summary>
/// What spans are called: those that OpenTelemetry's conventions for generative AI name, and ours. All but the last four are
/// followed by what is done in them, such as the agent's name.
/// </summary>
public static class SpanNames
{
    /// <summary>The source of all spans of the engine.</summary>
    public const string Source = "Orleans.Agents";

    /// <summary>The source of the gateway's spans: one for each request, named by its method and route.</summary>
    public const string GatewaySource = "Orleans.Agents.Gateway";

    /// <summary>A run as long as one process carries it; one that is carried on later has another, in the same trace.</summary>
    public const string Run = "invoke_workflow";

    /// <summary>One visit of a state.</summary>
    public const string State = "state";

    /// <summary>One attempt at an agent call.</summary>
    public const string Agent = "invoke_agent";

    /// <summary>One attempt at a tool call, or a question to a tool what became of one.</summary>
    public const string Tool = "execute_tool";

    /// <summary>A request to a model, in an attempt at an agent call.</summary>
    public const string Chat = "chat";

    /// <summary>The start of a run until it is durable. Whatever the run does later is below it.</summary>
    public const string Start = "run.start";

    /// <summary>The tool's own code, in an attempt at a tool call.</summary>
    public const string ToolCall = "tool.call";

    /// <summary>An append to a run's journal until it is durable.</summary>
    public const string Save = "checkpoint.save";
}
