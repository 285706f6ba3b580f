using System.Text;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>Gives machines and agents names that documents of ours can have, no two alike.</summary>
internal sealed class FlatNaming(IEnumerable<string> taken)
{
    private const int Longest = 60;

    private readonly HashSet<string> names = new(taken, StringComparer.Ordinal);

    public string Take(string wanted)
    {
        var name = Plain(wanted);
        for (var number = 2; !names.Add(name); number++)
        {
            name = $"{Plain(wanted)}-{number}";
        }

        return name;
    }

    /// <summary>The name with letters that names here have.</summary>
    public static string Plain(string wanted)
    {
        var name = new StringBuilder();
        foreach (var letter in wanted.ToLowerInvariant().Take(Longest))
        {
            name.Append(char.IsAsciiLetterOrDigit(letter) || (name.Length > 0 && letter is '-' or '_' or '.') ? letter
                : name.Length > 0 ? '-'
                : "");
        }

        return name.Length == 0 ? "unnamed" : name.ToString();
    }
}
