using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Orleans.Agents.Gateway.Access;

namespace Orleans.Agents.Gateway;

/// <summary>How the gateway behaves. Every property has a default that is safe in production.</summary>
public sealed class GatewayOptions : IValidatableObject
{
    /// <summary>
    /// The tenants. With any, every request names one by its key, and sees and touches only runs of that tenant; with none,
    /// whoever reaches the gateway may see and start runs.
    /// </summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<Tenant> Tenants { get; set; } = [];

    /// <summary>Whether whatever is not a GET needs the admin token.</summary>
    /// <value>The default is false.</value>
    public bool RequireAdminForNonGet { get; set; }

    /// <summary>
    /// The SHA-256 of the admin token, in hexadecimal. Without one nobody is an admin, and definitions cannot be published.
    /// </summary>
    /// <value>The default is null.</value>
    [RegularExpression("[0-9a-fA-F]{64}")]
    public string? AdminTokenHash { get; set; }

    /// <summary>A file that every change and every refused attempt at one is written to, one JSON object a line.</summary>
    /// <value>The default is null: they are logged only.</value>
    public string? AuditFile { get; set; }

    /// <summary>The most bytes of a request's body.</summary>
    /// <value>The default is 5 MiB; 1 KiB to 1 GiB. An input may have 4 MiB.</value>
    [Range(1024, 1024 * 1024 * 1024)]
    public long MaxBodyBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>
    /// How long a request may take that is not a stream of events; and how long who follows events may take nothing of what it
    /// is sent.
    /// </summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many streams of events there may be at once.</summary>
    /// <value>The default is 20,000; 0 to 1,000,000.</value>
    [Range(0, 1_000_000)]
    public int MaxFollowers { get; set; } = 20_000;

    /// <summary>
    /// How often the journal is asked for events of followed runs of which no hints come: those that another process carries,
    /// or nobody. When asking takes long, it is asked less often.
    /// </summary>
    /// <value>The default is a quarter of a second.</value>
    public TimeSpan FollowInterval { get; set; } = TimeSpan.FromSeconds(0.25);

    /// <summary>
    /// How often the journal is asked for events of all followed runs. Where hints come they are read at once; any hint may be
    /// lost, and then this is how late they are.
    /// </summary>
    /// <value>The default is two seconds.</value>
    public TimeSpan HintedFollowInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a stream says something when there is nothing to say, so that nobody takes it for dead.</summary>
    /// <value>The default is 15 seconds.</value>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many requests a tenant may make in a second, or all callers together where there are no tenants.</summary>
    /// <value>The default is null: as many as it likes.</value>
    [Range(1, 1_000_000)]
    public int? RequestsPerSecond { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RequireAdminForNonGet && AdminTokenHash is null)
        {
            yield return new ValidationResult(
                "What is not a GET is to need the admin token, and there is none: nothing could be done. Set its hash.",
                [nameof(AdminTokenHash)]);
        }

        foreach (var problem in Tenant.ProblemsOf(Tenants))
        {
            yield return new ValidationResult(problem, [nameof(Tenants)]);
        }
    }
}

[OptionsValidator]
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>;
