using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Orleans.Agents.Definitions;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.Definitions;

/// <summary>The schema for editors and the loader agree on every field: both are asked about each.</summary>
public sealed class ShapeParityTests
{
    private static readonly Schema Editor = Compile(DefinitionSchema.Generate());

    private static readonly Dictionary<string, Schema> Parts = DefinitionSchema.Shapes()
        .Where(s => !ReferenceEquals(s, DocumentShape.Shape))
        .ToDictionary(s => s.Name, EditorPart);

    public static TheoryData<string, string> Fields() => FieldsThat(_ => true);

    public static TheoryData<string, string> SupportedFields() => FieldsThat(f => f.Gate is not Gate.Blocked);

    [Theory, MemberData(nameof(Fields))]
    public void A_field_is_taken_by_both_or_by_none(string shape, string field)
    {
        var (part, asked) = Find(shape, field);
        var mapping = Minimal(part, asked);

        var isTaken = asked.Gate is not Gate.Blocked;
        Assert.Equal(isTaken, EditorTakes(part, mapping));
        Assert.Equal(isTaken, LoaderTakes(part, mapping, out var codes));
        Assert.Equal(!isTaken, codes.Contains(DiagnosticCode.FeatureBlocked));
    }

    [Theory, MemberData(nameof(Fields))]
    public void An_unknown_field_beside_it_is_refused_by_both(string shape, string field)
    {
        var (part, asked) = Find(shape, field);
        var mapping = Minimal(part, asked);
        mapping["unheard_of"] = 1;

        Assert.False(EditorTakes(part, mapping));
        Assert.False(LoaderTakes(part, mapping, out var codes));
        Assert.Contains(DiagnosticCode.UnknownField, codes);
    }

    [Theory, MemberData(nameof(Fields))]
    public void A_value_of_another_kind_is_refused_by_both(string shape, string field)
    {
        var (part, asked) = Find(shape, field);
        string[] kinds = ["null", "true", "-1.5", "\"\"", "[[0]]", """{"unheard_of":0}"""];
        foreach (var kind in kinds)
        {
            var mapping = Minimal(part, asked);
            mapping[asked.Name] = JsonNode.Parse(kind);

            var editor = EditorTakes(part, mapping);
            Assert.True(
                editor == LoaderTakes(part, mapping, out _), $"{shape}.{field} = {kind}: the editor says {editor}");
            Assert.True(
                editor == (TakesAnything(asked, kind) && asked.Gate is not Gate.Blocked), $"{shape}.{field} = {kind}");
        }
    }

    [Theory, MemberData(nameof(SupportedFields))]
    public void A_required_field_that_is_missing_is_missed_by_both(string shape, string field)
    {
        var (part, asked) = Find(shape, field);
        var mapping = Minimal(part, asked);
        mapping.Remove(asked.Name);
        var isNeeded = asked.IsRequired || part.OneOf.Contains(asked) || part.Needs.Any(n => n.Needed.Contains(asked));

        Assert.Equal(!isNeeded, EditorTakes(part, mapping));
        Assert.Equal(!isNeeded, LoaderTakes(part, mapping, out _));
    }

    [Fact]
    public void A_field_without_effect_is_refused_by_both()
    {
        foreach (var (given, withoutEffect) in StateShape.Shape.Exclusions)
        {
            foreach (var idle in withoutEffect)
            {
                var mapping = Minimal(StateShape.Shape, given);
                mapping[idle.Name] = Example(idle);

                Assert.False(EditorTakes(StateShape.Shape, mapping), $"{given.Name} with {idle.Name}");
                Assert.False(LoaderTakes(StateShape.Shape, mapping, out var codes));
                Assert.Equal(DiagnosticCode.FieldWithoutEffect, Assert.Single(codes));
            }
        }
    }

    [Fact]
    public void Whole_documents_are_taken_by_both()
    {
        var report = new SourceFile("report.yaml", GoodDefinitionTests.Report[0].Text);
        foreach (var root in YamlSource.Read(report, new Findings(true)))
        {
            Assert.Empty(Editor.Validate(CanonicalJson.Of(root)).Violations);
        }
    }

    [Fact]
    public void Every_kind_of_document_is_taken_by_both_or_by_none()
    {
        foreach (var kind in DocumentKind.All)
        {
            var document = $$$"""
                {"apiVersion":"orleans.agents/v1","kind":"{{{kind.Name}}}","metadata":{"name":"a"},"spec":{}}
                """;
            var isKnown = !Editor.Validate(Payload.Parse(document)).Violations.Any(v => v.InstancePath == "/kind");
            var result = DefinitionLoader.LoadTexts([new("a.json", document)], Samples.Host, LoadOptions.Lenient);

            Assert.Equal(kind.Spec is not null, isKnown);
            Assert.Equal(kind.Spec is null, result.Diagnostics.Any(d => d.Code == DiagnosticCode.FeatureBlocked));
        }
    }

