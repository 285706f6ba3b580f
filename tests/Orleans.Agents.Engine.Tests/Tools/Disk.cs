using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Tools;

/// <summary>
/// A folder of its own for each test: <c>allowed</c>, which tools may read and write, and whatever is beside it.
/// </summary>
public sealed class Disk : IDisposable
{
    private readonly DirectoryInfo top = Directory.CreateTempSubdirectory("agents-tools-");

    public Disk() => Directory.CreateDirectory(Allowed);

    public string Top => top.FullName;

    public string Allowed => Path.Join(Top, "allowed");

    public FileRoots Roots => new(Allowed, [Allowed], [Allowed]);

    public string PathOf(string path) => Path.Join(Allowed, path);

    public Disk Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    public Disk Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllBytes(PathOf(path), content);
        return this;
    }

    public Disk Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.CreateSymbolicLink(PathOf(path), target);
        return this;
    }

    /// <summary>What a command of the system prints when it is run in the allowed folder.</summary>
    public string Shell(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command])
        {
            WorkingDirectory = Allowed,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    public long Number(string command) =>
        long.Parse(Shell(command), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Calls a tool that is expected to succeed, and holds its answer against its schema.</summary>
    public async Task<JsonElement> Succeed(string tool, string input, FileRoots? roots = null)
    {
        var result = await Call(tool, input, roots);
        var output = Assert.IsType<ToolResult.Succeeded>(result).Output;
        Assert.InRange(output.Length, 2, 2 * 1024 * 1024);
        var answer = JsonElement.Parse(output.Utf8.Span);
        SchemaCheck.Holds(Tool(tool).OutputSchema!.Value, answer);
        return answer;
    }

    /// <summary>Calls a tool that is expected to fail.</summary>
    public async Task<Failure> Fail(string tool, string input, FileRoots? roots = null)
    {
        var failure = Assert.IsType<ToolResult.Failed>(await Call(tool, input, roots)).Failure;
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(failure.Details!.Value.Utf8.Span).ValueKind);
        return failure;
    }

    public ValueTask<ToolResult> Call(
        string tool, string input, FileRoots? roots = null, CancellationToken cancellation = default)
    {
        var call = new ToolCall(
            Payload.Parse(input), new ActivityId(new RunId("ada"), 1, 0), 1, new Epoch(1), roots ?? Roots);
        return Tool(tool).Body(call, cancellation);
    }

    public static Tool Tool(string name) => BuiltInTools.All.Single(tool => tool.Name == name);

    // The platform's own way fails at names that are not UTF-8 and at paths deeper than a path can be.
    public void Dispose() => Shell($"cd / && rm -rf '{Top}'");
}
