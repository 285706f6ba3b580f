using System.Collections.Immutable;
using Orleans.Agents.Definitions.FlatMachines;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>Finds the documents in the files: what each one is, and what it is called.</summary>
internal sealed class DocumentReading(SourceCatalog catalog, Findings findings, HashSet<Field> read)
{
    private readonly Dictionary<SourceFile, List<Node>> roots = [];
    private readonly List<DocumentDraft> documents = [];
    private readonly List<LoadedDocument> described = [];
    private readonly List<Node> strangers = [];
    private readonly List<Node> foreign = [];
    private readonly List<SourceFile> emptyFiles = [];
    private readonly HashSet<SourceFile> answers = [];

    public IReadOnlyList<DocumentDraft> Documents => documents;

    public IReadOnlyList<LoadedDocument> Described => described;

    /// <summary>The machines, agents and profiles of FlatMachine files.</summary>
    public IReadOnlyList<Node> Foreign => foreign;

    /// <summary>Adds what a document of another format says about itself.</summary>
    public void Describe(LoadedDocument document) => described.Add(document);

    /// <summary>Reads every file, and finds the documents in it.</summary>
    public void ReadAll()
    {
        foreach (var file in catalog.Documents)
        {
            var before = findings.Count;
            var found = Roots(file);
            if (found.TrueForAll(r => r.Kind is NodeKind.Null) && findings.Count == before)
            {
                emptyFiles.Add(file);
            }

            foreach (var root in found.Where(r => r.Kind is not NodeKind.Null))
            {
                Read(root);
            }
        }

        var named = documents.Where(d => d.Name.Length > 0);
        foreach (var twins in named.GroupBy(d => (d.Kind, d.Name)).Where(g => g.Count() > 1))
        {
            var first = twins.First().NameNode;
            foreach (var twin in twins.Skip(1))
            {
                findings.Error(
                    DiagnosticCode.DuplicateName,
                    twin.NameNode,
                    $"There is another {twin.Kind} \"{twin.Name}\" in {first.File.Name}, line {first.Position.Line}",
                    "each name once for each kind");
            }
        }
    }

    /// <summary>
    /// The one document of a file of answers; null when the path leads nowhere or the file holds no such thing.
    /// </summary>
    public Node? Answers(Node path)
    {
        if (catalog.Refer(path) is not { } file)
        {
            return null;
        }

        answers.Add(file);
        if (Roots(file) is [var root])
        {
            return root;
        }

        findings.Error(
            DiagnosticCode.AnswersFile,
            path,
            $"\"{Node.Shorten(path.Text)}\" does not hold one document that can be read",
            "`answer` or `cases`");
        return null;
    }

    /// <summary>Says which files are neither documents nor answers.</summary>
    public void RefuseStrangers()
    {
        foreach (var stranger in strangers.Where(s => !answers.Contains(s.File)))
        {
            findings.Error(
                DiagnosticCode.NotADocument,
                stranger,
                "This is not a definition: it has no `apiVersion`",
                $"a mapping with apiVersion: {DocumentKind.ApiVersion}");
        }

        foreach (var file in emptyFiles.Where(f => !answers.Contains(f)))
        {
            findings.Error(
                DiagnosticCode.EmptyFile,
                file.Name,
                new Position(1, 1),
                "The file holds no document",
                "a document or no file");
        }
    }

    /// <summary>The one document of a file of answers that others name; null when it holds none.</summary>
    public Node? Answers(SourceFile file)
    {
        answers.Add(file);
        return Roots(file) is [var root] ? root : null;
    }

    /// <summary>The documents of a file, as they are written.</summary>
    public List<Node> Roots(SourceFile file)
    {
        if (!roots.TryGetValue(file, out var found))
        {
            found = catalog.Parse(file);
            roots.Add(file, found);
        }

        return found;
    }

    private void Read(Node root)
    {
        if (root.Find(DocumentShape.ApiVersion.Name) is not { } version)
        {
            if (FlatShapes.IsOne(root))
            {
                foreign.Add(root);
                return;
            }

            strangers.Add(root);
            return;
        }

        var fields = new FieldReader(root, read);
        var kind = fields.Get(DocumentShape.Kind);
        var known = DocumentKind.All.FirstOrDefault(k => k.Name == kind?.Text);
        if (fields.Get(DocumentShape.ApiVersion)?.Text != DocumentKind.ApiVersion)
        {
            findings.Error(
                DiagnosticCode.UnknownVersion,
                version,
                $"This version of the format is not understood: {version.Describe()}",
                DocumentKind.ApiVersion,
                NearestName.Of(version.Text, [DocumentKind.ApiVersion]));
            return;
        }

        var check = new ShapeCheck(findings);
        check.Check(root, new FieldType.Part(DocumentShape.Shape), "the document");
        var name = Describe(root, kind?.Text ?? string.Empty);
        if (kind is not null && known is null)
        {
            RefuseKind(kind);
        }
        else if (known is { Spec: null })
        {
            findings.Error(
                DiagnosticCode.FeatureBlocked,
                kind!,
                $"This version does not load a {known.Name}: it {known.Description}");
        }

        var spec = fields.Get(DocumentShape.Spec);
        if (spec is not null && known?.Spec is { } type)
        {
            check.Check(spec, type, "`spec`");
        }

        var said = described[^1];
        documents.Add(new DocumentDraft(said.Kind, said.Name, root, Usable(known, spec))
        {
            Version = said.Version,
            NameNode = name ?? root,
        });
    }

    private static Node? Usable(DocumentKind? kind, Node? spec) =>
        spec is not null && kind?.Spec is { } type && ShapeCheck.Takes(type, spec.Kind) ? spec : null;

    private Node? Describe(Node root, string kind)
    {
        var metadata = new FieldReader(root, read).Part(DocumentShape.Metadata);
        var labels = metadata.Members(MetadataShape.Labels)
            .ToImmutableSortedDictionary(m => m.Name, m => m.Value.Text, StringComparer.Ordinal);
        var name = metadata.Get(MetadataShape.Name);
        described.Add(new LoadedDocument(
            kind,
            name?.Text ?? string.Empty,
            metadata.Text(MetadataShape.Version),
            metadata.Text(MetadataShape.Description),
            labels,
            root.File.Name,
            root.Position.Line));
        return name;
    }

    private void RefuseKind(Node kind)
    {
        var names = DocumentKind.All.Where(k => k.Spec is not null).Select(k => k.Name).ToArray();
        findings.Error(
            DiagnosticCode.UnknownKind,
            kind,
            $"There is no kind of document \"{Node.Shorten(kind.Text)}\"",
            $"one of {string.Join(", ", names)}",
            NearestName.Of(kind.Text, names));
    }
}
