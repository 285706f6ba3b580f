using System.Collections.Immutable;
using Orleans.Agents.Repository.Tests;

namespace Orleans.Agents.Server.Tests.Deploy;

/// <summary>The server, published by the command that makes the image, into a folder that everybody may read.</summary>
public sealed class PublishedServer : IAsyncLifetime
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Where it is.</summary>
    public string Folder { get; } = NewFolder();

    /// <summary>A new folder that everybody may read.</summary>
    internal static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("agents-deploy-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, Readable);
        }

        return folder;
    }

    public async Task InitializeAsync()
    {
        string[] command = [.. Image.Publish.Select(word => word == "/published" ? Folder : word)];
        Assert.Contains(Folder, command);

        // What it would build has just been built where the tests are of the same configuration.
        var isBuilt = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)) == "release";
        await Program.RunAsync(
            Source.Root,
            isBuilt ? [.. command, "--no-build"] : command,
            ImmutableDictionary<string, string?>.Empty.Add("MSBUILDDISABLENODEREUSE", "1"));
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}
