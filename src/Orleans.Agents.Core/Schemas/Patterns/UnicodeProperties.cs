using System.Globalization;

namespace Orleans.Agents.Schemas.Patterns;

/// <summary>The properties that <c>\p{…}</c> can name: the general categories and a few more.</summary>
internal static class UnicodeProperties
{
    private const int CategoryCount = (int)UnicodeCategory.OtherNotAssigned + 1;

    // In the order of UnicodeCategory.
    private static readonly (string Short, string Long)[] Names =
    [
        ("Lu", "Uppercase_Letter"), ("Ll", "Lowercase_Letter"), ("Lt", "Titlecase_Letter"), ("Lm", "Modifier_Letter"),
        ("Lo", "Other_Letter"), ("Mn", "Nonspacing_Mark"), ("Mc", "Spacing_Mark"), ("Me", "Enclosing_Mark"),
        ("Nd", "Decimal_Number"), ("Nl", "Letter_Number"), ("No", "Other_Number"), ("Zs", "Space_Separator"),
        ("Zl", "Line_Separator"), ("Zp", "Paragraph_Separator"), ("Cc", "Control"), ("Cf", "Format"),
        ("Cs", "Surrogate"), ("Co", "Private_Use"), ("Pc", "Connector_Punctuation"), ("Pd", "Dash_Punctuation"),
        ("Ps", "Open_Punctuation"), ("Pe", "Close_Punctuation"), ("Pi", "Initial_Punctuation"),
        ("Pf", "Final_Punctuation"), ("Po", "Other_Punctuation"), ("Sm", "Math_Symbol"), ("Sc", "Currency_Symbol"),
        ("Sk", "Modifier_Symbol"), ("So", "Other_Symbol"), ("Cn", "Unassigned"),
    ];

    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["Letter"] = "L",
        ["Mark"] = "M",
        ["Combining_Mark"] = "M",
        ["Number"] = "N",
        ["Punctuation"] = "P",
        ["punct"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
        ["digit"] = "Nd",
        ["cntrl"] = "Cc",
    };

    // One pass over all code points, about ten milliseconds, made when the first pattern asks.
    private static readonly Lazy<CodePoints[]> ByCategory = new(Classify);

    /// <summary>The members of a property; null when there is none of that name.</summary>
    public static CodePoints? Find(string name)
    {
        switch (name)
        {
            case "Any":
                return new CodePoints().Add(0, CodePoints.Largest);
            case "ASCII":
                return new CodePoints().Add(0, 0x7F);
            case "Assigned":
                return ByCategory.Value[(int)UnicodeCategory.OtherNotAssigned].Complement();
            default:
                break;
        }

        var equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0 && name[..equals] is not ("gc" or "General_Category"))
        {
            return null;
        }

        var category = name[(equals + 1)..];
        category = Groups.GetValueOrDefault(category, category);
        CodePoints? members = null;
        for (var i = 0; i < CategoryCount; i++)
        {
            if (category == Names[i].Short || category == Names[i].Long
                || (category.Length == 1 && category[0] == Names[i].Short[0]))
            {
                members = (members ?? new CodePoints()).Add(ByCategory.Value[i]);
            }
        }

        return members;
    }

    private static CodePoints[] Classify()
    {
        var categories = new CodePoints[CategoryCount];
        for (var i = 0; i < CategoryCount; i++)
        {
            categories[i] = new CodePoints();
        }

        var first = 0;
        for (var letter = 1; letter <= CodePoints.Largest + 1; letter++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(first);
            if (letter > CodePoints.Largest || CharUnicodeInfo.GetUnicodeCategory(letter) != category)
            {
                _ = categories[(int)category].Add(first, letter - 1);
                first = letter;
            }
        }

        return categories;
    }
}
