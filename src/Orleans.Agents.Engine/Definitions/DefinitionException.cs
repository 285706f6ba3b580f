namespace Orleans.Agents.Definitions;

/// <summary>A stored definition cannot be read: it is damaged, or a newer version of this program wrote it.</summary>
/// <param name="code">A stable dotted name.</param>
/// <param name="message">What was expected and what was found.</param>
/// <param name="inner">What led to it.</param>
public sealed class DefinitionException(string code, string message, Exception? inner = null)
    : AgentsException(code, message, inner)
{
    /// <summary>The bytes are not a definition.</summary>
    public const string Damaged = "definition.damaged";

    /// <summary>A newer version of this program wrote it.</summary>
    public const string TooNew = "definition.too_new";
}
