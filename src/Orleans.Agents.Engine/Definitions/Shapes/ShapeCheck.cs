using System.Globalization;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Shapes;

/// <summary>Compares documents with their shapes: names, kinds of values, rules, gates.</summary>
internal sealed class ShapeCheck(Findings findings)
{
    /// <summary>Notes everything in a value that its type does not allow.</summary>
    /// <param name="node">The value.</param>
    /// <param name="type">What it should be.</param>
    /// <param name="name">What messages call it.</param>
    public void Check(Node node, FieldType type, string name)
    {
        switch (type)
        {
            case FieldType.Text text:
                CheckText(node, text.Rule, name);
                break;
            case FieldType.Integer or FieldType.Number:
                CheckNumber(node, type, name);
                break;
            case FieldType.Part part when Is(node, NodeKind.Map, type, name):
                CheckPart(node, part.Shape);
                break;
            case FieldType.Map map when Is(node, NodeKind.Map, type, name):
                CheckMap(node, map, name);
                break;
            case FieldType.List list when Is(node, NodeKind.List, type, name):
                CheckList(node, list, name);
                break;
            case FieldType.Either either:
                var fitting = either.Types.FirstOrDefault(t => Takes(t, node.Kind));
                if (fitting is not null)
                {
                    Check(node, fitting, name);
                }
                else
                {
                    RefuseType(node, type, name);
                }

                break;
            default:
                if (!Takes(type, node.Kind))
                {
                    RefuseType(node, type, name);
                }

                break;
        }
    }

    private void CheckPart(Node node, Shape shape)
    {
        foreach (var member in node.Members)
        {
            if (shape.Find(member.Name) is not { } field)
            {
                findings.Error(
                    DiagnosticCode.UnknownField,
                    member.Key,
                    $"There is no field \"{Node.Shorten(member.Name)}\" in a {shape.Name}",
                    shape.Fields.IsEmpty ? "no fields" : Names(shape.Fields.Where(f => f.Gate is not Gate.Blocked)),
                    NearestName.Of(member.Name, shape.Fields.Select(f => f.Name)));
                continue;
            }

            if (field.Gate is Gate.Blocked)
            {
                findings.Error(
                    DiagnosticCode.FeatureBlocked,
                    member.Key,
                    $"This version does not run `{field.Name}`: it {field.Description}");
                continue;
            }

            if (field.Gate is Gate.Experimental)
            {
                findings.Warn(
                    DiagnosticCode.FeatureExperimental,
                    member.Key,
                    $"`{field.Name}` is experimental and may still change");
            }

            Check(member.Value, field.Type, $"`{field.Name}`");
        }

        CheckPresence(node, shape);
    }

    private void CheckPresence(Node node, Shape shape)
    {
        foreach (var field in shape.Fields.Where(f => f.IsRequired && node.Find(f.Name) is null))
        {
            RefuseMissing(node, shape, field);
        }

        if (shape.OneOf.IsEmpty || shape.Fields.Any(f => f.Gate is Gate.Blocked && node.Find(f.Name) is not null))
        {
            return;
        }

        var given = shape.OneOf.Where(f => node.Find(f.Name) is not null).ToArray();
        var isState = ReferenceEquals(shape, StateShape.Shape);
        if (given.Length == 0)
        {
            findings.Error(
                isState ? DiagnosticCode.StateKind : DiagnosticCode.MissingField,
                node,
                isState ? "The state does not say what it does" : $"The {shape.Name} is incomplete",
                $"one of {Names(shape.OneOf)}");
        }
        else if (given.Length > 1)
        {
            findings.Error(
                isState ? DiagnosticCode.StateKind : DiagnosticCode.Conflict,
                node.Members.Last(m => given.Any(f => f.Name == m.Name)).Key,
                $"{Names(given)} exclude each other",
                $"one of {Names(shape.OneOf)}");
        }
        else
        {
            CheckCompany(node, shape, given[0]);
        }
    }

    private void CheckCompany(Node node, Shape shape, Field given)
    {
        foreach (var field in shape.Needs.Where(n => n.Given == given).SelectMany(n => n.Needed))
        {
            if (node.Find(field.Name) is null)
            {
                RefuseMissing(node, shape, field);
            }
        }

        var idle = shape.Exclusions.Where(e => e.Given == given).SelectMany(e => e.WithoutEffect);
        foreach (var member in node.Members.Where(m => idle.Any(f => f.Name == m.Name)))
        {
            findings.Error(
                DiagnosticCode.FieldWithoutEffect,
                member.Key,
                $"`{member.Name}` does nothing in a {shape.Name} with `{given.Name}`",
                "the field left out");
        }
    }

