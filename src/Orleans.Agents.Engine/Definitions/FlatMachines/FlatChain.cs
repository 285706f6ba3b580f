using System.Collections.Immutable;
using Orleans.Agents.Definitions.Drafts;
using Orleans.Agents.Definitions.Sources;

namespace Orleans.Agents.Definitions.FlatMachines;

/// <summary>
/// The states of ours that one state of a machine becomes, one after the other: it may do several things, and ours do one.
/// </summary>
internal sealed class FlatChain(Member state)
{
    private readonly List<StateDraft> drafts = [];

    public bool IsEmpty => drafts.Count == 0;

    /// <summary>What the last of them did is kept under this name of the context.</summary>
    public string Kept => Name("output");

    /// <summary>A name of a part of the state, for states and for the context.</summary>
    public string Name(string what) => $"{state.Name}.{what}";

    /// <summary>The name of the next one: the first is called as the state is.</summary>
    public string NameFor(string what)
    {
        var name = IsEmpty ? state.Name : Name(what);
        for (var number = 2; drafts.Exists(d => d.Name == name); number++)
        {
            name = $"{Name(what)}-{number}";
        }

        return name;
    }

    /// <summary>Adds one that does something, under the next name.</summary>
    public void Add(string what, StateKind kind, Node? subject, Func<StateDraft, StateDraft> complete) =>
        drafts.Add(complete(new StateDraft(NameFor(what), state.Key, kind, subject)));

    /// <summary>Changes the last one.</summary>
    public void Change(Func<StateDraft, StateDraft> change) => drafts[^1] = change(drafts[^1]);

    /// <summary>All of them, each leading to the next and the last where the state leads.</summary>
    public ImmutableArray<StateDraft> Link(ImmutableArray<TransitionDraft> next, ImmutableArray<CatchDraft> failing)
    {
        var linked = ImmutableArray.CreateBuilder<StateDraft>();
        foreach (var (draft, following) in drafts.Zip(drafts.Skip(1).Append(null)))
        {
            var leads = draft.EndsRun || !draft.Next.IsEmpty ? draft.Next
                : following is null ? next
                : [new TransitionDraft(state.Key, null, FlatValues.Text(state.Key, following.Name))];
            linked.Add(draft with
            {
                Next = leads,
                Catch = draft.EndsRun || !draft.Catch.IsEmpty ? draft.Catch : failing,
            });
        }

        return linked.ToImmutable();
    }
}
