using Orleans.Agents.Definitions;

namespace Orleans.Agents.Engine.Tests.Definitions;

public sealed class PlanTests
{
    private static readonly Plan Plan = GoodDefinitionTests.LoadReport().Plan;

    [Fact]
    public void A_plan_lists_states_in_the_order_in_which_they_follow() => Assert.Equal(
        ["gather", "plan", "pause", "refused", "failed", "appointment", "count", "done"],
        Plan.States.Select(s => s.Name));

    [Fact]
    public void A_plan_says_what_each_state_does()
    {
        Assert.Equal(
            [
                "tool files.tree", "agent planner offline", "wait", "fail refused", "fail planning_failed", "wait", "pass",
                "end",
            ],
            Plan.States.Select(s => $"{s.Kind} {s.Target} {s.Model}".TrimEnd()));
        Assert.Equal("Lists the files.", Plan.States[0].Description);
        Assert.Equal((4, TimeSpan.FromSeconds(60)), (Plan.States[1].Attempts, Plan.States[1].Timeout));
        Assert.Equal(3, Plan.States[6].MaxVisits);
        Assert.Null(Plan.States[6].Attempts);
    }

    [Fact]
    public void A_plan_says_where_each_state_leads()
    {
        Assert.Equal(
            [
                new("output < 3 and run.cycle.remaining > 0", "count"),
                new("context.plan.tasks.length > 0 ? true : false", "done"),
                new(null, "refused"),
            ],
            Plan.States[6].Next.ToArray());
        Assert.Equal(
            [new("model.content_filtered, tool.*", "refused"), new("*", "failed")], Plan.States[1].Catch.ToArray());
    }

    [Fact]
    public void A_plan_says_what_a_run_may_use()
    {
        Assert.Equal((60, TimeSpan.FromMinutes(10)), (Plan.Activities, Plan.Time));
        Assert.Equal(TimeSpan.FromDays(7), Plan.Deadline);
        Assert.Equal(["${{ input.path }}"], Plan.Read.ToArray());
        Assert.Equal(["out"], Plan.Write.ToArray());
        Assert.Equal(["HOME"], Plan.Env.ToArray());
        Assert.Equal(("report", "1.2.0", "Plans, works, reviews."), (Plan.Workflow, Plan.Version, Plan.Description));
    }
}
