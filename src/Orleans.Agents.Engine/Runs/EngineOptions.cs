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

    /// <summary>The longest pause between two attempts to reach a store that does not answer.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan LongestStorePause { get; set; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class EngineOptionsValidator : IValidateOptions<EngineOptions>;
