namespace Orleans.Agents.Schemas;

/// <summary>What is wrong, or merely odd, in a schema document.</summary>
/// <param name="Code">A stable dotted name, one of <see cref="SchemaErrorCodes"/>.</param>
/// <param name="Path">
/// Where: a JSON pointer into the document, empty for its root. In another document it follows that document's name
/// and <c>#</c>.
/// </param>
/// <param name="Message">What was found, for people.</param>
/// <param name="Expected">What would have been right.</param>
/// <param name="Suggestion">What was probably meant, ready to be put in its place.</param>
public sealed record SchemaError(
    string Code,
    string Path,
    string Message,
    string Expected,
    string? Suggestion = null);
