namespace Orleans.Agents.Schemas;

/// <summary>Which properties or items of one value have been evaluated, by position.</summary>
internal sealed class Marks
{
    private ulong[] words = new ulong[2];
    private int used;
    private bool hasAll;

    public bool Has(int position) =>
        hasAll || (position >> 6 < used && (words[position >> 6] & (1UL << position)) != 0);

    public void Mark(int position)
    {
        Reserve((position >> 6) + 1);
        words[position >> 6] |= 1UL << position;
    }

    public void MarkAll() => hasAll = true;

    public void Add(Marks other)
    {
        hasAll |= other.hasAll;
        Reserve(other.used);
        for (var i = 0; i < other.used; i++)
        {
            words[i] |= other.words[i];
        }
    }

    public void Clear()
    {
        Array.Clear(words, 0, used);
        used = 0;
        hasAll = false;
    }

    private void Reserve(int count)
    {
        if (count > words.Length)
        {
            Array.Resize(ref words, Math.Max(count, words.Length * 2));
        }

        used = Math.Max(used, count);
    }
}
