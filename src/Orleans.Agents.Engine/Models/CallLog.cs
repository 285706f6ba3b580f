using Orleans.Agents.Workflows;

namespace Orleans.Agents.Models;

/// <summary>Some calls that began one after the other.</summary>
/// <param name="First">When the first began.</param>
/// <param name="Last">When the last began; all are taken to have begun then.</param>
/// <param name="Count">How many they are.</param>
internal readonly record struct CallMark(TimeSpan First, TimeSpan Last, int Count);

/// <summary>
/// When calls of an agent began, as far back as its rate looks: a sliding window log. Where there are many, old ones are put
/// together as if they had begun with the last of them. So the log stays small, is exact to a sixty-fourth of the time that has
/// gone by since, and errs to the side of fewer calls.
/// </summary>
internal sealed class CallLog
{
    private const int Exact = 128;
    private const int Precision = 64;

    private List<CallMark> marks = [];
    private TimeSpan longest;
    private int roomFor = 2 * Exact;

    /// <summary>How many marks there are.</summary>
    public int Size => marks.Count;

    /// <summary>How far back it looks.</summary>
    public TimeSpan Longest => longest;

    /// <summary>Looks as far back as a rate does, from now on. Until it is told to, it notes nothing.</summary>
    public void LookBack(CallRate rate) => longest = rate.Per > longest ? rate.Per : longest;

    /// <summary>A call begins.</summary>
    public void Add(TimeSpan now)
    {
        if (longest == TimeSpan.Zero)
        {
            return;
        }

        if (marks.Count > 0 && marks[^1].Last == now)
        {
            marks[^1] = marks[^1] with { Count = marks[^1].Count + 1 };
            return;
        }

        if (marks.Count >= roomFor)
        {
            PutTogether(now);
            roomFor = Math.Max(2 * Exact, 2 * marks.Count);
        }

        marks.Add(new CallMark(now, now, 1));
    }

    /// <summary>When a rate allows another call, if none begins before.</summary>
    public TimeSpan FreeAt(CallRate rate)
    {
        var began = 0L;
        for (var i = marks.Count - 1; i >= 0; i--)
        {
            began += marks[i].Count;
            if (began >= rate.Calls)
            {
                return marks[i].Last + rate.Per;
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>The calls that began within some time before now.</summary>
    public IEnumerable<CallMark> Within(TimeSpan per, TimeSpan now) => marks.Where(mark => mark.Last > now - per);

    private void PutTogether(TimeSpan now)
    {
        var newest = marks.Count - Exact;
        var kept = new List<CallMark>(marks.Count);
        for (var i = 0; i < marks.Count; i++)
        {
            var mark = marks[i];
            if (mark.Last <= now - longest)
            {
                continue;
            }

            if (i < newest && kept.Count > 0 && (mark.Last - kept[^1].First) * Precision <= now - mark.Last)
            {
                kept[^1] = kept[^1] with { Last = mark.Last, Count = kept[^1].Count + mark.Count };
            }
            else
            {
                kept.Add(mark);
            }
        }

        marks = kept;
    }
}
