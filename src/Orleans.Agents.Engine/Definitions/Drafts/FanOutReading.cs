using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>Reads what a state fans out into.</summary>
internal sealed class FanOutReading(SchemaBook schemas, Findings findings, HashSet<Field> read)
{
    public StateDraft Read(StateDraft state, FieldReader fields, ExpressionCheck expressions)
    {
        var parallel = fields.Part(StateShape.Parallel);
        var each = fields.Part(StateShape.ForEach);
        var named = parallel.Members(ParallelShape.Branches);
        var ofParallel = ReadRule(parallel, fields.Get(StateShape.Parallel));
        var ofEach = ReadRule(each, fields.Get(StateShape.ForEach));
        var once = fields.Get(StateShape.Do);
        var place = ofEach is null || ScopeNames.All.Contains(ofEach.Item)
            ? ExpressionPlace.State
            : ExpressionPlace.Each(ofEach.Item);
        var branch = ReadBranch(state.Name, state.Key, once, expressions, place);
        if (state.Kind is StateKind.ForEach)
        {
            expressions.Template(ofEach?.In, ExpressionPlace.State);
            expressions.Template(ofEach?.Key, place);
            return state with { FanOut = ofEach, Branches = once is null ? [] : [branch] };
        }

        return state.Kind is not StateKind.Parallel ? state : state with
        {
            FanOut = ofParallel,
            Branches =
            [
                .. named.Select(m => ReadBranch(m.Name, m.Key, m.Value, expressions, ExpressionPlace.State)),
            ],
        };
    }

    private static FanOutDraft? ReadRule(FieldReader fields, Node? part)
    {
        var draft = new FanOutDraft(
            part!,
            fields.Get(ForEachShape.In),
            fields.Text(ForEachShape.As) is null ? null : fields.Get(ForEachShape.As),
            fields.Get(ForEachShape.Key),
            (int?)fields.Number(ForEachShape.Limit),
            fields.Get(SettlementShape.Settle),
            fields.Get(SettlementShape.OnFailure));
        return part is null ? null : draft;
    }

    private StateDraft ReadBranch(
        string name, Node key, Node? node, ExpressionCheck expressions, ExpressionPlace place)
    {
        var fields = new FieldReader(node, read);
        var agent = fields.Get(BranchShape.Agent);
        var tool = fields.Get(BranchShape.Tool);
        var workflow = fields.Get(BranchShape.Workflow);
        var input = fields.Get(BranchShape.Input);
        if (node is not null)
        {
            expressions.Template(input, place);
        }

        var kind = agent is not null ? StateKind.Agent
            : tool is not null ? StateKind.Tool
            : workflow is not null ? StateKind.Workflow
            : StateKind.Unknown;
        return new StateDraft(name, key, kind, agent ?? tool ?? workflow)
        {
            Input = input,
            Output = schemas.Use(fields.Get(BranchShape.Output)),
            Retry = WorkflowReading.ReadRetry(fields.Part(BranchShape.Retry), findings),
            Timeout = fields.Duration(BranchShape.Timeout),
            Budget = WorkflowReading.ReadAllotment(fields.Part(BranchShape.Budget)),
        };
    }
}
