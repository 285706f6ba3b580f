using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Checks;

/// <summary>Looks for the workflows that states run, and for circles of them, whose hash could not be known.</summary>
internal sealed class CallCheck(Findings findings)
{
    public void Check(Drafted drafted)
    {
        string[] names = [.. drafted.Workflows.Select(w => w.Document.Name).Where(n => n.Length > 0).Distinct()];
        var calls = drafted.Workflows
            .DistinctBy(w => w.Document.Name)
            .ToDictionary(w => w.Document.Name, w => w.Calls.ToArray(), StringComparer.Ordinal);
        foreach (var workflow in drafted.Workflows)
        {
            var subjects = workflow.States.SelectMany(s => s.Activities)
                .Where(s => s.StartsRun)
                .Select(s => s.Subject)
                .OfType<Node>();
            foreach (var subject in subjects)
            {
                Check(workflow.Document.Name, subject, names, calls);
            }
        }
    }

    private void Check(string caller, Node subject, string[] names, Dictionary<string, string[]> calls)
    {
        if (!names.Contains(subject.Text, StringComparer.Ordinal))
        {
            if (!findings.HaveGaps || NearestName.Of(subject.Text, names) is not null)
            {
                findings.Error(
                    DiagnosticCode.UnknownWorkflow,
                    subject,
                    $"No Workflow document is called \"{Node.Shorten(subject.Text)}\"",
                    names.Length is 0 or > 12 ? "a document with `kind: Workflow` of this name" : $"one of {string.Join(", ", names)}",
                    NearestName.Of(subject.Text, names));
            }
        }
        else if (subject.Text != caller && PathTo(caller, subject.Text, calls) is { } path)
        {
            findings.Error(
                DiagnosticCode.CallsInCircle,
                subject,
                $"These workflows run each other in a circle: {string.Join(", ", path.Prepend(caller).Select(n => Node.Shorten(n)))}",
                "a workflow that runs itself, or none of those that run it");
        }
    }

    // The workflows on the way from one back to another.
    private static IEnumerable<string>? PathTo(string target, string from, Dictionary<string, string[]> calls)
    {
        var cameFrom = new Dictionary<string, string?>(StringComparer.Ordinal) { [from] = null };
        var open = new Queue<string>([from]);
        while (open.TryDequeue(out var at))
        {
            if (at == target)
            {
                return Way(at, cameFrom).Reverse();
            }

            foreach (var next in calls.GetValueOrDefault(at, []).Where(next => cameFrom.TryAdd(next, at)))
            {
                open.Enqueue(next);
            }
        }

        return null;
    }

    private static IEnumerable<string> Way(string? end, Dictionary<string, string?> cameFrom)
    {
        for (var at = end; at is not null; at = cameFrom[at])
        {
            yield return at;
        }
    }
}
