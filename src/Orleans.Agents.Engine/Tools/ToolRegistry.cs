using System.Buffers;

namespace Orleans.Agents.Tools;

/// <summary>The tools that workflows of this process may call, by name.</summary>
/// <remarks>Filled while the process starts; after that any number of threads may read it.</remarks>
public sealed class ToolRegistry
{
    private const int MaxNameLength = 128;
    private const int MaxNearest = 3;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private readonly SortedList<string, Tool> tools = new(StringComparer.Ordinal);

    /// <summary>All names, in ordinal order.</summary>
    public IReadOnlyList<string> Names => tools.Keys.AsReadOnly();

    /// <summary>All tools, in the order of their names.</summary>
    public IReadOnlyList<Tool> All => tools.Values.AsReadOnly();

    /// <summary>Adds a tool.</summary>
    /// <exception cref="ArgumentException">
    /// Another tool has its name, the name is not 1 to 128 letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, or it can
    /// reconcile and its effect is not <see cref="ToolEffect.Once"/>.
    /// </exception>
    public ToolRegistry Add(Tool tool)
    {
        if (tool.Name.Length is 0 or > MaxNameLength || tool.Name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ArgumentException(
                $"'{tool.Name}' cannot name a tool: 1 to {MaxNameLength} letters, digits, '.', '_' and '-' can.",
                nameof(tool));
        }

        if (tool.Reconcile is not null && tool.Effect is not ToolEffect.Once)
        {
            throw new ArgumentException(
                $"Tool '{tool.Name}' can say what became of a call, but its effect is not once: nobody would ask.",
                nameof(tool));
        }

        if (!tools.TryAdd(tool.Name, tool))
        {
            throw new ArgumentException(
                $"There already is a tool '{tool.Name}'; give one of the two another name.", nameof(tool));
        }

        return this;
    }

    /// <summary>Adds several tools, in order; those before one that is refused stay.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Add"/>.</exception>
    public ToolRegistry AddRange(IEnumerable<Tool> added)
    {
        foreach (var tool in added)
        {
            Add(tool);
        }

        return this;
    }

    /// <summary>The tool with exactly this name, or null.</summary>
    public Tool? Find(string name) => tools.GetValueOrDefault(name);

    /// <summary>
    /// The names that somebody may have meant by a name nobody has: at most three, the nearest first.
    /// </summary>
    public IReadOnlyList<string> Nearest(string name)
    {
        if (name.Length > MaxNameLength)
        {
            return [];
        }

        var most = Math.Max(2, name.Length / 3);
        return
        [
            .. tools.Keys
                .Select(other => (Name: other, Distance: Distance(name, other)))
                .Where(other => other.Distance <= most)
                .OrderBy(other => other.Distance)
                .ThenBy(other => other.Name, StringComparer.Ordinal)
                .Take(MaxNearest)
                .Select(other => other.Name),
        ];
    }

    // How many letters to add, drop or change, upper and lower case being the same. One row of the table at a time.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var isSame = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]);
                var change = diagonal + (isSame ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