    [Fact]
    public void Every_field_that_is_not_blocked_is_read()
    {
        var read = new HashSet<Field>();

        var result = DefinitionLoader.LoadTexts(GoodDefinitionTests.Report, Samples.Host, LoadOptions.Lenient, read);

        Assert.False(result.HasErrors);
        var declared = DefinitionSchema.Shapes().SelectMany(s => s.Fields).Where(f => f.Gate is not Gate.Blocked);
        Assert.Equal([], declared.Except(read).Select(f => f.Name));
    }

    [Fact]
    public void An_experimental_field_is_a_warning_and_strictly_an_error()
    {
        var field = new Field("fresh", new FieldType.Integer(0, 1), "Is new.") { Gate = Gate.Experimental };
        var shape = new Shape("sample", "A sample.", [field]);
        var node = YamlSource.Read(new SourceFile("a", "fresh: 1"), new Findings(false))[0];
        var lenient = new Findings(strict: false);
        var strict = new Findings(strict: true);

        new ShapeCheck(lenient).Check(node, new FieldType.Part(shape), "it");
        new ShapeCheck(strict).Check(node, new FieldType.Part(shape), "it");

        Assert.Equal(
            (DiagnosticCode.FeatureExperimental, DiagnosticSeverity.Warning),
            (lenient.InOrder().Single().Code, lenient.InOrder().Single().Severity));
        Assert.True(strict.HasErrors);
    }

    private static TheoryData<string, string> FieldsThat(Func<Field, bool> wanted)
    {
        var data = new TheoryData<string, string>();
        foreach (var shape in DefinitionSchema.Shapes().Where(s => !ReferenceEquals(s, DocumentShape.Shape)))
        {
            foreach (var one in shape.Fields.Where(wanted))
            {
                data.Add(shape.Name, one.Name);
            }
        }

        return data;
    }

    private static bool TakesAnything(Field field, string json)
    {
        var node = JsonSource.Read(new SourceFile("a.json", json), new Findings(true))[0];
        var findings = new Findings(true);
        new ShapeCheck(findings).Check(node, field.Type, "it");
        return !findings.HasErrors;
    }

    private static (Shape Shape, Field Field) Find(string shape, string field)
    {
        var part = DefinitionSchema.Shapes().Single(s => s.Name == shape);
        return (part, part.Find(field)!);
    }

    private static bool EditorTakes(Shape shape, JsonObject mapping) =>
        Parts[shape.Name].Validate(Payload.Parse(mapping.ToJsonString())).IsValid;

    private static Schema EditorPart(Shape shape)
    {
        var schema = JsonNode.Parse(DefinitionSchema.Generate())!.AsObject();
        var part = new JsonObject
        {
            ["$defs"] = schema["$defs"]!.DeepClone(),
            ["$ref"] = $"#/$defs/{shape.Name.Replace(' ', '_')}",
        };
        return Compile(part.ToJsonString());
    }

    private static bool LoaderTakes(Shape shape, JsonObject mapping, out ImmutableArray<string> codes)
    {
        var findings = new Findings(strict: true);
        var node = JsonSource.Read(new SourceFile("a.json", mapping.ToJsonString()), findings)[0];
        new ShapeCheck(findings).Check(node, new FieldType.Part(shape), "it");
        codes = [.. findings.InOrder().Select(d => d.Code)];
        return codes.IsEmpty;
    }

    // The least mapping that has a field and is otherwise right.
    private static JsonObject Minimal(Shape shape, Field asked)
    {
        var chosen = shape.OneOf.IsEmpty || asked.Gate is Gate.Blocked ? null
            : shape.OneOf.Contains(asked) ? asked
            : shape.OneOf.First(f => !shape.Exclusions.Any(e => e.Given == f && e.WithoutEffect.Contains(asked)));
        var needed = shape.Needs.Where(n => n.Given == chosen).SelectMany(n => n.Needed);
        var fields = shape.Fields.Where(f => f.IsRequired || f == chosen || f == asked || needed.Contains(f));
        return new JsonObject(fields.Select(f => KeyValuePair.Create(f.Name, Example(f))));
    }

    private static JsonNode? Example(Field field) =>
        field.Example is { } example ? JsonNode.Parse(example) : Example(field.Type);

    private static JsonNode? Example(FieldType type) => type switch
    {
        FieldType.Text { Rule: var rule } when rule == TextRule.Duration => "1h30m",
        FieldType.Text { Rule: var rule } when rule.Holds("a") => "a",
        FieldType.TextTemplate => "a",
        FieldType.Template => 1,
        FieldType.Integer whole => whole.Min,
        FieldType.Number number => number.Max,
        FieldType.JsonSchema or FieldType.SchemaOrName => new JsonObject(),
        FieldType.Part part => Minimal(part.Shape, part.Shape.OneOf.FirstOrDefault() ?? part.Shape.Fields[0]),
        FieldType.Map map => new JsonObject { ["a"] = Example(map.Values) },
        FieldType.List list => new JsonArray(Example(list.Items)),
        _ => throw new InvalidOperationException($"{type} needs an example of its own"),
    };

    private static Schema Compile(string json) =>
        Schema.TryCompile(Payload.Parse(json), SchemaRegistry.Empty, out var schema, out var errors)
            ? schema
            : throw new InvalidOperationException(errors[0].ToString());
}
