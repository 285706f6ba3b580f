using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Expressions;
using Orleans.Agents.Failures;
using Orleans.Agents.Schemas;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions.Closures;

/// <summary>Builds a workflow from its stored form. What cannot be read is a <see cref="FormatException"/>.</summary>
internal sealed class ClosureReader
{
    private readonly JsonElement root;
    private readonly string hash;
    private readonly SchemaRegistry registry;

    public ClosureReader(JsonElement root, string hash)
    {
        this.root = root;
        this.hash = hash;
        registry = root.GetProperty("schemas")
            .EnumerateObject()
            .Aggregate(SchemaRegistry.Empty, (known, schema) => known.With(schema.Name, Raw(schema.Value)));
    }

    public Workflow Read()
    {
        var workflow = root.GetProperty("workflow");
        return new Workflow
        {
            Name = Text(workflow, "name"),
            Version = Optional(workflow, "version")?.GetString(),
            Hash = hash,
            InputSchema = ReadSchema(workflow, "input"),
            Context = Assignments(workflow, "context"),
            Budget = BudgetForm.Read(workflow.GetProperty("budget")),
            Hops = MessageForm.ReadHops(workflow),
            Deadline = OptionalDuration(workflow, "deadline"),
            Start = Text(workflow, "start"),
            States = workflow.GetProperty("states").EnumerateObject()
                .ToImmutableSortedDictionary(s => s.Name, s => ReadState(s.Name, s.Value), StringComparer.Ordinal),
            Agents = root.GetProperty("agents").EnumerateObject()
                .ToImmutableSortedDictionary(a => a.Name, a => ReadAgent(a.Name, a.Value), StringComparer.Ordinal),
            Policy = ReadPolicy(root.GetProperty("policy")),
            Calls = Optional(root, "workflows") is { } calls
                ? calls.EnumerateObject().ToImmutableSortedDictionary(c => c.Name, c => HashOf(c.Value), StringComparer.Ordinal)
                : ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
        };
    }

    private string HashOf(JsonElement called) => TextOf(called) is var text && text == ClosureWriter.Itself ? hash : text;

    private State ReadState(string name, JsonElement state)
    {
        var kind = ReadKind(name, state);
        return kind with
        {
            Input = OptionalTemplate(state, "input"),
            OutputSchema = ReadSchema(state, "output"),
            Save = Assignments(state, "save"),
            Next =
            [
                .. state.GetProperty("next").EnumerateArray().Select(n => new Transition(Condition(n), Text(n, "to"))),
            ],
            Catch =
            [
                .. state.GetProperty("catch").EnumerateArray().Select(c =>
                    new Catch(Texts(c, "on"), Text(c, "to"), Assignments(c, "save"))),
            ],
            Retry = Optional(state, "retry") is { } retry ? ReadRetry(retry) : RetryRule.Never,
            Timeout = OptionalDuration(state, "timeout"),
            MaxVisits = Optional(state, "max_visits")?.GetInt32(),
        };
    }

    private Branch ReadBranch(string state, JsonProperty branch) =>
        new(branch.Name, ReadActivity($"{state}.{branch.Name}", branch.Value, ExpressionNames.All));

    private State ReadActivity(string name, JsonElement activity, ExpressionNames names) => ReadKind(name, activity) with
    {
        Input = OptionalTemplate(activity, "input", names),
        OutputSchema = ReadSchema(activity, "output"),
        Retry = ReadRetry(activity.GetProperty("retry")),
        Timeout = OptionalDuration(activity, "timeout"),
    };

    private static Settlement ReadSettlement(JsonElement fan) =>
        new(Optional(fan, "quorum")?.GetInt32(), fan.GetProperty("collects").GetBoolean());

    private State ReadKind(string name, JsonElement state)
    {
        if (ReadActivityKind(name, state) is { } activity)
        {
            return activity;
        }

        if (Optional(state, "parallel") is { } parallel)
        {
            return new State.Parallel(
                [.. parallel.GetProperty("branches").EnumerateObject().Select(b => ReadBranch(name, b))],
                ReadSettlement(parallel))
            { Name = name };
        }

        if (Optional(state, "foreach") is { } each)
        {
            var names = ExpressionNames.All.With(Text(each, "as"));
            var items = new Items(
                ReadTemplate(each.GetProperty("in")),
                Text(each, "as"),
                each.GetProperty("limit").GetInt32(),
                OptionalTemplate(each, "key", names));
            return new State.ForEach(ReadActivity(name, state.GetProperty("do"), names), items, ReadSettlement(each))
            {
                Name = name,
            };
        }

        if (Optional(state, "message") is { } message)
        {
            return MessageForm.Read(name, message);
        }

        if (Optional(state, "wait") is { } wait)
        {
            return new State.Wait(OptionalDuration(wait, "duration"), OptionalTemplate(wait, "until")) { Name = name };
        }

        if (Optional(state, "await") is { } signal)
        {
            return new State.Await(TextOf(signal)) { Name = name };
        }

        if (Optional(state, "end") is { } end)
        {
            return new State.End(ReadTemplate(end)) { Name = name };
        }

        if (Optional(state, "fail") is { } fail)
        {
            return new State.Fail(Text(fail, "code"), ReadTemplate(fail.GetProperty("message"))) { Name = name };
        }

        return Optional(state, "pass") is not null
            ? new State.Pass { Name = name }
            : throw new FormatException($"The state {name} is of a kind that is not known.");
    }

