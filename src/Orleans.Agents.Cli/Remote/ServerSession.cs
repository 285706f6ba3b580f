using System.Diagnostics.CodeAnalysis;
using Orleans.Agents.Client;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Failures;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Cli.Remote;

/// <summary>What one command asks of a gateway. Nothing of it is loaded by those who use a store.</summary>
internal sealed class ServerSession : IDisposable
{
    /// <summary>How often a call is made before its gateway counts as away.</summary>
    public const int Attempts = 4;

    private const int PageSize = 1_000;
    private const int MostPages = 10;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly HttpClient http;
    private readonly AgentsClient agents;

    /// <summary>Makes a session; nothing is asked yet.</summary>
    [SuppressMessage(
        "Reliability", "CA2000:Dispose objects before losing scope", Justification = "The client owns its handler.")]
    public ServerSession(ServerChoice choice)
    {
        Choice = choice;

        // Who is redirected elsewhere must not take the secrets there.
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = choice.Address };
        Add("x-api-key", choice.ApiKey);
        Add("x-admin-token", choice.AdminToken);
        agents = new AgentsClient(http, new AgentsClientOptions(Attempts - 1));
    }

    /// <summary>Which gateway it is.</summary>
    public ServerChoice Choice { get; }

    /// <summary>Asks something.</summary>
    /// <exception cref="CommandException">It is refused, or nobody answers.</exception>
    public async Task<T> AskAsync<T>(Func<AgentsClient, Task<T>> ask)
    {
        try
        {
            return await ask(agents);
        }
        catch (Exception problem) when (ServerFailure.Of(problem, Choice) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Asks something about a run that is named by its name or by a beginning that no other run has.</summary>
    /// <exception cref="CommandException">There is no such run, it is refused, or nobody answers.</exception>
    public async Task<T> AskAsync<T>(string typed, Func<AgentsClient, string, Task<T>> ask, CancellationToken cancellation)
    {
        // Whoever types a whole name is not kept waiting for a list.
        if (RunId.IsValid(typed) && typed is not ("." or ".."))
        {
            try
            {
                return await AskAsync(client => ask(client, typed));
            }
            catch (CommandException none) when (none.Code == "run.unknown")
            {
                // It may be a beginning.
            }
        }

        var found = await FindAsync(typed, cancellation);
        return await AskAsync(client => ask(client, found));
    }

    /// <summary>Follows a run to its end, across times in which nobody answers.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">The last event that is not asked for.</param>
    /// <param name="happened">Called with each event.</param>
    /// <param name="away">Called when nobody answers, and when somebody does again.</param>
    /// <param name="cancellation">Ends the following.</param>
    /// <exception cref="CommandException">It is refused.</exception>
    public async Task FollowAsync(
        string run, long after, Func<RunFact, Task> happened, Action<bool> away, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await foreach (var fact in agents.FollowAsync(run, after, cancellation))
                {
                    after = fact.Sequence;
                    await happened(fact);
                }

                return;
            }
            catch (Exception problem) when (ServerFailure.Of(problem, Choice) is { } failure)
            {
                if (failure.Kind is not FailureClass.Transient)
                {
                    throw failure;
                }

                away(true);
                await WaitForAnswerAsync(run, cancellation);
                away(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    // A run goes on while nobody tells of it, and so does whoever waits for it.
    private async Task WaitForAnswerAsync(string run, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(LookAgain, cancellation);
            try
            {
                await AskAsync(client => client.GetAsync(run, cancellation));
                return;
            }
            catch (CommandException still) when (still.Kind is FailureClass.Transient)
            {
                // Not yet.
            }
        }
    }

    private async Task<string> FindAsync(string typed, CancellationToken cancellation)
    {
        var matches = new List<string>();
        var newest = new List<string>();
        string? cursor = null;
        for (var pages = 0; pages < MostPages; pages++)
        {
            var from = cursor;
            var page = await AskAsync(client => client.ListAsync(new RunListQuery(Limit: PageSize, Cursor: from), cancellation));
            var names = page.Runs.Select(run => run.Run).ToList();
            matches.AddRange(names.Where(name => Begins(name, typed)));
            newest.AddRange(pages == 0 ? names : []);
            cursor = page.Cursor;
            if (cursor is null)
            {
                break;
            }
        }

        var bound = cursor is null ? "" : $" Only the newest {PageSize * MostPages} runs can be named by a beginning here.";
        return RunFinder.Only(typed, matches, newest, bound);
    }

    // Within a tenant all names begin alike, and nobody types that.
    private static bool Begins(string name, string typed) =>
        name.StartsWith(typed, StringComparison.Ordinal)
        || name.AsSpan(name.IndexOf(':', StringComparison.Ordinal) + 1).StartsWith(typed, StringComparison.Ordinal);

    private void Add(string header, Secret? secret)
    {
        if (secret is not null)
        {
            http.DefaultRequestHeaders.Add(header, secret.Value);
        }
    }
}
