using System.Collections.Immutable;

namespace Orleans.Agents.Expressions;

/// <summary>
/// All functions. <c>has</c> and <c>default</c> are here for their names only: they are read as operators.
/// </summary>
internal static class Functions
{
    internal const string Has = "has";
    internal const string Default = "default";
    internal const string Matches = "matches";
    internal const string FindName = "find";

    /// <summary>How many arguments <c>min</c> and <c>max</c> take; a list may have more elements.</summary>
    private const int Many = 64;

    private const Kinds Countable = Kinds.Text | Kinds.List | Kinds.Object;
    private const Kinds Orderable = Kinds.Number | Kinds.Text;
    private const Kinds MaybeList = Kinds.List | Kinds.Null;
    private const Kinds Cuttable = Kinds.Text | Kinds.List | Kinds.Null;

    private static readonly Dictionary<string, Function> ByName = new Function[]
    {
        new("size", 1, 1, [Countable], Kinds.Number, ListFunctions.Size),
        new(Matches, 2, 2, [Kinds.Text, Kinds.Text], Kinds.Boolean, TextFunctions.Matches),
        new("lower", 1, 1, [Kinds.Text], Kinds.Text, TextFunctions.Lower),
        new("upper", 1, 1, [Kinds.Text], Kinds.Text, TextFunctions.Upper),
        new("trim", 1, 1, [Kinds.Text], Kinds.Text, TextFunctions.Trim),
        new("split", 2, 2, [Kinds.Text, Kinds.Text], Kinds.List, TextFunctions.Split),
        new("join", 2, 2, [Kinds.List, Kinds.Text], Kinds.Text, TextFunctions.Join),
        new("first", 1, 1, [MaybeList], Kinds.Any, ListFunctions.First),
        new("last", 1, 1, [MaybeList], Kinds.Any, ListFunctions.Last),
        new("json", 1, 1, [Kinds.Text], Kinds.Any, ConversionFunctions.Json),
        new("number", 1, 1, [Orderable], Kinds.Number, ConversionFunctions.Number),
        new("string", 1, 1, [Kinds.Any], Kinds.Text, ConversionFunctions.String),
        new("sum", 1, 1, [Kinds.List], Kinds.Number, ListFunctions.Sum),
        new("min", 1, Many, [Orderable | Kinds.List, Orderable], Orderable | Kinds.Null, ListFunctions.Min),
        new("max", 1, Many, [Orderable | Kinds.List, Orderable], Orderable | Kinds.Null, ListFunctions.Max),
        new(FindName, 2, 2, [Kinds.Text, Kinds.Text], Kinds.Text | Kinds.Null, TextFunctions.Find),
        new("at", 2, 2, [Kinds.Any, Orderable | Kinds.Null], Kinds.Any, PartFunctions.At),
        new("slice", 2, 3, [Cuttable, Kinds.Number], Cuttable, PartFunctions.Slice),
        new("entries", 1, 1, [Kinds.List | Kinds.Object | Kinds.Null], Kinds.List, PartFunctions.Entries),
        new("round", 1, 2, [Kinds.Number, Kinds.Number], Kinds.Number, ConversionFunctions.Round),
    }.ToDictionary(function => function.Name, StringComparer.Ordinal);

    /// <summary>All names, in ordinal order.</summary>
    internal static ImmutableArray<string> Names { get; } =
        [.. ByName.Keys.Append(Has).Append(Default).Order(StringComparer.Ordinal)];

    /// <summary>The fewest and most arguments of a function; nothing when there is none of that name.</summary>
    internal static (int Fewest, int Most)? Find(string name) => name switch
    {
        Has => (1, 1),
        Default => (2, 2),
        _ => ByName.TryGetValue(name, out var function) ? (function.Fewest, function.Most) : null,
    };

    internal static Function Get(string name) => ByName[name];
}
