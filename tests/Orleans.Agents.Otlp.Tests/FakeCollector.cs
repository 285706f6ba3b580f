using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Agents.Otlp.Tests;

/// <summary>Takes what is sent by OTLP, over HTTP or as gRPC, and reads it, as a collector would.</summary>
internal sealed class FakeCollector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<SentSpan> spans = [];
    private readonly ConcurrentQueue<string> metrics = [];
    private readonly ConcurrentQueue<string> logs = [];
    private readonly ConcurrentDictionary<string, string> resource = new(StringComparer.Ordinal);
    private readonly WebApplication application;

    private FakeCollector(WebApplication application) => this.application = application;

    public string Address => application.Urls.Single();

    public IReadOnlyCollection<SentSpan> Spans => spans;

    /// <summary>The names of instruments that were sent.</summary>
    public IReadOnlyCollection<string> Metrics => metrics;

    /// <summary>The texts of logs that were sent.</summary>
    public IReadOnlyCollection<string> Logs => logs;

    /// <summary>What the senders say of themselves.</summary>
    public IReadOnlyDictionary<string, string> Resource => resource;

    public static async Task<FakeCollector> OpenAsync(HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = protocols));
        builder.Services.AddRouting();
        var application = builder.Build();
        var collector = new FakeCollector(application);
        application.Run(collector.TakeAsync);
        await application.StartAsync();
        return collector;
    }

    /// <summary>Waits until something was sent.</summary>
    public async Task UntilAsync(Func<FakeCollector, bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds(this))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        var isGrpc = context.Request.ContentType == "application/grpc";
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var message = new ProtoMessage(body.ToArray().AsMemory(isGrpc ? 5 : 0));
        Read(context.Request.Path, message);
        if (isGrpc)
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
        else
        {
            context.Response.ContentType = "application/x-protobuf";
        }
    }

    private void Read(string path, ProtoMessage message)
    {
        foreach (var sender in message.All(1))
        {
            foreach (var said in sender.All(1).SelectMany(of => of.All(1)))
            {
                resource[said.Text(1)] = said.Any(2);
            }

            foreach (var item in sender.All(2).SelectMany(scope => scope.All(2)))
            {
                switch (path)
                {
                    case "/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export":
                        spans.Enqueue(SentSpan.Read(item));
                        break;
                    case "/v1/metrics" or "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export":
                        metrics.Enqueue(item.Text(1));
                        break;
                    case "/v1/logs" or "/opentelemetry.proto.collector.logs.v1.LogsService/Export":
                        logs.Enqueue(item.Any(5));
                        break;
                }
            }
        }
    }
}

/// <summary>A span as it was sent.</summary>
internal sealed record SentSpan(string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Tags)
{
    public static SentSpan Read(ProtoMessage span) => new(
        Convert.ToHexStringLower(span.Bytes(1).Span),
        Convert.ToHexStringLower(span.Bytes(2).Span),
        Convert.ToHexStringLower(span.Bytes(4).Span),
        span.Text(5),
        span.All(9).ToDictionary(tag => tag.Text(1), tag => tag.Any(2), StringComparer.Ordinal));
}

/// <summary>A message of protocol buffers, read field by field.</summary>
internal sealed class ProtoMessage
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> fields = [];

    public ProtoMessage(ReadOnlyMemory<byte> message)
    {
        while (!message.IsEmpty)
        {
            var tag = Varint(ref message);
            var (value, length) = (tag & 7) switch
            {
                0 => (Varint(ref message), 0),
                1 => (BitConverter.ToUInt64(message.Span), 8),
                2 => (0UL, (int)Varint(ref message)),
                5 => (BitConverter.ToUInt32(message.Span), 4),
                var other => throw new InvalidDataException($"There is no wire type {other}."),
            };
            fields.Add(((int)(tag >> 3), value, message[..length]));
            message = message[length..];
        }
    }

    public ReadOnlyMemory<byte> Bytes(int number) => fields.FirstOrDefault(field => field.Number == number).Bytes;

    public string Text(int number) => Encoding.UTF8.GetString(Bytes(number).Span);

    public IEnumerable<ProtoMessage> All(int number) =>
        fields.Where(field => field.Number == number).Select(field => new ProtoMessage(field.Bytes));

    /// <summary>A value of any type, as text.</summary>
    public string Any(int number)
    {
        var (kind, value, bytes) = new ProtoMessage(Bytes(number)).fields[0];
        return kind switch
        {
            1 => Encoding.UTF8.GetString(bytes.Span),
            2 => value == 1 ? "true" : "false",
            3 => ((long)value).ToString(System.Globalization.CultureInfo.InvariantCulture),
            4 => BitConverter.UInt64BitsToDouble(value).ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => $"({kind})",
        };
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> message)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message.Span[0];
            message = message[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
