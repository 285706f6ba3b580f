using System.Text.Json;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Serialization;

/// <summary>A part of a payload that is taken out of it: one whole value.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How many bytes it has.</param>
internal readonly record struct BlobCut(int Start, int Length);

/// <summary>Finds what to take out of a large payload, so that what stays is not large.</summary>
// As far inside as can be: a text that one tool answers, another answers wrapped in an object and a fan-out answers in a
// list is the same bytes in all three, and is stored once.
internal static class BlobCuts
{
    // Deeper than any payload.
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 256 };

    /// <summary>The parts to take out, in the order in which they stand.</summary>
    public static List<BlobCut> Of(ReadOnlySpan<byte> payload)
    {
        var cuts = new List<BlobCut>();
        var open = new Stack<(int Start, int Cuts)>();
        var reader = new Utf8JsonReader(payload, Reading);
        while (reader.Read())
        {
            var start = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push((start, cuts.Count));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    var (opened, before) = open.Pop();
                    Cut(cuts, before, opened, (int)reader.BytesConsumed);
                    break;
                case JsonTokenType.PropertyName:
                    break;
                default:
                    Cut(cuts, cuts.Count, start, (int)reader.BytesConsumed);
                    break;
            }
        }

        return cuts;
    }

    // A value that is large even without the large values in it is taken out whole.
    private static void Cut(List<BlobCut> cuts, int before, int start, int end)
    {
        var left = end - start;
        for (var i = before; i < cuts.Count && left > RunLimits.InlineBytes; i++)
        {
            left -= cuts[i].Length - StoredText.MarkLength;
        }

        if (left > RunLimits.InlineBytes)
        {
            cuts.RemoveRange(before, cuts.Count - before);
            cuts.Add(new BlobCut(start, end - start));
        }
    }
}
