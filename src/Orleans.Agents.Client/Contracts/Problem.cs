using System.Collections.Immutable;

namespace Orleans.Agents.Client.Contracts;

/// <summary>Why a request was refused, in the form of RFC 9457.</summary>
/// <param name="Type">A URI for the code.</param>
/// <param name="Title">What kind of thing went wrong.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">A stable dotted name, the same in logs, journals and the command line.</param>
/// <param name="Detail">What was expected and what was found.</param>
/// <param name="Instance">What was asked for.</param>
/// <param name="CorrelationId">Names the request in logs.</param>
/// <param name="Place">Where in the request it is: a JSON path, a header, a parameter.</param>
/// <param name="Expected">What would have been right.</param>
/// <param name="Suggestion">What was probably meant.</param>
/// <param name="Diagnostics">All that is wrong with definitions.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Code,
    string Detail,
    string? Instance = null,
    Guid? CorrelationId = null,
    string? Place = null,
    string? Expected = null,
    string? Suggestion = null,
    ImmutableArray<DiagnosticLine>? Diagnostics = null);
