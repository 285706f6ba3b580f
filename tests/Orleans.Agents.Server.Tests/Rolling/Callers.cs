using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.EndToEnd.Tests.Checking;

namespace Orleans.Agents.Server.Tests.Rolling;

/// <summary>
/// Callers of one kind. Each starts runs over HTTP, one after another, follows them, asks how they stand and tells them what
/// they wait for. A request that fails for good is written down, and so is an answer that cannot be right.
/// </summary>
internal sealed class Callers : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string name;
    private readonly Func<AgentsClient, int, Task> call;
    private readonly List<HttpClient> ways = [];
    private readonly ConcurrentBag<Promise> promises = [];
    private readonly ConcurrentQueue<string> failures = new();
    private readonly Task callers;
    private volatile bool isEnding;
    private int last;
    private int requests;

    private Callers(
        string name, int count, Func<HttpMessageHandler> way, int retries, Func<Callers, AgentsClient, int, Task> call)
    {
        this.name = name;
        this.call = (agents, n) => call(this, agents, n);
        callers = Task.WhenAll(Enumerable.Range(0, count).Select(_ => CallAsync(Client(way(), retries))));
    }

    /// <summary>How many requests there were; one that is made again counts once.</summary>
    public int Requests => requests;

    /// <summary>The starts that were acknowledged.</summary>
    public IReadOnlyCollection<Promise> Promises => promises;

    /// <summary>The requests that failed for good, and the answers that were wrong.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>Callers that have runs done.</summary>
    /// <param name="name">What their keys begin with.</param>
    /// <param name="count">How many.</param>
    /// <param name="way">Makes a caller's way to the nodes.</param>
    /// <param name="retries">How often a call is made again.</param>
    public static Callers WithRuns(string name, int count, Func<HttpMessageHandler> way, int retries) =>
        new(name, count, way, retries, (callers, agents, n) => callers.RunAsync(agents, n));

    /// <summary>Callers that only ask, one request after another, and make none again.</summary>
    public static Callers WithQuestions(string name, int count, Func<HttpMessageHandler> way) =>
        new(name, count, way, retries: 0, (callers, agents, _) => callers.AskAsync(agents.ListWorkflowsAsync()));

    /// <summary>Has them finish what they are at.</summary>
    public Task EndAsync()
    {
        isEnding = true;
        return callers;
    }

    public void Dispose() => ways.ForEach(way => way.Dispose());

    private AgentsClient Client(HttpMessageHandler way, int retries)
    {
        var http = new HttpClient(way) { BaseAddress = new Uri("http://cluster") };
        lock (ways)
        {
            ways.Add(http);
        }

        return new AgentsClient(http, new AgentsClientOptions(retries));
    }

    private async Task CallAsync(AgentsClient agents)
    {
        while (!isEnding)
        {
            var n = Interlocked.Increment(ref last);
            try
            {
                await call(agents, n).WaitAsync(Patience);
            }
            catch (Exception failed) when (failed is HttpRequestException or AgentsApiException or IOException
                or OperationCanceledException or TimeoutException)
            {
                failures.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{name}-{n}: {failed}"));
            }

            await Task.Delay(Pause);
        }
    }

    private async Task RunAsync(AgentsClient agents, int n)
    {
        var (workflow, output) = (n % 3) switch
        {
            0 => (Workflows.Quick, n + 3),
            1 => (Workflows.Steps, n + Workflows.StepsPerRun),
            _ => (Workflows.Asked, 2 * n),
        };
        var start = new StartRun(
            workflow,
            Json(string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{n}}}""")),
            string.Create(CultureInfo.InvariantCulture, $"{name}-{n}"));
        var run = (await AskAsync(agents.StartAsync(start))).Run;
        promises.Add(new Promise(
            start.Key!, run, string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{output}}}""")));
        var following = FollowAsync(agents, run);
        await Task.WhenAll(following, TellAsync(agents, start, run, n));
        var events = await following;
        var details = await AskAsync(agents.GetAsync(run));
        Expect(details.Sequence == events, $"{run} has {details.Sequence} events, and its follower saw {events}");
        Expect(
            details.Output?.GetProperty("n").GetInt64() == output,
            $"{run} ended with {details.Status} and {details.Output}, not {output}");
    }

    // A caller that did not hear the answer to its start makes it again.
    private async Task TellAsync(AgentsClient agents, StartRun start, string run, int n)
    {
        var again = await AskAsync(agents.StartAsync(start));
        Expect(again.Run == run && !again.IsNew, $"{start.Key} is {run} and then {again}");
        var details = await AskAsync(agents.GetAsync(run));
        Expect(details.Key == start.Key, $"{run} has the key {details.Key}, not {start.Key}");
        if (start.Workflow == Workflows.Asked)
        {
            await AskAsync(agents.SignalAsync(run, new SignalRun(Workflows.Signal, Json($"{n}"), "told")));
        }
    }

    private async Task<long> FollowAsync(AgentsClient agents, string run)
    {
        Interlocked.Increment(ref requests);
        var (seen, hasEnded) = (0L, false);
        await foreach (var fact in agents.FollowAsync(run))
        {
            Expect(fact.Sequence == seen + 1, $"the follower of {run} saw {fact.Sequence} after {seen}");
            (seen, hasEnded) = (fact.Sequence, fact.IsEnd);
        }

        Expect(hasEnded, $"the follower of {run} did not see its end");
        return seen;
    }

    private Task<T> AskAsync<T>(Task<T> request)
    {
        Interlocked.Increment(ref requests);
        return request;
    }

    private void Expect(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            failures.Enqueue(otherwise);
        }
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
