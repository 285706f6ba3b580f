using System.Diagnostics.CodeAnalysis;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orleans.Agents.Definitions.Sources;

/// <summary>Reads the documents of a YAML file: the parser's events, and nothing bound to any type.</summary>
internal sealed class YamlSource
{
    private const string Tags = "tag:yaml.org,2002:";

    private readonly SourceFile file;
    private readonly Findings findings;
    private readonly Parser parser;
    private readonly Dictionary<string, Node> anchors = new(StringComparer.Ordinal);
    private long size;

    private YamlSource(SourceFile file, Findings findings)
    {
        this.file = file;
        this.findings = findings;
        parser = new Parser(new StringReader(file.Text));
    }

    /// <summary>The roots of the documents before the first mistake that stops the reading.</summary>
    public static List<Node> Read(SourceFile file, Findings findings)
    {
        var documents = new List<Node>();
        var source = new YamlSource(file, findings);
        try
        {
            source.ReadInto(documents);
        }
        catch (Refusal)
        {
            // The finding has been noted where it was made.
        }
        catch (YamlException broken)
        {
            YamlMistake.Explain(broken, file, findings);
        }

        return documents;
    }

    private void ReadInto(List<Node> documents)
    {
        while (MoveNext())
        {
            switch (parser.Current)
            {
                case DocumentStart { Version.Version: not { Major: 1, Minor: 1 or 2 } } start:
                    throw Refuse(
                        DiagnosticCode.YamlSyntax, start, "This version of YAML is not understood", "YAML 1.2");
                case DocumentStart:
                    anchors.Clear();
                    break;
                case NodeEvent:
                    documents.Add(ReadNode(1));
                    break;
                default:
                    break;
            }
        }
    }

    // For a plain scalar left of its block, and for tags that are no URI, the parser throws what is not its own.
    private bool MoveNext()
    {
        var last = parser.Current;
        try
        {
            return parser.MoveNext();
        }
        catch (InvalidOperationException)
        {
            throw RefuseAfter(last, "every line indented further than the field that it belongs to");
        }
        catch (ArgumentException)
        {
            throw RefuseAfter(last, "a value without a tag");
        }
    }

    private Refusal RefuseAfter(ParsingEvent? last, string expected)
    {
        findings.Error(
            DiagnosticCode.YamlSyntax,
            file.Name,
            file.PositionAt((int)(last?.End.Index ?? 0)),
            "This is not YAML: what follows cannot stand here",
            expected);
        return new Refusal();
    }

    // On return the current event is the node's last.
    private Node ReadNode(int depth)
    {
        var at = parser.Current ?? throw new System.Diagnostics.UnreachableException("no event where a value begins");
        if (depth > Limits.Depth)
        {
            throw Refuse(
                DiagnosticCode.TooComplex, at, "The document nests too deeply", $"{Limits.Depth} levels at most");
        }

        if (at is AnchorAlias alias)
        {
            return Unfold(alias, depth);
        }

        Count(at, 1);
        var node = at switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart list => ReadList(list, depth),
            MappingStart map => ReadMap(map, depth),
            // The parser gives a key without a value for `: done` on a line of its own.
            _ => throw Refuse(DiagnosticCode.YamlSyntax, at, "This is not YAML: a key or a value is missing", "key: value"),
        };
        if (at is NodeEvent { Anchor.IsEmpty: false } begun)
        {
            anchors[begun.Anchor.Value] = node;
        }

