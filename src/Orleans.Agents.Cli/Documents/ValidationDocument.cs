using System.Collections.Immutable;
using Orleans.Agents.Definitions;

namespace Orleans.Agents.Cli.Documents;

/// <summary>What validating some paths found.</summary>
internal sealed record ValidationDocument(
    bool Valid,
    int Errors,
    int Warnings,
    ImmutableArray<DiagnosticDocument> Diagnostics,
    ImmutableArray<PlanDocument> Workflows)
{
    /// <summary>The document of what a loader found.</summary>
    public static ValidationDocument Of(LoadResult loaded)
    {
        var errors = loaded.Diagnostics.Count(d => d.Severity is DiagnosticSeverity.Error);
        return new ValidationDocument(
            errors == 0,
            errors,
            loaded.Diagnostics.Length - errors,
            DiagnosticDocument.AllOf(loaded.Diagnostics),
            [.. loaded.Definitions.Values.Select(d => PlanDocument.Of(d.Plan))]);
    }
}

/// <summary>What a run of a workflow may do.</summary>
internal sealed record PlanDocument(
    string Workflow,
    string? Version,
    string? Description,
    string Hash,
    string Start,
    PlannedBudgetDocument Budget,
    double? DeadlineSeconds,
    ImmutableArray<string> Read,
    ImmutableArray<string> Write,
    ImmutableArray<string> Env,
    ImmutableArray<PlannedStateDocument> States)
{
    /// <summary>The document of a plan.</summary>
    public static PlanDocument Of(Plan plan) => new(
        plan.Workflow,
        plan.Version,
        plan.Description,
        plan.Hash,
        plan.Start,
        new PlannedBudgetDocument(plan.Activities, plan.Time.TotalSeconds),
        plan.Deadline?.TotalSeconds,
        plan.Read,
        plan.Write,
        plan.Env,
        [.. plan.States.Select(PlannedStateDocument.Of)]);
}

/// <summary>What a run may use.</summary>
internal sealed record PlannedBudgetDocument(long Activities, double ActiveSeconds);

/// <summary>One state of a plan.</summary>
internal sealed record PlannedStateDocument(
    string Name,
    string Kind,
    string? Target,
    string? Model,
    string? Description,
    ImmutableArray<PlannedTransition> Next,
    ImmutableArray<PlannedTransition> Catch,
    int? Attempts,
    double? TimeoutSeconds,
    int? MaxVisits)
{
    /// <summary>The document of a state.</summary>
    public static PlannedStateDocument Of(PlannedState state) => new(
        state.Name,
        state.Kind,
        state.Target,
        state.Model,
        state.Description,
        state.Next,
        state.Catch,
        state.Attempts,
        state.Timeout?.TotalSeconds,
        state.MaxVisits);
}
