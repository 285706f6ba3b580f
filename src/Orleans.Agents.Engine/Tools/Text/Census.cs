namespace Orleans.Agents.Tools.Text;

/// <summary>Adds up counted files: in all, by language, and the largest of them.</summary>
internal sealed class Census(int maxLargest)
{
    private readonly Dictionary<string, Share> languages = new(StringComparer.Ordinal);

    private readonly SortedSet<CountedFile> largest = new(Comparer<CountedFile>.Create(
        (left, right) => right.Bytes.CompareTo(left.Bytes) is var order and not 0
            ? order
            : string.CompareOrdinal(left.Path, right.Path)));

    private Share all;

    public void Add(CountedFile file, string language)
    {
        all = all.With(file);
        languages[language] = languages.GetValueOrDefault(language).With(file);
        largest.Add(file);
        if (largest.Count > maxLargest)
        {
            largest.Remove(largest.Max);
        }
    }

    /// <summary>Writes the sums; the answer is whether something did not fit.</summary>
    public bool Write(ToolOutput output)
    {
        Write(output, all);
        output.Json.WriteStartArray("languages"u8);
        foreach (var (language, share) in languages
            .OrderByDescending(language => language.Value.Lines)
            .ThenBy(language => language.Key, StringComparer.Ordinal))
        {
            output.Json.WriteStartObject();
            output.Json.WriteString("language"u8, language);
            Write(output, share);
            output.Json.WriteEndObject();
        }

        output.Json.WriteEndArray();
        output.Json.WriteStartArray("largest"u8);
        var listed = 0;
        foreach (var file in largest.TakeWhile(_ => output.HasRoom))
        {
            listed++;
            output.Json.WriteStartObject();
            output.Json.WriteString("path"u8, file.Path);
            output.Json.WriteNumber("bytes"u8, file.Bytes);
            output.Json.WriteNumber("lines"u8, file.Lines);
            output.Json.WriteEndObject();
        }

        output.Json.WriteEndArray();
        return listed < largest.Count;
    }

    private static void Write(ToolOutput output, Share share)
    {
        output.Json.WriteNumber("files"u8, share.Files);
        output.Json.WriteNumber("lines"u8, share.Lines);
        output.Json.WriteNumber("bytes"u8, share.Bytes);
    }

    private readonly record struct Share(int Files, long Lines, long Bytes)
    {
        public Share With(CountedFile file) => new(Files + 1, Lines + file.Lines, Bytes + file.Bytes);
    }
}

/// <summary>A file that was read to its end.</summary>
internal readonly record struct CountedFile(string Path, long Bytes, long Lines);
