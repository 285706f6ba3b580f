using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Schemas.Patterns;
using Orleans.Agents.Schemas.Rules;

namespace Orleans.Agents.Schemas;

/// <summary>Makes the rules of one schema out of its keywords, cheap ones first, those about the rest last.</summary>
internal sealed class RuleAssembly(KeywordReader reader)
{
    private readonly List<Rule> rules = [];

    private string Path => reader.Subschema.Path;

    public List<Rule> Assemble()
    {
        AddValueRules();
        AddCountRules();
        AddNumberRules();
        AddTextRules();
        AddObjectRules();
        AddArrayRules();
        rules.AddRange(SchemaReference.Read(reader));
        AddCombinations();
        AddRestRules();
        SchemaIdentity.Check(reader);
        return rules;
    }

    private void AddValueRules()
    {
        if (reader.Any("type") is { } types)
        {
            AddTypeRule(types);
        }

        if (reader.Any("const") is { } only)
        {
            rules.Add(new EqualRule(Path, "const", [only]));
        }

        if (reader.List("enum") is { } allowed)
        {
            rules.Add(new EqualRule(Path, "enum", allowed));
        }
    }

    private void AddTypeRule(JsonElement types)
    {
        if (types.ValueKind != JsonValueKind.String
            && (types.ValueKind != JsonValueKind.Array || types.GetArrayLength() == 0))
        {
            reader.WrongValue("type", types, "the name of a type, or an array of such names", null);
            return;
        }

        var allowed = JsonTypes.None;
        foreach (var item in types.ValueKind == JsonValueKind.Array ? types.EnumerateArray().ToArray() : [types])
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                reader.WrongValue("type", item, "the name of a type, or an array of such names", null);
                return;
            }

            var name = item.GetString()!;
            var type = JsonTypeNames.Find(name);
            if (type == JsonTypes.None)
            {
                reader.Compiler.Report(
                    SchemaErrorCodes.UnknownType,
                    $"{Path}/type",
                    $"there is no type '{name}'",
                    $"one of {string.Join(", ", JsonTypeNames.All)}",
                    JsonTypeNames.Suggest(name));
                return;
            }

            allowed |= type;
        }

        rules.Add(new TypeRule(Path, allowed));
    }

    private void AddCountRules()
    {
        AddCountRule("minLength", Counted.Letters, isMinimum: true);
        AddCountRule("maxLength", Counted.Letters, isMinimum: false);
        AddCountRule("minItems", Counted.Items, isMinimum: true);
        AddCountRule("maxItems", Counted.Items, isMinimum: false);
        AddCountRule("minProperties", Counted.Properties, isMinimum: true);
        AddCountRule("maxProperties", Counted.Properties, isMinimum: false);
    }

    private void AddCountRule(string keyword, Counted counted, bool isMinimum)
    {
        if (reader.Count(keyword) is { } limit)
        {
            rules.Add(new CountRule(Path, keyword, counted, isMinimum, limit));
        }
    }

    private void AddNumberRules()
    {
        foreach (var keyword in (ReadOnlySpan<string>)["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"])
        {
            if (reader.Number(keyword) is { } limit)
            {
                rules.Add(new RangeRule(Path, keyword, limit));
            }
        }

        if (reader.Number("multipleOf") is not { } divisor)
        {
            return;
        }

        if (Number.Read(JsonMarshal.GetRawUtf8Value(divisor)).Sign > 0)
        {
            rules.Add(new MultipleRule(Path, divisor));
        }
        else
        {
            reader.WrongValue("multipleOf", divisor, "a number above zero", null);
        }
    }

    private void AddTextRules()
    {
        if (reader.Text("pattern") is { } source && reader.Pattern("pattern", source) is { } pattern)
        {
            rules.Add(new PatternRule(Path, pattern));
        }
    }

    private void AddObjectRules()
    {
        var properties = reader.SchemaMap("properties");
        var required = reader.Names("required") ?? [];
        var additional = reader.Schema("additionalProperties");
        var patterns = reader.SchemaMap("patternProperties")
            .Select(entry => (Pattern: ReadPattern(entry.Name), entry.Schema))
            .Where(entry => entry.Pattern is not null)
            .Select(entry => (entry.Pattern!, entry.Schema))
            .ToImmutableArray();
        if (properties.Length + required.Length + patterns.Length > 0 || additional is not null)
        {
            rules.Add(new ObjectRule(Path, properties, patterns, additional, required));
        }

        if (reader.Schema("propertyNames") is { } names)
        {
            rules.Add(new PropertyNamesRule(Path, names));
        }

        var needs = reader.NamesByName("dependentRequired");
        if (!needs.IsEmpty)
        {
            rules.Add(new DependentRequiredRule(Path, needs));
        }
    }

    private Pattern? ReadPattern(string source) =>
        reader.Pattern($"patternProperties/{JsonPointer.Escape(source)}", source);

    private void AddArrayRules()
    {
        var prefix = reader.SchemaList("prefixItems") ?? [];
        var items = reader.Schema("items");
        if (!prefix.IsEmpty || items is not null)
        {
            rules.Add(new ArrayRule(Path, prefix, items));
        }

        var least = reader.Count("minContains") ?? 1;
        var most = reader.Count("maxContains");
        if (reader.Schema("contains") is { } contained)
        {
            rules.Add(new ContainsRule(Path, contained, least, most));
        }

        if (reader.Flag("uniqueItems") == true)
        {
            rules.Add(new UniqueItemsRule(Path));
        }
    }

    private void AddCombinations()
    {
        if (reader.SchemaList("allOf") is { } all)
        {
            rules.Add(new AllOfRule(Path, InPlace(all)));
        }

        if (reader.SchemaList("anyOf") is { } any)
        {
            rules.Add(new AnyOfRule(Path, InPlace(any)));
        }

        if (reader.SchemaList("oneOf") is { } one)
        {
            rules.Add(new OneOfRule(Path, InPlace(one)));
        }

        if (reader.Schema("not") is { } none)
        {
            rules.Add(new NotRule(Path, InPlace(none)));
        }

        var then = reader.Schema("then");
        var otherwise = reader.Schema("else");
        if (reader.Schema("if") is { } condition)
        {
            then = then is null ? null : InPlace(then);
            otherwise = otherwise is null ? null : InPlace(otherwise);
            rules.Add(new ConditionRule(Path, InPlace(condition), then, otherwise));
        }

        var dependent = reader.SchemaMap("dependentSchemas");
        if (!dependent.IsEmpty)
        {
            _ = InPlace([.. dependent.Select(entry => entry.Schema)]);
            rules.Add(new DependentSchemasRule(Path, dependent));
        }
    }

    private void AddRestRules()
    {
        if (reader.Schema("unevaluatedItems") is { } items)
        {
            rules.Add(new UnevaluatedItemsRule(Path, items));
        }

        if (reader.Schema("unevaluatedProperties") is { } properties)
        {
            rules.Add(new UnevaluatedPropertiesRule(Path, properties));
        }
    }

    private Subschema InPlace(Subschema target)
    {
        reader.Subschema.InPlace.Add(target);
        return target;
    }

    private ImmutableArray<Subschema> InPlace(ImmutableArray<Subschema> targets)
    {
        reader.Subschema.InPlace.AddRange(targets);
        return targets;
    }
}
