using System.Collections.Immutable;

namespace Orleans.Agents.Definitions.Shapes;

/// <summary>A kind of document.</summary>
/// <param name="Name">What stands under <c>kind</c>.</param>
/// <param name="Spec">What stands under <c>spec</c>; null when this version runs no such document.</param>
/// <param name="Description">What it is for, or why it is refused and what to use meanwhile.</param>
internal sealed record DocumentKind(string Name, FieldType? Spec, string Description)
{
    public const string ApiVersion = "orleans.agents/v1";

    public static DocumentKind Workflow { get; } = new(
        "Workflow", new FieldType.Part(WorkflowShape.Shape), "Named states and the transitions between them.");

    public static DocumentKind Agent { get; } = new(
        "Agent", new FieldType.Part(AgentShape.Shape), "A model with instructions, a prompt and schemas.");

    public static DocumentKind Policy { get; } = new(
        "Policy",
        new FieldType.Part(PolicyShape.Shape),
        "What runs may touch. All policies that are loaded together apply together.");

    public static DocumentKind Schema { get; } = new(
        "Schema", new FieldType.JsonSchema(), "A JSON Schema 2020-12 under a name.");

    public static DocumentKind Tool { get; } = new(
        "Tool", null, "will describe a tool beside the workflow; until then register tools with the engine in code");

    public static DocumentKind Memory { get; } = new(
        "Memory", null, "will describe what agents remember; until then keep it in the context of the run");

    /// <summary>All of them, as the docs list them.</summary>
    public static ImmutableArray<DocumentKind> All { get; } = [Workflow, Agent, Policy, Schema, Tool, Memory];
}

/// <summary>The fields that every document has.</summary>
internal static class DocumentShape
{
    public static Field ApiVersion { get; } = new(
        "apiVersion", new FieldType.Text(TextRule.OneOf(DocumentKind.ApiVersion)), "The version of the format.")
    {
        IsRequired = true,
        Example = $"\"{DocumentKind.ApiVersion}\"",
    };

    public static Field Kind { get; } = new(
        "kind", new FieldType.Text(TextRule.Any), "What kind of document it is: Workflow, Agent, Policy or Schema.")
    {
        IsRequired = true,
        Example = "\"Workflow\"",
    };

    public static Field Metadata { get; } = new(
        "metadata", new FieldType.Part(MetadataShape.Shape), "What it is called.")
    { IsRequired = true };

    public static Field Spec { get; } = new(
        "spec", new FieldType.Template(), "What it says; its fields depend on the kind.")
    { IsRequired = true };

    public static Shape Shape { get; } = new(
        "document", "A document of any kind.", [ApiVersion, Kind, Metadata, Spec]);
}

/// <summary>What a document is called.</summary>
internal static class MetadataShape
{
    public static Field Name { get; } = new(
        "name", new FieldType.Text(TextRule.Name), "What others call it; once for each kind of document.")
    {
        IsRequired = true,
        Example = "\"repository-report\"",
    };

    public static Field Version { get; } = new(
        "version",
        new FieldType.Text(TextRule.Any),
        "The author's version, for people; a run is pinned to the content.")
    {
        Example = "\"1.2.0\"",
    };

    public static Field Description { get; } = new(
        "description", new FieldType.Text(TextRule.Free), "What it is for. Changes nothing about a run.");

    public static Field Labels { get; } = new(
        "labels",
        new FieldType.Map(TextRule.Name, new FieldType.Text(TextRule.Free), IsFilled: false),
        "The author's own marks. They change nothing about a run.")
    {
        Example = "{\"team\":\"search\"}",
    };

    public static Shape Shape { get; } = new(
        "metadata", "What a document is called.", [Name, Version, Description, Labels]);
}
