using System.IO.Enumeration;

namespace Orleans.Agents.Tools.Files;

/// <summary>All names in a folder, hidden ones too.</summary>
internal static class FolderNames
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
    };

    public static IEnumerable<string> In(string path) =>
        new FileSystemEnumerable<string>(path, (ref FileSystemEntry entry) => entry.FileName.ToString(), Everything);
}
