using Orleans.Agents.Silo.Wire;

namespace Orleans.Agents.Silo.Runs;

/// <summary>The address of a run, named like it. Asking it may activate it; reads therefore go to the store instead.</summary>
[Alias("agents.run")]
internal interface IRunGrain : IGrainWithStringKey
{
    /// <summary>Answers a <see cref="RunCall"/> with a <see cref="RunReply"/>.</summary>
    [Alias("ask")]
    Task<Envelope> AskAsync(Envelope call);
}
