using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>
/// Looks for what documents refer to: agents, tools, models, states; and for documents that nothing refers to.
/// </summary>
internal sealed class ReferenceCheck(DefinitionHost host, Findings findings)
{
    public void Check(Drafted drafted)
    {
        foreach (var agent in drafted.Agents)
        {
            CheckModel(agent);
        }

        var agents = drafted.NamesOf(DocumentKind.Agent).Where(n => n.Length > 0).Distinct().ToArray();
        foreach (var workflow in drafted.Workflows)
        {
            CheckWorkflow(workflow, agents);
        }

        foreach (var policy in drafted.Policies.Where(p => p.RetryNode is not null).Skip(1))
        {
            var first = drafted.Policies.First(p => p.RetryNode is not null).RetryNode!;
            findings.Error(
                DiagnosticCode.SecondRetryRule,
                policy.RetryNode!,
                $"There is a default retry rule already, in {first.File.Name}, line {first.Position.Line}",
                "one rule for all policies that are loaded together");
        }

        if (!findings.HasMistakes)
        {
            CheckUnused(drafted);
        }
    }

    private void CheckModel(AgentDraft agent)
    {
        if (agent.Model is not { } model)
        {
            return;
        }

        if (!host.Models.Contains(model.Text, StringComparer.Ordinal))
        {
            RefuseModel(agent, model);
        }

        if (model.Text == "offline" && !agent.HasAnswers)
        {
            findings.Error(
                DiagnosticCode.NoAnswers,
                model,
                "The model \"offline\" has nothing to answer",
                "`answers` or `answer`");
        }
    }

    // Files that another runtime runs as they are stay as they are, whichever models there are here: asking fails.
    private void RefuseModel(AgentDraft agent, Node model)
    {
        var message = $"No model is called \"{Node.Shorten(model.Text)}\" here";
        var expected = OneOf(host.Models, "a model registered with the engine");
        var suggestion = NearestName.Of(model.Text, host.Models);
        if (agent.IsForeign)
        {
            findings.Warn(DiagnosticCode.UnknownModel, model, message, expected, suggestion);
        }
        else
        {
            findings.Error(DiagnosticCode.UnknownModel, model, message, expected, suggestion);
        }
    }

    private void CheckWorkflow(WorkflowDraft workflow, string[] agents)
    {
        var states = workflow.States.Select(s => s.Name).ToArray();
        foreach (var target in workflow.States.SelectMany(s => s.Targets).Prepend(workflow.Exceeded).Prepend(workflow.Start).OfType<Node>())
        {
            if (states.Length > 0 && !states.Contains(target.Text, StringComparer.Ordinal))
            {
                findings.Error(
                    DiagnosticCode.UnknownTarget,
                    target,
                    $"No state is called \"{Node.Shorten(target.Text)}\"",
                    OneOf(states, "the name of a state"),
                    NearestName.Of(target.Text, states));
            }
        }

        CheckMessages(workflow);
        var tools = host.Tools.Select(t => t.Name).ToArray();
        foreach (var state in workflow.States.SelectMany(s => s.Activities))
        {
            switch (state)
            {
                case { Kind: StateKind.Agent, Subject: { } agent }
                    when !agents.Contains(agent.Text, StringComparer.Ordinal)
                        && (!findings.HaveGaps || NearestName.Of(agent.Text, agents) is not null):
                    findings.Error(
                        DiagnosticCode.UnknownAgent,
                        agent,
                        $"No Agent document is called \"{Node.Shorten(agent.Text)}\"",
                        OneOf(agents, "a document with `kind: Agent` of this name"),
                        NearestName.Of(agent.Text, agents));
                    break;
                case { IsAction: true, Kind: StateKind.Tool, Subject: { } action }
                    when !tools.Contains(action.Text, StringComparer.Ordinal):
                    findings.Error(
                        DiagnosticCode.FlatAction,
                        action,
                        $"Nobody does the action \"{Node.Shorten(action.Text)}\" here",
                        "a tool of this name that the host registers, or a file of answers for it",
                        NearestName.Of(action.Text, tools));
                    break;
                case { Kind: StateKind.Tool, Subject: { } tool }
                    when !tools.Contains(tool.Text, StringComparer.Ordinal):
                    findings.Error(
                        DiagnosticCode.UnknownTool,
                        tool,
                        $"No tool is called \"{Node.Shorten(tool.Text)}\" here",
                        OneOf(tools, "a tool registered with the engine"),
                        NearestName.Of(tool.Text, tools));
                    break;
                default:
                    break;
            }
        }
    }

    // What is told in this run is told to somebody that this workflow asks: others would never have a turn.
    private void CheckMessages(WorkflowDraft workflow)
    {
        string[] asked = [.. workflow.Asked];
        var roles = workflow.States.Where(s => s.Kind is StateKind.Message)
            .SelectMany(s => new[] { s.Sender, s.Recipient is null ? s.Subject : null })
            .OfType<Node>();
        foreach (var role in roles.Where(role => !asked.Contains(role.Text, StringComparer.Ordinal)))
        {
            findings.Error(
                DiagnosticCode.UnknownAgent,
                role,
                $"No state of the workflow asks an agent \"{Node.Shorten(role.Text)}\"",
                OneOf(asked, "an agent that a state of this workflow asks"),
                NearestName.Of(role.Text, asked));
        }
    }

    // Without a workflow nothing refers to anything, and that is said once. Next to a mistake such as a misspelled name
    // it
    // would mostly be the same mistake.
    private void CheckUnused(Drafted drafted)
    {
        var asked = drafted.Workflows
            .SelectMany(w => w.States)
            .SelectMany(s => s.Activities)
            .Where(s => s.Kind is StateKind.Agent)
            .Select(s => s.Subject!.Text)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var document in drafted.Documents.Where(d => d.Name.Length > 0 && drafted.Workflows.Length > 0))
        {
            var isUnused = (document.Kind == DocumentKind.Agent.Name && !asked.Contains(document.Name))
                || (document.Kind == DocumentKind.Schema.Name && !drafted.Schemas.Used.Contains(document.Name));
            if (isUnused)
            {
                findings.Warn(
                    DiagnosticCode.UnusedDocument,
                    document.NameNode,
                    $"Nothing refers to the {document.Kind} \"{document.Name}\"");
            }
        }

        if (drafted.Documents.Length > 0 && !drafted.NamesOf(DocumentKind.Workflow).Any())
        {
            findings.Warn(
                DiagnosticCode.NoWorkflow,
                drafted.Documents[0].Root,
                "There is no workflow among these documents",
                "a document with `kind: Workflow`");
        }
    }

    private static string OneOf(IReadOnlyCollection<string> names, string otherwise) =>
        names.Count is 0 or > 12 ? otherwise : $"one of {string.Join(", ", names.Order(StringComparer.Ordinal))}";
}
