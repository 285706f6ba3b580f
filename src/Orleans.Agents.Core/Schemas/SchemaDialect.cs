using System.Text.Json;

namespace Orleans.Agents.Schemas;

/// <summary>Which vocabularies the value of <c>$schema</c> brings with it.</summary>
internal static class SchemaDialect
{
    private const string VocabularyRoot = "https://json-schema.org/draft/2020-12/vocab/";

    /// <summary>Whether a dialect is an older draft of JSON Schema, which is read as the present one.</summary>
    public static bool IsOlderDraft(string dialect) =>
        dialect is "https://json-schema.org/draft/2019-09/schema" or "http://json-schema.org/schema"
        || dialect.StartsWith("http://json-schema.org/draft-0", StringComparison.Ordinal);

    /// <summary>The vocabularies of a dialect; none when it cannot be used, and why.</summary>
    public static Vocabularies Find(string dialect, SchemaLibrary library, out string problem)
    {
        problem = "";
        if (dialect == Keywords.Dialect || IsOlderDraft(dialect))
        {
            return Vocabularies.All;
        }

        if (library.Find(dialect) is not { } metaschema)
        {
            problem = $"the dialect '{dialect}' is not known";
            return Vocabularies.None;
        }

        if (metaschema.Content.ValueKind != JsonValueKind.Object
            || !metaschema.Content.TryGetProperty("$vocabulary", out var declared)
            || declared.ValueKind != JsonValueKind.Object)
        {
            return Vocabularies.All;
        }

        var vocabularies = Vocabularies.Core;
        foreach (var vocabulary in declared.EnumerateObject())
        {
            var known = Known(vocabulary.Name);
            if (known == Vocabularies.None && vocabulary.Value.ValueKind == JsonValueKind.True)
            {
                problem = $"the dialect '{dialect}' needs the vocabulary '{vocabulary.Name}', which is not known";
                return Vocabularies.None;
            }

            vocabularies |= known;
        }

        return vocabularies;
    }

    private static Vocabularies Known(string vocabulary) =>
        !vocabulary.StartsWith(VocabularyRoot, StringComparison.Ordinal)
            ? Vocabularies.None
            : vocabulary[VocabularyRoot.Length..] switch
            {
                "core" => Vocabularies.Core,
                "applicator" => Vocabularies.Applicator,
                "unevaluated" => Vocabularies.Unevaluated,
                "validation" => Vocabularies.Validation,
                "meta-data" or "format-annotation" or "content" => Vocabularies.Annotation,
                _ => Vocabularies.None,
            };
}
