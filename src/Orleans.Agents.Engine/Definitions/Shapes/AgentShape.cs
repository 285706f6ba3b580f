using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions.Shapes;

/// <summary>The fields of an agent.</summary>
internal static class AgentShape
{
    public static Field Model { get; } = new(
        "model", new FieldType.Text(TextRule.Any), "The model that answers; the host knows its name.")
    {
        IsRequired = true,
        Example = "\"offline\"",
    };

    public static Field Instructions { get; } = new(
        "instructions", new FieldType.TextTemplate(), "What the model is told it is, over the agent's `input`.");

    public static Field Prompt { get; } = new(
        "prompt",
        new FieldType.TextTemplate(),
        "What the model is asked, over the agent's `input`; left out, the input as JSON.")
    {
        Example = "\"Plan ${{ input.request }}\"",
    };

    public static Field Input { get; } = new("input", new FieldType.SchemaOrName(), "What its input must satisfy.");

    public static Field Output { get; } = new(
        "output", new FieldType.SchemaOrName(), "What its output must satisfy; left out, the output is text.");

    public static Field Temperature { get; } = new(
        "temperature", new FieldType.Number(0, 2), "How varied its answers are; left out, the model's own default.")
    {
        Example = "0.2",
    };

    public static Field MaxOutputTokens { get; } = new(
        "max_output_tokens", new FieldType.Integer(1, 1_000_000), "The most tokens of one answer.");

    public static Field Price { get; } = new(
        "price", new FieldType.Part(PriceShape.Shape), "What its model costs; left out, `cost_usd` of a budget does not bound it.");

    public static Field Limits { get; } = new(
        "limits", new FieldType.Part(AgentLimitsShape.Shape), "How much of it there may be, whoever calls it.");

    public static Field Answers { get; } = new(
        "answers",
        new FieldType.Text(TextRule.Any),
        "The file with what the model `offline` answers, relative to this file and not above its folder.")
    {
        Example = "\"answers/planner.yaml\"",
    };

    public static Field Answer { get; } = new(
        "answer",
        new FieldType.Template(),
        "What the model `offline` answers, over `input` and `run`, instead of a file.");

    public static Shape Shape { get; } = new(
        "agent",
        "The spec of an agent.",
        [
            Model, Instructions, Prompt, Input, Output, Temperature, MaxOutputTokens, Price, Limits, Answers, Answer,
            Field.Blocked(
                "tools", "will let the model call tools itself; until then call them from states of their own"),
            Field.Blocked("fallback", "will escalate to another model; until then use `catch` and a second agent"),
            Field.Blocked("memory", "will keep what the agent learns; until then pass it in from the context"),
        ]);
}

/// <summary>How much there may be of an agent.</summary>
internal static class AgentLimitsShape
{
    public static Field Rate { get; } = new(
        "rate", new FieldType.Part(RateShape.Shape), "How often it is called; a call beyond that waits for its turn.")
    {
        IsRequired = true,
    };

    public static Shape Shape { get; } = new(
        "limit",
        "How much there may be of an agent, in all runs together.",
        [
            Rate,
            Field.Blocked(
                "concurrency",
                "will bound how many calls are under way at once; until then set `MaxCallsPerAgent` of the engine"),
        ]);
}

/// <summary>How often something may begin.</summary>
internal static class RateShape
{
    public static Field Calls { get; } = new(
        "calls", new FieldType.Integer(1, CallRate.MostCalls), "The most calls that begin within any `per`.")
    {
        IsRequired = true,
        Example = "60",
    };

    public static Field Per { get; } = new("per", new FieldType.Text(TextRule.Day), "How long a time that is.")
    {
        IsRequired = true,
        Example = "\"1m\"",
    };

    public static Shape Shape { get; } = new("rate", "How often an agent is called at most.", [Calls, Per]);
}

/// <summary>What a model costs.</summary>
internal static class PriceShape
{
    public static Field Input { get; } = new(
        "input", new FieldType.Number(0, 1_000_000), "US dollars for a million tokens that the model reads.")
    {
        IsRequired = true,
        Example = "3",
    };

    public static Field Output { get; } = new(
        "output", new FieldType.Number(0, 1_000_000), "US dollars for a million tokens that the model writes.")
    {
        IsRequired = true,
        Example = "15",
    };

    public static Shape Shape { get; } = new("price", "What a model costs.", [Input, Output]);
}

/// <summary>The fields of a file of answers.</summary>
internal static class AnswersShape
{
    public static Field Answer { get; } = new(
        "answer", new FieldType.Template(), "The answer, over the agent's `input` and `run`.");

    public static Field Cases { get; } = new(
        "cases",
        new FieldType.List(new FieldType.Part(AnswerCaseShape.Shape), IsFilled: true),
        "What to answer when; the first case that applies.");

    public static Shape Shape { get; } = new("answers", "A file of answers for the model `offline`.", [Answer, Cases])
    {
        OneOf = [Answer, Cases],
    };
}

/// <summary>The fields of one case of a file of answers.</summary>
internal static class AnswerCaseShape
{
    public static Field When { get; } = new(
        "when", new FieldType.Condition(), "When the case applies; left out, always.")
    {
        Example = "\"input.round > 1\"",
    };

    public static Field Answer { get; } = new(
        "answer", new FieldType.Template(), "The answer, over the agent's `input` and `run`.");

    public static Field Fail { get; } = new(
        "fail", new FieldType.Part(RehearsedFailureShape.Shape), "The failure that the model rehearses.");

    public static Shape Shape { get; } = new("answer case", "One case of a file of answers.", [When, Answer, Fail])
    {
        OneOf = [Answer, Fail],
    };
}

/// <summary>The fields of a failure that the offline model rehearses.</summary>
internal static class RehearsedFailureShape
{
    public static Field Code { get; } = new("code", new FieldType.Text(TextRule.DottedCode), "The code of the failure.")
    {
        IsRequired = true,
        Example = "\"model.rate_limited\"",
    };

    public static Field Class { get; } = new(
        "class",
        new FieldType.Text(TextRule.OneOf(Drafts.FailurePattern.Classes)),
        "The class of the failure; left out, `permanent`.")
    {
        Example = "\"transient\"",
    };

    public static Field Message { get; } = new(
        "message", new FieldType.Text(TextRule.Any), "What it says.")
    { IsRequired = true };

    public static Field RetryAfter { get; } = new(
        "retry_after", new FieldType.Text(TextRule.Duration), "How long it asks to be left alone.");

    public static Shape Shape { get; } = new(
        "rehearsed failure",
        "A failure that the model `offline` gives instead of an answer.",
        [Code, Class, Message, RetryAfter]);
}
