namespace Orleans.Agents.Schemas.Patterns;

/// <summary>Reads a character class: <c>[a-z\d]</c>, <c>[^"]</c>.</summary>
internal static class EcmaClass
{
    /// <summary>Reads a class; the reader stands at its bracket.</summary>
    public static CodePoints Read(EcmaReader reader)
    {
        reader.Skip(1);
        var isNegated = reader.TrySkip("^");
        var members = new CodePoints();
        while (!reader.TrySkip("]"))
        {
            if (reader.IsAtEnd)
            {
                throw new FormatException("']' is missing at the end of a class");
            }

            ReadMember(reader, members);
        }

        return isNegated ? members.Complement() : members;
    }

    private static void ReadMember(EcmaReader reader, CodePoints members)
    {
        if (TryReadSet(reader, members))
        {
            return;
        }

        var first = ReadLetter(reader);
        if (reader.Peek() != '-' || reader.Peek(1) is ']' or '\0')
        {
            _ = members.Add(first, first);
            return;
        }

        reader.Skip(1);
        if (TryReadSet(reader, members))
        {
            // "a-\d" has no end to go to: three members, as in ECMAScript's lenient mode.
            _ = members.Add(first, first).Add('-', '-');
            return;
        }

        var last = ReadLetter(reader);
        _ = first <= last
            ? members.Add(first, last)
            : throw new FormatException("a range in a class goes from the smaller to the larger letter");
    }

    private static bool TryReadSet(EcmaReader reader, CodePoints members)
    {
        if (reader.Peek() != '\\' || !reader.TryReadSet(out var set))
        {
            return false;
        }

        _ = members.Add(set);
        return true;
    }

    private static int ReadLetter(EcmaReader reader)
    {
        if (reader.Peek() != '\\')
        {
            return reader.ReadLetter();
        }

        if (reader.Peek(1) != 'b')
        {
            return reader.ReadEscapedLetter();
        }

        reader.Skip(2);
        return '\b';
    }
}
