using System.Text;

namespace Orleans.Agents.Samples.Tests;

/// <summary>A folder for one test.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("agents-samples-").FullName;

    public ScratchFolder Add(string path, string text) => Add(path, Encoding.UTF8.GetBytes(text));

    public ScratchFolder Add(string path, byte[] content)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
