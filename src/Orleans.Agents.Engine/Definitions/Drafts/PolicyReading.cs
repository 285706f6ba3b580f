using Orleans.Agents.Definitions.Shapes;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>Reads the spec of a policy.</summary>
internal sealed class PolicyReading(Findings findings, HashSet<Field> read)
{
    public PolicyDraft Read(DocumentDraft document)
    {
        var fields = new FieldReader(document.Spec, read);
        var expressions = new ExpressionCheck(findings);
        var files = fields.Part(PolicyShape.Files);
        var readable = files.Items(PolicyFilesShape.Read);
        var writable = files.Items(PolicyFilesShape.Write);
        foreach (var root in readable.Concat(writable))
        {
            expressions.Template(root, ExpressionPlace.Policy);
        }

        return new PolicyDraft(document)
        {
            Read = readable,
            Write = writable,
            Env = fields.Items(PolicyShape.Env),
            RetryNode = fields.Get(PolicyShape.Retry),
            Retry = WorkflowReading.ReadRetry(fields.Part(PolicyShape.Retry), findings),
            Uses = expressions.Uses,
        };
    }
}
