namespace Orleans.Agents.Schemas;

/// <summary>Everything that references can reach while one schema is compiled.</summary>
internal sealed class SchemaLibrary
{
    private readonly Dictionary<string, SchemaResource> resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> unreadable = new(StringComparer.Ordinal);

    public SchemaLibrary(SchemaDocument main, SchemaRegistry registry)
    {
        Add(main);
        foreach (var document in registry.Documents)
        {
            Add(document);
        }
    }

    /// <summary>The resource with a URI, if there is one.</summary>
    public SchemaResource? Find(string uri)
    {
        // Most schemas never ask for the metaschema, and reading it costs as much as reading ten of them.
        if (!resources.ContainsKey(uri) && uri.StartsWith(Metaschema.Root, StringComparison.Ordinal))
        {
            Add(Metaschema.Document);
        }

        return resources.GetValueOrDefault(uri);
    }

    /// <summary>Follows a reference from inside a resource; else says what is wrong and what was meant.</summary>
    public bool TryFollow(
        SchemaResource from,
        string reference,
        out SchemaPlace target,
        out string problem,
        out string? suggestion)
    {
        target = default;
        suggestion = null;
        problem = "";
        var (address, fragment) = SchemaUri.Split(reference);
        var uri = SchemaUri.Resolve(from.Uri, address);
        var resource = address.Length == 0 ? from : Find(uri);
        if (resource is null)
        {
            problem = unreadable.TryGetValue(uri, out var why)
                ? $"the schema '{SchemaUri.Display(uri)}' cannot be read: {why}"
                : $"there is no schema '{SchemaUri.Display(uri)}'";
            suggestion = Spelling.Nearest(SchemaUri.Display(uri), resources.Keys.Select(SchemaUri.Display));
            return false;
        }

        var decoded = Uri.UnescapeDataString(fragment);
        if (decoded.Length == 0 || decoded[0] == '/')
        {
            return TryWalk(resource, decoded, out target, out problem);
        }

        if (resource.Anchors.TryGetValue(decoded, out var pointer))
        {
            return TryWalk(resource, pointer[resource.Pointer.Length..], out target, out problem);
        }

        problem = $"there is no anchor '{decoded}'";
        suggestion = Spelling.Nearest(decoded, resource.Anchors.Keys) is { } anchor ? $"{address}#{anchor}" : null;
        return false;
    }

    private static bool TryWalk(SchemaResource from, string pointer, out SchemaPlace target, out string problem)
    {
        target = new SchemaPlace(from, from.Pointer, from.Content);
        foreach (var token in pointer.Split('/').Skip(1))
        {
            if (!JsonPointer.TryStep(target.Content, token, out var content))
            {
                problem = $"there is nothing at '{pointer}': '{token}' is not there";
                return false;
            }

            target = target.Below(JsonPointer.Unescape(token), content);
        }

        problem = "";
        return true;
    }

    // What comes first stays: the schema itself before the registry, and that before the metaschema.
    private void Add(SchemaDocument document)
    {
        if (document.Problem is { } problem)
        {
            _ = unreadable.TryAdd(document.Uri, problem);
            return;
        }

        _ = resources.TryAdd(document.Uri, document.Root);
        foreach (var resource in document.Resources)
        {
            _ = resources.TryAdd(resource.Uri, resource);
        }
    }
}
