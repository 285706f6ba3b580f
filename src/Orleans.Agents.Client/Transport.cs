using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Agents.Client.Contracts;
using Polly;
using Polly.Retry;

namespace Orleans.Agents.Client;

/// <summary>Makes calls, again where that may help, and reads streams.</summary>
internal sealed class Transport
{
    private const string StreamType = "text/event-stream";

    private readonly HttpClient http;
    private readonly ResiliencePipeline<HttpResponseMessage> retrying;

    public Transport(HttpClient http, AgentsClientOptions options, TimeProvider time)
    {
        this.http = http;
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        retrying = (options.Retries == 0 ? builder : builder.AddRetry(RetryOf(options))).Build();
    }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Get, path, null, type, cancellation);

    public Task<T> PostAsync<T>(string path, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        CallAsync(HttpMethod.Post, path, body, type, cancellation);

    /// <summary>The events of a stream, across as many connections as it takes.</summary>
    public async IAsyncEnumerable<RunFact> FollowAsync(
        string path, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            using var response = await SendAsync(
                () => StreamRequest(path, after), HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode == HttpStatusCode.NoContent)
            {
                yield break;
            }

            using var stream = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
            while (await NextAsync(stream, cancellation) is { } fact)
            {
                after = fact.Sequence;
                yield return fact;
                if (fact.IsEnd)
                {
                    yield break;
                }
            }
        }
    }

    private async Task<T> CallAsync<T>(
        HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await SendAsync(
            () =>
            {
                var request = new HttpRequestMessage(method, path);
                if (body is not null)
                {
                    request.Content = new ByteArrayContent(body);
                    request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                }

                return request;
            },
            HttpCompletionOption.ResponseContentRead, // an answer that breaks off in the middle is lost too
            cancellation);
        await using var answer = await response.Content.ReadAsStreamAsync(cancellation);
        return await JsonSerializer.DeserializeAsync(answer, type, cancellation)
            ?? throw new HttpRequestException("The gateway answered null.");
    }

    /// <exception cref="AgentsApiException">The gateway refuses it.</exception>
    private async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> make, HttpCompletionOption completion, CancellationToken cancellation)
    {
        var response = await retrying.ExecuteAsync(
            async stop =>
            {
                using var request = make();
                return await http.SendAsync(request, completion, stop);
            },
            cancellation);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ProblemOfAsync(response, cancellation) is { } problem
                ? new AgentsApiException(problem)
                : new HttpRequestException($"The answer is {(int)response.StatusCode}, and no problem of the gateway.", null, response.StatusCode);
        }
    }

    private static HttpRequestMessage StreamRequest(string path, long after)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(StreamType);
        request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        return request;
    }

    // Null when the stream has ended or is broken: what came whole counts, and the rest is asked for again.
    private static async Task<RunFact?> NextAsync(StreamReader stream, CancellationToken cancellation)
    {
        try
        {
            string? data = null;
            while (await stream.ReadLineAsync(cancellation) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    data = line["data: ".Length..];
                }
                else if (line.Length == 0 && data is not null)
                {
                    return JsonSerializer.Deserialize(data, HttpJson.Default.RunFact);
                }
            }
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            // The connection is gone; another one goes on.
        }

        return null;
    }

    private static async Task<Problem?> ProblemOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return null;
        }

        await using var answer = await response.Content.ReadAsStreamAsync(cancellation);
        return await JsonSerializer.DeserializeAsync(answer, HttpJson.Default.Problem, cancellation);
    }

    private static RetryStrategyOptions<HttpResponseMessage> RetryOf(AgentsClientOptions options) => new()
    {
        MaxRetryAttempts = options.Retries,
        Delay = options.Pause,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
            .Handle<HttpRequestException>()
            .HandleResult(response => response.StatusCode is HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout),
        DelayGenerator = retry => ValueTask.FromResult(retry.Outcome.Result?.Headers.RetryAfter?.Delta),
        OnRetry = retry =>
        {
            retry.Outcome.Result?.Dispose();
            return ValueTask.CompletedTask;
        },
    };
}
