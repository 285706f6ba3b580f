using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Agents.EndToEnd.Tests.Checking;

namespace Orleans.Agents.EndToEnd.Tests.Processes;

/// <summary>
/// Callers that start runs one after another at whichever process answers, and ask again, elsewhere and with the same key,
/// until one does. What was acknowledged is a promise.
/// </summary>
internal sealed class Load(Fleet fleet)
{
    private const string Told = "told";

    /// <summary>How long a step of the workflow <c>slow</c> takes that is meant to be interrupted.</summary>
    public const int SlowMilliseconds = 300;

    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerToMany = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Longer than a process keeps a run that waits.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private readonly ConcurrentBag<Promise> promises = [];
    private readonly ConcurrentBag<Task> tellers = [];
    private Task callers = Task.CompletedTask;
    private volatile bool isEnding;
    private int last;

    /// <summary>What was acknowledged so far.</summary>
    public IReadOnlyCollection<Promise> Promises => promises;

    /// <summary>Starts so many callers, each of whom starts runs until it is told to stop.</summary>
    /// <param name="count">How many.</param>
    /// <param name="work">What each run is, by its number; the usual when left out.</param>
    public void Begin(int count, Func<int, (string Workflow, string Input, string Output)>? work = null) =>
        callers = Task.WhenAll(Enumerable.Range(0, count).Select(_ => CallAsync(work ?? Usual)));

    /// <summary>Has the callers finish what they are at.</summary>
    public async Task EndAsync()
    {
        isEnding = true;
        await callers;
        await Task.WhenAll(tellers);
    }

    /// <summary>Starts so many runs at once.</summary>
    /// <param name="count">How many.</param>
    /// <param name="work">What each of them is, by its number.</param>
    /// <param name="place">Where; null for everywhere.</param>
    public Task StartAsync(
        int count, Func<int, (string Workflow, string Input, string Output)> work, int? place = null) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(
            _ => StartOneAsync(Interlocked.Increment(ref last), work, AnswerToMany, place)));

    private async Task CallAsync(Func<int, (string Workflow, string Input, string Output)> work)
    {
        while (!isEnding)
        {
            await StartOneAsync(Interlocked.Increment(ref last), work, Answer);
            await Task.Delay(Pause);
        }
    }

    /// <summary>What short runs there are, and how they end: some slow, some with calls that must not be made twice.</summary>
    public static (string Workflow, string Input, string Output) Usual(int n) => (n % 32) switch
    {
        3 => ("family", $$"""{"n":{{n}},"ms":{{SlowMilliseconds}}}""", $$"""{"n":{{(3 * n) + 4}}}"""),
        19 => (Told, "null", $$"""{"n":{{n + 1}}}"""),
        var turn => Plain(n, turn % 4),
    };

    private static (string Workflow, string Input, string Output) Plain(int n, int turn) => turn switch
    {
        0 => ("slow", $$"""{"n":{{n}},"ms":{{SlowMilliseconds}}}""", $$"""{"n":{{n + 4}}}"""),
        1 => ("once", $$"""{"n":{{n}},"ms":{{SlowMilliseconds}}}""", $$"""{"n":{{n + 2}}}"""),
        _ => ("quick", $$"""{"n":{{n}}}""", $$"""{"n":{{n + 6}}}"""),
    };

    private async Task StartOneAsync(
        int n, Func<int, (string Workflow, string Input, string Output)> work, TimeSpan patience, int? place = null)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"key-{n}");
        var (workflow, input, output) = work(n);
        var turn = n;
        StartAnswer answer = StartAnswer.None;
        await Eventually.TrueAsync(
            async () =>
            {
                if ((place is { } only ? fleet[only] : fleet.Open(turn++)) is { } worker)
                {
                    answer = await worker.StartRunAsync(key, workflow, input, patience);
                }

                return answer.What is "started" or "refused";
            },
            Patience,
            () => $"nobody has acknowledged {key}: {answer}");
        if (!answer.IsStarted)
        {
            throw new InvalidOperationException($"{key} was refused: {answer}");
        }

        promises.Add(new Promise(key, answer.Detail, output));
        if (workflow == Told)
        {
            tellers.Add(TellAsync(answer.Detail, n));
        }
    }

    private async Task TellAsync(string run, int n)
    {
        await Task.Delay(Silence);
        var turn = n;
        var answer = StartAnswer.None;
        await Eventually.TrueAsync(
            async () =>
            {
                if (fleet.Open(turn++) is { } worker)
                {
                    answer = await worker.TellRunAsync(run, n, Answer);
                }

                return answer.What is "told" or "refused";
            },
            Patience,
            () => $"nobody has told {run} its number: {answer}");
        if (answer is { What: "refused", Detail: not "run.over" }) // it may have been told, and ended, when nobody answered
        {
            throw new InvalidOperationException($"{run} was not told its number: {answer}");
        }
    }
}
