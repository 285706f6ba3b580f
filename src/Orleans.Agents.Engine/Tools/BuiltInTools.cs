using Orleans.Agents.Tools.Files;
using Orleans.Agents.Tools.Text;

namespace Orleans.Agents.Tools;

/// <summary>The tools that every workflow may call without anybody writing one.</summary>
public static class BuiltInTools
{
    /// <summary>
    /// <c>files.read</c>, <c>files.search</c>, <c>files.stat</c>, <c>files.tree</c>, <c>files.write</c> and
    /// <c>text.count</c>. None of them touches a file outside the <see cref="FileRoots"/> of its call, and no answer is
    /// larger than 2 MiB.
    /// </summary>
    public static IReadOnlyList<Tool> All { get; } =
        [ReadTool.Tool, SearchTool.Tool, StatTool.Tool, TreeTool.Tool, WriteTool.Tool, CountTool.Tool];
}
