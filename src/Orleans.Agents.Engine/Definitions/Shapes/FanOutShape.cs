using Orleans.Agents.Runs;

namespace Orleans.Agents.Definitions.Shapes;

/// <summary>What a branch of a fan-out does.</summary>
internal static class BranchShape
{
    public static Field Agent { get; } = new("agent", new FieldType.Text(TextRule.Any), "Asks this agent.")
    {
        Example = "\"planner\"",
    };

    public static Field Tool { get; } = new("tool", new FieldType.Text(TextRule.Any), "Calls this tool.")
    {
        Example = "\"files.tree\"",
    };

    public static Field Workflow { get; } = new(
        "workflow", new FieldType.Text(TextRule.Any), "Runs this workflow and waits for its end.")
    {
        Example = "\"fact-check\"",
    };

    public static Field Input { get; } = new(
        "input", new FieldType.Template(), "What it works on, with the item of a `foreach` in scope; left out, null.");

    public static Field Output { get; } = new(
        "output", new FieldType.SchemaOrName(), "What its output must satisfy.");

    public static Field Retry { get; } = new(
        "retry",
        new FieldType.Part(RetryShape.Shape),
        "When and how often it is tried again. What is left out comes from the default rule.");

    public static Field Timeout { get; } = new(
        "timeout", new FieldType.Text(TextRule.Duration), "How long one attempt may take.");

    public static Field Budget { get; } = new(
        "budget",
        new FieldType.Part(AllotmentShape.Shape),
        "What a run that `workflow` starts may use, of what this run has left; left out, an equal share.");

    public static Shape Shape { get; } = new(
        "branch",
        "What a branch of a fan-out does.",
        [
            Agent, Tool, Workflow, Input, Output, Retry, Timeout, Budget,
        ])
    {
        OneOf = [Agent, Tool, Workflow],
        Exclusions = [(Agent, [Budget]), (Tool, [Budget])],
    };
}

/// <summary>When a fan-out is done.</summary>
internal static class SettlementShape
{
    public static Field Settle { get; } = new(
        "settle",
        new FieldType.Either(
        [
            new FieldType.Text(TextRule.OneOf("all", "any")),
            new FieldType.Integer(1, RunLimits.Branches),
        ]),
        "How many branches have to succeed: `all`, which is the default, `any`, or a number. The rest is cancelled.")
    {
        Example = "\"any\"",
    };

    public static Field OnFailure { get; } = new(
        "on_failure",
        new FieldType.Text(TextRule.OneOf("fail", "collect")),
        "With `settle: all`: `fail` at the first branch that fails, the default, or `collect` failures as results.")
    {
        Example = "\"collect\"",
    };
}

/// <summary>Branches under names.</summary>
internal static class ParallelShape
{
    public static Field Branches { get; } = new(
        "branches",
        new FieldType.Map(TextRule.Name, new FieldType.Part(BranchShape.Shape), IsFilled: true),
        "The branches by name; the output has their outputs under the same names.")
    {
        IsRequired = true,
    };

    public static Shape Shape { get; } = new(
        "parallel", "Branches side by side.", [Branches, SettlementShape.Settle, SettlementShape.OnFailure]);
}

/// <summary>A branch for each item of a list.</summary>
internal static class ForEachShape
{
    public static Field In { get; } = new(
        "in", new FieldType.Template(), "The list; it is evaluated once per visit.")
    {
        IsRequired = true,
        Example = "\"${{ context.tasks }}\"",
    };

    public static Field As { get; } = new(
        "as", new FieldType.Text(TextRule.ContextName), "What `do` and `key` call an item; `item` when left out.")
    {
        Example = "\"task\"",
    };

    public static Field Key { get; } = new(
        "key",
        new FieldType.TextTemplate(),
        "What names an item, no two alike: the output is then an object, else a list in the order of the items.")
    {
        Example = "\"${{ item.id }}\"",
    };

    public static Field Limit { get; } = new(
        "limit",
        new FieldType.Integer(1, RunLimits.BranchesAtOnce),
        "How many branches are under way at once; 64 when left out.");

    public static Shape Shape { get; } = new(
        "foreach",
        "A branch for each item of a list; `do` says what each does.",
        [In, As, Key, Limit, SettlementShape.Settle, SettlementShape.OnFailure]);
}
