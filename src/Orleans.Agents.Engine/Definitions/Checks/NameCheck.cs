using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>Compares the names that expressions use with what will be there: context, input, environment.</summary>
internal sealed class NameCheck(SchemaBook schemas, Findings findings)
{
    public void Check(Drafted drafted)
    {
        var env = drafted.Policies.SelectMany(p => p.Env).Select(e => e.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var workflow in drafted.Workflows)
        {
            CheckContext(workflow);
            CheckInput(workflow.Input, workflow.Uses, "the workflow's `input`");
            CheckEnv(workflow.Uses, env);
        }

        foreach (var agent in drafted.Agents)
        {
            CheckInput(agent.Input, agent.Uses, "the agent's `input`");
        }

        foreach (var policy in drafted.Policies)
        {
            CheckEnv(policy.Uses, env);
        }
    }

    private void CheckContext(WorkflowDraft workflow)
    {
        var given = workflow.States
            .SelectMany(s => s.Save.Concat(s.Catch.SelectMany(c => c.Save)))
            .Concat(workflow.Context)
            .ToArray();
        var names = given.Select(m => m.Name).Distinct().Order(StringComparer.Ordinal).ToArray();
        var uses = workflow.Uses.Where(u => u.Root == ScopeNames.Context).ToArray();
        var unknown = uses
            .Where(u => !u.Members.IsEmpty && !names.Contains(u.Members[0], StringComparer.Ordinal))
            .ToArray();
        foreach (var use in unknown)
        {
            var name = use.Members[0];
            findings.Error(
                DiagnosticCode.UnknownContext,
                use.Node.File.Name,
                use.Position,
                $"Nothing ever saves `context.{Node.Shorten(name)}`",
                "a name that `context` declares or a state saves",
                NearestName.Of(name, names));
        }

        // A misspelled name and an unused one are mostly the same mistake, and all of the context may hold any name.
        if (unknown.Length > 0 || uses.Any(u => u.Members.IsEmpty))
        {
            return;
        }

        var used = uses.Select(u => u.Members[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var member in given.DistinctBy(m => m.Name).Where(m => !used.Contains(m.Name)))
        {
            findings.Warn(DiagnosticCode.UnusedContext, member.Key, $"Nothing reads `context.{member.Name}`");
        }
    }

    private void CheckInput(SchemaUse? schema, IEnumerable<PathUse> uses, string whose)
    {
        if (schema is null || DeclaredProperties.Of(schemas.Resolve(schema)) is not { } declared)
        {
            return;
        }

        var ofInput = uses.Where(u => u.Root == ScopeNames.Input && u.Members is [not "length", ..]);
        foreach (var use in ofInput.Where(u => !declared.Contains(u.Members[0], StringComparer.Ordinal)))
        {
            findings.Warn(
                DiagnosticCode.UnknownInput,
                use.Node.File.Name,
                use.Position,
                $"The schema of {whose} declares no `{Node.Shorten(use.Members[0])}`",
                declared.Length == 0 ? "no properties at all" : $"one of {string.Join(", ", declared)}",
                NearestName.Of(use.Members[0], declared));
        }
    }

    private void CheckEnv(IEnumerable<PathUse> uses, HashSet<string> allowed)
    {
        var ofEnv = uses.Where(u => u.Root == ScopeNames.Env && !u.Members.IsEmpty);
        foreach (var use in ofEnv.Where(u => !allowed.Contains(u.Members[0])))
        {
            findings.Error(
                DiagnosticCode.EnvNotAllowed,
                use.Node.File.Name,
                use.Position,
                $"No policy allows the environment variable {Node.Shorten(use.Members[0])}",
                "its name under `env` of a Policy document",
                NearestName.Of(use.Members[0], allowed.Order(StringComparer.Ordinal)));
        }
    }
}
