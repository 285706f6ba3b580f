namespace Orleans.Agents.Schemas;

/// <summary>The codes of <see cref="SchemaError"/>. They are part of the public interface and do not change.</summary>
public static class SchemaErrorCodes
{
    /// <summary>The document cannot be read: too deep, a name twice in one object, text that is not Unicode.</summary>
    public const string Unreadable = "schema.unreadable";

    /// <summary>A schema is expected, and this is neither an object nor <c>true</c> or <c>false</c>.</summary>
    public const string NotASchema = "schema.not_a_schema";

    /// <summary>A keyword has a value of the wrong kind or outside its range.</summary>
    public const string WrongValue = "schema.wrong_value";

    /// <summary>A name under <c>type</c> is not one of the seven types.</summary>
    public const string UnknownType = "schema.unknown_type";

    /// <summary>A regular expression cannot be read.</summary>
    public const string BadPattern = "schema.bad_pattern";

    /// <summary>A reference leads nowhere.</summary>
    public const string UnresolvedReference = "schema.unresolved_ref";

    /// <summary>References lead back to where they came from without going into the value.</summary>
    public const string CircularReference = "schema.circular_ref";

    /// <summary>Two places in the document claim the same <c>$id</c> or anchor.</summary>
    public const string DuplicateIdentifier = "schema.duplicate_id";

    /// <summary><c>$schema</c> names a dialect that is not known, or that needs more than there is.</summary>
    public const string UnknownDialect = "schema.unknown_dialect";

    /// <summary>A warning: the keyword is not one of JSON Schema 2020-12 and has no effect.</summary>
    public const string UnknownKeyword = "schema.unknown_keyword";

    /// <summary>A warning: the document declares an older draft and is read as 2020-12.</summary>
    public const string OlderDialect = "schema.older_dialect";
}
