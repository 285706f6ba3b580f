using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>Reads the spec of a workflow.</summary>
internal sealed class WorkflowReading(SchemaBook schemas, Findings findings, HashSet<Field> read)
{
    private readonly FanOutReading fanOuts = new(schemas, findings, read);

    public WorkflowDraft Read(DocumentDraft document)
    {
        var fields = new FieldReader(document.Spec, read);
        var expressions = new ExpressionCheck(findings);
        var context = fields.Members(WorkflowShape.Context);
        foreach (var member in context)
        {
            expressions.Template(member.Value, ExpressionPlace.Context);
        }

        var budget = fields.Part(WorkflowShape.Budget);
        var hops = fields.Part(WorkflowShape.Hops);
        return new WorkflowDraft(document)
        {
            Input = schemas.Use(fields.Get(WorkflowShape.Input)),
            Context = context,
            Activities = (long?)budget.Number(BudgetShape.Activities),
            Time = budget.Duration(BudgetShape.Time),
            Depth = (int?)budget.Number(BudgetShape.Depth),
            Launches = (long?)budget.Number(BudgetShape.Launches),
            Tokens = (long?)budget.Number(BudgetShape.Tokens),
            MicroUsd = MicroUsdOf(budget.Number(BudgetShape.CostUsd)),
            Exceeded = budget.Get(BudgetShape.Exceeded),
            LinearHops = (int?)hops.Number(HopsShape.Linear),
            CyclicHops = (int?)hops.Number(HopsShape.Cyclic),
            Deadline = fields.Duration(WorkflowShape.Deadline),
            Start = fields.Get(WorkflowShape.Start),
            Description = fields.Text(WorkflowShape.Description),
            States = [.. fields.Members(WorkflowShape.States).Select(m => ReadState(m, expressions))],
            Uses = expressions.Uses,
        };
    }

    /// <summary>Reads what a started run may use; null where nothing is said.</summary>
    public static Cost? ReadAllotment(FieldReader fields) => new Cost(
        (long?)fields.Number(BudgetShape.Activities),
        (long?)fields.Number(BudgetShape.Launches),
        (long?)fields.Number(BudgetShape.Tokens),
        MicroUsdOf(fields.Number(BudgetShape.CostUsd)),
        fields.Duration(BudgetShape.Time)) is var said && said == Cost.Nothing ? null : said;

    private static long? MicroUsdOf(decimal? dollars) => dollars is { } some ? (long)(some * 1_000_000m) : null;

    private StateDraft ReadState(Member member, ExpressionCheck expressions)
    {
        var fields = new FieldReader(member.Value, read);
        var given = ReadKind(member, fields);
        var launched = fields.Part(StateShape.Launch).Get(LaunchShape.Input);
        var wait = fields.Part(StateShape.Wait);
        var (told, limit) = (wait.Get(WaitShape.Schema), wait.Duration(WaitShape.Timeout));
        var handed = ReadAllotment(fields.Part(StateShape.Launch).Part(LaunchShape.Budget));
        var save = fields.Members(StateShape.Save);
        foreach (var entry in save)
        {
            expressions.Template(entry.Value, ExpressionPlace.AfterState);
        }

        var state = given with
        {
            Description = fields.Text(StateShape.Description),
            Input = given.Kind is StateKind.Launch ? launched : fields.Get(StateShape.Input),
            Output = schemas.Use(given.Kind is StateKind.Await ? told : fields.Get(StateShape.Output)),
            Save = save,
            Next = ReadNext(fields, expressions),
            Retry = ReadRetry(fields.Part(StateShape.Retry), findings),
            Timeout = given.Kind is StateKind.Await ? limit : fields.Duration(StateShape.Timeout),
            Catch = [.. fields.Items(StateShape.Catch).Select(c => ReadCatch(c, expressions))],
            MaxVisits = fields.Get(StateShape.MaxVisits),
            Visits = (int?)fields.Number(StateShape.MaxVisits),
            Budget = given.Kind is StateKind.Launch ? handed : ReadAllotment(fields.Part(StateShape.Budget)),
        };
        expressions.Template(state.Input, ExpressionPlace.State);
        expressions.Template(state.Until, ExpressionPlace.State);
        expressions.Template(state.Message, ExpressionPlace.State);
        expressions.Template(state.Recipient, ExpressionPlace.State);
        if (state.Kind is StateKind.End)
        {
            expressions.Template(state.Subject, ExpressionPlace.State);
        }

        return fanOuts.Read(state, fields, expressions);
    }

