using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.FlatMachines.Jinja;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>Reads what the states of one machine do: actions, launches, machines and agents, once or side by side.</summary>
/// <param name="machine">The <c>data</c> of the machine.</param>
/// <param name="library">The machines and agents that it refers to.</param>
/// <param name="schemas">Where schemas are noted.</param>
/// <param name="expressions">Reads expressions.</param>
/// <param name="findings">Where what is wrong goes.</param>
internal sealed class FlatWorkReading(
    Node machine, FlatLibrary library, SchemaBook schemas, ExpressionCheck expressions, Findings findings)
{
    private const string Sample = "sample";
    private const string Succeeded = "output.filter(one, !has(one.error.code))";

    private readonly FlatValues values = new(findings);

    /// <summary>Whether a state asks an agent or runs a machine.</summary>
    public static bool HasWork(Node state) => state.Find("agent") is not null || state.Find("machine") is not null;

    /// <summary>Adds what an action is here: a tool that the host registers, or what the offline model says in its stead.</summary>
    public void AddAction(FlatChain chain, Node state, Node action)
    {
        var input = FlatValues.Map(
            action, ("context", FlatValues.Text(action, "${{ context }}")), ("input", Input(state, "input", null)));
        expressions.Template(input.Find("context"), ExpressionPlace.State);
        var types = Node.List(action.File, action.Index, [FlatValues.Text(action, "object"), FlatValues.Text(action, "null")]);
        var rehearsed = library.Action(action);
        chain.Add(
            "action",
            rehearsed is null ? StateKind.Tool : StateKind.Agent,
            rehearsed is null ? action : FlatValues.Text(action, rehearsed.Document.Name),
            d => d with
            {
                Input = input,
                IsAction = true,
                Output = schemas.Use(FlatValues.Map(action, ("type", types))),
                Retry = FlatRetry.Once,
            });
    }

    /// <summary>Adds the machines that are started and not waited for.</summary>
    public void AddLaunches(FlatChain chain, Node state)
    {
        var launch = state.Find("launch");
        var names = launch is { IsText: true } ? [launch] : launch?.Items ?? [];
        foreach (var name in names.Where(n => n.IsText))
        {
            if (library.Machine(name, machine.Find("machines")) is { } workflow)
            {
                chain.Add(
                    "launch",
                    StateKind.Launch,
                    FlatValues.Text(name, workflow),
                    d => d with { Input = Input(state, "launch_input", null) });
            }
        }
    }

    /// <summary>Adds the agent or the machines of a state; says what templates call the output then.</summary>
    public JinjaNames? AddWork(FlatChain chain, Node state)
    {
        if (!HasWork(state))
        {
            return null;
        }

        if (state.Find("foreach") is { IsText: true } list)
        {
            return AddForEach(chain, state, list);
        }

        return state.Find("machine") switch
        {
            { IsText: true } one => AddMachine(chain, state, one),
            { IsList: true } several => AddParallel(chain, state, several),
            _ => AddAgent(chain, state),
        };
    }

    private JinjaNames? AddMachine(FlatChain chain, Node state, Node said)
    {
        if (library.Machine(said, machine.Find("machines")) is not { } workflow)
        {
            return null;
        }

        chain.Add("machine", StateKind.Workflow, FlatValues.Text(said, workflow), d => d with
        {
            Input = Input(state, "input", null),
            Retry = FlatRetry.Once,
            Timeout = Seconds(state.Find("timeout")),
        });
        return JinjaNames.Same;
    }

    private JinjaNames? AddAgent(FlatChain chain, Node state)
    {
        var execution = state.Find("execution");
        if (state.Find("agent") is not { IsText: true } said || Agent(said) is not { } agent)
        {
            return null;
        }

        var asks = FlatValues.Text(said, agent.Document.Name);
        StateDraft Asking(StateDraft draft) => draft with
        {
            Input = Input(state, "input", null),
            Output = Output(agent, execution),
            Retry = FlatRetry.Of(execution),
            Timeout = Seconds(state.Find("timeout")),
        };

        switch (execution?.Find("type")?.Text)
        {
            case "parallel":
                AddSamples(chain, execution, said, Asking(new StateDraft("", said, StateKind.Agent, asks)));
                return JinjaNames.Same with
                {
                    Output = $"{{results: {(IsText(agent) ? $"{Succeeded}.map(one, {{content: one}})" : Succeeded)}, "
                        + $"count: size({Succeeded})}}",
                };
            case "mdap_voting":
                var failing = state.Find("on_error");
                new FlatVoting(chain, execution, agent, schemas, expressions).Add(
                    Asking(new StateDraft("", said, StateKind.Agent, asks)),
                    failing is { IsMap: true } ? failing.Find("default") : failing);
                return JinjaNames.Same;
            default:
                chain.Add("agent", StateKind.Agent, asks, Asking);
                return JinjaNames.Same with { IsText = IsText(agent) };
        }
    }

    // As many samples as are wanted; one that fails is left out, and none at all is a failure.
    private void AddSamples(FlatChain chain, Node execution, Node said, StateDraft branch)
    {
        var many = execution.Find("n_samples") is { Kind: NodeKind.Number } n ? (int)Number(n) : 3;
        var numbers = Node.List(said.File, said.Index, [.. Enumerable.Range(1, many).Select(i => FlatValues.Number(said, i))]);
        var failed = FlatValues.Map(said, ("required", Node.List(said.File, said.Index, [FlatValues.Text(said, "error")])));
        failed = FlatValues.Map(
            said, ("type", FlatValues.Text(said, "object")), ("required", failed.Find("required")!));
        chain.Add("samples", StateKind.ForEach, said, d => d with
        {
            FanOut = Rule(said, numbers, FlatValues.Text(said, Sample), null, isAny: false),
            Branches = [branch with { Name = d.Name }],
            Output = schemas.Use(FlatValues.Map(said, ("contains", FlatValues.Map(said, ("not", failed))))),
        });
    }

    private JinjaNames? AddForEach(FlatChain chain, Node state, Node list)
    {
        var item = state.Find("as") is { IsText: true } named ? named : FlatValues.Text(list, FanOutDraft.DefaultItem);
        var place = Expressions.ScopeNames.All.Contains(item.Text) ? ExpressionPlace.State : ExpressionPlace.Each(item.Text);
        if (Branch(chain.NameFor("each"), state, state.Find("machine") ?? state.Find("agent")!, place) is not { } branch)
        {
            return null;
        }

        var items = values.Template(list, JinjaNames.Same);
        expressions.Template(items, ExpressionPlace.State);
        var key = state.Find("key") is { IsText: true } said ? KeyOf(said, item.Text, place) : null;
        var isAny = state.Find("mode")?.Text == "any";
        var isText = branch.Kind is StateKind.Agent && IsText(branch.Subject!.Text);
        chain.Add("each", StateKind.ForEach, list, d => d with
        {
            FanOut = Rule(list, items, item, key, isAny),
            Branches = [branch with { Input = state.Find("input") is null ? ItemAlone(list, item.Text) : branch.Input }],
            Timeout = Seconds(state.Find("timeout")),
        });
        return isText && key is null
            ? JinjaNames.Same with { Output = "output.map(one, string(one) == one ? {content: one} : one)" }
            : JinjaNames.Same;
    }

    private JinjaNames? AddParallel(FlatChain chain, Node state, Node several)
    {
        var branches = ImmutableArray.CreateBuilder<StateDraft>();
        foreach (var said in several.Items)
        {
            var name = said.IsText ? said : said.Find("name");
            if (name is not { IsText: true } || Branch(name.Text, state, name, ExpressionPlace.State) is not { } branch)
            {
                continue;
            }

            if (branches.Any(b => b.Name == branch.Name))
            {
                findings.Error(
                    DiagnosticCode.DuplicateName,
                    name,
                    $"\"{Node.Shorten(name.Text)}\" is here twice, and the output has each result under its name",
                    "each machine once; use `foreach` to run one several times");
            }

            branches.Add(said.IsMap ? branch with { Input = Input(said, "input", null) } : branch);
        }

        if (branches.Count == 0)
        {
            return null;
        }

        chain.Add("machines", StateKind.Parallel, several, d => d with
        {
            FanOut = Rule(several, null, null, null, state.Find("mode")?.Text == "any"),
            Branches = branches.ToImmutable(),
            Timeout = Seconds(state.Find("timeout")),
        });
        return JinjaNames.Same;
    }

    private StateDraft? Branch(string name, Node state, Node said, ExpressionPlace place)
    {
        var isMachine = state.Find("machine") is not null;
        var agent = isMachine ? null : Agent(said);
        var subject = isMachine ? library.Machine(said, machine.Find("machines")) : agent?.Document.Name;
        return subject is null ? null : new StateDraft(
            name, said, isMachine ? StateKind.Workflow : StateKind.Agent, FlatValues.Text(said, subject))
        {
            Input = Input(state, "input", place),
            Retry = isMachine ? FlatRetry.Once : FlatRetry.Of(state.Find("execution")),
            Output = agent is null ? null : Output(agent, state.Find("execution")),
        };
    }

    private AgentDraft? Agent(Node said) => library.Agent(said, machine.Find("agents"), machine.Find("profiles"));

    private bool IsText(string agent) => library.Agents.Exists(a => a.Document.Name == agent && IsText(a));

    private static bool IsText(AgentDraft agent) => agent.Output is null;

    // An empty answer is one that does not satisfy, and is asked for again.
    private SchemaUse? Output(AgentDraft agent, Node? execution) =>
        execution?.Find("retry_on_empty") is { Text: "true" } wanted && IsText(agent)
            ? schemas.Use(FlatValues.Map(
                wanted, ("type", FlatValues.Text(wanted, "string")), ("minLength", FlatValues.Number(wanted, 1))))
            : null;

    private Node Input(Node state, string field, ExpressionPlace? place)
    {
        var input = state.Find(field) is { IsMap: true } said ? values.Value(said, JinjaNames.Same) : FlatValues.Map(state);
        expressions.Template(input, place ?? ExpressionPlace.State);
        return input;
    }

    private Node KeyOf(Node said, string item, ExpressionPlace place)
    {
        var isPath = said.Text == item || said.Text.StartsWith(item + ".", StringComparison.Ordinal);
        var key = isPath ? FlatValues.Text(said, $"${{{{ {said.Text} }}}}") : values.Template(said, JinjaNames.Same);
        expressions.Template(key, place);
        return key;
    }

    private static Node ItemAlone(Node at, string item) =>
        FlatValues.Map(at, (item, FlatValues.Text(at, $"${{{{ {item} }}}}")));

    // Failures are results: who waits for all of them has them all.
    private static FanOutDraft Rule(Node at, Node? items, Node? item, Node? key, bool isAny) => new(
        at,
        items,
        item,
        key,
        null,
        FlatValues.Text(at, isAny ? "any" : "all"),
        isAny ? null : FlatValues.Text(at, "collect"));

    private static TimeSpan? Seconds(Node? said) =>
        said is { Kind: NodeKind.Number } && Number(said) is > 0 and <= 315_360_000 and var seconds
            ? FlatRetry.Duration(seconds)
            : null;

    private static decimal Number(Node node) =>
        decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
