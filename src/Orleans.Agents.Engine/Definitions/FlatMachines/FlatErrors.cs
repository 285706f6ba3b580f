using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>What the errors that <c>on_error</c> names are called here.</summary>
internal static class FlatErrors
{
    /// <summary>The code of an agent whose file is not there: its machine runs as long as nobody asks it.</summary>
    public const string MissingAgent = "agent.not_found";

    private static readonly ImmutableDictionary<string, string[]> Known = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["default"] = ["*"],
        ["Exception"] = ["*"],
        ["Error"] = ["*"],
        ["FileNotFoundError"] = [MissingAgent, "file.not_found"],
        ["TimeoutError"] = ["timeout"],
        ["Timeout"] = ["timeout"],
        ["APITimeoutError"] = ["timeout"],
        ["CancelledError"] = ["cancelled"],
        ["RateLimitError"] = ["model.rate_limited"],
        ["AuthenticationError"] = ["model.denied"],
        ["PermissionDeniedError"] = ["model.denied"],
        ["BadRequestError"] = ["model.refused"],
        ["NotFoundError"] = ["model.refused", "model.unknown"],
        ["ContentPolicyViolationError"] = ["model.content_filtered"],
        ["APIConnectionError"] = ["model.unavailable"],
        ["APIError"] = ["model.*"],
        ["InternalServerError"] = ["model.unavailable"],
        ["ServiceUnavailableError"] = ["model.unavailable"],
        ["JSONDecodeError"] = ["output.invalid"],
        ["ValidationError"] = ["output.invalid", "input.invalid"],
        ["ValueError"] = ["output.invalid", "tool.failed", "expression.*"],
        ["TypeError"] = ["expression.type"],
        ["KeyError"] = ["expression.type"],
        ["RuntimeError"] = ["tool.failed"],
    }.ToImmutableDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Names => Known.Keys.Order(StringComparer.Ordinal);

    /// <summary>The patterns of failures that an error's name stands for; one of ours stands for itself; else nothing.</summary>
    public static ImmutableArray<string> Of(string name) =>
        Known.TryGetValue(name, out var patterns) ? [.. patterns]
        : name is "*" || name.Contains('.', StringComparison.Ordinal) || Drafts.FailurePattern.Classes.Contains(name) ? [name]
        : [];
}
