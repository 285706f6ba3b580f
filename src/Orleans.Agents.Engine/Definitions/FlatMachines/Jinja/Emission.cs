using System.Collections.Immutable;
using System.Text;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>A text that is being written, and which of its places stand for which of the original.</summary>
internal sealed class Emission
{
    private readonly StringBuilder text = new();
    private readonly ImmutableArray<(int At, int Source)>.Builder marks = ImmutableArray.CreateBuilder<(int, int)>();

    public JinjaError? Error { get; private set; }

    public string Text => text.ToString();

    public ImmutableArray<(int At, int Source)> Marks => marks.ToImmutable();

    public Emission Write(string words)
    {
        text.Append(words);
        return this;
    }

    /// <summary>What is written next stands for that place.</summary>
    public Emission Mark(int source)
    {
        marks.Add((text.Length, source));
        return this;
    }

    public void Refuse(JinjaError error) => Error ??= error;
}
