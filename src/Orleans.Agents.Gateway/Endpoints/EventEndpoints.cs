using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Following;
using Orleans.Agents.Gateway.Requests;
using Orleans.Agents.Hosting;
using Orleans.Agents.Journal;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>The events of a run: a page of them, or all of them as they happen.</summary>
internal sealed class EventEndpoints(IAgents agents, RunScope scope, Feed feed, EventStream stream)
{
    private const int UsualPage = 100;
    private const int LargestPage = 1_000;
    private const string StreamType = "text/event-stream";

    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/runs/{run}/events", GetAsync)
            .WithMetadata(new StreamMetadata())
            .Says(
                "getRunEvents",
                Permission.Read,
                "The events of a run after a sequence number: a page of them, or, for who accepts text/event-stream, all of "
                + "them as they happen until the run ends. A stream is resumed by the header Last-Event-ID.",
                StatusCodes.Status404NotFound,
                StatusCodes.Status503ServiceUnavailable)
            .Produces<FactPage>()
            .Produces<string>(StatusCodes.Status200OK, StreamType)
            .Produces(StatusCodes.Status204NoContent);
    }

    private async Task<IResult> GetAsync(HttpContext context, string run, long? after, int? limit)
    {
        var record = await scope.FindAsync(context, run);
        var isStream = context.Request.Headers.Accept.Any(
            accepted => accepted?.Contains(StreamType, StringComparison.OrdinalIgnoreCase) is true);
        var from = PlaceOf(context, isStream, after);
        return isStream ? Stream(record, from) : await PageAsync(context, record, from, limit);
    }

    private async Task<IResult> PageAsync(HttpContext context, RunRecord record, long after, int? limit)
    {
        var most = RunEndpoints.Between(limit ?? UsualPage, 1, LargestPage, "limit");
        var news = await agents.ReadFactsAsync([new RunPlace(record.Id, after)], most, context.RequestAborted);
        var facts = news is [var of] ? of.Facts : [];
        var next = facts.IsEmpty ? after : facts[^1].Version;
        return Answers.Json(
            new FactPage(
                record.Id.Value,
                [.. facts.Select(Frames.ContractOf)],
                next,
                record.Row.IsOver && next >= record.Version),
            HttpJson.Default.FactPage);
    }

    // Who has seen the end is told so in the way that browsers understand: they do not come back.
    private IResult Stream(RunRecord record, long after)
    {
        if (record.Row.IsOver && after >= record.Version)
        {
            return TypedResults.NoContent();
        }

        if (feed.IsStopping)
        {
            return Answers.Problem(Refusal.Of("gateway.stopping", "This process stops; another one goes on."));
        }

        return feed.TryEnter()
            ? new Following(feed, stream, record, after)
            : Answers.Problem(Refusal.Of("followers.too_many", "As many streams as are allowed are being followed."));
    }

    private static long PlaceOf(HttpContext context, bool isStream, long? after)
    {
        var header = isStream && context.Request.Headers[Headers.LastEventId] is [{ Length: > 0 } given] ? given : null;
        var place = header is null ? after ?? 0
            : long.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last
            : -1;
        return place >= 0
            ? place
            : throw new RefusedException(Refusal.Of("request.invalid", "Events are numbered from 1.") with
            {
                Place = header is null ? "after" : Headers.LastEventId,
                Expected = "the number of the last event that was seen, or 0",
            });
    }

    private sealed class Following(Feed feed, EventStream stream, RunRecord record, long after) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            try
            {
                await stream.WriteAsync(httpContext, record, after);
            }
            finally
            {
                feed.Leave();
            }
        }
    }
}
