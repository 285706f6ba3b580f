using System.Globalization;
using System.Text;

namespace Orleans.Agents.Definitions;

/// <summary>
/// How durations are written: <c>250ms</c>, <c>60s</c>, <c>10m</c>, <c>24h</c>, <c>7d</c>, <c>1h30m</c>.
/// </summary>
public static class DurationText
{
    /// <summary>What to say to those who write it in another way.</summary>
    public const string Expected = "a duration such as 250ms, 60s, 10m, 24h, 7d or 1h30m";

    /// <summary>The same rule for editors; <see cref="Longest"/> and the order of sizes are not in it.</summary>
    public const string Pattern =
        "^(?=.*[1-9])([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?$";

    private static readonly (string Unit, long Milliseconds)[] Units =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>Ten years.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(3_650);

    /// <summary>Reads a duration above zero; units go from large to small, each at most once.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var total = 0L;
        var next = 0;
        for (var at = 0; at < text.Length;)
        {
            var digits = 0;
            while (at + digits < text.Length && char.IsAsciiDigit(text[at + digits]))
            {
                digits++;
            }

            if (digits is 0 or > 9)
            {
                return false;
            }

            var amount = long.Parse(text.AsSpan(at, digits), NumberStyles.None, CultureInfo.InvariantCulture);
            at += digits;
            var letters = 0;
            while (at + letters < text.Length && char.IsAsciiLetterLower(text[at + letters]))
            {
                letters++;
            }

            var unit = Array.FindIndex(Units, next, u => text.AsSpan(at, letters).SequenceEqual(u.Unit));
            if (unit < 0)
            {
                return false;
            }

            at += letters;
            total += amount * Units[unit].Milliseconds;
            next = unit + 1;
        }

        duration = TimeSpan.FromMilliseconds(Math.Min(total, (long)Longest.TotalMilliseconds));
        return total > 0 && total <= (long)Longest.TotalMilliseconds;
    }

    /// <summary>The one spelling of a duration; what is below a millisecond is dropped.</summary>
    public static string Format(TimeSpan duration)
    {
        var rest = duration.Ticks / TimeSpan.TicksPerMillisecond;
        var text = new StringBuilder();
        foreach (var (unit, size) in Units)
        {
            if (rest >= size)
            {
                text.Append(CultureInfo.InvariantCulture, $"{rest / size}{unit}");
                rest %= size;
            }
        }

        return text.Length == 0 ? "0ms" : text.ToString();
    }
}
