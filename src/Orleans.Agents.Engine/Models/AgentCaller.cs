using System.Net;
using System.Text;
using Microsoft.Extensions.AI;
using Orleans.Agents.Activities;
using Orleans.Agents.Budgets;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Messages;
using Orleans.Agents.Runs;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Models;

/// <summary>Asks an agent: makes the messages, calls the model, reads and checks the answer.</summary>
internal sealed class AgentCaller(ModelRegistry models, IAgentGate gate, TimeProvider time)
{
    public async Task<ActivityOutcome> CallAsync(LaneItem item, Agent agent, CancellationToken cancellation)
    {
        var input = item.Attempt.Input;
        if (agent.InputSchema?.Validate(input) is { IsValid: false } invalid)
        {
            return Failed(FailureCode.InputInvalid, $"The input does not satisfy the schema of agent '{agent.Name}': {invalid}");
        }

        var scope = RunScope.Of(item.Workflow, item.State);
        var request = new AgentRequest(agent, input, scope.Run, item.Attempt.Activity, item.Attempt.Number)
        {
            Messages = [.. MessageRules.HeardIn(item.State, item.Attempt.Activity.Branch)],
        };
        if (!Prompt.TryRender(agent, new Scope { Input = input, Run = scope.Run }, out var prompt, out var broken))
        {
            return new ActivityOutcome.Failed(broken.ToFailure(), Usage.None);
        }

        prompt = prompt with
        {
            Messages = [.. request.Messages.Select(message => MessageRules.TextOf(item.Workflow, message))],
        };
        var sizes = SizeLimits.Of(item.State);
        var (bytes, most) = (prompt.Bytes, sizes.Of(SizeKind.Prompt));
        if (bytes > most)
        {
            var message = $"Agent '{agent.Name}' would be told {bytes} bytes; at most {most} are allowed.";
            var failed = Failed(FailureCode.PromptTooLarge, message);
            return failed with { Usage = Usage.None with { PromptBytes = bytes } };
        }

        var (result, usage) = await AskInTurnAsync(request, MessagesOf(prompt), cancellation);
        usage = sizes.IsNear(SizeKind.Prompt, bytes) ? usage with { PromptBytes = bytes } : usage;
        return result.Failure is { } failure
            ? new ActivityOutcome.Failed(failure, usage)
            : new ActivityOutcome.Succeeded(result.Output, usage);
    }

    private async Task<(AgentResult Result, Usage Usage)> AskInTurnAsync(
        AgentRequest request, IReadOnlyList<ChatMessage> messages, CancellationToken cancellation)
    {
        var name = request.Agent.Name;
        await gate.EnterAsync(request.Agent, cancellation);
        Usage? usage = null;
        bool? isSuccess = null;
        try
        {
            var result = await AskAsync(request, messages, cancellation);
            usage = new Usage(
                result.ProviderData.Model ?? result.ProviderData.Provider,
                result.Usage?.Input,
                result.Usage?.Output,
                result.CostMicroUsd);
            isSuccess = result.Failure is null;
            return (result, usage);
        }
        finally
        {
            gate.Leave(name, isSuccess, usage);
        }
    }

    /// <summary>Asks the agent's model once. Whatever happens comes back as a result; only cancellation is thrown.</summary>
    public Task<AgentResult> AskAsync(
        AgentRequest request, IReadOnlyList<ChatMessage> messages, CancellationToken cancellation) =>
        ChatWatch.IsWanted ? AskWatchedAsync(request, messages, cancellation) : AnswerAsync(request, messages, cancellation);

    private async Task<AgentResult> AskWatchedAsync(
        AgentRequest request, IReadOnlyList<ChatMessage> messages, CancellationToken cancellation)
    {
        using var watch = new ChatWatch(request);
        return watch.Answered(await AnswerAsync(request, messages, cancellation));
    }

    private async Task<AgentResult> AnswerAsync(
        AgentRequest request, IReadOnlyList<ChatMessage> messages, CancellationToken cancellation)
    {
        var agent = request.Agent;
        var started = time.GetTimestamp();
        if (models.Find(agent.Model) is not { } model)
        {
            return Refused(agent, started, new Failure(
                FailureClass.Permanent, "model.unknown", $"No model named '{agent.Model}' is registered in this process."));
        }

        try
        {
            var options = OptionsFor(agent);
            request.AttachTo(options);
            var response = await model.GetResponseAsync(messages, options, cancellation);
            return Read(agent, response, time.GetElapsedTime(started));
        }
        catch (ModelException said)
        {
            return Refused(agent, started, said.Failure);
        }
        catch (HttpRequestException unreachable)
        {
            var failure = Explain(unreachable);
            return failure.Code is "model.unavailable"
                ? Unanswered(agent, started, failure)
                : Refused(agent, started, failure);
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            // Nobody here asked for it to stop: the client of the model has a time limit of its own.
            return Unanswered(agent, started, new Failure(FailureClass.Transient, "model.unavailable", late.Message));
        }
    }

