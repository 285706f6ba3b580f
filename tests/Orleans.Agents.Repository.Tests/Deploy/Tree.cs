using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Orleans.Agents.Repository.Tests.Deploy;

/// <summary>A YAML document, or a part of it, that knows where it stands.</summary>
internal sealed class Tree
{
    private readonly string path;
    private readonly object? value;

    private Tree(string path, object? value) => (this.path, this.value) = (path, value);

    /// <summary>A text, a number or a flag, as it is written.</summary>
    public string Text => value as string ?? throw new InvalidDataException($"{path} is not a text");

    public IReadOnlyList<Tree> Items => value is List<object?> list
        ? [.. list.Select((item, index) => new Tree($"{path}[{index}]", item))]
        : throw new InvalidDataException($"{path} is not a list");

    public IEnumerable<(string Name, Tree Value)> Members =>
        Map.Select(m => ((string)m.Key, new Tree($"{path}.{m.Key}", m.Value)));

    private Dictionary<object, object?> Map =>
        value as Dictionary<object, object?> ?? throw new InvalidDataException($"{path} has no members");

    public Tree this[string name] => Map.TryGetValue(name, out var member)
        ? new Tree($"{path}.{name}", member)
        : throw new InvalidDataException($"{path}.{name} is missing");

    public bool Has(string name) => Map.ContainsKey(name);

    /// <summary>Each text in it, with where it stands in its document.</summary>
    public IEnumerable<string> Fields() => FieldsBelow("");

    /// <summary>Reads the documents of a file; anchors are merged.</summary>
    public static IReadOnlyList<Tree> Read(string file) => Parse(file, Source.Read(file));

    /// <summary>Reads the documents of a text.</summary>
    /// <param name="name">What the text is called where something is missing in it.</param>
    /// <param name="text">The text.</param>
    public static IReadOnlyList<Tree> Parse(string name, string text)
    {
        var parser = new MergingParser(new Parser(new StringReader(text)));
        var deserializer = new DeserializerBuilder().Build();
        List<Tree> documents = [];
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();
        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            documents.Add(new Tree(name, deserializer.Deserialize<object?>(parser)));
        }

        return documents;
    }

    public override string ToString() => path;

    private IEnumerable<string> FieldsBelow(string place) => value switch
    {
        List<object?> => Items.SelectMany((item, index) => item.FieldsBelow($"{place}[{index}]")),
        Dictionary<object, object?> => Members.SelectMany(m => m.Value.FieldsBelow($"{place}.{m.Name}")),
        _ => [$"{place}={value}"],
    };
}
