using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orleans.Agents.Definitions;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Faults;

/// <summary>
/// Faults to be made on purpose, so that tests and operators can see a crash survived: this process kills itself with
/// SIGKILL at a chosen moment, every effect is recorded in a file before its result is reported, and the clock is wrong.
/// </summary>
public sealed class FaultPlan
{
    /// <summary>The environment variable that names a kill point and its turn: <c>before_send:3</c>.</summary>
    public const string KillVariable = "AGENTS_FAULT_KILL";

    /// <summary>The environment variable that names the file effects are recorded in.</summary>
    public const string RecordVariable = "AGENTS_FAULT_RECORD";

    /// <summary>The environment variable that says how wrong the clock is: <c>+5m</c> is five minutes fast.</summary>
    public const string ClockVariable = "AGENTS_FAULT_CLOCK";

    private readonly KillPoint? point;
    private readonly string? record;
    private int remaining;

    private FaultPlan(KillPoint? point, int turn, string? record, TimeProvider clock)
    {
        this.point = point;
        remaining = turn;
        this.record = record;
        Clock = clock;
    }

    /// <summary>No faults.</summary>
    public static FaultPlan None { get; } = new(null, 0, null, TimeProvider.System);

    /// <summary>The clock this process is to go by.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Reads the plan of this process from its environment.</summary>
    /// <exception cref="FormatException">A variable has a value that cannot be understood.</exception>
    public static FaultPlan FromEnvironment() => Parse(
        Environment.GetEnvironmentVariable(KillVariable),
        Environment.GetEnvironmentVariable(RecordVariable),
        Environment.GetEnvironmentVariable(ClockVariable));

    /// <summary>Reads a plan from the three variables.</summary>
    /// <param name="kill">The value of <see cref="KillVariable"/>: a point and a turn, or null.</param>
    /// <param name="record">The value of <see cref="RecordVariable"/>, or null.</param>
    /// <param name="clock">The value of <see cref="ClockVariable"/>, or null.</param>
    /// <exception cref="FormatException">
    /// The kill point is not one, its turn is not a number from 1, or the clock's error is no duration with a sign.
    /// </exception>
    public static FaultPlan Parse(string? kill, string? record, string? clock = null)
    {
        var (point, turn) = ParseKill(kill);
        return new FaultPlan(
            point,
            turn,
            string.IsNullOrEmpty(record) ? null : record,
            string.IsNullOrEmpty(clock) ? TimeProvider.System : new WrongClock(ParseError(clock)));
    }

    /// <summary>Whether this process is to die at a point, so that it must come by it at all.</summary>
    public bool Chooses(KillPoint chosen) => point == chosen;

    /// <summary>Says that a moment is reached; when it is the chosen one, the process is gone.</summary>
    public void Reached(KillPoint reached)
    {
        if (point == reached && Interlocked.Decrement(ref remaining) == 0)
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite); // the signal is on its way; nothing more may happen
        }
    }

    /// <summary>
    /// Notes that an effect has happened: one line with activity, attempt and epoch. Any number of threads and processes
    /// may share the file, which is only ever appended to.
    /// </summary>
    public void Record(ActivityId activity, int attempt, Epoch epoch)
    {
        if (record is not null)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{activity} {attempt} {epoch}\n");
            SharedFile.Append(record, Encoding.UTF8.GetBytes(line));
        }
    }

    private static (KillPoint? Point, int Turn) ParseKill(string? kill)
    {
        if (string.IsNullOrEmpty(kill))
        {
            return (null, 0);
        }

        var colon = kill.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? kill : kill[..colon];
        var turn = 1;
        if (!Enum.TryParse<KillPoint>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var point)
            || (colon >= 0
                && !int.TryParse(kill.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out turn))
            || turn < 1)
        {
            throw new FormatException(
                $"{KillVariable} is '{kill}'; expected a point and a turn such as 'before_send:3', the points being "
                + "before_send, after_send, after_commit, before_dispatch, after_effect.");
        }

        return (point, turn);
    }

    private static TimeSpan ParseError(string clock) =>
        clock[0] is '+' or '-' && DurationText.TryParse(clock[1..], out var error)
            ? clock[0] == '-' ? -error : error
            : throw new FormatException(
                $"{ClockVariable} is '{clock}'; expected a sign and a duration, such as +5m or -90s.");

    /// <summary>The system's clock with an error; durations are measured as ever.</summary>
    private sealed class WrongClock(TimeSpan error) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + error;
    }
}

/// <summary>A moment at which a process can be killed.</summary>
public enum KillPoint
{
    /// <summary>A decision is made; nothing has been sent to the store.</summary>
    BeforeSend,

    /// <summary>
    /// The append was sent to the database, which has not answered: whether it will be stored is for the database to say.
    /// A store in memory has no such moment.
    /// </summary>
    AfterSend,

    /// <summary>The append is durable; its run does not know yet.</summary>
    AfterCommit,

    /// <summary>The append is acknowledged; the work it asks for has not begun.</summary>
    BeforeDispatch,

    /// <summary>An activity has had its effect; its result is not reported.</summary>
    AfterEffect,
}
