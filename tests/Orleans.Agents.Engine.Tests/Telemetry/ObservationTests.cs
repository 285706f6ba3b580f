using Orleans.Agents.Engine.Tests.Runs;
using Orleans.Agents.Journal;
using Orleans.Agents.Telemetry;
using Orleans.Agents.Testing;

namespace Orleans.Agents.Engine.Tests.Telemetry;

/// <summary>How much is told, who says so, and for how long.</summary>
public sealed class ObservationTests : IDisposable
{
    private readonly ManualClock clock = new();
    private readonly string file = Path.GetTempFileName();
    private readonly Observation observation;
    private int changes;

    public ObservationTests()
    {
        observation = new Observation(clock);
        observation.Follow(() => changes++);
    }

    [Fact]
    public void Spans_are_all_until_somebody_wants_more()
    {
        Assert.Equal((ObservationMode.Shipping, ObservationMode.Shipping), (observation.Mode, observation.Chosen));

        observation.Choose(ObservationMode.Debug);

        Assert.Equal((ObservationMode.Debug, ObservationMode.Debug, 1), (observation.Mode, observation.Chosen, changes));
        Assert.Null(observation.Until);
    }

    [Fact]
    public void After_a_crash_everything_is_told_for_five_minutes()
    {
        observation.FindCrash();

        Assert.Equal((ObservationMode.Debug, ObservationMode.Shipping), (observation.Mode, observation.Chosen));
        Assert.Equal(clock.GetUtcNow().AddMinutes(5), observation.Until);
        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.Equal(ObservationMode.Debug, observation.Mode);
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((ObservationMode.Shipping, 2), (observation.Mode, changes));
        Assert.Null(observation.Until);
    }

    [Fact]
    public void Another_crash_begins_the_five_minutes_anew()
    {
        observation.FindCrash();
        clock.Advance(TimeSpan.FromMinutes(4));
        observation.FindCrash();
        clock.Advance(TimeSpan.FromMinutes(4));

        Assert.Equal(ObservationMode.Debug, observation.Mode);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(ObservationMode.Shipping, observation.Mode);
    }

    [Fact]
    public void Whoever_chooses_ends_the_five_minutes()
    {
        observation.FindCrash();
        observation.Choose(ObservationMode.Shipping);

        Assert.Equal(ObservationMode.Shipping, observation.Mode);
        observation.Choose(ObservationMode.Debug);
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(ObservationMode.Debug, observation.Mode);
    }

    [Fact]
    public void Debug_that_was_chosen_outlasts_a_crash()
    {
        observation.Choose(ObservationMode.Debug);
        observation.FindCrash();
        clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(ObservationMode.Debug, observation.Mode);
    }

    [Fact]
    public void A_file_is_followed_while_it_says_something_new()
    {
        File.WriteAllText(file, "debug\n");
        using var followed = new ObservationFile(file, observation, clock);
        Assert.Equal(ObservationMode.Debug, observation.Mode);

        File.WriteAllText(file, "shipping");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ObservationMode.Shipping, observation.Mode);

        observation.Choose(ObservationMode.Debug);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(ObservationMode.Debug, observation.Mode);
    }

    [Theory]
    [InlineData("verbose")]
    [InlineData("")]
    public void A_file_that_says_something_else_changes_nothing(string said)
    {
        observation.Choose(ObservationMode.Debug);
        File.WriteAllText(file, said);
        using var followed = new ObservationFile(file, observation, clock);

        Assert.Equal((ObservationMode.Debug, 1), (observation.Mode, changes));
    }

    [Fact]
    public void A_file_may_come_later_and_go_again()
    {
        File.Delete(file);
        using var followed = new ObservationFile(file, observation, clock);
        clock.Advance(TimeSpan.FromSeconds(2));
        File.WriteAllText(file, "debug");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ObservationMode.Debug, observation.Mode);

        File.Delete(file);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ObservationMode.Debug, observation.Mode);
    }

    [Fact]
    public async Task A_keeper_that_finds_a_process_gone_has_found_a_crash()
    {
        var database = new MemoryDatabase();
        await using (var dead = new MemoryStore(database))
        {
            await dead.Carriers.TakeAsync(isKeeper: true, CancellationToken.None);
        }

        await using var house = await House.OpenAsync(new MemoryStore(database));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (house.Engine.Observation.Until is null)
        {
            await Task.Delay(5, patience.Token);
        }

        Assert.Equal(ObservationMode.Debug, house.Engine.Observation.Mode);
        Assert.Equal(ObservationMode.Shipping, house.Engine.Observation.Chosen);
    }

    public void Dispose() => File.Delete(file);
}
