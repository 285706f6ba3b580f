using System.Diagnostics;

namespace Orleans.Agents.Runs;

/// <summary>What sizes are called wherever people and programs read them.</summary>
public static class SizeName
{
    /// <summary>Such as <c>context</c>.</summary>
    public static string Of(SizeKind kind) => kind switch
    {
        SizeKind.Prompt => "prompt",
        SizeKind.Context => "context",
        SizeKind.Payload => "payload",
        SizeKind.History => "history",
        _ => throw new UnreachableException(kind.ToString()),
    };

    /// <summary>What it is counted in.</summary>
    public static string UnitOf(SizeKind kind) => kind is SizeKind.History ? "facts" : "bytes";
}