        return node;
    }

    private Node Unfold(AnchorAlias alias, int depth)
    {
        if (!anchors.TryGetValue(alias.Value.Value, out var node))
        {
            throw Refuse(
                DiagnosticCode.UnknownAnchor,
                alias,
                $"No value before this one has the anchor \"{Node.Shorten(alias.Value.Value)}\"",
                suggestion: Expressions.NearestName.Of(alias.Value.Value, anchors.Keys));
        }

        if (depth + node.Height - 1 > Limits.Depth)
        {
            throw Refuse(
                DiagnosticCode.TooComplex, alias, "The document nests too deeply", $"{Limits.Depth} levels at most");
        }

        Count(alias, node.Size);
        return node;
    }

    private void Count(ParsingEvent at, long values)
    {
        size += values;
        if (size > Limits.Nodes)
        {
            throw Refuse(
                DiagnosticCode.TooComplex, at, "The file unfolds to too many values", $"{Limits.Nodes} values at most");
        }
    }

    private Node ReadList(SequenceStart begun, int depth)
    {
        CheckTag(begun, begun.Tag, NodeKind.List);
        var items = new List<Node>();
        while (MoveNext() && parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }

        return Node.List(file, Index(begun), items);
    }

    private Node ReadMap(MappingStart begun, int depth)
    {
        CheckTag(begun, begun.Tag, NodeKind.Map);
        var members = new List<Member>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (MoveNext() && parser.Current is not MappingEnd)
        {
            var isPlain = parser.Current is Scalar { Style: ScalarStyle.Plain };
            var key = ReadNode(depth + 1);
            MoveNext();
            var value = ReadNode(depth + 1);
            if (!key.IsText)
            {
                findings.Error(
                    DiagnosticCode.KeyNotText,
                    key,
                    $"A key must be text, this is {key.Describe()}",
                    "the key in quotes");
            }
            else if (isPlain && key.Text == "<<")
            {
                findings.Error(
                    DiagnosticCode.MergeKey, key, "Merge keys are not part of YAML 1.2", "the fields written out");
            }
            else if (!names.Add(key.Text))
            {
                findings.Error(
                    DiagnosticCode.DuplicateKey,
                    key,
                    $"The key \"{Node.Shorten(key.Text)}\" stands here twice",
                    "each key once");
            }
            else
            {
                members.Add(new Member(key.Text, key, value));
            }
        }

        return Node.Map(file, Index(begun), members);
    }

    private Node ReadScalar(Scalar scalar)
    {
        var style = scalar.Style switch
        {
            ScalarStyle.SingleQuoted => TextStyle.SingleQuoted,
            ScalarStyle.DoubleQuoted => TextStyle.DoubleQuoted,
            ScalarStyle.Literal or ScalarStyle.Folded => TextStyle.Block,
            _ => TextStyle.Plain,
        };
        if (!IsUnicode(scalar.Value))
        {
            throw Refuse(DiagnosticCode.NotJson, scalar, "The text holds half of a surrogate pair", "whole characters");
        }

        var isText = style is not TextStyle.Plain
            || IsTag(scalar.Tag, "str")
            || scalar.Tag is { IsEmpty: false, IsNonSpecific: true };
        var (kind, json) = isText ? (NodeKind.Text, scalar.Value) : YamlScalar.Resolve(scalar.Value);
        if (json is null)
        {
            findings.Error(
                DiagnosticCode.NotJson,
                file.Name,
                file.PositionAt(Index(scalar)),
                "JSON has no such number",
                "a finite number");
            json = "0";
        }

        CheckTag(scalar, scalar.Tag, kind);
        return Node.Scalar(file, Index(scalar), kind, json, style);
    }

    private void CheckTag(ParsingEvent at, TagName tag, NodeKind kind)
    {
        var fits = tag.IsEmpty || tag.IsNonSpecific || kind switch
        {
            NodeKind.Null => IsTag(tag, "null"),
            NodeKind.Boolean => IsTag(tag, "bool"),
            NodeKind.Number => IsTag(tag, "int") || IsTag(tag, "float"),
            NodeKind.Text => IsTag(tag, "str"),
            NodeKind.List => IsTag(tag, "seq"),
            NodeKind.Map => IsTag(tag, "map"),
            _ => throw new System.Diagnostics.UnreachableException(kind.ToString()),
        };
        if (!fits)
        {
            findings.Error(
                DiagnosticCode.UnknownTag,
                file.Name,
                file.PositionAt(Index(at)),
                $"The tag {Node.Shorten(tag.ToString())} means nothing here",
                "the value without it");
        }
    }

    private static bool IsTag(TagName tag, string name) =>
        !tag.IsEmpty && !tag.IsNonSpecific && tag.Value == Tags + name;

    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static int Index(ParsingEvent at) => (int)at.Start.Index;

    private Refusal Refuse(
        string code, ParsingEvent at, string message, string? expected = null, string? suggestion = null)
    {
        findings.Error(code, file.Name, file.PositionAt(Index(at)), message, expected, suggestion);
        return new Refusal();
    }

    // Leaves the recursion of the reader.
    [SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "It never leaves this type.")]
    private sealed class Refusal : Exception;
}
