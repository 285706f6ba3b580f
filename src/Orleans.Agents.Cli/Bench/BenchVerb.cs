using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Orleans.Agents.Cli.Bench.Workers;
using Orleans.Agents.Cli.Bench.Workloads;
using Orleans.Agents.Cli.Help;
using Orleans.Agents.Cli.Terminals;

namespace Orleans.Agents.Cli.Bench;

/// <summary><c>agents bench</c>: measures this engine, on this machine, beside a loop that only writes the same rows.</summary>
internal static class BenchVerb
{
    private const int W4Runs = 1_000;
    private const int W4Lanes = 1_000;
    private const int W5Runs = 10_000;

    /// <summary>Makes the verb.</summary>
    public static Verb Create(Streams streams)
    {
        var verb = new Verb(
            "bench",
            "Measures the engine on this machine, beside a bare loop that writes the same rows.",
            "Each workload makes a database of its own and removes it; no runs of yours are touched.",
            new Example("Ten sequential durable steps a run, many runs at once", "agents bench w1"),
            new Example("All figures for a script", "agents bench all --json | jq -c '.[]'"))
        {
            W1(streams),
            W2(streams),
            W4(streams),
            W5(streams),
            All(streams),
            CheckVerb.Create(streams),
            BenchWorker.Create(streams),
        };
        verb.SetAction(_ => streams.WriteText(HelpPage.TextOf(verb)));
        return verb;
    }

    private static Verb W1(Streams streams) => StepsOf(
        new Verb(
            "w1",
            "Runs of ten sequential durable steps.",
            "Steps a second at the best concurrency, the time of a run alone, and what a step costs.",
            new Example("Whether figures stay when the store is full", "agents bench w1 --runs-in-store 1000000"),
            new Example(
                "Kill it, then see that nothing it was told is missing",
                "timeout -s KILL 5 agents bench w1 --acknowledged marks; agents bench check marks --remove")),
        _ => StepsShape.Sequence(),
        streams);

    private static Verb W2(Streams streams)
    {
        var children = new Option<bool>("--children")
        {
            Description = "Fan out child runs of one step each instead of steps.",
        };
        return StepsOf(
            new Verb(
                "w2",
                "Runs that fan out 100 steps, or 100 child runs, and join them.",
                "The time of a run alone, steps a second at the best concurrency, and what a step costs.",
                new Example("How long one run takes", "agents bench w2 --concurrency 1"),
                new Example("How long one takes with 100 child runs", "agents bench w2 --children --concurrency 1"))
            {
                children,
            },
            parsed => parsed.GetValue(children) ? StepsShape.Children() : StepsShape.FanOut(),
            streams);
    }

    private static Verb StepsOf(Verb verb, Func<ParseResult, StepsShape> shape, Streams streams)
    {
        var atOnce = Numbers.Option(
            "--concurrency", "Keep so many runs under way. Default: the best of several.", 1, 10_000);
        var lanes = Numbers.Option(
            "--lanes", "How many activities may be under way. Default: all that the runs ask for, 1000 at most.", 1, 10_000);
        var inStore = Numbers.Option(
            "--runs-in-store", "Put so many finished runs into the store first. Default: 0.", 0, 10_000_000);
        var marks = new Option<string>("--acknowledged")
        {
            Description = "Append a line to this file for each result that is said to be durable, and keep the database.",
            HelpName = "file",
        };
        verb.Add(atOnce);
        verb.Add(lanes);
        verb.Add(inStore);
        verb.Add(marks);
        return Workload(verb, streams, async (settings, parsed, cancellation) =>
        {
            var plan = new StepsPlan(
                (int?)parsed.GetValue(atOnce),
                (int?)parsed.GetValue(lanes),
                (int)(parsed.GetValue(inStore) ?? 0),
                parsed.GetValue(marks));
            return [Report.Of(await new Steps(settings, shape(parsed), plan).RunAsync(cancellation))];
        });
    }

