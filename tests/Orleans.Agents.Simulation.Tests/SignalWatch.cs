using Orleans.Agents.Runs;

namespace Orleans.Agents.Simulation.Tests;

/// <summary>Watches the signals of one run. Whoever sends those of one name sends one after the other.</summary>
internal sealed class SignalWatch
{
    private readonly HashSet<RunCommand.Signal> sent = [];
    private readonly Dictionary<string, int> received = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<string>> kept = new(StringComparer.Ordinal);

    private bool isForked;

    /// <summary>Somebody sends a signal, or sends it again.</summary>
    public void Sent(RunCommand.Signal signal) => sent.Add(signal);

    /// <summary>The run says that something happened.</summary>
    public void Record(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.Forked { State: var checkpoint }:
                isForked = true;
                checkpoint.Signals?.ForEach(kept => KeptOf(kept.Signal).Enqueue(kept.Id));
                break;
            case RunEvent.SignalReceived e:
                var number = received.TryGetValue(e.Signal, out var next) ? next : isForked ? NumberOf(e.Id) : 0;
                Invariant.Check(
                    e.Id == Workflows.Script.Told(e.Signal, number).Id && sent.Contains(new(e.Signal, e.Id, e.Payload)),
                    Invariant.SignalsComeOnce,
                    $"signal {e.Id} with {e.Payload} is received as number {number} of {e.Signal}");
                received[e.Signal] = number + 1;
                KeptOf(e.Signal).Enqueue(e.Id);
                break;
            case RunEvent.SignalTaken e:
                Invariant.Check(
                    KeptOf(e.Signal).TryDequeue(out var first) && first == e.Id,
                    Invariant.SignalsComeOnce,
                    $"signal {e.Id} is taken, and the first of {e.Signal} is {first ?? "none"}");
                break;
            case RunEvent.SignalRefused e:
                Invariant.Check(false, Invariant.SignalsComeOnce, $"signal {e.Id} is refused: {e.Failure}");
                break;
        }
    }

    // A forked run goes on where the other one's senders had come to.
    private static int NumberOf(string id) =>
        int.Parse(id.AsSpan(id.LastIndexOf('-') + 1), System.Globalization.CultureInfo.InvariantCulture);

    private Queue<string> KeptOf(string signal)
    {
        if (!kept.TryGetValue(signal, out var queue))
        {
            kept.Add(signal, queue = new Queue<string>());
        }

        return queue;
    }
}
