using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orleans.Agents.Schemas.Rules;

namespace Orleans.Agents.Schemas;

/// <summary>
/// One pass over one value. The first pass only answers yes or no; after a no, a second one explains. Both are bounded
/// in depth and in work, whatever the schema and the value are.
/// </summary>
internal sealed class Evaluation(long fuel, bool isExplaining)
{
    /// <summary>How many schemas may be applied inside each other.</summary>
    public const int MaxDepth = 512;

    private const int BytesPerStep = 16;

    private readonly Stack<Marks> spareMarks = new();
    private readonly List<string> path = [];
    private List<SchemaViolation> violations = [];
    private SchemaResource[] scopes = new SchemaResource[16];
    private long fuel = fuel;
    private int depth;

    /// <summary>Whether violations are being collected here.</summary>
    public bool IsExplaining { get; private set; } = isExplaining;

    /// <summary>Why no answer could be found, if so; then every further answer is no.</summary>
    public SchemaViolation? Broken { get; private set; }

    /// <summary>Whether more violations are welcome after one was found.</summary>
    public bool WantsMore => IsExplaining && Broken is null && violations.Count < SchemaResult.MaxViolations;

    /// <summary>The schema resources that evaluation is inside of, outermost first.</summary>
    public ReadOnlySpan<SchemaResource> Scopes => scopes.AsSpan(0, depth);

    /// <summary>The fuel for a value: enough for any honest schema, and for a dishonest one about a second.</summary>
    public static long FuelFor(int instanceLength) => 1_000_000 + (1_000L * instanceLength);

    /// <summary>Everything found, and at the end why the evaluation was broken off.</summary>
    public ImmutableArray<SchemaViolation> Conclude() =>
        Broken is null ? [.. violations] : [.. violations.Take(SchemaResult.MaxViolations - 1), Broken];

    /// <summary>Begins to apply a schema; on false it may not be applied, and there is nothing to leave.</summary>
    public bool Enter(Subschema schema)
    {
        if (depth == MaxDepth)
        {
            return Break(schema.Path, "", $"schemas were applied inside each other more than {MaxDepth} deep");
        }

        if (!Spend(1))
        {
            return false;
        }

        if (depth == scopes.Length)
        {
            Array.Resize(ref scopes, scopes.Length * 2);
        }

        scopes[depth++] = schema.Resource;
        return true;
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    public void Leave() => depth--;

    /// <summary>Pays for work; on false there is nothing left and the evaluation is over.</summary>
    public bool Spend(long cost)
    {
        if (Broken is not null)
        {
            return false;
        }

        fuel -= cost;
        return fuel >= 0 || Break("", "", "checking this value takes more steps than a value of its size is given");
    }

    /// <summary>Pays for reading all of a value.</summary>
    public bool SpendOn(JsonElement value) => Spend(1 + (JsonMarshal.GetRawUtf8Value(value).Length / BytesPerStep));

    /// <summary>Goes into a property; followed by <see cref="Out"/>.</summary>
    public void Into(ReadOnlySpan<byte> name)
    {
        if (IsExplaining)
        {
            path.Add(JsonPointer.Escape(Utf8Text.Show(name)));
        }
    }

    /// <summary>Goes into an item; followed by <see cref="Out"/>.</summary>
    public void Into(int index)
    {
        if (IsExplaining)
        {
            path.Add(index.ToString(CultureInfo.InvariantCulture));
        }
    }

    public void Out()
    {
        if (IsExplaining)
        {
            path.RemoveAt(path.Count - 1);
        }
    }

    /// <summary>Notes that a demand is not met, if this is the pass for it. Always false, to be returned.</summary>
    public bool Report(
        string schemaPath,
        string keyword,
        [InterpolatedStringHandlerArgument("")] ref Message message)
    {
        return WantsMore && Note(schemaPath, keyword, message.ToText());
    }

    /// <summary>Notes that a rule does not hold, if this is the pass for it. Always false, to be returned.</summary>
    public bool Report(Rule rule, [InterpolatedStringHandlerArgument("")] ref Message message) =>
        WantsMore && Note(rule.SchemaPath, rule.Keyword, message.ToText());

    /// <summary>Ends the evaluation without an answer. Always false, to be returned.</summary>
    public bool Break(string schemaPath, string keyword, string message)
    {
        Broken ??= new SchemaViolation(CurrentPath(), schemaPath, keyword, message);
        return false;
    }

    /// <summary>Asks a schema for yes or no only.</summary>
    public bool Ask(Subschema schema, JsonElement value, Marks? marks)
    {
        var wasExplaining = IsExplaining;
        IsExplaining = false;
        var holds = schema.Check(value, this, marks);
        IsExplaining = wasExplaining;
        return holds;
    }

    /// <summary>Asks a schema for its violations without making them those of the evaluation.</summary>
    public List<SchemaViolation> Explore(Subschema schema, JsonElement value)
    {
        var outside = violations;
        violations = [];
        _ = schema.Check(value, this, null);
        var inside = violations;
        violations = outside;
        return inside;
    }

    /// <summary>Makes violations that were explored those of the evaluation.</summary>
    public void Adopt(List<SchemaViolation> explored) =>
        violations.AddRange(explored.Take(SchemaResult.MaxViolations - violations.Count));

    /// <summary>Lends clean marks, to be returned.</summary>
    public Marks RentMarks() => spareMarks.TryPop(out var marks) ? marks : new Marks();

    public void Return(Marks marks)
    {
        marks.Clear();
        spareMarks.Push(marks);
    }

    private bool Note(string schemaPath, string keyword, string message)
    {
        violations.Add(new SchemaViolation(CurrentPath(), schemaPath, keyword, message));
        return false;
    }

    private string CurrentPath() => path.Count == 0 ? "" : "/" + string.Join('/', path);
}
