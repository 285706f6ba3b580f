using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Orleans.Agents.Schemas.Patterns;

namespace Orleans.Agents.Schemas.Rules;

/// <summary>
/// <c>properties</c>, <c>patternProperties</c>, <c>additionalProperties</c> and <c>required</c>, in one pass over the
/// properties of an object.
/// </summary>
internal sealed class ObjectRule : Rule
{
    private readonly Dictionary<byte[], Known> known = new(Utf8Names.Comparer);
    private readonly Dictionary<byte[], Known>.AlternateLookup<ReadOnlySpan<byte>> byName;
    private readonly ImmutableArray<(Pattern Pattern, Subschema Schema)> patterns;
    private readonly Subschema? additional;
    private readonly ImmutableArray<string> required;

    public ObjectRule(
        string owner,
        ImmutableArray<(string Name, Subschema Schema)> properties,
        ImmutableArray<(Pattern Pattern, Subschema Schema)> patterns,
        Subschema? additional,
        ImmutableArray<string> required)
        : base(owner, "properties")
    {
        this.patterns = patterns;
        this.additional = additional;
        this.required = required;
        foreach (var (name, schema) in properties)
        {
            known[Encoding.UTF8.GetBytes(name)] = new Known(schema, 0);
        }

        for (var i = 0; i < required.Length; i++)
        {
            var name = Encoding.UTF8.GetBytes(required[i]);
            known[name] = new Known(known.GetValueOrDefault(name).Schema, i + 1);
        }

        byName = known.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public override bool Check(JsonElement value, Evaluation evaluation, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        Span<ulong> seen = required.Length <= 64 ? [0] : new ulong[(required.Length + 63) / 64];
        var holds = CheckProperties(value, evaluation, marks, seen, out var seenCount);
        if (seenCount == required.Length || (!holds && !evaluation.WantsMore))
        {
            return holds;
        }

        for (var i = 0; i < required.Length; i++)
        {
            if ((seen[i >> 6] & (1UL << i)) == 0)
            {
                _ = evaluation.Report(
                    PathOf("required"),
                    "required",
                    $"expected the property '{required[i]}', which is missing");
            }
        }

        return false;
    }

    private bool CheckProperties(
        JsonElement value,
        Evaluation evaluation,
        Marks? marks,
        Span<ulong> seen,
        out int seenCount)
    {
        var holds = true;
        var position = 0;
        seenCount = 0;
        foreach (var property in value.EnumerateObject())
        {
            var name = Utf8Text.NameOf(property);
            if (byName.TryGetValue(name, out var entry) && entry.IsRequired)
            {
                ref var word = ref seen[entry.Index >> 6];
                var bit = 1UL << entry.Index;
                seenCount += (word & bit) == 0 ? 1 : 0;
                word |= bit;
            }

            holds &= CheckProperty(property.Value, name, entry.Schema, evaluation, out var isEvaluated);
            if (!holds && !evaluation.WantsMore)
            {
                return false;
            }

            if (isEvaluated)
            {
                marks?.Mark(position);
            }

            position++;
        }

        return holds;
    }

    private bool CheckProperty(
        JsonElement value,
        ReadOnlySpan<byte> name,
        Subschema? named,
        Evaluation evaluation,
        out bool isEvaluated)
    {
        isEvaluated = named is not null;
        var holds = named is null || CheckInside(named, value, name, evaluation);
        foreach (var (pattern, schema) in patterns)
        {
            switch (pattern.Match(name))
            {
                case PatternMatch.Yes:
                    isEvaluated = true;
                    holds &= CheckInside(schema, value, name, evaluation);
                    break;
                case PatternMatch.TooSlow:
                    var problem = pattern.TooSlow(Shown.Shorten(name));
                    return evaluation.Break(PathOf("patternProperties"), "patternProperties", problem);
                default:
                    break;
            }
        }

        if (isEvaluated || additional is null)
        {
            return holds;
        }

        isEvaluated = true;
        return additional.Always == false
            ? ReportUnknown(name, evaluation)
            : CheckInside(additional, value, name, evaluation);
    }

    private static bool CheckInside(Subschema schema, JsonElement value, ReadOnlySpan<byte> name, Evaluation evaluation)
    {
        evaluation.Into(name);
        var holds = schema.Check(value, evaluation, null);
        evaluation.Out();
        return holds;
    }

    private bool ReportUnknown(ReadOnlySpan<byte> name, Evaluation evaluation)
    {
        evaluation.Into(name);
        var path = evaluation.IsExplaining ? PathOf("additionalProperties") : "";
        _ = evaluation.Report(
            path,
            "additionalProperties",
            $"the property '{Shown.Shorten(name)}' is not allowed; {Allowed(name)}");
        evaluation.Out();
        return false;
    }

    private string Allowed(ReadOnlySpan<byte> name)
    {
        var named = known.Where(entry => entry.Value.Schema is not null);
        var names = named.Select(entry => Utf8Text.Show(entry.Key)).ToList();
        var patternNames = patterns.Select(entry => entry.Pattern.Source);
        var allowed = Shown.List(names.Concat(patternNames));
        var meant = Spelling.Nearest(Utf8Text.Show(name), names);
        return (allowed, meant) switch
        {
            ("", _) => "none is",
            (_, null) => $"expected one of {allowed}",
            _ => $"expected one of {allowed}; did you mean '{meant}'?",
        };
    }

    // The default, which is what a name that is not in the table reads as, stands for neither.
    private readonly record struct Known(Subschema? Schema, int Ordinal)
    {
        public bool IsRequired => Ordinal > 0;

        public int Index => Ordinal - 1;
    }
}
