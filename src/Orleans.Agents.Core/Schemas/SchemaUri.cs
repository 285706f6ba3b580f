using System.Buffers;

namespace Orleans.Agents.Schemas;

/// <summary>
/// Resolves URI references as RFC 3986 says, on the text alone. The platform's own type rewrites what it reads and has
/// other ideas about <c>urn:</c> and <c>file:</c>.
/// </summary>
internal static class SchemaUri
{
    /// <summary>The base of documents that have only a name: <c>plan</c> is <c>schema:///plan</c>.</summary>
    public const string Root = "schema:///";

    private static readonly SearchValues<char> SchemeLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>Splits a reference at its first <c>#</c>; the fragment is as written, empty if absent.</summary>
    public static (string Address, string Fragment) Split(string reference)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? (reference, "") : (reference[..hash], reference[(hash + 1)..]);
    }

    /// <summary>Resolves a reference without fragment against an absolute URI.</summary>
    public static string Resolve(string from, string reference)
    {
        if (reference.Length == 0)
        {
            return from;
        }

        if (SchemeLength(reference) > 0)
        {
            return reference;
        }

        var schemeEnd = SchemeLength(from);
        var scheme = from[..schemeEnd];
        if (reference.StartsWith("//", StringComparison.Ordinal))
        {
            return scheme + reference;
        }

        var (origin, path) = SplitOrigin(from, schemeEnd);
        var question = reference.IndexOf('?', StringComparison.Ordinal);
        var referencePath = question < 0 ? reference : reference[..question];
        var query = question < 0 ? "" : reference[question..];
        if (referencePath.Length == 0)
        {
            return origin + path + query;
        }

        var merged = referencePath[0] == '/' ? referencePath : path[..(path.LastIndexOf('/') + 1)] + referencePath;
        return origin + WithoutDots(merged) + query;
    }

    /// <summary>A URI as people know it: without the base that bare names have.</summary>
    public static string Display(string uri) =>
        uri.StartsWith(Root, StringComparison.Ordinal) ? uri[Root.Length..] : uri;

    // The length of "scheme:", or 0 when the text has none.
    private static int SchemeLength(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !char.IsAsciiLetter(uri[0]))
        {
            return 0;
        }

        return uri.AsSpan(0, colon).IndexOfAnyExcept(SchemeLetters) < 0 ? colon + 1 : 0;
    }

    private static (string Origin, string Path) SplitOrigin(string uri, int schemeEnd)
    {
        var pathStart = schemeEnd;
        if (uri.AsSpan(schemeEnd).StartsWith("//"))
        {
            var slash = uri.AsSpan(schemeEnd + 2).IndexOfAny('/', '?');
            pathStart = slash < 0 ? uri.Length : schemeEnd + 2 + slash;
        }

        var question = uri.IndexOf('?', pathStart);
        var path = question < 0 ? uri[pathStart..] : uri[pathStart..question];
        var hasAuthority = pathStart > schemeEnd;
        return (uri[..pathStart], path.Length == 0 && hasAuthority ? "/" : path);
    }

    private static string WithoutDots(string path)
    {
        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            switch (segments[i])
            {
                case ".":
                    break;
                case "..":
                    if (kept.Count > 1)
                    {
                        kept.RemoveAt(kept.Count - 1);
                    }

                    break;
                default:
                    kept.Add(segments[i]);
                    continue;
            }

            if (isLast)
            {
                kept.Add("");
            }
        }

        return string.Join('/', kept);
    }
}
