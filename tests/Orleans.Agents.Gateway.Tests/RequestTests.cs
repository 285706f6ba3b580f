using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Requests;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Gateway.Tests;

/// <summary>Requests that make no sense, are too large, too slow, or whose callers go away.</summary>
public sealed class RequestTests
{
    [Theory]
    [InlineData("", "request.malformed", "line 1, byte 1")]
    [InlineData("{", "request.malformed", "line 1, byte 2")]
    [InlineData("{\"workflow\":\n  echo}", "request.malformed", "line 2, byte 3")]
    [InlineData("[]", "request.malformed", null)]
    [InlineData("null", "request.malformed", null)]
    [InlineData("{}", "request.missing_field", "$.workflow")]
    [InlineData("""{"workflow":7}""", "request.malformed", "$.workflow")]
    [InlineData("""{"workflow":null}""", "request.malformed", null)]
    [InlineData("""{"workflow":"echo","inptu":{}}""", "request.unknown_field", "$.inptu")]
    public async Task A_body_that_is_not_what_is_expected_is_explained(string body, string code, string? place)
    {
        await using var house = await House.OpenAsync();

        var refused = await (await house.PostAsync("/api/v1/runs", body)).RefusedAsync(HttpStatusCode.BadRequest, code);

        Assert.Equal(place ?? refused.Place, refused.Place);
        Assert.DoesNotContain("Orleans.Agents.", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(code == "request.unknown_field" ? "input" : null, refused.Suggestion);
    }

    [Fact]
    public async Task A_body_that_nests_too_deep_is_refused()
    {
        await using var house = await House.OpenAsync();
        var deep = $"{new string('[', 100)}{new string(']', 100)}";

        var input = await house.PostAsync("/api/v1/runs", $$"""{"workflow":"echo","input":{{deep}}}""");
        var whole = await house.PostAsync("/api/v1/runs", $"{new string('[', 10_000)}{new string(']', 10_000)}");

        Assert.Equal("$.input", (await input.RefusedAsync(HttpStatusCode.BadRequest, "request.malformed")).Place);
        await whole.RefusedAsync(HttpStatusCode.BadRequest, "request.malformed");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Only_JSON_is_read(string type)
    {
        await using var house = await House.OpenAsync();
        using var content = new StringContent("{}", Encoding.UTF8, type);

        var response = await house.Client.PostAsync(new Uri("/api/v1/runs", UriKind.Relative), content);

        Assert.Equal("application/json", (await response.RefusedAsync(HttpStatusCode.UnsupportedMediaType, "request.media_type")).Expected);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_whether_it_says_so_or_not()
    {
        await using var house = await House.OpenAsync(options => options.MaxBodyBytes = 2_048);
        var body = $$$"""{"workflow":"echo","input":{"text":"{{{new string('x', 4_000)}}}"}}""";
        using var asked = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Headers = { ExpectContinue = true }, // else the refusal races with what is still being sent
        };
        using var unsaid = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs") { Content = new Chunked(body) };

        var said = await house.SendAsync(asked);

        Assert.Equal("2048 bytes at most", (await said.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "request.too_large")).Expected);
        await (await house.SendAsync(unsaid)).RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "request.too_large");
        Assert.Empty((await house.GetAsync("/api/v1/runs", HttpJson.Default.RunPage)).Runs);
    }

    [Theory]
    [InlineData("/api/v1/run")]
    [InlineData("/api/v2/runs")]
    [InlineData("/api/v1/runs/../../../etc/passwd")]
    [InlineData("/api/v1/runs/x/y/z")]
    [InlineData("/api/")]
    [InlineData("/api/v1/definitions/..%2f..%2fetc")]
    public async Task A_path_that_leads_nowhere_is_a_problem_like_any_other(string path)
    {
        await using var house = await House.OpenAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, house.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));

        var answer = await new StreamReader(client.GetStream()).ReadToEndAsync().WaitAsync(House.Patience);

        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_that_means_nothing_is_refused()
    {
        await using var house = await House.OpenAsync();

        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/runs/run-1");

        await (await house.SendAsync(request)).RefusedAsync(HttpStatusCode.NotFound, "path.unknown");
    }

    [Fact]
    public async Task An_endpoint_that_says_nothing_about_access_is_closed()
    {
        await using var house = await House.OpenAsync();
        var pipeline = house.Application.Services.GetRequiredService<Pipeline>();
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.SetEndpoint(new Endpoint(null, EndpointMetadataCollection.Empty, "forgotten"));

        await pipeline.RunAsync(context, _ => throw new InvalidOperationException("It was let pass."));

        Assert.Equal(403, context.Response.StatusCode);
    }

    [Fact]
    public async Task Every_endpoint_says_who_may_ask()
    {
        await using var house = await House.OpenAsync();

        var endpoints = house.Application.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints
            .Where(e => !e.DisplayName!.Contains("/health/", StringComparison.Ordinal)).ToList();

        Assert.True(endpoints.Count > 10);
        Assert.All(endpoints, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<PermissionMetadata>()));
    }

    [Fact]
    public async Task A_caller_that_is_slow_to_say_what_it_wants_is_cut_off()
    {
        await using var house = await House.OpenAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, house.Address.Port);
        await client.GetStream().WriteAsync("GET /api/v1/runs HTTP/1.1\r\nHost: x\r\nX-Slow: "u8.ToArray());

        var answer = await new StreamReader(client.GetStream()).ReadToEndAsync().WaitAsync(House.Patience);

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_is_slow_to_send_its_body_is_cut_off()
    {
        await using var house = await House.OpenAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, house.Address.Port);
        await client.GetStream().WriteAsync(
            "POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"u8.ToArray());

        var answer = await new StreamReader(client.GetStream()).ReadToEndAsync().WaitAsync(House.Patience);

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("request.too_slow", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_goes_away_in_the_middle_does_no_harm()
    {
        await using var house = await House.OpenAsync();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, house.Address.Port);
            await client.GetStream().WriteAsync(
                "POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"u8.ToArray());

            // The server asks for the body: a request that it has not seen could not be missed.
            await client.GetStream().ReadExactlyAsync(new byte["HTTP/1.1 100".Length]).AsTask().WaitAsync(House.Patience);
            client.LingerState = new LingerOption(true, 0);
        }

        // Gone, or at the end of what it had to say: the server is told one or the other.
        await house.Log.UntilAsync("was refused");
        Assert.NotEmpty(await house.StartAsync("echo"));
        Assert.DoesNotContain(house.Log.Lines, line => line.Contains("fault of its own", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up()
    {
        await using var house = await House.OpenAsync(
            options => options.RequestTimeout = TimeSpan.FromMilliseconds(50), services: services => services.Replaced<IStore>(new Hanging()));

        var response = await house.GetAsync("/api/v1/runs/run-1");

        await response.RefusedAsync(HttpStatusCode.GatewayTimeout, "request.timed_out");
    }

    [Fact]
    public async Task A_correlation_id_that_is_none_is_replaced()
    {
        await using var house = await House.OpenAsync();

        using var response = await house.GetAsync("/api/v1/runs", ("x-correlation-id", "<script>"));

        Assert.True(Guid.TryParse(response.Headers.GetValues("x-correlation-id").Single(), out _));
    }

    private sealed class Chunked(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");
            return false;
        }
    }
}
