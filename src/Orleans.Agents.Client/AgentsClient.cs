using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Orleans.Agents.Client.Contracts;

namespace Orleans.Agents.Client;

/// <summary>
/// The gateway, as typed calls. A call whose answer is lost is made again: all of them may be, because those that change
/// something carry a key. Safe to use from many threads.
/// </summary>
public sealed class AgentsClient
{
    private readonly Transport transport;

    /// <summary>Makes a client.</summary>
    /// <param name="http">Has the gateway's address as its base address, and the headers that say who asks.</param>
    /// <param name="options">How patient it is; null takes the defaults.</param>
    /// <param name="time">Tells the time of pauses; null is the system's.</param>
    public AgentsClient(HttpClient http, AgentsClientOptions? options = null, TimeProvider? time = null) =>
        transport = new Transport(http, options ?? new AgentsClientOptions(), time ?? TimeProvider.System);

    /// <summary>Starts a run; one without a key is given one, so that it is started once however often it is asked for.</summary>
    /// <exception cref="AgentsApiException">It is refused.</exception>
    public Task<RunStarted> StartAsync(StartRun start, CancellationToken cancellation = default) => transport.PostAsync(
        "api/v1/runs",
        JsonContentOf(start with { Key = start.Key ?? Guid.NewGuid().ToString("n") }, HttpJson.Default.StartRun),
        HttpJson.Default.RunStarted,
        cancellation);

    /// <summary>How a run stands.</summary>
    /// <exception cref="AgentsApiException">There is none of this name.</exception>
    public Task<RunDetails> GetAsync(string run, CancellationToken cancellation = default) =>
        transport.GetAsync(PathOf(run), HttpJson.Default.RunDetails, cancellation);

    /// <summary>Lists runs, newest first, page by page.</summary>
    public Task<RunPage> ListAsync(RunListQuery query, CancellationToken cancellation = default) =>
        transport.GetAsync($"api/v1/runs{query.ToQuery()}", HttpJson.Default.RunPage, cancellation);

    /// <summary>A run with those it started, at most so many; null leaves it to the gateway.</summary>
    /// <exception cref="AgentsApiException">There is none of this name.</exception>
    public Task<RunTree> GetTreeAsync(string run, int? limit = null, CancellationToken cancellation = default) =>
        transport.GetAsync(
            PathOf(run, limit is null ? "/tree" : string.Create(CultureInfo.InvariantCulture, $"/tree?limit={limit}")),
            HttpJson.Default.RunTree,
            cancellation);

    /// <summary>Some events of a run after a sequence number.</summary>
    /// <exception cref="AgentsApiException">There is none of this name.</exception>
    public Task<FactPage> ReadEventsAsync(
        string run, long after = 0, int limit = 100, CancellationToken cancellation = default) => transport.GetAsync(
        PathOf(run, string.Create(CultureInfo.InvariantCulture, $"/events?after={after}&limit={limit}")),
        HttpJson.Default.FactPage,
        cancellation);

    /// <summary>
    /// Gives the events of a run after a sequence number as they happen, until it ends. A stream that breaks is taken up where
    /// it broke: no event is missing, and none comes twice.
    /// </summary>
    /// <exception cref="AgentsApiException">There is none of this name.</exception>
    public IAsyncEnumerable<RunFact> FollowAsync(string run, long after = 0, CancellationToken cancellation = default) =>
        transport.FollowAsync(PathOf(run, "/events"), after, cancellation);

    /// <summary>Asks a run to stop.</summary>
    /// <exception cref="AgentsApiException">There is none of this name, or it is over.</exception>
    public Task<RunAsked> CancelAsync(string run, string? reason = null, CancellationToken cancellation = default) =>
        transport.PostAsync(
            PathOf(run, "/cancel"),
            JsonContentOf(new CancelRun(reason, Guid.NewGuid().ToString("n")), HttpJson.Default.CancelRun),
            HttpJson.Default.RunAsked,
            cancellation);

    /// <summary>Asks a run to begin nothing until it is resumed.</summary>
    /// <exception cref="AgentsApiException">There is none of this name, or it is over.</exception>
    public Task<RunAsked> SuspendAsync(string run, string? reason = null, CancellationToken cancellation = default) =>
        transport.PostAsync(
            PathOf(run, "/suspend"),
            JsonContentOf(new SuspendRun(reason, Guid.NewGuid().ToString("n")), HttpJson.Default.SuspendRun),
            HttpJson.Default.RunAsked,
            cancellation);

