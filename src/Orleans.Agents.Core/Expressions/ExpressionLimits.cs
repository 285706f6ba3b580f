namespace Orleans.Agents.Expressions;

/// <summary>
/// What keeps expressions bounded. Part of the language: a run decided under them must decide the same again.
/// </summary>
public static class ExpressionLimits
{
    /// <summary>The most characters (UTF-16 code units) an expression's text may have.</summary>
    public const int MaxText = 16 * 1024;

    /// <summary>How deep brackets, unary operators, <c>?:</c> and calls may nest.</summary>
    public const int MaxNesting = 64;

    /// <summary>How high the tree of operators may grow, which also bounds a chain such as <c>a + b + c</c>.</summary>
    public const int MaxHeight = 256;

    /// <summary>
    /// How much work one evaluation, or the rendering of one template, may be: one for each node visited and each
    /// element looked at, and one for each <see cref="BytesPerFuel"/> bytes read.
    /// </summary>
    public const int MaxFuel = 1_000_000;

    /// <summary>How many bytes of a payload or text may be read for one unit of work.</summary>
    public const int BytesPerFuel = 256;

    /// <summary>
    /// About how many bytes of texts, lists and objects one evaluation may produce, and a template write.
    /// </summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The most characters the pattern of <c>matches</c> may have.</summary>
    public const int MaxPatternText = 1_000;

    /// <summary>
    /// The most places the pattern of <c>matches</c> may have once its counted repetitions are written out.
    /// </summary>
    public const int MaxPatternSize = 2_000;
}
