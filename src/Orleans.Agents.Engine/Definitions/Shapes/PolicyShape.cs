namespace Orleans.Agents.Definitions.Shapes;

/// <summary>The fields of a policy.</summary>
internal static class PolicyShape
{
    public static Field Files { get; } = new(
        "files", new FieldType.Part(PolicyFilesShape.Shape), "The folders that tools may touch.");

    public static Field Env { get; } = new(
        "env",
        new FieldType.List(new FieldType.Text(TextRule.EnvName), IsFilled: false),
        "The environment variables that expressions may read; their values are stored when a run starts.")
    {
        Example = "[\"HOME\"]",
    };

    public static Field Retry { get; } = new(
        "retry",
        new FieldType.Part(RetryShape.Shape),
        "The default retry rule of every state, in one policy at most. What is left out is the engine's default.");

    public static Shape Shape { get; } = new(
        "policy",
        "The spec of a policy.",
        [
            Files, Env, Retry,
            Field.Blocked("network", "will list hosts that tools may call; no built-in tool uses the network yet"),
            Field.Blocked("shell", "will list commands that tools may start; no built-in tool starts any yet"),
            Field.Blocked("mode", "will set what a run may do at all; until then name only the folders it may write"),
            Field.Blocked(
                "agents", "will allow tools by agent; until then put states under policies in folders of their own"),
        ]);
}

/// <summary>The folders that tools may touch.</summary>
internal static class PolicyFilesShape
{
    private static readonly FieldType Roots = new FieldType.List(new FieldType.TextTemplate(), IsFilled: false);

    public static Field Read { get; } = new(
        "read", Roots, "Folders whose files may be read, over `input` and `env`.")
    {
        Example = "[\"${{ input.path }}\"]",
    };

    public static Field Write { get; } = new(
        "write", Roots, "Folders whose files may be written, over `input` and `env`.")
    { Example = "[\"out\"]" };

    public static Shape Shape { get; } = new("policy files", "The folders that tools may touch.", [Read, Write]);
}

/// <summary>When and how often a failed activity is tried again.</summary>
internal static class RetryShape
{
    public static Field Attempts { get; } = new(
        "attempts", new FieldType.Integer(1, 1_000), "How many attempts there are in all, the first among them.");

    public static Field Backoff { get; } = new(
        "backoff", new FieldType.Text(TextRule.Duration), "The pause before the second attempt.");

    public static Field Factor { get; } = new(
        "factor", new FieldType.Number(1, 100), "What the pause is multiplied with from attempt to attempt.");

    public static Field Max { get; } = new("max", new FieldType.Text(TextRule.Duration), "The longest pause.");

    public static Field Jitter { get; } = new(
        "jitter", new FieldType.Number(0, 1), "The share of the pause that chance takes off.");

    public static Field On { get; } = new(
        "on",
        new FieldType.List(new FieldType.Text(TextRule.Any), IsFilled: true),
        "Which failures are tried again: classes, codes, families of codes such as `model.*`, or `*`.")
    {
        Example = "[\"transient\"]",
    };

    public static Shape Shape { get; } = new(
        "retry", "When and how often a failed activity is tried again.", [Attempts, Backoff, Factor, Max, Jitter, On]);
}