    /// <summary>Lets a suspended run go on, and carries a run on that nobody carries.</summary>
    /// <exception cref="AgentsApiException">There is none of this name.</exception>
    public Task<RunResumed> ResumeAsync(string run, CancellationToken cancellation = default) =>
        transport.PostAsync(PathOf(run, "/resume"), null, HttpJson.Default.RunResumed, cancellation);

    /// <summary>Begins a run where another one stood; without a name or key it is given a name, so that it is begun once.</summary>
    /// <exception cref="AgentsApiException">It is refused.</exception>
    public Task<RunStarted> ForkAsync(string run, ForkRun fork, CancellationToken cancellation = default) =>
        transport.PostAsync(
            PathOf(run, "/fork"),
            JsonContentOf(fork.Key is null ? fork with { Run = fork.Run ?? $"run-{Guid.NewGuid():n}" } : fork, HttpJson.Default.ForkRun),
            HttpJson.Default.RunStarted,
            cancellation);

    /// <summary>Decides about a call whose outcome nobody knows.</summary>
    /// <exception cref="AgentsApiException">It is refused.</exception>
    public Task<CallDecided> DecideAsync(string run, DecideCall decision, CancellationToken cancellation = default) =>
        transport.PostAsync(
            PathOf(run, "/decide"), JsonContentOf(decision, HttpJson.Default.DecideCall), HttpJson.Default.CallDecided, cancellation);

    /// <summary>Tells a run what one of its states waits for; without a name the signal is given one, so that it comes once.</summary>
    /// <exception cref="AgentsApiException">There is no such run, it is over, or it has no use for the signal.</exception>
    public Task<RunSignalled> SignalAsync(string run, SignalRun signal, CancellationToken cancellation = default) =>
        transport.PostAsync(
            PathOf(run, "/signals"),
            JsonContentOf(signal with { Id = signal.Id ?? Guid.NewGuid().ToString("n") }, HttpJson.Default.SignalRun),
            HttpJson.Default.RunSignalled,
            cancellation);

    /// <summary>The workflows that runs can be started from by name, and what each name stands for.</summary>
    public Task<WorkflowNames> ListWorkflowsAsync(CancellationToken cancellation = default) =>
        transport.GetAsync("api/v1/workflows", HttpJson.Default.WorkflowNames, cancellation);

    /// <summary>Checks definitions; nothing is kept.</summary>
    public Task<Validation> ValidateAsync(DefinitionFiles files, CancellationToken cancellation = default) =>
        transport.PostAsync(
            "api/v1/definitions/validate",
            JsonContentOf(files, HttpJson.Default.DefinitionFiles),
            HttpJson.Default.Validation,
            cancellation);

    /// <summary>
    /// Keeps definitions under their hashes and, unless it is said otherwise, has runs that are started by their names start from
    /// them; takes the admin token.
    /// </summary>
    /// <exception cref="AgentsApiException">They have mistakes, or the token is missing.</exception>
    public Task<Validation> PublishAsync(DefinitionFiles files, CancellationToken cancellation = default) =>
        transport.PostAsync(
            "api/v1/definitions", JsonContentOf(files, HttpJson.Default.DefinitionFiles), HttpJson.Default.Validation, cancellation);

    /// <summary>A definition as it is kept.</summary>
    /// <exception cref="AgentsApiException">None is kept under this hash.</exception>
    public Task<DefinitionDetails> GetDefinitionAsync(string hash, CancellationToken cancellation = default) =>
        transport.GetAsync(
            $"api/v1/definitions/{Uri.EscapeDataString(hash)}", HttpJson.Default.DefinitionDetails, cancellation);

    /// <summary>How much the process that answers tells of its work.</summary>
    public Task<TelemetryMode> GetTelemetryAsync(CancellationToken cancellation = default) =>
        transport.GetAsync("api/v1/telemetry", HttpJson.Default.TelemetryMode, cancellation);

    /// <summary>Chooses how much the process that answers tells of its work; takes the admin token.</summary>
    /// <param name="mode"><c>shipping</c> or <c>debug</c>.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="AgentsApiException">There is no such mode, or the token is missing.</exception>
    public Task<TelemetryMode> ChooseTelemetryAsync(string mode, CancellationToken cancellation = default) =>
        transport.PostAsync(
            "api/v1/telemetry",
            JsonContentOf(new ChooseTelemetry(mode), HttpJson.Default.ChooseTelemetry),
            HttpJson.Default.TelemetryMode,
            cancellation);

    // A stream can be sent once only, and a call may be made again.
    private static byte[] JsonContentOf<T>(T document, JsonTypeInfo<T> type) =>
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(document, type);

    private static string PathOf(string run, string rest = "") => $"api/v1/runs/{Uri.EscapeDataString(run)}{rest}";
}
