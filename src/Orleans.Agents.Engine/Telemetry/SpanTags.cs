namespace Orleans.Agents.Telemetry;

/// <summary>What is said about spans and measurements: names of OpenTelemetry's conventions where there are some, and ours.</summary>
public static class SpanTags
{
    /// <summary>The run's name, on every span.</summary>
    public const string Run = "thread.id";

    /// <summary>The UUID that stands on every call, span and message of a run and of those it started.</summary>
    public const string Correlation = "agents.correlation_id";

    /// <summary>How many states the run has entered so far: the visit's number.</summary>
    public const string Hops = "hop.count";

    /// <summary>What OpenTelemetry calls the operation of a span.</summary>
    public const string Operation = "gen_ai.operation.name";

    /// <summary>The workflow's name.</summary>
    public const string Workflow = "gen_ai.workflow.name";

    /// <summary>The hash of the definition that the run is pinned to.</summary>
    public const string Hash = "agents.workflow.hash";

    /// <summary>The epoch that the run is carried under.</summary>
    public const string Epoch = "agents.epoch";

    /// <summary>Whether the run was begun before, by this process or another.</summary>
    public const string Resumed = "agents.resumed";

    /// <summary>How the run stands when its process is done with it: succeeded, failed, parked, lost, stopped or broken.</summary>
    public const string Status = "agents.run.status";

    /// <summary>The run that started this one.</summary>
    public const string Parent = "agents.run.parent";

    /// <summary>Whether a start began a run; otherwise its key or name had begun it before.</summary>
    public const string New = "agents.start.is_new";

    /// <summary>The state's name.</summary>
    public const string State = "agents.state";

    /// <summary>Which visit of this state it is, from 1.</summary>
    public const string Cycle = "agents.cycle";

    /// <summary>The state that the run went to next.</summary>
    public const string Transition = "agents.transition";

    /// <summary>The activity: run, visit and branch.</summary>
    public const string Activity = "gen_ai.tool.call.id";

    /// <summary>Which branch of its visit an attempt is for.</summary>
    public const string Branch = "agents.branch";

    /// <summary>Which attempt, from 1.</summary>
    public const string Attempt = "agents.attempt";

    /// <summary>How an attempt went: succeeded, failed, lost, refused, reconciled or stopped.</summary>
    public const string Outcome = "agents.attempt.outcome";

    /// <summary>Agent or tool.</summary>
    public const string Kind = "agents.activity.kind";

    /// <summary>The agent's name.</summary>
    public const string Agent = "gen_ai.agent.name";

    /// <summary>The tool's name.</summary>
    public const string Tool = "gen_ai.tool.name";

    /// <summary>Whether a tool is asked what became of a call, instead of being called.</summary>
    public const string Reconciliation = "agents.reconciliation";

    /// <summary>The name that the model is registered under.</summary>
    public const string RequestModel = "gen_ai.request.model";

    /// <summary>The model that answered.</summary>
    public const string ResponseModel = "gen_ai.response.model";

    /// <summary>The provider's name for its answer.</summary>
    public const string ResponseId = "gen_ai.response.id";

    /// <summary>Why the model stopped.</summary>
    public const string FinishReasons = "gen_ai.response.finish_reasons";

    /// <summary>Tokens that the model read.</summary>
    public const string InputTokens = "gen_ai.usage.input_tokens";

    /// <summary>Tokens that the model wrote.</summary>
    public const string OutputTokens = "gen_ai.usage.output_tokens";

    /// <summary>Whether tokens were read or written, of the measured number of tokens.</summary>
    public const string TokenType = "gen_ai.token.type";

    /// <summary>What a call cost, in millionths of a US dollar.</summary>
    public const string Cost = "agents.cost.micro_usd";

    /// <summary>The run's version after an append.</summary>
    public const string Version = "agents.version";

    /// <summary>How many facts an append has.</summary>
    public const string Facts = "agents.facts";

    /// <summary>What became of an append: stored, lost or already_started.</summary>
    public const string Stored = "agents.append.outcome";

    /// <summary>Whether nobody had carried a run that is taken over, or its carrier is gone.</summary>
    public const string Cause = "agents.takeover.cause";

    /// <summary>What came near its limit: prompt, context, payload or history.</summary>
    public const string Size = "agents.size.kind";

    /// <summary>The method of a request.</summary>
    public const string HttpMethod = "http.request.method";

    /// <summary>The route of a request, with the names of what varies in it.</summary>
    public const string HttpRoute = "http.route";

    /// <summary>The path of a request.</summary>
    public const string HttpPath = "url.path";

    /// <summary>The status of the answer to a request.</summary>
    public const string HttpStatus = "http.response.status_code";

    /// <summary>The tenant that made a request, where there are any.</summary>
    public const string Tenant = "agents.tenant";

    /// <summary>Seconds of processor time that the whole process used while a span lasted.</summary>
    public const string ProcessorTime = "process.cpu.time";

    /// <summary>Bytes of memory that the whole process had in use when a span ended, to a tenth of a second.</summary>
    public const string Memory = "process.memory.usage";

    /// <summary>The code of a failure.</summary>
    public const string Error = "error.type";

    /// <summary>The class of a failure.</summary>
    public const string FailureClass = "agents.failure.class";
}
