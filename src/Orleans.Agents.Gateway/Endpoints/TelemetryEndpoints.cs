using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Agents.Client.Contracts;
using Orleans.Agents.Expressions;
using Orleans.Agents.Gateway.Access;
using Orleans.Agents.Gateway.Requests;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>How much the process that answers tells of its work.</summary>
internal sealed class TelemetryEndpoints(Observation observation, RunScope scope)
{
    private static readonly string[] Modes =
        [.. Enum.GetValues<ObservationMode>().Select(ObservationVariables.NameOf)];

    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/telemetry", () => Answer())
            .Says("getTelemetry", Permission.Read, "How much this process tells of its work.")
            .Produces<TelemetryMode>();
        api.MapPost("/telemetry", (Delegate)ChooseAsync)
            .Says(
                "chooseTelemetry",
                Permission.Operate,
                "Chooses how much this process tells of its work, from now on until it ends or somebody chooses again.")
            .Takes<ChooseTelemetry>()
            .Produces<TelemetryMode>();
    }

    private async Task<IResult> ChooseAsync(HttpContext context)
    {
        var choice = await RequestBody.ReadAsync(context, HttpJson.Default.ChooseTelemetry, scope.MostBytes);
        observation.Choose(ObservationVariables.Find(choice.Mode)
            ?? throw new RefusedException(Refusal.Of("request.invalid", $"There is no mode '{choice.Mode}'.") with
            {
                Place = "$.mode",
                Expected = string.Join(", ", Modes),
                Suggestion = NearestName.Of(choice.Mode, Modes),
            }));
        return Answer();
    }

    private IResult Answer() => Answers.Json(
        new TelemetryMode(
            ObservationVariables.NameOf(observation.Mode), ObservationVariables.NameOf(observation.Chosen), observation.Until),
        HttpJson.Default.TelemetryMode);
}
