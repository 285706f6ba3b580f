using System.Text.Json;

namespace Orleans.Agents.EndToEnd.Tests;

/// <summary>
/// Judges the books of a tree of runs by what <c>agents runs tree</c> says of each: it knows nothing of how they are kept.
/// </summary>
internal static class FamilyBooks
{
    private static readonly string[] Amounts = ["activities", "launches", "tokens", "micro_usd"];

    /// <summary>At any moment: no run of the tree has more set aside, used and lost than it was given.</summary>
    public static void StayWithinBudget(JsonElement run)
    {
        foreach (var name in Amounts)
        {
            var amount = run.GetProperty("books").GetProperty(name);
            Assert.True(
                Of(amount, "reserved") + Of(amount, "settled") + Of(amount, "lost") <= Of(amount, "limit"),
                $"{run.GetProperty("run")} has more than its {name}: {amount}");
        }

        foreach (var child in Children(run))
        {
            StayWithinBudget(child);
        }
    }

    /// <summary>
    /// When all is over: nothing is set aside anywhere, and what a run used and lost is what its children did, with what it
    /// used itself. What it handed to a run that it launched is all gone, whatever that used.
    /// </summary>
    public static void AddUp(JsonElement run)
    {
        StayWithinBudget(run);
        foreach (var name in Amounts)
        {
            var amount = run.GetProperty("books").GetProperty(name);
            Assert.True(
                Of(amount, "reserved") == 0 || run.GetProperty("status").GetString() == "running",
                $"{run.GetProperty("run")} is over and has {name} set aside: {amount}");
            var (settled, lost) = (0L, 0L);
            foreach (var child in Children(run))
            {
                var theirs = child.GetProperty("books").GetProperty(name);
                var isLaunched = child.GetProperty("workflow").GetString() == "rest";
                settled += Of(theirs, isLaunched ? "limit" : "settled");
                lost += isLaunched ? 0 : Of(theirs, "lost");
            }

            // Whoever asks for runs asks no model: what it used and lost of these is its children's alone.
            if (Children(run).Length > 0 && name is ("tokens" or "micro_usd"))
            {
                Assert.Equal((name, settled, lost), (name, Of(amount, "settled"), Of(amount, "lost")));
            }
        }

        foreach (var child in Children(run))
        {
            AddUp(child);
        }
    }

    private static JsonElement[] Children(JsonElement run) =>
        run.TryGetProperty("children", out var children) ? [.. children.EnumerateArray()] : [];

    private static long Of(JsonElement amount, string name) => amount.GetProperty(name).GetInt64();
}