    private static Verb W4(Streams streams)
    {
        var runs = Numbers.Option("--runs", $"How many runs. Default: {W4Runs}.", 1, 1_000_000);
        var lanes = Numbers.Option(
            "--lanes", $"How many activities may be under way; they sleep. Default: {W4Lanes}.", 1, 10_000);
        return Workload(
            new Verb(
                "w4",
                "Runs of ten steps of 20 ms, their process ended half-way.",
                "The time until all is done in a process that is started then, or until one that stood by carries them on.",
                new Example("Kill a process with 1,000 runs", "agents bench w4"))
            {
                runs, lanes,
            },
            streams,
            async (settings, parsed, cancellation) =>
            {
                var restart = new Restart(
                    settings, (int)(parsed.GetValue(runs) ?? W4Runs), (int)(parsed.GetValue(lanes) ?? W4Lanes));
                return [Report.Of(await restart.RunAsync(cancellation))];
            });
    }

    private static Verb W5(Streams streams)
    {
        var parked = Numbers.Option("--parked", $"How many runs wait. Default: {W5Runs}.", 1, 10_000_000);
        var due = Numbers.Option(
            "--due", "How many more are due at one moment, for three processes to wake. Default: 0.", 0, 1_000_000);
        var after = Numbers.Option(
            "--after", "How many seconds a process has been up before it is watched. Default: 3, less for short measurements.", 0, 86_400);
        return Workload(
            new Verb(
                "w5",
                "Runs that wait for an hour, over which a process has nothing to do.",
                "Memory and processor time of a fresh process, beside those of one over an empty store.",
                new Example("A minute over 100,000 runs", "agents bench w5 --parked 100000 --seconds 60"),
                new Example("The same, when all is compiled", "agents bench w5 --parked 100000 --seconds 60 --after 120"),
                new Example("How late 1,000 are that are due at once", "agents bench w5 --due 1000"))
            {
                parked, due, after,
            },
            streams,
            async (settings, parsed, cancellation) =>
            {
                var runs = (int)(parsed.GetValue(parked) ?? W5Runs);
                var parkedRuns = new ParkedRuns(
                    settings,
                    runs,
                    (int)(parsed.GetValue(due) ?? 0),
                    parsed.GetValue(after) is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
                return [Report.Of(await parkedRuns.RunAsync(cancellation))];
            });
    }

    private static Verb All(Streams streams) => Workload(
        new Verb(
            "all",
            "Every workload, one after the other; its payload is an array.",
            "Each with its defaults.",
            new Example("What this machine does", "agents bench all --seconds 10")),
        streams,
        async (settings, _, cancellation) =>
        [
            Report.Of(await new Steps(settings, StepsShape.Sequence(), new StepsPlan()).RunAsync(cancellation)),
            Report.Of(await new Steps(settings, StepsShape.FanOut(), new StepsPlan()).RunAsync(cancellation)),
            Report.Of(await new Steps(settings, StepsShape.Children(), new StepsPlan()).RunAsync(cancellation)),
            Report.Of(await new Restart(settings, W4Runs, W4Lanes).RunAsync(cancellation)),
            Report.Of(await new ParkedRuns(settings, W5Runs).RunAsync(cancellation)),
        ],
        isArray: true);

    private static Verb Workload(
        Verb verb,
        Streams streams,
        Func<BenchSettings, ParseResult, CancellationToken, Task<ImmutableArray<Report>>> measure,
        bool isArray = false)
    {
        var options = new BenchOptions();
        options.AddTo(verb);
        verb.SetAction(async (parsed, _) =>
        {
            using var interruption = new Interruption();
            var reports = await measure(options.Of(parsed, streams), parsed, interruption.Token);
            if (streams.IsOutputTerminal && !parsed.GetValue(options.Json))
            {
                streams.WriteText(string.Join('\n', reports.Select(r => r.Table)));
            }
            else
            {
                streams.WriteJson(json => Write(json, reports, isArray), compact: true);
            }

            return ExitCode.Done;
        });
        return verb;
    }

    private static void Write(Utf8JsonWriter json, ImmutableArray<Report> reports, bool isArray)
    {
        if (isArray)
        {
            json.WriteStartArray();
        }

        foreach (var report in reports)
        {
            report.WriteTo(json);
        }

        if (isArray)
        {
            json.WriteEndArray();
        }
    }
}
