using Orleans.Agents.Expressions;

namespace Orleans.Agents.Workflows;

/// <summary>One member of a fan-out, and its name in the output.</summary>
/// <param name="Name">The author's name for it.</param>
/// <param name="Asks">What it asks for, with an input, a retry rule and a timeout of its own.</param>
public sealed record Branch(string Name, State Asks);

/// <summary>The items of a fan-out over a list.</summary>
/// <param name="In">The list; it is evaluated once per visit.</param>
/// <param name="As">What each branch calls its item.</param>
/// <param name="Limit">How many branches are under way at once.</param>
/// <param name="Key">What names each item in the output; null makes the output a list.</param>
public sealed record Items(Template In, string As, int Limit = Items.DefaultLimit, Template? Key = null)
{
    /// <summary>How many branches are under way at once where nobody says.</summary>
    public const int DefaultLimit = 64;
}

/// <summary>When a fan-out is done.</summary>
/// <param name="Quorum">How many branches have to succeed; null all of them.</param>
/// <param name="Collects">
/// Whether a failed branch is a result like others. Otherwise the fan-out fails as soon as too few can succeed.
/// </param>
public sealed record Settlement(int? Quorum = null, bool Collects = false)
{
    /// <summary>Every branch has to succeed.</summary>
    public static Settlement All { get; } = new();
}
