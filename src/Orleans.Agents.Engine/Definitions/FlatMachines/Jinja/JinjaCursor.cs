namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>Where in an expression the reader is. After the first error there is nothing left to read.</summary>
internal sealed class JinjaCursor
{
    private readonly JinjaLexer lexer;
    private readonly int end;
    private JinjaError? wrong;

    public JinjaCursor(string source, int start, int end)
    {
        lexer = new JinjaLexer(source, start, end);
        this.end = end;
        Current = lexer.Next();
    }

    public JinjaError? Error => wrong ?? lexer.Error;

    public JinjaToken Current { get; private set; }

    public int At => Current.At;

    public bool IsAtEnd => Current.Kind is JinjaTokenKind.End;

    public bool IsAt(string word) => Current.Is(word);

    public JinjaToken Advance()
    {
        var passed = Current;
        Current = Error is null ? lexer.Next() : Nothing;
        return passed;
    }

    public bool Take(string word)
    {
        if (!Current.Is(word))
        {
            return false;
        }

        Advance();
        return true;
    }

    public string Name()
    {
        if (Current.Kind is not JinjaTokenKind.Name)
        {
            Refuse("a name");
        }

        return Advance().Text;
    }

    public void Require(string word)
    {
        if (!Take(word))
        {
            Refuse($"`{word}`");
        }
    }

    public void Refuse(string expected) =>
        Refuse(new JinjaError(Current.At, $"Found {Current.Describe()} where it cannot stand", expected));

    public void Refuse(JinjaError error)
    {
        wrong ??= error;
        Current = Nothing;
    }

    private JinjaToken Nothing => new(JinjaTokenKind.End, "", end);
}
