using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.Shapes;

/// <summary>The fields of a state.</summary>
internal static class StateShape
{
    public static Field Agent { get; } = new(
        "agent", new FieldType.Text(TextRule.Any), "Asks this agent.")
    { Example = "\"planner\"" };

    public static Field Tool { get; } = new(
        "tool", new FieldType.Text(TextRule.Any), "Calls this tool.")
    { Example = "\"files.tree\"" };

    public static Field Workflow { get; } = new(
        "workflow", new FieldType.Text(TextRule.Any), "Runs this workflow and waits for its end.")
    { Example = "\"fact-check\"" };

    public static Field Launch { get; } = new(
        "launch", new FieldType.Part(LaunchShape.Shape), "Starts a run that nobody waits for.");

    public static Field Parallel { get; } = new(
        "parallel", new FieldType.Part(ParallelShape.Shape), "Does several things side by side.");

    public static Field ForEach { get; } = new(
        "foreach", new FieldType.Part(ForEachShape.Shape), "Does the same for each item of a list.");

    public static Field Do { get; } = new(
        "do", new FieldType.Part(BranchShape.Shape), "What `foreach` does for each item.");

    public static Field Message { get; } = new(
        "message",
        new FieldType.Part(MessageShape.Shape),
        "Sends an agent a message, which is `input`, and goes on at once.");

    public static Field Pass { get; } = new(
        "pass", new FieldType.Part(PassShape.Shape), "Computes: its output is its input. Always written `pass: {}`.")
    {
        Example = "{}",
    };

    public static Field Wait { get; } = new(
        "wait", new FieldType.Part(WaitShape.Shape), "Waits for a while, until a time, or for a signal from outside.");

    public static Field End { get; } = new(
        "end", new FieldType.Template(), "Ends the run with this output.")
    { Example = "{\"report\":\"\"}" };

    public static Field Fail { get; } = new(
        "fail", new FieldType.Part(FailShape.Shape), "Ends the run with a failure.");

    public static Field Description { get; } = new(
        "description", new FieldType.Text(TextRule.Free), "What it is for. Changes nothing about a run.");

    public static Field Input { get; } = new("input", new FieldType.Template(), "What it works on; left out, null.");

    public static Field Output { get; } = new(
        "output", new FieldType.SchemaOrName(), "What its output must satisfy.");

    public static Field Save { get; } = new(
        "save",
        new FieldType.Map(TextRule.ContextName, new FieldType.Template(), IsFilled: false),
        "What it adds to the context, with `output` in scope; all of it sees the context as it was before.")
    {
        Example = "{\"plan\":\"${{ output }}\"}",
    };

    public static Field Next { get; } = new(
        "next",
        new FieldType.Either(
        [
            new FieldType.Text(TextRule.Any),
            new FieldType.List(new FieldType.Part(TransitionShape.Shape), IsFilled: true),
        ]),
        "The state that comes next, or a list of alternatives: the first that applies, with `output` in scope.")
    {
        Example = "\"done\"",
    };

    public static Field Retry { get; } = new(
        "retry",
        new FieldType.Part(RetryShape.Shape),
        "When and how often a failed activity is tried again. What is left out comes from the default rule.");

    public static Field Timeout { get; } = new(
        "timeout",
        new FieldType.Text(TextRule.Duration),
        "How long one attempt may take; with `parallel` and `foreach`, how long all branches may take together.");

    public static Field Catch { get; } = new(
        "catch",
        new FieldType.List(new FieldType.Part(CatchShape.Shape), IsFilled: true),
        "Where the run goes when the state fails; the first that matches is taken.");

    public static Field Budget { get; } = new(
        "budget",
        new FieldType.Part(AllotmentShape.Shape),
        "What a run that `workflow` starts may use, of what this run has left; left out, an equal share.");

    public static Field MaxVisits { get; } = new(
        "max_visits", new FieldType.Integer(1, 1_000_000), "How often a run may enter the state.");

    public static Shape Shape { get; } = new(
        "state",
        "A state: exactly one of the first eleven fields says what it does.",
        [
            Agent, Tool, Workflow, Launch, Parallel, ForEach, Message, Pass, Wait, End, Fail,
            Do, Description, Input, Output, Save, Next, Retry, Timeout, Catch, MaxVisits, Budget,
            .. BlockedKinds(),
        ])
    {
        OneOf = [Agent, Tool, Workflow, Launch, Parallel, ForEach, Message, Pass, Wait, End, Fail],
        Exclusions =
        [
            (Agent, [Do, Budget]),
            (Tool, [Do, Budget]),
            (Workflow, [Do]),
            (Launch, [Do, Input, Output, Retry, Timeout, Budget]),
            (Parallel, [Do, Input, Retry, Budget]),
            (ForEach, [Input, Retry, Budget]),
            (Message, [Do, Output, Retry, Timeout, Budget]),
            (Pass, [Do, Retry, Timeout, Budget]),
            (Wait, [Do, Input, Output, Retry, Timeout, Budget]),
            (End, [Do, Input, Output, Save, Next, Retry, Timeout, Catch, MaxVisits, Budget]),
            (Fail, [Do, Input, Output, Save, Next, Retry, Timeout, Catch, MaxVisits, Budget]),
        ],
        Needs =
        [
            (Agent, [Next]), (Tool, [Next]), (Workflow, [Next]), (Launch, [Next]), (Parallel, [Next]), (ForEach, [Do, Next]), (Message, [Next]), (Pass, [Next]), (Wait, [Next]),
        ],
    };

