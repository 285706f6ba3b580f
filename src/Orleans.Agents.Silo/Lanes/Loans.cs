using System.Collections.Immutable;
using Orleans.Agents.Activities.Lending;

namespace Orleans.Agents.Silo.Lanes;

/// <summary>What the lanes of this silo make for other silos, until those have collected it.</summary>
internal sealed class Loans(TimeProvider time)
{
    // Who lent collects from the moment the loan is agreed on until it has all. Who does not has not heard of it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, Loan> loans = new(StringComparer.Ordinal);

    /// <summary>Whether there are none.</summary>
    public bool AreNone => loans.Count == 0;

    /// <summary>Keeps what is made for a silo; null for one that did not say which it is.</summary>
    public void Add(string name, Borrowed work, SiloAddress? lender) =>
        loans.Add(name, new Loan(work, lender) { Asked = time.GetTimestamp() });

    /// <summary>Waits until there is something to report of a loan; null when nothing is known of it.</summary>
    public async Task<ImmutableArray<LentReport>?> CollectAsync(string name)
    {
        if (!loans.TryGetValue(name, out var loan))
        {
            return null;
        }

        loan.Collectors++;
        var reports = await loan.Work.CollectAsync();
        loan.Collectors--;
        loan.Asked = time.GetTimestamp();
        if (loan.Work.IsDone)
        {
            loans.Remove(name);
        }

        return reports;
    }

    /// <summary>Gives one attempt up.</summary>
    public void Cancel(string name, int place) => loans.GetValueOrDefault(name)?.Work.Cancel(place);

    /// <summary>Gives up what nobody will collect: its silo is gone, or does not ask for it.</summary>
    public void GiveUp(Func<SiloAddress, bool> isGone)
    {
        foreach (var (name, loan) in loans.ToArray())
        {
            var isForgotten = loan.Collectors == 0 && time.GetElapsedTime(loan.Asked) > Patience;
            if (isForgotten || (loan.Lender is { } lender && isGone(lender)))
            {
                loans.Remove(name);
                loan.Work.Cancel();
            }
        }
    }

    private sealed class Loan(Borrowed work, SiloAddress? lender)
    {
        public Borrowed Work => work;

        public SiloAddress? Lender => lender;

        public int Collectors { get; set; }

        public long Asked { get; set; }
    }
}