    private static IReadOnlyList<ChatMessage> MessagesOf(Prompt prompt)
    {
        var told = prompt.Messages.Select(message => new ChatMessage(ChatRole.User, message));
        var question = new ChatMessage(ChatRole.User, prompt.Question);
        return prompt.Instructions is { } instructions
            ? [new ChatMessage(ChatRole.System, instructions), .. told, question]
            : [.. told, question];
    }

    private static ChatOptions OptionsFor(Agent agent) => new()
    {
        Temperature = (float?)agent.Temperature,
        MaxOutputTokens = agent.MaxOutputTokens,
        ResponseFormat = agent.OutputSchemaDocument is { } schema
            ? ChatResponseFormat.ForJsonSchema(System.Text.Json.JsonElement.Parse(schema.Utf8.Span), agent.Name)
            : null,
    };

    private static AgentResult Read(Agent agent, ChatResponse response, TimeSpan latency)
    {
        var text = response.Text;
        var finish = ReasonOf(response.FinishReason);
        var failure = finish == FinishReason.ContentFilter
            ? new Failure(FailureClass.Permanent, "model.content_filtered", $"The model withheld its answer to agent '{agent.Name}'.")
            : null;
        var output = Payload.Null;
        if (failure is null)
        {
            failure = agent.OutputSchema is null
                ? Accept(Payload.FromText(text), out output)
                : ReadJson(agent, text, out output);
        }

        var usage = UsageOf(response);
        return new AgentResult(
            output,
            text,
            finish,
            usage,
            ModelCost.Of(response) ?? (usage is null ? null : agent.Price?.Of(usage.Input, usage.Output)),
            failure,
            new RateLimit(),
            new ProviderData(agent.Model, response.ModelId, response.ResponseId),
            latency);
    }

    private static TokenUsage? UsageOf(ChatResponse response) =>
        response.Usage is { } said && (said.InputTokenCount ?? said.OutputTokenCount) is not null
            ? new TokenUsage(said.InputTokenCount ?? 0, said.OutputTokenCount ?? 0, said.CachedInputTokenCount ?? 0)
            : null;

    private static Failure? Accept(Payload text, out Payload output)
    {
        output = text;
        return null;
    }

    private static Failure? ReadJson(Agent agent, string text, out Payload output)
    {
        output = Payload.Null;
        if (!Payload.TryParse(Encoding.UTF8.GetBytes(text), out var parsed, out var problem))
        {
            return new Failure(
                FailureClass.Transient, FailureCode.OutputInvalid, $"Agent '{agent.Name}' did not answer with JSON: {problem}");
        }

        if (PayloadLint.Find(parsed) is { } flaw)
        {
            return ActivityOutcome.UnusableOutput(FailureClass.Transient, $"agent '{agent.Name}'", flaw); // asked again, it may do better
        }

        if (agent.OutputSchema!.Validate(parsed) is { IsValid: false } invalid)
        {
            return ActivityOutcome.InvalidOutput($"agent '{agent.Name}'", invalid, parsed);
        }

        output = parsed;
        return null;
    }

    private static FinishReason ReasonOf(ChatFinishReason? reason) =>
        reason == ChatFinishReason.Length ? FinishReason.Length
        : reason == ChatFinishReason.ToolCalls ? FinishReason.ToolUse
        : reason == ChatFinishReason.ContentFilter ? FinishReason.ContentFilter
        : FinishReason.Stop;

    private static Failure Explain(HttpRequestException thrown) => thrown.StatusCode switch
    {
        HttpStatusCode.TooManyRequests => new Failure(FailureClass.Transient, "model.rate_limited", thrown.Message),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
            new Failure(FailureClass.Permanent, "model.denied", thrown.Message),
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError =>
            new Failure(FailureClass.Permanent, "model.refused", thrown.Message),
        _ => new Failure(FailureClass.Transient, "model.unavailable", thrown.Message),
    };

    // It said no, and counted nothing.
    private AgentResult Refused(Agent agent, long started, Failure failure) =>
        Unanswered(agent, started, failure) with { Usage = new TokenUsage(), CostMicroUsd = 0 };

    // Nobody knows how far it came.
    private AgentResult Unanswered(Agent agent, long started, Failure failure) => new(
        Payload.Null,
        "",
        FinishReason.Error,
        null,
        null,
        failure,
        new RateLimit(failure.RetryAfter),
        new ProviderData(agent.Model),
        time.GetElapsedTime(started));

    private static ActivityOutcome.Failed Failed(string code, string message) =>
        new(new Failure(FailureClass.Permanent, code, message), Usage.None);
}
