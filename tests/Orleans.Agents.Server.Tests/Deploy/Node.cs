using System.Collections.Immutable;
using System.Net;

namespace Orleans.Agents.Server.Tests.Deploy;

/// <summary>A node that runs as in a container.</summary>
/// <param name="program">Its program.</param>
/// <param name="address">Where it is asked.</param>
/// <param name="health">What the container engine runs to know how it is.</param>
/// <param name="grace">What it has between the order to stop and the kill.</param>
internal sealed class Node(Program program, Uri address, string[] health, TimeSpan grace) : IAsyncDisposable
{
    /// <summary>The way to its gateway.</summary>
    public HttpClient Http { get; } = new() { BaseAddress = address };

    public Program Program => program;

    /// <summary>Whether the container engine would call it healthy.</summary>
    public async Task<bool> IsHealthyAsync()
    {
        await using var check = Program.Start("/", health, ImmutableDictionary<string, string?>.Empty);
        return await check.EndAsync(grace) == 0;
    }

    /// <summary>What it answers to somebody who asks how it is.</summary>
    public async Task<HttpStatusCode> HealthAsync(string what)
    {
        using var response = await Http.GetAsync(new Uri($"/health/{what}", UriKind.Relative));
        return response.StatusCode;
    }

    /// <summary>Waits for its end after SIGTERM; who is not done by then is killed.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> EndAsync() => program.EndAsync(grace);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await program.DisposeAsync();
    }
}