    private static State? ReadActivityKind(string name, JsonElement state)
    {
        if (Optional(state, "agent") is { } agent)
        {
            return new State.AgentCall(TextOf(agent)) { Name = name };
        }

        if (Optional(state, "tool") is { } tool)
        {
            return new State.ToolCall(TextOf(tool))
            {
                Name = name,
                Effect = Optional(state, "effect") is { } effect ? ReadEffect(TextOf(effect)) : ToolEffect.None,
                CanReconcile = Optional(state, "reconciles")?.GetBoolean() ?? false,
            };
        }

        return Optional(state, "workflow") is { } workflow
                ? new State.WorkflowCall(TextOf(workflow)) { Name = name, Budget = BudgetForm.ReadAllotment(state) }
            : Optional(state, "launch") is { } launch
                ? new State.Launch(TextOf(launch)) { Name = name, Budget = BudgetForm.ReadAllotment(state) }
            : null;
    }

    private static ToolEffect ReadEffect(string name) => name == "once"
        ? ToolEffect.Once
        : throw new FormatException($"The effect {name} is not known.");

    private static RetryRule ReadRetry(JsonElement retry) => new(
        retry.GetProperty("attempts").GetInt32(),
        Duration(retry.GetProperty("backoff")),
        retry.GetProperty("factor").GetDecimal(),
        Duration(retry.GetProperty("max")),
        retry.GetProperty("jitter").GetDecimal(),
        Texts(retry, "on"))
    {
        Pauses = Optional(retry, "pauses") is { } pauses ? [.. pauses.EnumerateArray().Select(Duration)] : [],
    };

    private Agent ReadAgent(string name, JsonElement agent)
    {
        var output = ReadSchema(agent, "output");
        return new Agent
        {
            Name = name,
            Model = Text(agent, "model"),
            Instructions = OptionalTemplate(agent, "instructions"),
            Prompt = OptionalTemplate(agent, "prompt"),
            InputSchema = ReadSchema(agent, "input"),
            OutputSchema = output,
            OutputSchemaDocument = output is null ? null : SchemaBundle.Of(output.Source, registry),
            Temperature = Optional(agent, "temperature")?.GetDecimal(),
            MaxOutputTokens = Optional(agent, "max_output_tokens")?.GetInt32(),
            Price = BudgetForm.ReadPrice(agent),
            Rate = BudgetForm.ReadRate(agent),
            Answers = [.. agent.GetProperty("answers").EnumerateArray().Select(ReadAnswer)],
        };
    }

    private static AnswerCase ReadAnswer(JsonElement answer) => new(
        Condition(answer),
        OptionalTemplate(answer, "answer"),
        Optional(answer, "fail") is { } fail
            ? new Failure(
                ReadClass(Text(fail, "class")),
                Text(fail, "code"),
                Text(fail, "message"),
                OptionalDuration(fail, "retry_after"))
            : null);

    private static FailureClass ReadClass(string name)
    {
        foreach (var known in Enum.GetValues<FailureClass>())
        {
            if (Failure.ClassName(known) == name)
            {
                return known;
            }
        }

        throw new FormatException($"The failure class {name} is not known.");
    }

    private static Policy ReadPolicy(JsonElement policy) => new(
        [.. policy.GetProperty("read").EnumerateArray().Select(ReadTemplate)],
        [.. policy.GetProperty("write").EnumerateArray().Select(ReadTemplate)],
        Texts(policy, "env"));

    private Schema? ReadSchema(JsonElement owner, string name)
    {
        if (Optional(owner, name) is not { } use)
        {
            return null;
        }

        var document = Optional(use, "inline") is { } inline ? Raw(inline)
            : registry.TryGet(Text(use, "name"), out var named) ? named
            : throw new FormatException($"The schema {Text(use, "name")} is missing.");
        return Schema.TryCompile(document, registry, out var schema, out var errors)
            ? schema
            : throw new FormatException(errors[0].Message);
    }

    private static ImmutableArray<Assignment> Assignments(JsonElement owner, string name) =>
        [.. owner.GetProperty(name).EnumerateObject().Select(m => new Assignment(m.Name, ReadTemplate(m.Value)))];

    private static Expression? Condition(JsonElement owner) =>
        Optional(owner, "when") is not { } when ? null
        : Expression.TryParse(TextOf(when), ExpressionNames.All, out var expression, out var error) ? expression
        : throw new FormatException(error.Message);

    private static Template? OptionalTemplate(JsonElement owner, string name, ExpressionNames? names = null) =>
        Optional(owner, name) is { } json ? ReadTemplate(json, names ?? ExpressionNames.All) : null;

    internal static Template ReadTemplate(JsonElement json) => ReadTemplate(json, ExpressionNames.All);

    private static Template ReadTemplate(JsonElement json, ExpressionNames names) =>
        Template.TryCompile(Raw(json), names, out var template, out var errors)
            ? template
            : throw new FormatException(errors[0].Error.Message);

    private static TimeSpan? OptionalDuration(JsonElement owner, string name) =>
        Optional(owner, name) is { } text ? Duration(text) : null;

    // A retry rule may pause for no time at all, which authors cannot write.
    internal static TimeSpan Duration(JsonElement text) =>
        TextOf(text) == "0ms" ? TimeSpan.Zero
        : DurationText.TryParse(TextOf(text), out var duration) ? duration
        : throw new FormatException($"{text} is not a duration.");

    private static ImmutableArray<string> Texts(JsonElement owner, string name) =>
        [.. owner.GetProperty(name).EnumerateArray().Select(TextOf)];

    private static string Text(JsonElement owner, string name) => TextOf(owner.GetProperty(name));

    private static string TextOf(JsonElement text) => text.GetString() ?? throw new FormatException("A text is null.");

    private static JsonElement? Optional(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) ? value : null;

    private static Payload Raw(JsonElement element) =>
        Payload.FromTrusted(JsonMarshal.GetRawUtf8Value(element).ToArray());
}
