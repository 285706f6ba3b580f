namespace Orleans.Agents.Definitions.Sources;

/// <summary>What keeps the loading of definitions bounded.</summary>
internal static class Limits
{
    /// <summary>The most bytes of one file.</summary>
    public const int FileBytes = 1024 * 1024;

    /// <summary>The most files.</summary>
    public const int Files = 1_000;

    /// <summary>How many values the documents of one file may unfold to.</summary>
    public const int Nodes = 200_000;

    /// <summary>How deep a document may nest.</summary>
    public const int Depth = 64;
}
