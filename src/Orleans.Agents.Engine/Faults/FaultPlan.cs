using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Orleans.Agents.Faults;

/// <summary>
/// Faults to be made on purpose, so that tests and operators can see a crash survived: this process kills itself with
/// SIGKILL at a chosen moment, and every effect is recorded in a file before its result is reported.
/// </summary>
public sealed class FaultPlan
{
    /// <summary>The environment variable that names a kill point and its turn: <c>before_append:3</c>.</summary>
    public const string KillVariable = "AGENTS_FAULT_KILL";

    /// <summary>The environment variable that names the file effects are recorded in.</summary>
    public const string RecordVariable = "AGENTS_FAULT_RECORD";

    private readonly KillPoint? point;
    private readonly string? record;
    private int remaining;

    private FaultPlan(KillPoint? point, int turn, string? record)
    {
        this.point = point;
        remaining = turn;
        this.record = record;
    }

    /// <summary>No faults.</summary>
    public static FaultPlan None { get; } = new(null, 0, null);

    /// <summary>Reads a plan from the two variables.</summary>
    /// <param name="kill">The value of <see cref="KillVariable"/>: a point and a turn, or null.</param>
    /// <param name="record">The value of <see cref="RecordVariable"/>, or null.</param>
    /// <exception cref="FormatException">The kill point is not one, or its turn is not a number from 1.</exception>
    public static FaultPlan Parse(string? kill, string? record)
    {
        if (string.IsNullOrEmpty(kill))
        {
            return string.IsNullOrEmpty(record) ? None : new FaultPlan(null, 0, record);
        }

        var colon = kill.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? kill : kill[..colon];
        var turn = 1;
        if (!Enum.TryParse<KillPoint>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var point)
            || (colon >= 0 && !int.TryParse(kill.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out turn))
            || turn < 1)
        {
            throw new FormatException(
                $"{KillVariable} is '{kill}'; expected a point and a turn such as 'before_append:3', the points being "
                + "before_append, after_append, before_dispatch, after_effect.");
        }

        return new FaultPlan(point, turn, record);
    }

    /// <summary>Says that a moment is reached; when it is the chosen one, the process is gone.</summary>
    public void Reached(KillPoint reached)
    {
        if (point == reached && Interlocked.Decrement(ref remaining) == 0)
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite); // the signal is on its way; nothing more may happen
        }
    }

    /// <summary>Notes that an effect has happened; the file is only ever appended to.</summary>
    public void Record(Runs.ActivityId activity, int attempt, Runs.Epoch epoch)
    {
        if (record is null)
        {
            return;
        }

        var line = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{activity} {attempt} {epoch}\n"));
        using var file = new FileStream(record, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(line);
    }
}

/// <summary>A moment at which a process can be killed.</summary>
public enum KillPoint
{
    /// <summary>A decision is made; nothing is stored.</summary>
    BeforeAppend,

    /// <summary>The append is durable; nobody in the process knows yet.</summary>
    AfterAppend,

    /// <summary>The append is acknowledged; the work it asks for has not begun.</summary>
    BeforeDispatch,

    /// <summary>An activity has had its effect; its result is not reported.</summary>
    AfterEffect,
}
