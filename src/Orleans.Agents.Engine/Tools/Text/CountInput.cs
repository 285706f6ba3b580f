using Orleans.Agents.Tools.Files;

namespace Orleans.Agents.Tools.Text;

internal sealed record CountInput(
    string? Text = null,
    string? Root = null,
    string[]? Include = null,
    string[]? Exclude = null,
    int? Largest = null) : IFileInput
{
    public const int DefaultLargest = 10;
    public const int LimitLargest = 100;

    public string? Problem =>
        (Text is null == Root is null ? "either text or root is needed, and not both" : null)
        ?? (Text is not null && (Include ?? Exclude) is not null ? "include and exclude go with root" : null)
        ?? (Text is not null && Largest is not null ? "largest goes with root" : null)
        ?? InputRules.Between("largest", Largest ?? DefaultLargest, 0, LimitLargest)
        ?? InputRules.Globs("include", Include)
        ?? InputRules.Globs("exclude", Exclude);
}
