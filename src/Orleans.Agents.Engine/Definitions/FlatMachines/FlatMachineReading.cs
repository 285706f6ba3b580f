using System.Collections.Immutable;
using System.Globalization;
using Orleans.Agents.Definitions.Checks;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.FlatMachines.Jinja;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>Reads a FlatMachine as a workflow of ours.</summary>
internal sealed class FlatMachineReading(SchemaBook schemas, FlatLibrary library, Findings findings)
{
    private const int DefaultSteps = 1_000;

    private readonly FlatValues values = new(findings);

    /// <summary>Reads a machine.</summary>
    public WorkflowDraft Read(Node root, string name)
    {
        var check = new ShapeCheck(findings);
        check.Check(root, new FieldType.Part(FlatShapes.Document), "the document");
        var data = root.Find("data") is { IsMap: true } map ? map : FlatValues.Map(root);
        check.Check(data, new FieldType.Part(FlatShapes.MachineData), "`data`");
        WarnOfHooks(data);

        var expressions = new ExpressionCheck(findings);
        var context = Context(data, expressions);
        var work = new FlatWorkReading(data, library, schemas, expressions, findings);
        var reading = new FlatStateReading(work, expressions, findings);
        var isOurs = data.Find("expression_engine")?.Text == "cel";
        Member[] members = [.. data.Find("states")?.Members.Where(m => m.Value.IsMap) ?? []];
        ImmutableArray<StateDraft> states = [.. members.SelectMany(m => reading.Read(m, isOurs))];
        var draft = new WorkflowDraft(new DocumentDraft(DocumentKind.Workflow.Name, name, root, data)
        {
            NameNode = data.Find("name") ?? root,
        })
        {
            Context = context,
            Start = StartOf(members),
            Description = root.Find("metadata")?.Find("description")?.Text,
            States = states,
            Uses = expressions.Uses,
        };
        return Bounded(Completed(draft, reading.Actions), data.Find("settings"));
    }

    private void WarnOfHooks(Node data)
    {
        if (data.Find("hooks") is { } hooks)
        {
            findings.Warn(
                DiagnosticCode.FlatWithoutEffect,
                hooks,
                "Hooks are code of another runtime and are not called: actions are done by tools that the host registers under their names",
                "`hooks` left out");
        }
    }

    private ImmutableArray<Member> Context(Node data, ExpressionCheck expressions)
    {
        var context = ImmutableArray.CreateBuilder<Member>();
        foreach (var member in data.Find("context")?.Members ?? [])
        {
            var value = values.Value(member.Value, JinjaNames.Same);
            expressions.Template(value, ExpressionPlace.Context);
            context.Add(member with { Value = value });
        }

        return context.ToImmutable();
    }

    // As the original does where none is marked: the state called start, or the first.
    private Node? StartOf(Member[] states)
    {
        Member[] marked = [.. states.Where(m => m.Value.Find("type")?.Text == "initial")];
        foreach (var second in marked.Skip(1))
        {
            findings.Warn(
                DiagnosticCode.FlatInitial,
                second.Key,
                $"\"{Node.Shorten(marked[0].Name)}\" is initial already: a run begins there",
                "one state with `type: initial`");
        }

        var start = marked.FirstOrDefault() ?? states.FirstOrDefault(m => m.Name == "start") ?? states.FirstOrDefault();
        return start is null ? null : FlatValues.Text(start.Key, start.Name);
    }

    // An action may change whatever the machine speaks of; and what nobody ever gives a value is null.
    private WorkflowDraft Completed(WorkflowDraft draft, IReadOnlyList<(string State, ImmutableArray<Member> Own)> actions)
    {
        PathUse[] uses = [.. draft.Uses.Where(u => u is { Root: ScopeNames.Context, Members.IsEmpty: false })];
        var seesAll = draft.Uses.Any(u => u is { Root: ScopeNames.Context, Members.IsEmpty: true });
        var read = uses.Select(u => u.Members[0]).ToHashSet(StringComparer.Ordinal);
        draft = draft with
        {
            States =
            [
                .. draft.States.Select(s => s with
                {
                    Catch = [.. s.Catch.Select(c => c with { Save = [.. c.Save.Where(m => seesAll || read.Contains(m.Name))] })],
                }),
            ],
        };
        var given = draft.States.SelectMany(s => s.Save.Concat(s.Catch.SelectMany(c => c.Save))).Concat(draft.Context)
            .Select(m => m.Name)
            .ToHashSet(StringComparer.Ordinal);
        var missing = uses.Where(u => !given.Contains(u.Members[0])).DistinctBy(u => u.Members[0]).ToArray();
        if (actions.Count == 0)
        {
            WarnOfMissing(missing, given);
        }

        return draft with
        {
            Context =
            [
                .. draft.Context,
                .. missing.Select(u => new Member(u.Members[0], u.Node, FlatValues.Null(u.Node))),
            ],
            States = Changed(draft.States, actions, [.. given.Union(read).Order(StringComparer.Ordinal)]),
        };
    }

    private void WarnOfMissing(PathUse[] missing, HashSet<string> given)
    {
        foreach (var use in missing)
        {
            findings.Warn(
                DiagnosticCode.UnknownContext,
                use.Node.File.Name,
                use.Position,
                $"Nothing ever saves `context.{Node.Shorten(use.Members[0])}`: it is null",
                "a name that `context` declares or a state saves",
                NearestName.Of(use.Members[0], given.Order(StringComparer.Ordinal)));
        }
    }

    private static ImmutableArray<StateDraft> Changed(
        ImmutableArray<StateDraft> states, IReadOnlyList<(string State, ImmutableArray<Member> Own)> actions, string[] names)
    {
        var own = actions.ToDictionary(a => a.State, a => a.Own, StringComparer.Ordinal);
        return [.. states.Select(s => !own.TryGetValue(s.Name, out var saved) ? s : s with
        {
            Save =
            [
                .. s.Save,
                .. names.Where(n => !saved.Any(m => m.Name == n) && !n.Contains('.', StringComparison.Ordinal)).Select(n =>
                {
                    var name = JinjaWriter.Quote(n);
                    return new Member(n, s.Key, FlatValues.Text(
                        s.Key, $"${{{{ {name} in default(output, {{}}) ? output[{name}] : context[{name}] }}}}"));
                }),
            ],
        })];
    }

    // The original counts steps and ends with whatever there is; here each state of a cycle has a bound, and fails past it.
    private static WorkflowDraft Bounded(WorkflowDraft draft, Node? settings)
    {
        var said = settings?.Find("max_steps");
        var most = int.TryParse(said?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var steps)
            ? Math.Clamp(steps, 1, 1_000_000)
            : DefaultSteps;
        var graph = new StateGraph(draft.States);
        if (!graph.IsWhole)
        {
            return draft;
        }

        var cycling = graph
            .Cycles(without: ImmutableHashSet<string>.Empty)
            .SelectMany(c => c)
            .ToHashSet(StringComparer.Ordinal);
        return draft with
        {
            States =
            [
                .. draft.States.Select(s => cycling.Contains(s.Name) && s.MaxVisits is null
                    ? s with { MaxVisits = said ?? s.Key, Visits = (int)Math.Min(1_000_000L, (long)most * (s.Visits ?? 1)) }
                    : s),
            ],
        };
    }
}
