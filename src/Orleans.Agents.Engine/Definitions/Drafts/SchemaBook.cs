using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;
using Orleans.Agents.Schemas;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>The Schema documents that were loaded together, and the schemas written where they are used.</summary>
internal sealed class SchemaBook
{
    private readonly Findings findings;
    private readonly SortedDictionary<string, Node> documents = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    public SchemaBook(IEnumerable<DocumentDraft> schemas, Findings findings)
    {
        this.findings = findings;
        foreach (var document in schemas.Where(d => d.Spec is not null && CanBeReferredTo(d.Name)))
        {
            documents.TryAdd(document.Name, document.Spec!);
        }

        foreach (var (name, node) in documents)
        {
            Registry = Registry.With(name, CanonicalJson.Of(node));
        }

        foreach (var node in documents.Values)
        {
            Compile(node);
        }
    }

    // Another name is said to be wrong where it stands.
    private static bool CanBeReferredTo(string name) => name.Length > 0 && !name.Contains('#', StringComparison.Ordinal);

    public SchemaRegistry Registry { get; private set; } = SchemaRegistry.Empty;

    /// <summary>The documents that something refers to, directly or through others.</summary>
    public IReadOnlySet<string> Used => used;

    /// <summary>Checks a schema where it is used; gives it in a form that can be referred to, or null.</summary>
    public SchemaUse? Use(Node? node)
    {
        if (node is null)
        {
            return null;
        }

        if (node.IsText)
        {
            return UseNamed(node, node);
        }

        // `output: { schema: plan }` names one; `output: { schema: { type: … } }` and `output: { type: … }` write it out.
        if (node.Members is [{ Name: "schema", Value: { IsText: false } written }])
        {
            node = written;
        }

        if (node.Members is not [{ Name: "schema", Value: { IsText: true } name }])
        {
            Compile(node);
            MarkReferences(node);
            return new SchemaUse(node, null);
        }

        return UseNamed(node, name);
    }

    private SchemaUse? UseNamed(Node node, Node name)
    {
        if (documents.ContainsKey(name.Text))
        {
            Mark(name.Text);
            return new SchemaUse(node, name);
        }

        if (!findings.HaveGaps || NearestName.Of(name.Text, documents.Keys) is not null)
        {
            findings.Error(
                DiagnosticCode.UnknownSchema,
                name,
                $"No Schema document is called \"{Node.Shorten(name.Text)}\"",
                documents.Count == 0
                    ? "a document with `kind: Schema` of this name"
                    : $"one of {string.Join(", ", documents.Keys)}",
                NearestName.Of(name.Text, documents.Keys));
        }

        return null;
    }

    /// <summary>The schema itself, wherever it stands.</summary>
    public Node Resolve(SchemaUse use) => use.Name is { } name ? documents[name.Text] : use.Node;

    /// <summary>The document of a name.</summary>
    public Node Document(string name) => documents[name];

    /// <summary>The documents that some schemas need, by name.</summary>
    public SortedSet<string> Closure(IEnumerable<SchemaUse> uses)
    {
        var needed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var use in uses)
        {
            Collect(use.Name is { } name ? [name.Text] : References(use.Node), needed);
        }

        return needed;
    }

    private void Mark(string name) => Collect([name], used);

    private void MarkReferences(Node node) => Collect(References(node), used);

    private void Collect(IEnumerable<string> names, ISet<string> into)
    {
        var open = new Stack<string>(names);
        while (open.TryPop(out var name))
        {
            if (into.Add(name))
            {
                foreach (var next in References(documents[name]))
                {
                    open.Push(next);
                }
            }
        }
    }

    // A reference that is no name may reach a document by its `$id`; then all of them are taken.
    private IEnumerable<string> References(Node node)
    {
        var addresses = Addresses(node).Select(a => a.Split('#')[0]).Where(a => a.Length > 0).ToArray();
        return addresses.All(documents.ContainsKey) ? addresses : documents.Keys;
    }

    private static IEnumerable<string> Addresses(Node node) => node.Items
        .Concat(node.Members.Select(m => m.Value))
        .SelectMany(Addresses)
        .Concat(node.Members.Where(m => m.Name is "$ref" or "$dynamicRef" && m.Value.IsText).Select(m => m.Value.Text));

    private void Compile(Node node)
    {
        if (Schema.TryCompile(CanonicalJson.Of(node), Registry, out var schema, out var errors))
        {
            foreach (var warning in schema.Warnings.Where(w => IsHere(w.Path)))
            {
                findings.Warn(
                    warning.Code, At(node, warning.Path), warning.Message, warning.Expected, warning.Suggestion);
            }

            return;
        }

        foreach (var error in errors)
        {
            // What is wrong in another document is said there; only what cannot be resolved is this one's mistake.
            if (IsHere(error.Path))
            {
                findings.Error(error.Code, At(node, error.Path), error.Message, error.Expected, error.Suggestion);
            }
            else if (!documents.ContainsKey(error.Path.Split('#')[0]))
            {
                findings.Error(error.Code, node, error.Message, error.Expected, error.Suggestion);
            }
        }
    }

    private static bool IsHere(string path) => path.Length == 0 || path[0] == '/';

    private static Node At(Node node, string pointer) => node.At(Segments(pointer));

    /// <summary>The names of a JSON pointer.</summary>
    public static IEnumerable<string> Segments(string pointer) => pointer
        .Split('/')
        .Skip(1)
        .Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
}