    private void CheckMap(Node node, FieldType.Map map, string name)
    {
        foreach (var member in node.Members)
        {
            if (!map.Names.Holds(member.Name))
            {
                findings.Error(
                    DiagnosticCode.InvalidValue,
                    member.Key,
                    $"\"{Node.Shorten(member.Name)}\" cannot be a name in {name}",
                    map.Names.Expected);
            }

            Check(member.Value, map.Values, $"\"{Node.Shorten(member.Name)}\" in {name}");
        }

        if (map.IsFilled && node.Members.Count == 0)
        {
            findings.Error(DiagnosticCode.InvalidValue, node, $"{name} is empty", "one entry at least");
        }
    }

    private void CheckList(Node node, FieldType.List list, string name)
    {
        foreach (var item in node.Items)
        {
            Check(item, list.Items, $"an entry of {name}");
        }

        if (list.IsFilled && node.Items.Count == 0)
        {
            findings.Error(DiagnosticCode.InvalidValue, node, $"{name} is empty", "one entry at least");
        }
    }

    private void CheckText(Node node, TextRule rule, string name)
    {
        if (!node.IsText)
        {
            var isWord = node.Kind is NodeKind.Number or NodeKind.Boolean;
            var suggestion = !isWord ? null : rule.Pattern == DurationText.Pattern ? $"{node.Text}s" : $"'{node.Text}'";
            findings.Error(
                DiagnosticCode.WrongType,
                node,
                $"{name} takes text, this is {node.Describe()}",
                rule.Expected,
                suggestion);
        }
        else if (!rule.Holds(node.Text))
        {
            findings.Error(
                DiagnosticCode.InvalidValue, node, $"{name} cannot be \"{Node.Shorten(node.Text)}\"", rule.Expected);
        }
    }

    private void CheckNumber(Node node, FieldType type, string name)
    {
        if (node.Kind is not NodeKind.Number)
        {
            RefuseType(node, type, name);
        }
        else if (Numbers.Read(node, type) is null)
        {
            findings.Error(
                DiagnosticCode.InvalidValue, node, $"{name} cannot be {Node.Shorten(node.Text)}", TypeWords.Of(type));
        }
    }

    private bool Is(Node node, NodeKind kind, FieldType type, string name)
    {
        if (node.Kind != kind)
        {
            RefuseType(node, type, name);
        }

        return node.Kind == kind;
    }

    private void RefuseType(Node node, FieldType type, string name) => findings.Error(
        DiagnosticCode.WrongType,
        node,
        $"{name} takes {TypeWords.Article(type)}, this is {node.Describe()}",
        TypeWords.Of(type));

    private void RefuseMissing(Node node, Shape shape, Field field) => findings.Error(
        DiagnosticCode.MissingField,
        node,
        $"The {shape.Name} has no `{field.Name}`",
        field.Type is FieldType.Template ? null : TypeWords.Of(field.Type));

    /// <summary>Whether a value of this kind can be right for a type at all.</summary>
    public static bool Takes(FieldType type, NodeKind kind) => type switch
    {
        FieldType.Text or FieldType.TextTemplate => kind is NodeKind.Text,
        FieldType.Template => true,
        FieldType.Condition => kind is NodeKind.Text or NodeKind.Boolean,
        FieldType.Integer or FieldType.Number => kind is NodeKind.Number,
        FieldType.JsonSchema or FieldType.SchemaOrName => kind is NodeKind.Map or NodeKind.Boolean,
        FieldType.Part or FieldType.Map => kind is NodeKind.Map,
        FieldType.List => kind is NodeKind.List,
        FieldType.Either either => either.Types.Any(t => Takes(t, kind)),
        _ => throw new System.Diagnostics.UnreachableException(type.ToString()),
    };

    private static string Names(IEnumerable<Field> fields) => string.Join(", ", fields.Select(f => f.Name));
}

/// <summary>Reads the numbers that fields take.</summary>
internal static class Numbers
{
    /// <summary>The value, or null when it is not in the type's range, or not whole where it must be.</summary>
    public static decimal? Read(Node node, FieldType type)
    {
        if (!decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            return null;
        }

        var isRight = type switch
        {
            FieldType.Integer whole => value == decimal.Truncate(value) && value >= whole.Min && value <= whole.Max,
            FieldType.Number number => value >= number.Min && value <= number.Max,
            _ => throw new System.Diagnostics.UnreachableException(type.ToString()),
        };
        return isRight ? value : null;
    }
}
