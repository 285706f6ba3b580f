using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Agents.Client.Contracts;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>What tests ask of a gateway.</summary>
internal static class HttpCalls
{
    public static Task<HttpResponseMessage> PostAsync(
        this House house, string path, string json, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        return house.SendAsync(request, headers);
    }

    public static Task<HttpResponseMessage> GetAsync(
        this House house, string path, params (string Name, string Value)[] headers) =>
        house.SendAsync(new HttpRequestMessage(HttpMethod.Get, path), headers);

    public static async Task<T> GetAsync<T>(
        this House house, string path, JsonTypeInfo<T> type, params (string Name, string Value)[] headers) =>
        await (await house.GetAsync(path, headers)).ReadAsync(type);

    /// <summary>Reads an answer that has to be a good one.</summary>
    public static async Task<T> ReadAsync<T>(
        this HttpResponseMessage response, JsonTypeInfo<T> type, HttpStatusCode status = HttpStatusCode.OK)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
            return JsonSerializer.Deserialize(text, type)!;
        }
    }

    /// <summary>Reads an answer that has to be a refusal.</summary>
    public static async Task<Problem> RefusedAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == status, $"{response.StatusCode}: {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var problem = JsonSerializer.Deserialize(text, HttpJson.Default.Problem)!;
            Assert.Equal((code, (int)status), (problem.Code, problem.Status));
            Assert.Equal(problem.CorrelationId.ToString(), response.Headers.GetValues("x-correlation-id").Single());
            return problem;
        }
    }

    /// <summary>Starts a run that nobody started before.</summary>
    public static async Task<string> StartAsync(
        this House house, string workflow, string input = "{}", params (string Name, string Value)[] headers)
    {
        var response = await house.PostAsync(
            "/api/v1/runs", $$"""{"workflow":"{{workflow}}","input":{{input}}}""", headers);
        return (await response.ReadAsync(HttpJson.Default.RunStarted, HttpStatusCode.Created)).Run;
    }

    /// <summary>Follows a run to its end.</summary>
    public static async Task<List<RunFact>> FollowAsync(
        this House house, string run, long after = 0, params (string Name, string Value)[] headers)
    {
        await using var stream = await house.OpenStreamAsync(run, after, headers);
        return await stream.ReadToEndAsync();
    }

    public static async Task<EventReader> OpenStreamAsync(
        this House house, string run, long after = 0, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{run}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (after > 0)
        {
            request.Headers.Add("Last-Event-ID", $"{after}");
        }

        var response = await house.SendAsync(request, headers);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await TextOfAsync(response));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    public static Task<HttpResponseMessage> SendAsync(
        this House house, HttpRequestMessage request, params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return house.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<string> TextOfAsync(HttpResponseMessage response) =>
        response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync();
}

/// <summary>Reads a stream of events, strictly.</summary>
internal sealed class EventReader(HttpResponseMessage response, Stream stream) : IAsyncDisposable
{
    private readonly StreamReader reader = new(stream);

    public int Beats { get; private set; }

    /// <summary>The next event; null when the stream has ended.</summary>
    public async Task<RunFact?> NextAsync()
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadLineAsync().WaitAsync(House.Patience) is { } line)
        {
            if (line.StartsWith(':'))
            {
                Beats++;
            }
            else if (line.Split(": ", 2) is [var name, var value])
            {
                Assert.True(fields.TryAdd(name, value), $"{name} comes twice in one event");
            }
            else if (fields.Count > 0)
            {
                var fact = JsonSerializer.Deserialize(fields["data"], HttpJson.Default.RunFact)!;
                Assert.Equal(fields["id"], $"{fact.Sequence}");
                Assert.Equal(fields["event"], fact.Type);
                return fact;
            }
        }

        return null;
    }

    public async Task<List<RunFact>> ReadToEndAsync()
    {
        var facts = new List<RunFact>();
        while (await NextAsync() is { } fact)
        {
            facts.Add(fact);
        }

        return facts;
    }

    public async Task UntilBeatAsync()
    {
        while (Beats == 0 && await reader.ReadLineAsync().WaitAsync(House.Patience) is { } line)
        {
            Beats += line.StartsWith(':') ? 1 : 0;
        }
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
