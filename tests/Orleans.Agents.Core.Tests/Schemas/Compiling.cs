using System.Collections.Immutable;
using Orleans.Agents.Schemas;
using Orleans.Agents.Values;

namespace Orleans.Agents.Core.Tests.Schemas;

/// <summary>Short ways to say "this schema" and "this value".</summary>
internal static class Compiling
{
    public static Schema SchemaOf(string json, SchemaRegistry? registry = null)
    {
        registry ??= SchemaRegistry.Empty;
        var isThere = Schema.TryCompile(Payload.Parse(json), registry, out var schema, out var errors);
        Assert.True(isThere, string.Join('\n', errors));
        return schema!;
    }

    public static ImmutableArray<SchemaError> ErrorsOf(string json, SchemaRegistry? registry = null)
    {
        registry ??= SchemaRegistry.Empty;
        var isThere = Schema.TryCompile(Payload.Parse(json), registry, out var schema, out var errors);
        Assert.False(isThere, "The schema was accepted.");
        Assert.Null(schema);
        return errors;
    }

    public static SchemaError ErrorOf(string json, SchemaRegistry? registry = null) =>
        Assert.Single(ErrorsOf(json, registry));

    public static bool IsValid(this Schema schema, string instance) => schema.Validate(Payload.Parse(instance)).IsValid;

    public static ImmutableArray<SchemaViolation> ViolationsOf(this Schema schema, string instance)
    {
        var result = schema.Validate(Payload.Parse(instance));
        Assert.False(result.IsValid, "The value was accepted.");
        return result.Violations;
    }

    public static SchemaViolation ViolationOf(this Schema schema, string instance) =>
        Assert.Single(schema.ViolationsOf(instance));
}
