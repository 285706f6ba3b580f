using Orleans.Agents.Failures;
using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Simulation.Tests.Workflows;

/// <summary>What the world answers to each attempt, whoever makes it and however often: chance that hangs on the seed.</summary>
internal sealed class Script(int seed)
{
    // More than a journal keeps in its rows.
    private static readonly string Large = $"\"{new string('l', RunLimits.InlineBytes + 1)}\"";

    /// <summary>The report of one attempt.</summary>
    public RunCommand Answer(ActivityId activity, int attempt)
    {
        var dice = Throw(activity, attempt);
        return (dice % 10) switch
        {
            < 6 => new RunCommand.ReportSuccess(activity.Visit, activity.Branch, attempt, Payload.Parse((dice % 3) switch
            {
                0 => "1",
                1 => "2",
                _ when (dice >> 8) % 16 == 0 => Large,
                _ => "\"three\"",
            }), UsageOf(dice)),
            < 9 => Failed(FailureClass.Transient, "sim.busy"),
            _ => Failed(FailureClass.Permanent, "sim.refused"),
        };

        RunCommand.ReportFailure Failed(FailureClass kind, string code) => new(
            activity.Visit, activity.Branch, attempt, new Failure(kind, code, $"Attempt {attempt} was {code}."), Usage.None);
    }

    /// <summary>The signal that is sent to a run as the one with this number, from 0, among those of one name.</summary>
    public static RunCommand.Signal Told(string name, int number) => new(name, $"{name}-{number}", Payload.Parse((number % 3) switch
    {
        0 => "2",
        1 => "1",
        _ => "\"three\"",
    }));

    // Never more than is set aside for it; now and then nobody knows.
    private static Usage? UsageOf(uint dice) => (dice / 10 % 8) is 0
        ? null
        : new Usage("sim", dice / 100 % 60, dice / 100 % 4_000, dice / 1_000 % 3 == 0 ? null : dice / 100 % 8_000);

    private uint Throw(ActivityId activity, int attempt)
    {
        var mixed = (uint)seed;
        foreach (var part in (ReadOnlySpan<uint>)[(uint)activity.Visit, (uint)activity.Branch, (uint)attempt, 7])
        {
            mixed = (mixed ^ part) * 0x9E3779B1;
            mixed ^= mixed >> 15;
        }

        return mixed >> 3;
    }
}
