using System.Text.Json;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.Closures;

/// <summary>How the parts of a closure are written that occur in many places.</summary>
internal static class ClosureParts
{
    public static void WriteMembers(Utf8JsonWriter writer, string name, IEnumerable<Member> members)
    {
        writer.WriteStartObject(name);
        foreach (var member in members)
        {
            WriteNode(writer, member.Name, member.Value);
        }

        writer.WriteEndObject();
    }

    public static void WriteTexts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    public static void WriteDuration(Utf8JsonWriter writer, string name, TimeSpan? duration)
    {
        if (duration is { } given)
        {
            writer.WriteString(name, DurationText.Format(given));
        }
    }

    public static void WriteEmpty(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteEndObject();
    }

    public static void WriteNode(Utf8JsonWriter writer, string name, Node? node) =>
        WriteNode(writer, name, node, n => CanonicalJson.Of(n).WriteTo(writer));

    public static void WriteNode(Utf8JsonWriter writer, string name, Node? node, Action<Node> write)
    {
        if (node is not null)
        {
            writer.WritePropertyName(name);
            write(node);
        }
    }

    /// <summary>Writes the use of a schema, and notes it.</summary>
    public static void WriteSchema(Utf8JsonWriter writer, string name, SchemaUse? use, List<SchemaUse> schemas)
    {
        if (use is null)
        {
            return;
        }

        schemas.Add(use);
        writer.WriteStartObject(name);
        WriteNode(writer, use.Name is null ? "inline" : "name", use.Name ?? use.Node);
        writer.WriteEndObject();
    }

    /// <summary>Writes how long a state waits, or which signal for; that one's timeout and schema are the state's.</summary>
    public static void WriteWait(Utf8JsonWriter writer, StateDraft state)
    {
        if (state.Kind is StateKind.Await)
        {
            writer.WriteString("await", state.Subject!.Text);
            return;
        }

        writer.WriteStartObject("wait");
        WriteNode(writer, "duration", state.Duration, d => writer.WriteStringValue(Canonical(d)));
        WriteNode(writer, "until", state.Until);
        writer.WriteEndObject();
    }

    public static string Canonical(Node duration) =>
        DurationText.TryParse(duration.Text, out var parsed)
            ? DurationText.Format(parsed)
            : throw new System.Diagnostics.UnreachableException(duration.Text);

    // 2, 2.0 and 2.00 are one number; dividing by one at full scale drops the zeros.
    public static decimal Canonical(decimal number) => number / 1.0000000000000000000000000000m;
}
