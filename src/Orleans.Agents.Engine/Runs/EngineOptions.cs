using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Orleans.Agents.Runs;

/// <summary>How the engine behaves in this process. Every property has a default that is safe in production.</summary>
public sealed class EngineOptions
{
    /// <summary>
    /// How many activities this process has under way at once. With none it starts runs and leaves their work to others:
    /// they wait until it lets go of them.
    /// </summary>
    /// <value>The default is 64; 0 to 10,000.</value>
    [Range(0, 10_000)]
    public int Lanes { get; set; } = 64;

    /// <summary>
    /// How many calls of one agent may be under way at once: in this process, or, in a cluster, in all silos together. Whoever
    /// waits for its turn uses up the time that its attempt is given.
    /// </summary>
    /// <value>The default is null: as many as there are lanes.</value>
    [Range(1, 1_000_000)]
    public int? MaxCallsPerAgent { get; set; }

    /// <summary>A run that waits longer than this is put down: it costs no memory until it is due.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan ParkAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often the keeper looks for runs that are due or whose carrier is gone. A run whose process was killed goes on
    /// after one such interval at most; each look is a few small queries.
    /// </summary>
    /// <value>The default is half a second.</value>
    public TimeSpan KeeperInterval { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Whether the keeper takes on every run of the store that waits for a carrier. A process that was started for one
    /// run leaves the others to their own.
    /// </summary>
    /// <value>The default is true.</value>
    public bool CarriesAllRuns { get; set; } = true;

    /// <summary>
    /// How long runs are kept after they ended. Later they are pruned, unless <see cref="RetainNewest"/> keeps them: their
    /// names and start keys stay taken, nothing else is kept. Runs that are not over are never pruned.
    /// </summary>
    /// <value>The default is null: for ever, unless <see cref="RetainNewest"/> is set.</value>
    public TimeSpan? RetainFor { get; set; }

    /// <summary>
    /// How many runs are kept of those that are over, the newest of them; the others are pruned, unless they are younger
    /// than <see cref="RetainFor"/>.
    /// </summary>
    /// <value>The default is null: all, unless <see cref="RetainFor"/> is set.</value>
    [Range(0, int.MaxValue)]
    public int? RetainNewest { get; set; }

    /// <summary>
    /// The most bytes that a model is told in one attempt: instructions, messages and question. What is more is a failure,
    /// <c>prompt.too_large</c>. Like the other limits of this kind it is fixed for a run when it starts, and for its child runs.
    /// </summary>
    /// <value>The default is null: 16 MiB; 1,024 bytes and more.</value>
    [Range(1024, RunLimits.PromptBytes)]
    public int? MaxPromptBytes { get; set; }

    /// <summary>The most bytes of what a run's states save in all; what is more is a failure, <c>context.too_large</c>.</summary>
    /// <value>The default is null: 16 MiB; 1,024 bytes and more.</value>
    [Range(1024, RunLimits.ContextBytes)]
    public int? MaxContextBytes { get; set; }

    /// <summary>The most bytes of one input, output, signal or message; what is more is a failure, <c>payload.too_large</c>.</summary>
    /// <value>The default is null: 4 MiB; 1,024 bytes and more.</value>
    [Range(1024, RunLimits.PayloadBytes)]
    public int? MaxPayloadBytes { get; set; }

    /// <summary>How many facts there may be about a run; with more it fails as <c>history.too_large</c>.</summary>
    /// <value>The default is null: 10,000,000; 100 and more.</value>
    [Range(100, RunLimits.Facts)]
    public int? MaxHistoryFacts { get; set; }

    /// <summary>
    /// Called when something of a run that this process carries has come to 80 % of its limit: for each run and kind once. Calls
    /// come one at a time; no run waits for them, and what they throw is logged. While 1,000 of them wait for a slow one there
    /// are no more: the log has all.
    /// </summary>
    /// <value>The default is null.</value>
    public Action<SizeNotice>? OnSizeWarning { get; set; }

    /// <summary>The longest pause between two attempts to reach a store that does not answer.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan LongestStorePause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long whoever starts a run is kept waiting while the store does not answer. Then the answer is <c>store.unavailable</c>,
    /// and whether the run was started is known when the store is back: ask again then, with the same key.
    /// </summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan LongestStartWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What a run that is started here is bounded by; null when nobody said anything.</summary>
    internal SizeLimits? Sizes => (MaxPromptBytes ?? MaxContextBytes ?? MaxPayloadBytes ?? MaxHistoryFacts) is null
        ? null
        : new SizeLimits(MaxPromptBytes, MaxContextBytes, MaxPayloadBytes, MaxHistoryFacts);
}

[OptionsValidator]
internal sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