    private static ImmutableArray<Field> BlockedKinds() =>
    [
        Field.Blocked("decide", "will choose among alternatives with reasons; until then use an agent and `next`"),
    ];
}

/// <summary>What is launched.</summary>
internal static class LaunchShape
{
    public static Field Workflow { get; } = new(
        "workflow", new FieldType.Text(TextRule.Any), "The workflow of the new run.")
    {
        IsRequired = true,
        Example = "\"announce\"",
    };

    public static Field Input { get; } = new(
        "input", new FieldType.Template(), "What the new run works on; left out, null.");

    public static Field Budget { get; } = new(
        "budget",
        new FieldType.Part(AllotmentShape.Shape),
        "What is handed over to the new run, for good; left out, a share as if all launches that are left were made.");

    public static Shape Shape { get; } = new("launch", "A run that nobody waits for.", [Workflow, Input, Budget]);
}

/// <summary>Who tells whom.</summary>
internal static class MessageShape
{
    public static Field To { get; } = new(
        "to", new FieldType.Text(TextRule.Any), "The agent it is for, which is told it when it is asked next.")
    {
        IsRequired = true,
        Example = "\"reviewer\"",
    };

    public static Field From { get; } = new(
        "from", new FieldType.Text(TextRule.Any), "The agent it is from, one that the workflow asks.")
    {
        IsRequired = true,
        Example = "\"writer\"",
    };

    public static Field Run { get; } = new(
        "run",
        new FieldType.TextTemplate(),
        "The run of the tree in which it is told: `parent`, `root`, or a run's name; left out, this one.")
    {
        Example = "\"parent\"",
    };

    public static Shape Shape { get; } = new("message", "Who tells whom.", [To, From, Run]);
}

/// <summary>A state that computes has nothing to say about it.</summary>
internal static class PassShape
{
    public static Shape Shape { get; } = new("pass", "Nothing: the state's other fields say it all.", []);
}

/// <summary>How long a state waits, or what for.</summary>
internal static class WaitShape
{
    public static Field Duration { get; } = new(
        "duration", new FieldType.Text(TextRule.Duration), "How long it waits.");

    public static Field Until { get; } = new(
        "until", new FieldType.TextTemplate(), "The time it waits for, such as `2026-01-31T09:00:00Z`.")
    {
        Example = "\"${{ input.at }}\"",
    };

    public static Field Signal { get; } = new(
        "signal",
        new FieldType.Text(TextRule.Name),
        "The signal it waits for; what that tells is the state's output.")
    {
        Example = "\"approval\"",
    };

    public static Field Timeout { get; } = new(
        "timeout",
        new FieldType.Text(TextRule.Duration),
        "How long the signal may take; the state then fails with `signal.timeout`. Left out, for ever.");

    public static Field Schema { get; } = new(
        "schema",
        new FieldType.Either([new FieldType.Text(TextRule.Any), new FieldType.SchemaOrName()]),
        "What the signal's payload must satisfy: a JSON Schema, or the name of a Schema document. All waits for one signal say the same.")
    {
        Example = "{\"type\":\"object\"}",
    };

    public static Shape Shape { get; } = new(
        "wait",
        "How long a state waits, or what for.",
        [Duration, Until, Signal, Timeout, Schema])
    {
        OneOf = [Duration, Until, Signal],
        Exclusions = [(Duration, [Timeout, Schema]), (Until, [Timeout, Schema])],
    };
}

/// <summary>How a run fails.</summary>
internal static class FailShape
{
    public static Field Code { get; } = new("code", new FieldType.Text(TextRule.Code), "The code of the failure.")
    {
        IsRequired = true,
        Example = "\"planning_failed\"",
    };

    public static Field Message { get; } = new(
        "message", new FieldType.TextTemplate(), "What it says.")
    {
        IsRequired = true,
        Example = "\"${{ error.message }}\"",
    };

    public static Shape Shape { get; } = new("fail", "How a run fails.", [Code, Message]);
}
