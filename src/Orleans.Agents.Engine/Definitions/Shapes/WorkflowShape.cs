namespace Orleans.Agents.Definitions.Shapes;

/// <summary>The fields of a workflow.</summary>
internal static class WorkflowShape
{
    public static Field Description { get; } = new(
        "description", new FieldType.Text(TextRule.Free), "What it does, for people.");

    public static Field Input { get; } = new("input", new FieldType.SchemaOrName(), "What a run's input must satisfy.");

    public static Field Context { get; } = new(
        "context",
        new FieldType.Map(TextRule.ContextName, new FieldType.Template(), IsFilled: false),
        "What the context holds at the start, over `input` and `env`.")
    {
        Example = "{\"round\":0}",
    };

    public static Field Budget { get; } = new(
        "budget", new FieldType.Part(BudgetShape.Shape), "What a run may use. What is left out has the default.");

    public static Field Hops { get; } = new(
        "hops", new FieldType.Part(HopsShape.Shape), "How long chains of messages between agents may be.");

    public static Field Deadline { get; } = new(
        "deadline", new FieldType.Text(TextRule.Duration), "How long a run may take by the clock on the wall.");

    public static Field Start { get; } = new(
        "start", new FieldType.Text(TextRule.Any), "The state a run begins in.")
    {
        IsRequired = true,
        Example = "\"gather\"",
    };

    public static Field States { get; } = new(
        "states",
        new FieldType.Map(TextRule.Name, new FieldType.Part(StateShape.Shape), IsFilled: true),
        "The states by name.")
    {
        IsRequired = true,
        Example = "{\"gather\":{\"end\":null}}",
    };

    public static Shape Shape { get; } = new(
        "workflow", "The spec of a workflow.", [Description, Input, Context, Budget, Hops, Deadline, Start, States]);
}

/// <summary>How long chains of messages between agents may be.</summary>
internal static class HopsShape
{
    public static Field Linear { get; } = new(
        "linear", new FieldType.Integer(1, 100), "Where nobody stands in the chain twice; 3 when left out.");

    public static Field Cyclic { get; } = new(
        "cyclic", new FieldType.Integer(1, 100), "Where somebody does; 5 when left out.");

    public static Shape Shape { get; } = new(
        "hops", "How many messages there may be in a chain, each sent by who was told the one before.", [Linear, Cyclic]);
}

/// <summary>What a run may use.</summary>
internal static class BudgetShape
{
    public static Field Activities { get; } = new(
        "activities", new FieldType.Integer(1, 1_000_000_000), "How many attempts at activities; 1,000 when left out.");

    public static Field Time { get; } = new(
        "time",
        new FieldType.Text(TextRule.Duration),
        "How long attempts may be under way, added up; waiting is free; 1h when left out.");

    public static Field Depth { get; } = new(
        "depth",
        new FieldType.Integer(1, 100),
        "How deep runs may go that states with `workflow` and `launch` start; 10 when left out.");

    public static Field Launches { get; } = new(
        "launches", new FieldType.Integer(1, 1_000_000), "How many runs a run may launch; 100 when left out.");

    public static Field Tokens { get; } = new(
        "tokens",
        new FieldType.Integer(1, 1_000_000_000_000),
        "How many tokens models may read and write; 10,000,000 when left out.");

    public static Field CostUsd { get; } = new(
        "cost_usd",
        new FieldType.Number(0, 1_000_000),
        "What models may cost in US dollars, where their agents name a `price`; 10 when left out.")
    {
        Example = "0.5",
    };

    public static Field Exceeded { get; } = new(
        "exceeded",
        new FieldType.Text(TextRule.Any),
        "The state that the run goes to, once, when the budget does not allow what it wants and no `catch` says otherwise.")
    {
        Example = "\"done\"",
    };

    public static Shape Shape { get; } = new(
        "budget",
        "What a run may use.",
        [
            Activities, Time, Depth, Launches, Tokens, CostUsd, Exceeded,
        ]);
}

/// <summary>What a run that a state starts may use, of what its starter has left.</summary>
internal static class AllotmentShape
{
    public static Shape Shape { get; } = new(
        "allotment",
        "What a started run may use. What is left out is an equal share of what is left.",
        [BudgetShape.Activities, BudgetShape.Time, BudgetShape.Launches, BudgetShape.Tokens, BudgetShape.CostUsd]);
}

/// <summary>One way out of a state.</summary>
internal static class TransitionShape
{
    public static Field When { get; } = new(
        "when", new FieldType.Condition(), "When it applies; left out, always.")
    { Example = "\"output.approved\"" };

    public static Field To { get; } = new("to", new FieldType.Text(TextRule.Any), "The state that comes next.")
    {
        IsRequired = true,
        Example = "\"done\"",
    };

    public static Shape Shape { get; } = new("transition", "One way out of a state.", [When, To]);
}

/// <summary>One way out of a failed state.</summary>
internal static class CatchShape
{
    public static Field On { get; } = new(
        "on",
        new FieldType.List(new FieldType.Text(TextRule.Any), IsFilled: true),
        "Which failures: classes, codes, families of codes such as `model.*`, or `*`.")
    {
        IsRequired = true,
        Example = "[\"timeout\"]",
    };

    public static Field To { get; } = new(
        "to", new FieldType.Text(TextRule.Any), "The state that goes on, with `error` in scope.")
    {
        IsRequired = true,
        Example = "\"done\"",
    };

    public static Field Save { get; } = new(
        "save",
        new FieldType.Map(TextRule.ContextName, new FieldType.Template(), IsFilled: false),
        "What it adds to the context, with `error` in scope.")
    {
        Example = "{\"problem\":\"${{ error.message }}\"}",
    };

    public static Shape Shape { get; } = new("catch", "One way out of a failed state.", [On, To, Save]);
}
