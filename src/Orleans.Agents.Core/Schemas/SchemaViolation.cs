namespace Orleans.Agents.Schemas;

/// <summary>One way in which a value does not match its schema.</summary>
/// <param name="InstancePath">Where in the value: a JSON pointer, empty for the value itself.</param>
/// <param name="SchemaPath">
/// Where in the schema the demand stands: a JSON pointer, after the name of its document and <c>#</c> when that is
/// another one.
/// </param>
/// <param name="Keyword">The keyword that demands it; empty when a schema is <c>false</c> or a limit was met.</param>
/// <param name="Message">What was expected and what was found, long values shortened.</param>
public sealed record SchemaViolation(string InstancePath, string SchemaPath, string Keyword, string Message);
