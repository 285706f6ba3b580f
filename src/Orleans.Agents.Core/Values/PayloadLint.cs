using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Orleans.Agents.Schemas;

namespace Orleans.Agents.Values;

/// <summary>
/// Looks at what comes from outside before it becomes part of a history: it must be JSON, in UTF-8, not too deep, with each name
/// once and all texts whole. Numbers pass as they are: nothing is done with them unless an expression asks, and that has its own
/// limits.
/// </summary>
public static class PayloadLint
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = Payload.MaxDepth + 1 };

    /// <summary>The first flaw of a payload; null when it has none.</summary>
    public static PayloadFlaw? Find(Payload payload)
    {
        var utf8 = payload.Utf8.Span;
        if (!Utf8.IsValid(utf8))
        {
            return new PayloadFlaw("", "is not UTF-8");
        }

        var place = new Place();
        try
        {
            var reader = new Utf8JsonReader(utf8, Reading);
            while (reader.Read())
            {
                if (place.Enter(ref reader, utf8) is { } flaw)
                {
                    return flaw;
                }
            }
        }
        catch (JsonException broken)
        {
            return new PayloadFlaw(place.PathIn(utf8), $"is not JSON: {broken.Message}");
        }

        return null;
    }

    /// <summary>Where a reader is, and which names it has met in the objects around that.</summary>
    private sealed class Place
    {
        private const int FewNames = 16;

        private readonly List<Level> levels = [];
        private readonly List<(int Start, int Length)> names = [];

        public PayloadFlaw? Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    return Name(ref reader, utf8);
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    names.RemoveRange(levels[^1].FirstName, names.Count - levels[^1].FirstName);
                    levels.RemoveAt(levels.Count - 1);
                    return null;
                default:
                    return Value(ref reader, utf8);
            }
        }

        public string PathIn(ReadOnlySpan<byte> utf8)
        {
            var path = new StringBuilder();
            foreach (var level in levels)
            {
                if (level is { IsList: true, Index: >= 0 })
                {
                    path.Append('/').Append(level.Index);
                }
                else if (!level.IsList && level.Name is var (start, length) && start > 0)
                {
                    path.Append('/').Append(JsonPointer.Escape(Encoding.UTF8.GetString(utf8.Slice(start, length))));
                }
            }

            return path.ToString();
        }

        private PayloadFlaw? Name(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8)
        {
            var level = levels[^1];
            var name = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            level.Name = name;
            if (!IsWhole(reader.ValueSpan))
            {
                return new PayloadFlaw(PathIn(utf8), "has half a surrogate pair in its name");
            }

            if (IsKnown(level, utf8, name))
            {
                return new PayloadFlaw(PathIn(utf8), "stands there twice");
            }

            names.Add(name);
            return null;
        }

        private PayloadFlaw? Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8)
        {
            if (levels is [.., { IsList: true } list])
            {
                list.Index++;
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when reader.CurrentDepth >= Payload.MaxDepth:
                    return new PayloadFlaw(PathIn(utf8), $"is nested deeper than {Payload.MaxDepth} levels");
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    levels.Add(new Level(reader.TokenType is JsonTokenType.StartArray, names.Count));
                    return null;
                case JsonTokenType.String when !IsWhole(reader.ValueSpan):
                    return new PayloadFlaw(PathIn(utf8), "has half a surrogate pair");
                default:
                    return null;
            }
        }

        // Few names are compared as they stand; many are looked up.
        private bool IsKnown(Level level, ReadOnlySpan<byte> utf8, (int Start, int Length) name)
        {
            var text = utf8.Slice(name.Start, name.Length);
            if (names.Count - level.FirstName >= FewNames)
            {
                if (level.Known is null)
                {
                    level.Known = new HashSet<string>(StringComparer.Ordinal);
                    for (var i = level.FirstName; i < names.Count; i++)
                    {
                        level.Known.Add(TextOf(utf8.Slice(names[i].Start, names[i].Length)));
                    }
                }

                return !level.Known.Add(TextOf(text));
            }

            for (var i = level.FirstName; i < names.Count; i++)
            {
                var other = utf8.Slice(names[i].Start, names[i].Length);
                if (text.SequenceEqual(other)
                    || ((text.Contains((byte)'\\') || other.Contains((byte)'\\')) && TextOf(text) == TextOf(other)))
                {
                    return true;
                }
            }

            return false;
        }

        private static string TextOf(ReadOnlySpan<byte> written)
        {
            if (!written.Contains((byte)'\\'))
            {
                return Encoding.UTF8.GetString(written);
            }

            var reader = new Utf8JsonReader((byte[])[(byte)'"', .. written, (byte)'"']);
            reader.Read();
            return reader.GetString()!;
        }

        // In UTF-8 itself there are no halves; in escapes there may be.
        private static bool IsWhole(ReadOnlySpan<byte> written)
        {
            var isHigh = false;
            for (var i = written.IndexOf((byte)'\\'); i >= 0 && i < written.Length; i++)
            {
                var isEscape = written[i] == (byte)'\\';
                var isUnit = isEscape && written[i + 1] == (byte)'u';
                var half = isUnit ? HalfOf(written.Slice(i + 2, 4)) : Half.None;
                if (isHigh != (half is Half.Low))
                {
                    return false;
                }

                isHigh = half is Half.High;
                i += isUnit ? 5 : isEscape ? 1 : 0;
            }

            return !isHigh;
        }

        private static Half HalfOf(ReadOnlySpan<byte> digits) => (char)digits[0] is not ('d' or 'D') ? Half.None
            : (char)digits[1] is '8' or '9' or 'a' or 'A' or 'b' or 'B' ? Half.High
            : (char)digits[1] is >= '0' and <= '7' ? Half.None
            : Half.Low;

        private enum Half
        {
            None,
            High,
            Low,
        }

        private sealed class Level(bool isList, int firstName)
        {
            public bool IsList => isList;

            public int FirstName => firstName;

            public int Index { get; set; } = -1;

            public (int Start, int Length) Name { get; set; }

            public HashSet<string>? Known { get; set; }
        }
    }
}
