using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orleans.Agents.Repository.Tests;

namespace Orleans.Agents.Server.Tests.Deploy;

/// <summary>What the image's Dockerfile says to do: what a container engine would read there.</summary>
internal static partial class Image
{
    private static readonly ILookup<string, string> Instructions = Continued().Replace(Source.Read("deploy/docker/Dockerfile"), " ")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(line => line[0] != '#')
        .Select(line => line.Split(' ', 2))
        .ToLookup(words => words[0], words => words[1], StringComparer.Ordinal);

    /// <summary>The command that makes what is in it.</summary>
    public static string[] Publish => Instructions["RUN"].Single().Split(' ');

    /// <summary>The command that is started in it.</summary>
    public static string[] EntryPoint => Words(Instructions["ENTRYPOINT"].Single());

    /// <summary>The command that says by its exit code whether it is well.</summary>
    public static string[] Health => Words(Instructions["HEALTHCHECK"].Single().Split(" CMD ")[1]);

    /// <summary>As whom it runs.</summary>
    public static int User => int.Parse(Instructions["USER"].Single(), CultureInfo.InvariantCulture);

    private static string[] Words(string json) => JsonSerializer.Deserialize<string[]>(json)!;

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();
}
