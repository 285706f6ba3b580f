namespace Orleans.Agents.Values;

/// <summary>Values as people read them.</summary>
public static class DisplayText
{
    /// <summary>A text as itself, null as nothing, everything else as its JSON.</summary>
    public static string ToDisplayText(this Value value) =>
        value.TryGetText(out var text) ? text : value.IsNull ? "" : value.ToString();
}
