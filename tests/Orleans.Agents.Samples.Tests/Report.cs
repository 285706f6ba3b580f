using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Agents.Definitions;
using Orleans.Agents.Faults;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;
using Orleans.Agents.Models;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;
using Orleans.Agents.Values;

namespace Orleans.Agents.Samples.Tests;

/// <summary>The sample <c>repository-report</c>, run in this process.</summary>
internal static class Report
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "samples", "repository-report");

    public static LoadResult Load(LoadOptions options)
    {
        var tools = BuiltInTools.All.ToList();
        return DefinitionLoader.Load([Folder], new DefinitionHost(tools, [OfflineModel.Name]), options);
    }

    /// <summary>The report on a folder; the run must succeed.</summary>
    public static async Task<JsonElement> OfAsync(string path, string? request = null, string[]? exclude = null)
    {
        var state = await RunAsync(path, request, exclude);
        Assert.Null(state.Failure);
        return JsonElement.Parse(state.Output.Utf8.Span);
    }

    /// <summary>The end of a run over a folder.</summary>
    public static async Task<RunState> RunAsync(string path, string? request = null, string[]? exclude = null)
    {
        var tools = new ToolRegistry().AddRange(BuiltInTools.All);
        var loaded = Load(LoadOptions.Lenient);
        Assert.False(loaded.HasErrors, string.Join('\n', loaded.Diagnostics));
        await using var store = new MemoryStore();
        await using var engine = new AgentsEngine(
            store,
            new ModelRegistry(),
            tools,
            new EngineOptions(),
            TimeProvider.System,
            FaultPlan.None,
            NullLogger<AgentsEngine>.Instance);
        await engine.StartAsync();
        await engine.PublishAsync(loaded.Definitions["repository-report"]);
        var input = Input(path, request, exclude);
        var started = Assert.IsType<StartResult.Started>(await engine.StartRunAsync(
            new StartRequest("repository-report", input, Folder: Repository.Root)));
        return await engine.WaitForEndAsync(started.Run);
    }

    private static Payload Input(string path, string? request, string[]? exclude)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("path", path);
            if (request is not null)
            {
                json.WriteString("request", request);
            }

            if (exclude is not null)
            {
                json.WriteStartArray("exclude");
                Array.ForEach(exclude, json.WriteStringValue);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return Payload.Parse(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
