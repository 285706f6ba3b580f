using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>
/// The machines, agents and profiles that machines refer to, by path or written where they are used: each is read once and
/// has one name here.
/// </summary>
internal sealed class FlatLibrary(
    SourceCatalog catalog, DocumentReading documents, FlatAgentReading agents, string? answers, Findings findings)
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];
    private static readonly string[] ProfileFiles = ["profiles.yml", "profiles.yaml", "profiles.json"];

    private readonly FlatNaming machineNames = new(documents.Documents.Select(d => d.Name));
    private readonly FlatNaming agentNames = new(documents.Documents.Select(d => d.Name));
    private readonly Dictionary<Node, string> machines = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Node, Node?), AgentDraft> known = [];
    private readonly Dictionary<string, AgentDraft> actions = new(StringComparer.Ordinal);
    private readonly Queue<Node> unread = new();

    /// <summary>All agents that were asked for.</summary>
    public List<AgentDraft> Agents { get; } = [];

    /// <summary>What a machine is called here; it is read later.</summary>
    public string NameOf(Node machine)
    {
        if (!machines.TryGetValue(machine, out var name))
        {
            var said = machine.Find("data")?.Find("name");
            name = machineNames.Take(said is { IsText: true } ? said.Text : Path.GetFileNameWithoutExtension(machine.File.Name));
            machines.Add(machine, name);
            unread.Enqueue(machine);
        }

        return name;
    }

    /// <summary>The next machine that somebody refers to and nobody has read.</summary>
    public bool TryTakeUnread(out Node? machine) => unread.TryDequeue(out machine);

    /// <summary>Whether an agent's document was read.</summary>
    public bool Knows(Node agent) => known.Keys.Any(k => ReferenceEquals(k.Item1, agent));

    /// <summary>The machine that a state names: by its name in the machine, or by a path.</summary>
    public string? Machine(Node said, Node? declared) =>
        Document(said, declared, "machines", FlatShapes.Machine, isNeeded: true) is { } root ? NameOf(root) : null;

    /// <summary>The agent that a state names: by its name in the machine, or by a path.</summary>
    public AgentDraft? Agent(Node said, Node? declared, Node? profiles)
    {
        var reference = Reference(said, declared);
        if (reference is not null && known.TryGetValue((reference, null), out var missing))
        {
            return missing;
        }

        return Document(said, declared, "agents", FlatShapes.Agent, isNeeded: false) is { } root ? Agent(root, profiles)
            : reference is { IsText: true } && catalog.Beside(reference.File, reference.Text) is null
                ? Keep(reference, null, FlatAgentReading.Missing(reference, agentNames.Take(said.Text)))
                : null;
    }

    /// <summary>An agent by its document.</summary>
    public AgentDraft Agent(Node root, Node? profiles)
    {
        if (known.TryGetValue((root, profiles), out var agent))
        {
            return agent;
        }

        var said = root.Find("data")?.Find("name");
        var wanted = said is { IsText: true } ? said.Text : Path.GetFileNameWithoutExtension(root.File.Name);
        return Keep(root, profiles, agents.Read(root, agentNames.Take(wanted), ProfilesOf(root, profiles), Answers(wanted)));
    }

    /// <summary>The offline model that does an action; null when nobody says what it would do.</summary>
    public AgentDraft? Action(Node said)
    {
        if (!actions.TryGetValue(said.Text, out var action) && Answers(said.Text) is { } root)
        {
            action = agents.Rehearsed(said, agentNames.Take(said.Text), root);
            actions.Add(said.Text, action);
            Agents.Add(action);
        }

        return action;
    }

    private AgentDraft Keep(Node root, Node? profiles, AgentDraft agent)
    {
        known.Add((root, profiles), agent);
        Agents.Add(agent);
        return agent;
    }

    private Node? Document(Node said, Node? declared, string where, string spec, bool isNeeded)
    {
        var reference = Reference(said, declared);
        if (reference is null)
        {
            var names = declared?.Members.Select(m => m.Name).ToArray() ?? [];
            findings.Error(
                spec == FlatShapes.Agent ? DiagnosticCode.UnknownAgent : DiagnosticCode.UnknownWorkflow,
                said,
                $"`{where}` has no \"{Node.Shorten(said.Text)}\"",
                names.Length == 0 ? $"a name under `{where}`, or a path" : $"one of {string.Join(", ", names)}",
                NearestName.Of(said.Text, names));
            return null;
        }

        var adapted = reference is { IsMap: true } && reference.Find("spec") is null ? Adapted(reference) : reference;
        return adapted is null ? null : adapted.IsMap ? adapted : File(adapted, spec, isNeeded);
    }

    // `{ type: flatagent, ref: ./agent.yml }` is a path in other words; other types are other runtimes.
    private Node? Adapted(Node reference)
    {
        if (reference.Find("type") is { IsText: true, Text: FlatShapes.Agent } && reference.Find("ref") is { IsText: true } path)
        {
            return path;
        }

        findings.Error(
            DiagnosticCode.FeatureBlocked,
            reference.Find("type") ?? reference,
            "This version runs no agents of other runtimes: they will be tools or models that the host registers",
            "a path, `{type: flatagent, ref: path}`, or the agent itself");
        return null;
    }

    private Node? File(Node path, string spec, bool isNeeded)
    {
        var file = path.IsText ? catalog.Beside(path.File, path.Text) : null;
        if (file is null)
        {
            var message = $"There is no file \"{Node.Shorten(path.Text)}\" beside this one";
            Tell(isNeeded, path, isNeeded ? message : $"{message}: asking this agent fails with {FlatErrors.MissingAgent}", "a relative path to a file");
            return null;
        }

        if (documents.Roots(file) is [var root] && root.Find("spec") is { IsText: true } said && said.Text == spec)
        {
            return root;
        }

        Tell(isError: true, path, $"\"{Node.Shorten(path.Text)}\" is no {spec}", $"a file with `spec: {spec}`");
        return null;
    }

    private void Tell(bool isError, Node at, string message, string expected)
    {
        if (isError)
        {
            findings.Error(DiagnosticCode.FlatReference, at, message, expected);
        }
        else
        {
            findings.Warn(DiagnosticCode.FlatReference, at, message, expected);
        }
    }

    // Where neither machine nor agent names a file of profiles, one beside the agent is taken.
    private FlatProfiles ProfilesOf(Node agent, Node? machines)
    {
        if ((machines ?? agent.Find("data")?.Find("profiles")) is { IsText: true } path)
        {
            return File(path, FlatShapes.Profiles, isNeeded: true) is { } said
                ? new FlatProfiles(said.Find("data"), findings)
                : FlatProfiles.None(findings);
        }

        var beside = ProfileFiles
            .Select(name => catalog.Beside(agent.File, name))
            .OfType<SourceFile>()
            .FirstOrDefault();
        return beside is not null && documents.Roots(beside) is [var root] && root.Find("spec")?.Text == FlatShapes.Profiles
            ? new FlatProfiles(root.Find("data"), findings)
            : FlatProfiles.None(findings);
    }

    private Node? Answers(string name) => answers is null ? null : Endings
        .Select(ending => catalog.Named($"{answers.TrimEnd('/')}/{FlatNaming.Plain(name)}{ending}"))
        .OfType<SourceFile>()
        .Select(documents.Answers)
        .FirstOrDefault();

    private static Node? Reference(Node said, Node? declared) =>
        declared?.Find(said.Text) ?? (IsPath(said.Text) ? said : null);

    private static bool IsPath(string text) => Endings.Any(e => text.EndsWith(e, StringComparison.Ordinal));
}
