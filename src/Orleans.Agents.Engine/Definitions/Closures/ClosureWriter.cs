using System.Collections.Immutable;
using System.Text.Json;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;
using Orleans.Agents.Tools;
using Orleans.Agents.Workflows;
using static Orleans.Agents.Definitions.Closures.ClosureParts;

namespace Orleans.Agents.Definitions.Closures;

/// <summary>Writes a workflow and everything it refers to, resolved, in the stored form.</summary>
internal sealed class ClosureWriter(Drafted drafted, IReadOnlyList<Tool> tools, RetryRule defaultRetry)
{
    /// <summary>The version of the stored form.</summary>
    public const int Format = 1;

    /// <summary>What stands for the hash of a workflow that runs itself, which is not known before it is written.</summary>
    public const string Itself = "itself";

    private readonly RetryRule retry = RetryDefaults.Complete(
        drafted.Policies.FirstOrDefault(p => p.RetryNode is not null)?.Retry ?? RetryDraft.Empty, defaultRetry);

    private readonly List<SchemaUse> schemas = [];

    /// <summary>Writes a workflow.</summary>
    /// <param name="workflow">The workflow.</param>
    /// <param name="hashOf">What a run of another workflow that it runs is pinned to.</param>
    public ReadOnlyMemory<byte> Write(WorkflowDraft workflow, Func<string, string> hashOf)
    {
        schemas.Clear();
        var unsorted = CanonicalJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("format", Format);
            writer.WriteNumber("language", Expression.LanguageVersion);
            writer.WritePropertyName("workflow");
            WriteWorkflow(writer, workflow);
            writer.WritePropertyName("agents");
            new AgentWriter(drafted, schemas).WriteAll(writer, workflow);
            writer.WritePropertyName("policy");
            WritePolicy(writer);
            writer.WriteStartObject("schemas");
            foreach (var name in drafted.Schemas.Closure(schemas))
            {
                WriteNode(writer, name, drafted.Schemas.Document(name));
            }

            writer.WriteEndObject();
            WriteCalls(writer, workflow, hashOf);
            writer.WriteEndObject();
        });
        using var document = JsonDocument.Parse(
            unsorted.Utf8, new JsonDocumentOptions { MaxDepth = CanonicalJson.MaxDepth });
        return CanonicalJson.Of(document.RootElement).Utf8;
    }

    // Where there are none nothing is written: such closures are the same as before there were any.
    private static void WriteCalls(Utf8JsonWriter writer, WorkflowDraft workflow, Func<string, string> hashOf)
    {
        string[] calls = [.. workflow.Calls];
        if (calls.Length == 0)
        {
            return;
        }

        writer.WriteStartObject("workflows");
        foreach (var name in calls)
        {
            writer.WriteString(name, name == workflow.Document.Name ? Itself : hashOf(name));
        }

        writer.WriteEndObject();
    }

    private void WriteWorkflow(Utf8JsonWriter writer, WorkflowDraft workflow)
    {
        writer.WriteStartObject();
        writer.WriteString("name", workflow.Document.Name);
        if (workflow.Document.Version is { } version)
        {
            writer.WriteString("version", version);
        }

        WriteSchema(writer, "input", workflow.Input, schemas);
        WriteMembers(writer, "context", workflow.Context);
        BudgetForm.Write(writer, workflow);
        MessageForm.WriteHops(writer, workflow);
        WriteDuration(writer, "deadline", workflow.Deadline);
        writer.WriteString("start", workflow.Start!.Text);
        writer.WriteStartObject("states");
        foreach (var state in workflow.States)
        {
            writer.WritePropertyName(state.Name);
            WriteState(writer, state);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteState(Utf8JsonWriter writer, StateDraft state)
    {
        writer.WriteStartObject();
        switch (state.Kind)
        {
            case StateKind.Agent:
                writer.WriteString("agent", state.Subject!.Text);
                break;
            case StateKind.Tool:
                WriteTool(writer, state.Subject!.Text);
                break;
            case StateKind.Workflow or StateKind.Launch:
                writer.WriteString(state.Kind is StateKind.Launch ? "launch" : "workflow", state.Subject!.Text);
                break;
            case StateKind.Parallel:
                WriteParallel(writer, state);
                break;
            case StateKind.ForEach:
                WriteForEach(writer, state);
                break;
            case StateKind.Message:
                MessageForm.Write(writer, state);
                break;
            case StateKind.Pass:
                WriteEmpty(writer, "pass");
                break;
            case StateKind.Wait or StateKind.Await:
                WriteWait(writer, state);
                break;
            case StateKind.End:
                WriteNode(writer, "end", state.Subject);
                break;
            case StateKind.Fail:
                writer.WriteStartObject("fail");
                writer.WriteString("code", state.Subject!.Text);
                WriteNode(writer, "message", state.Message);
                writer.WriteEndObject();
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"The state {state.Name} is {state.Kind}");
        }

        WriteNode(writer, "input", state.Input);
        WriteSchema(writer, "output", state.Output, schemas);
        WriteMembers(writer, "save", state.Save);
        WriteNext(writer, state);
        if (state.IsActivity)
        {
            WriteRetry(writer, RetryDefaults.Complete(state.Retry, retry));
        }

        WriteDuration(writer, "timeout", state.Timeout);
        BudgetForm.WriteAllotment(writer, state.Budget);
        WriteCatch(writer, state);
        if (state.Visits is { } visits)
        {
            writer.WriteNumber("max_visits", visits);
        }

        writer.WriteEndObject();
    }

    private void WriteParallel(Utf8JsonWriter writer, StateDraft state)
    {
        writer.WriteStartObject("parallel");
        WriteSettlement(writer, state.FanOut!);
        writer.WriteStartObject("branches");
        foreach (var branch in state.Branches)
        {
            writer.WritePropertyName(branch.Name);
            WriteBranch(writer, branch);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteForEach(Utf8JsonWriter writer, StateDraft state)
    {
        var each = state.FanOut!;
        writer.WriteStartObject("foreach");
        WriteNode(writer, "in", each.In);
        writer.WriteString("as", each.Item);
        WriteNode(writer, "key", each.Key);
        writer.WriteNumber("limit", each.Limit ?? Items.DefaultLimit);
        WriteSettlement(writer, each);
        writer.WriteEndObject();
        writer.WritePropertyName("do");
        WriteBranch(writer, state.Branches[0]);
    }

    private static void WriteSettlement(Utf8JsonWriter writer, FanOutDraft fan)
    {
        if (fan.Quorum is { } quorum)
        {
            writer.WriteNumber("quorum", quorum);
        }

        writer.WriteBoolean("collects", fan.Collects);
    }

    private void WriteBranch(Utf8JsonWriter writer, StateDraft branch)
    {
        writer.WriteStartObject();
        if (branch.Kind is StateKind.Agent or StateKind.Workflow)
        {
            writer.WriteString(branch.Kind is StateKind.Agent ? "agent" : "workflow", branch.Subject!.Text);
        }
        else
        {
            WriteTool(writer, branch.Subject!.Text);
        }

        WriteNode(writer, "input", branch.Input);
        WriteSchema(writer, "output", branch.Output, schemas);
        WriteRetry(writer, RetryDefaults.Complete(branch.Retry, retry));
        WriteDuration(writer, "timeout", branch.Timeout);
        BudgetForm.WriteAllotment(writer, branch.Budget);
        writer.WriteEndObject();
    }

    // What may be repeated is left out: such closures are the same as before there was anything else.
    private void WriteTool(Utf8JsonWriter writer, string name)
    {
        writer.WriteString("tool", name);
        if (tools.FirstOrDefault(t => t.Name == name) is { Effect: ToolEffect.Once } tool)
        {
            writer.WriteString("effect", "once");
            writer.WriteBoolean("reconciles", tool.Reconcile is not null);
        }
    }

    private static void WriteNext(Utf8JsonWriter writer, StateDraft state)
    {
        writer.WriteStartArray("next");
        foreach (var transition in state.Next)
        {
            writer.WriteStartObject();
            WriteNode(writer, "when", transition.When, when => writer.WriteStringValue(when.Text));
            writer.WriteString("to", transition.To!.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteCatch(Utf8JsonWriter writer, StateDraft state)
    {
        writer.WriteStartArray("catch");
        foreach (var way in state.Catch)
        {
            writer.WriteStartObject();
            WriteTexts(writer, "on", way.On.Select(p => p.Text));
            writer.WriteString("to", way.To!.Text);
            WriteMembers(writer, "save", way.Save);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteRetry(Utf8JsonWriter writer, RetryRule rule)
    {
        writer.WriteStartObject("retry");
        writer.WriteNumber("attempts", rule.Attempts);
        writer.WriteString("backoff", DurationText.Format(rule.Backoff));
        writer.WriteNumber("factor", Canonical(rule.Factor));
        writer.WriteString("max", DurationText.Format(rule.Max));
        writer.WriteNumber("jitter", Canonical(rule.Jitter));
        WriteTexts(writer, "on", rule.On.Distinct().Order(StringComparer.Ordinal));
        if (!rule.Pauses.IsEmpty)
        {
            WriteTexts(writer, "pauses", rule.Pauses.Select(DurationText.Format));
        }

        writer.WriteEndObject();
    }

    private void WritePolicy(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteTexts(writer, "read", Union(drafted, p => p.Read));
        WriteTexts(writer, "write", Union(drafted, p => p.Write));
        WriteTexts(writer, "env", Union(drafted, p => p.Env));
        writer.WriteEndObject();
    }

    /// <summary>What all policies say together about one thing.</summary>
    public static ImmutableArray<string> Union(Drafted drafted, Func<PolicyDraft, IEnumerable<Node>> part) =>
        [.. drafted.Policies.SelectMany(part).Select(n => n.Text).Distinct().Order(StringComparer.Ordinal)];
}
