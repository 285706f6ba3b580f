using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>The model profiles that agents name: what stands in them, and what an agent says over it.</summary>
/// <param name="data">The <c>data</c> of a file of profiles; null where there is none.</param>
/// <param name="findings">Where what is wrong goes.</param>
internal sealed class FlatProfiles(Node? data, Findings findings)
{
    private static readonly string[] PassedOn = ["profile", "provider", "name", "temperature", "max_tokens"];

    /// <summary>No profiles.</summary>
    public static FlatProfiles None(Findings findings) => new(null, findings);

    /// <summary>The settings of a model: those of the profile, then the agent's own, then those that override all.</summary>
    public FlatModel Of(Node? model, Node agent)
    {
        var own = model is { IsMap: true } ? model : null;
        var said = own is null ? model is { IsText: true } ? model : null : own.Find("profile") is { IsText: true } p ? p : null;
        var profile = said is null ? Default(own) : Find(said);
        var all = Named("override") is { } over ? Named(over.Text, over) : null;
        Node?[] sources = [all, own, profile];
        foreach (var source in sources.OfType<Node>())
        {
            WarnOfTheRest(source);
        }

        var name = Pick(sources, "name", NodeKind.Text);
        var provider = Pick(sources, "provider", NodeKind.Text);
        var at = said ?? name ?? model ?? agent;
        var text = name is null ? said?.Text ?? "" : provider is null ? name.Text : $"{provider.Text}/{name.Text}";
        if (text.Length == 0)
        {
            findings.Error(
                DiagnosticCode.MissingField, at, "The agent names no model, and no profile is the default", "`model`, or `default` in the profiles");
        }

        return new FlatModel(
            FlatValues.Text(at, text),
            Pick(sources, "temperature", NodeKind.Number),
            Pick(sources, "max_tokens", NodeKind.Number));
    }

    private Node? Default(Node? own) =>
        own?.Find("name") is null && Named("default") is { Text.Length: > 0 } name ? Named(name.Text, name) : null;

    private Node? Find(Node said)
    {
        var profiles = data?.Find("model_profiles")?.Members ?? [];
        if (profiles.FirstOrDefault(m => m.Name == said.Text)?.Value is { } found)
        {
            return found;
        }

        findings.Warn(
            DiagnosticCode.FlatReference,
            said,
            $"There is no profile \"{Node.Shorten(said.Text)}\": it is taken for the name of a model",
            profiles.Count == 0 ? "a file of profiles" : $"one of {string.Join(", ", profiles.Select(m => m.Name))}",
            NearestName.Of(said.Text, profiles.Select(m => m.Name)));
        return null;
    }

    private Node? Named(string field) => data?.Find(field) is { IsText: true } name ? name : null;

    private Node? Named(string profile, Node at) =>
        data?.Find("model_profiles")?.Find(profile) ?? Find(at);

    private static Node? Pick(Node?[] sources, string field, NodeKind kind) =>
        sources.Select(s => s?.Find(field)).FirstOrDefault(n => n?.Kind == kind);

    private void WarnOfTheRest(Node source)
    {
        foreach (var member in source.Members.Where(m => !PassedOn.Contains(m.Name)))
        {
            findings.Warn(
                DiagnosticCode.FlatWithoutEffect,
                member.Key,
                $"`{Node.Shorten(member.Name)}` is not passed on: the model of this name that the host registers says such things",
                $"one of {string.Join(", ", PassedOn)}");
        }
    }
}

/// <summary>What an agent asks.</summary>
/// <param name="Name">The provider and the name of the model, with / between.</param>
/// <param name="Temperature">How varied its answers are.</param>
/// <param name="MaxTokens">The most tokens of an answer.</param>
internal sealed record FlatModel(Node Name, Node? Temperature, Node? MaxTokens);
