using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Orleans.Agents.Hosting;
using Orleans.Agents.Runs;

namespace Orleans.Agents.Server;

/// <summary>
/// What a node of a cluster is told: by a file, by variables that begin with <c>AGENTS_</c>, and by flags; the latter wins.
/// </summary>
internal sealed class ServerOptions : IValidatableObject
{
    /// <summary>Port 8080 of every address.</summary>
    public const string DefaultListen = "http://*:8080";

    private const string ProdSafe = "prod-safe";

    /// <summary>The PostgreSQL database of the cluster, in Npgsql's form.</summary>
    [Required]
    public string? Postgres { get; set; }

    /// <summary>Files and folders with definitions, the same at every node; several are separated by <c>;</c>.</summary>
    /// <value>The default is null: none.</value>
    public string? Definitions { get; set; }

    /// <summary>
    /// <c>dev-safe</c>, for a machine of one's own: patient with a process that is being debugged; or <c>prod-safe</c>: a
    /// node that does not answer is given up within two seconds.
    /// </summary>
    /// <value>The default is <c>prod-safe</c>.</value>
    [Required]
    [RegularExpression("dev-safe|prod-safe")]
    public string Profile { get; set; } = ProdSafe;

    /// <summary>Names the cluster: nodes with one name and one database belong together.</summary>
    /// <value>The default is <c>agents</c>.</value>
    [Required]
    [RegularExpression("[a-z0-9-]{1,100}")]
    public string Cluster { get; set; } = "agents";

    /// <summary>The address at which other nodes reach this one.</summary>
    /// <value>The default is null: the first of the machine's addresses that is not of this machine only.</value>
    public string? Address { get; set; }

    /// <summary>The port at which other nodes reach this one.</summary>
    /// <value>The default is 11111.</value>
    [Range(1, 65535)]
    [ConfigurationKeyName("silo_port")]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Where this node answers over HTTP.</summary>
    /// <value>The default is port 8080 of every address of the machine.</value>
    [Required]
    public string Listen { get; set; } = DefaultListen;

    /// <summary>How many activities are under way at once.</summary>
    /// <value>The default is 64; 0 to 10,000.</value>
    [Range(0, 10_000)]
    public int Lanes { get; set; } = 64;

    /// <summary>How many calls of one agent are under way at once, at all nodes together.</summary>
    /// <value>The default is null: as many as there are lanes; 1 to 1,000,000.</value>
    [Range(1, 1_000_000)]
    [ConfigurationKeyName("max_calls_per_agent")]
    public int? MaxCallsPerAgent { get; set; }

    /// <summary>How long runs are kept after they ended, unless <see cref="RetainNewest"/> keeps them.</summary>
    /// <value>The default is null: for ever, unless <see cref="RetainNewest"/> is set; 1 second to 36,500 days.</value>
    [Range(typeof(TimeSpan), "00:00:01", "36500.00:00:00", ParseLimitsInInvariantCulture = true)]
    [ConfigurationKeyName("retain_for")]
    public TimeSpan? RetainFor { get; set; }

    /// <summary>How many runs are kept of those that are over, unless <see cref="RetainFor"/> keeps more.</summary>
    /// <value>The default is null: all, unless <see cref="RetainFor"/> is set.</value>
    [Range(0, int.MaxValue)]
    [ConfigurationKeyName("retain_newest")]
    public int? RetainNewest { get; set; }

    /// <summary>
    /// How long this node serves on after it was told to stop, no longer ready, so that balancers stop sending it requests.
    /// </summary>
    /// <value>The default is null: 5 seconds in production, none otherwise.</value>
    [ConfigurationKeyName("drain_delay")]
    public TimeSpan? DrainDelay { get; set; }

    /// <summary>How long this node may be silent before others take its runs.</summary>
    /// <value>The default is 2.5 seconds; 1 second to 10 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(2.5);

    /// <summary>How large what a run asks, keeps and remembers may become, such as <c>payload=64KiB,history=100000</c>.</summary>
    /// <value>The default is null: as large as the engine allows.</value>
    public string? Limits { get; set; }

    public bool IsProduction => Profile == ProdSafe;

    public TimeSpan EffectiveDrainDelay =>
        DrainDelay ?? (IsProduction ? TimeSpan.FromSeconds(5) : TimeSpan.Zero);

    public string[] DefinitionPaths =>
        Definitions?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address is { } address && !IPAddress.TryParse(address, out _))
        {
            yield return new ValidationResult(
                $"{nameof(Address)}: '{address}' is no IP address, such as 10.0.0.7.", [nameof(Address)]);
        }

        if (ProblemOfLimits() is { } problem)
        {
            yield return new ValidationResult(problem, [nameof(Limits)]);
        }
    }

    private string? ProblemOfLimits()
    {
        try
        {
            SizeLimitText.Apply(new EngineOptions(), Limits);
            return null;
        }
        catch (FormatException unclear)
        {
            return unclear.Message;
        }
    }
}

[OptionsValidator]
internal sealed partial class ServerOptionsValidator : IValidateOptions<ServerOptions>;