    // With two kinds at once, which is an error, the first counts.
    private static StateDraft ReadKind(Member member, FieldReader fields)
    {
        var wait = fields.Part(StateShape.Wait);
        var duration = wait.Get(WaitShape.Duration);
        var until = wait.Get(WaitShape.Until);
        var fail = fields.Part(StateShape.Fail);
        var code = fail.Get(FailShape.Code);
        var message = fail.Get(FailShape.Message);
        var launched = fields.Part(StateShape.Launch).Get(LaunchShape.Workflow);
        var told = fields.Part(StateShape.Message);
        var (to, from, recipient) = (told.Get(MessageShape.To), told.Get(MessageShape.From), told.Get(MessageShape.Run));
        var (kind, subject) =
            fields.Get(StateShape.Agent) is { } agent ? (StateKind.Agent, agent)
            : fields.Get(StateShape.Tool) is { } tool ? (StateKind.Tool, tool)
            : fields.Get(StateShape.Workflow) is { } workflow ? (StateKind.Workflow, workflow)
            : fields.Get(StateShape.Launch) is not null ? (StateKind.Launch, launched)
            : fields.Get(StateShape.Parallel) is { } parallel ? (StateKind.Parallel, parallel)
            : fields.Get(StateShape.ForEach) is { } each ? (StateKind.ForEach, each)
            : fields.Get(StateShape.Message) is not null ? (StateKind.Message, to)
            : fields.Get(StateShape.Pass) is { } pass ? (StateKind.Pass, pass)
            : wait.Get(WaitShape.Signal) is { } signal ? (StateKind.Await, signal)
            : fields.Get(StateShape.Wait) is { } waiting ? (StateKind.Wait, waiting)
            : fields.Get(StateShape.End) is { } end ? (StateKind.End, end)
            : fields.Get(StateShape.Fail) is not null ? (StateKind.Fail, code)
            : (StateKind.Unknown, (Node?)null);
        return new StateDraft(member.Name, member.Key, kind, subject)
        {
            Duration = duration,
            Until = until,
            Message = message,
            Sender = from,
            Recipient = recipient,
        };
    }

    private ImmutableArray<TransitionDraft> ReadNext(FieldReader fields, ExpressionCheck expressions)
    {
        if (fields.Get(StateShape.Next) is { IsText: true } only)
        {
            return [new TransitionDraft(only, null, only)];
        }

        return [.. fields.Items(StateShape.Next).Select(item =>
        {
            var transition = new FieldReader(item, read);
            var when = transition.Get(TransitionShape.When);
            expressions.Condition(when, ExpressionPlace.AfterState);
            return new TransitionDraft(item, when, transition.Get(TransitionShape.To));
        })];
    }

    private CatchDraft ReadCatch(Node node, ExpressionCheck expressions)
    {
        var fields = new FieldReader(node, read);
        var save = fields.Members(CatchShape.Save);
        foreach (var entry in save)
        {
            expressions.Template(entry.Value, ExpressionPlace.Catch);
        }

        var on = fields.Items(CatchShape.On);
        foreach (var pattern in on)
        {
            FailurePattern.Check(pattern, findings);
        }

        return new CatchDraft(node, on, fields.Get(CatchShape.To), save);
    }

    /// <summary>Reads a retry rule, which may have gaps.</summary>
    public static RetryDraft ReadRetry(FieldReader fields, Findings findings)
    {
        var on = fields.Items(RetryShape.On);
        foreach (var pattern in on)
        {
            FailurePattern.Check(pattern, findings);
        }

        return new RetryDraft(
            (int?)fields.Number(RetryShape.Attempts),
            fields.Duration(RetryShape.Backoff),
            fields.Number(RetryShape.Factor),
            fields.Duration(RetryShape.Max),
            fields.Number(RetryShape.Jitter),
            fields.Get(RetryShape.On) is null ? null : [.. on.Select(p => p.Text)]);
    }
}
