using Orleans.Agents.Runs;
using Orleans.Agents.Values;

namespace Orleans.Agents.Engine.Tests.FlatMachines;

/// <summary>Machines with children, launches, people, votes and loops, each to its end as it is.</summary>
public sealed class FlatMachineExamplesTests
{
    private readonly FlatHouse house = new();

    [Fact]
    public async Task Two_machines_side_by_side_are_read_together()
    {
        house.Says("sentiment-agent", "glad").Says("sentiment-extractor", """{"sentiment":"positive","confidence":0.9,"reasoning":"glad"}""")
            .Says("summarizer-agent", "short").Says("summarizer-extractor", """{"summary":"short","key_topics":["a"],"text_count":2}""")
            .Says("aggregator-agent", "all in all")
            .Says("aggregator-extractor", """{"aggregated":"all","insights":[],"execution_summary":"two"}""");

        var state = await house.RunAsync(
            "examples/parallelism/config/machine.yml", """{"type":"parallel_aggregation","texts":["a","b"]}""");

        Assert.Equal("all", TextOf(state, "result").Trim());
        var aggregated = house.Model.Asked.Single(a => a.Agent.Name == "aggregator-agent").Input.ToString();
        Assert.Equal(
            """{"parallel_data":{"sentiment_machine":{"result":{"sentiment":"positive","confidence":0.9,"reasoning":"glad"}},"summarizer_machine":{"result":{"summary":"short","key_topics":["a"],"text_count":2}}}}""",
            aggregated);
    }

    [Fact]
    public async Task A_machine_runs_for_each_text_in_their_order()
    {
        house.Always("sentiment-agent", _ => "?")
            .Always("sentiment-extractor", _ => """{"sentiment":"neutral","confidence":0.5,"reasoning":""}""");

        var state = await house.RunAsync(
            "examples/parallelism/config/machine.yml", """{"type":"foreach_sentiment","texts":["a","b","c"]}""");

        Assert.Equal(3, JsonOf(TextOf(state, "result")).Items().Length);
    }

    [Fact]
    public async Task Notifications_are_launched_and_nobody_waits_for_them()
    {
        house.Says("notifier-agent", "sent").Says("notifier-extractor", """{"formatted_messages":[],"delivery_status":"ready","summary":"3"}""");

        var state = await house.RunAsync(
            "examples/parallelism/config/machine.yml", """{"type":"background_notifications","message":"hello"}""");

        Assert.Equal("Sent notifications in background", TextOf(state, "result").Trim());
    }

    [Fact]
    public async Task A_person_sends_a_draft_back_and_then_approves_it()
    {
        var reviews = 0;
        house.Says("content-drafter", "first", "second").Says("draft-extractor", Draft("first"), Draft("second"))
            .Action("human_review", _ => reviews++ == 0 ? """{"human_feedback":"longer"}""" : """{"human_approved":true}""");

        Succeeded(
            """{"content":"second","revisions":2,"status":"approved"}""",
            await house.RunAsync("examples/human-in-the-loop/config/machine.yml", """{"topic":"tea"}"""));
        Assert.Equal(
            """{"feedback":"longer","previous_draft":"first","topic":"tea"}""",
            house.Model.Asked.Last(a => a.Agent.Name == "content-drafter").Input.ToString());
    }

    [Fact]
    public async Task A_person_who_is_never_content_ends_it_after_the_most_revisions()
    {
        house.Always("content-drafter", _ => "x").Always("draft-extractor", _ => Draft("x")).Action("human_review", _ => "null");

        Succeeded(
            """{"content":"x","revisions":2,"status":"max_revisions_reached"}""",
            await house.RunAsync("examples/human-in-the-loop/config/machine.yml", """{"topic":"tea","max_revisions":2}"""));
    }

    [Fact]
    public async Task An_orchestrator_launches_a_node_and_another_is_waited_for()
    {
        house.Always("worker", a => $"did {TextOf(a.Input, "task")}").Always("result-extractor", a => $$"""{"result":"{{TextOf(a.Input, "text")}}"}""");

        var state = await house.RunAsync("examples/peering/config/peering_demo.yml");

        Succeeded(
            """{"orchestrator_result":{"message":"Tasks launched to worker nodes"},"worker_node_result":{"processed_tasks":[{"result":"did summarize"},{"result":"did write"},{"result":"did list"}]}}""",
            state);
    }

    [Fact]
    public async Task A_node_of_the_fixtures_asks_an_agent_for_each_task()
    {
        house.Always("worker", a => $$"""{"result":"{{TextOf(a.Input, "task")}}"}""");

        Succeeded(
            """{"processed_tasks":[{"result":"a"},{"result":"b"}]}""",
            await house.RunAsync("js-fixtures/peering/worker_node.yml", """{"tasks":[{"task":"a","data":1},{"task":"b","data":2}]}"""));
    }

    [Fact]
    public async Task A_ticket_that_needs_an_answer_gets_one_from_a_machine_of_its_own()
    {
        const string Response = """{"subject":"Hi","body":"Sorry","actions":["refund"]}""";
        house.Says("support-triage", """{"category":"billing","urgency":"high","needs_response":true,"summary":"charged twice"}""")
            .Says("response-drafter", $$"""{"response":{{Response}}}""")
            .Says("response-polisher", $$"""{"response":{{Response}}}""");

        var state = await house.RunAsync(
            "examples/support_triage_json/config/machine.json", """{"ticket_id":"T1","customer_message":"?","customer_tier":"gold"}""");

        Succeeded(
            $$"""{"category":"billing","needs_response":true,"response":{{Response}},"ticket_id":"T1","triage_summary":"charged twice","urgency":"high"}""",
            state);
        Assert.Equal("friendly", TextOf(house.Model.Asked.Last().Input, "preferred_tone"));
    }

    [Fact]
    public async Task A_ticket_that_needs_none_gets_none()
    {
        house.Says("support-triage", """{"category":"feedback","urgency":"low","needs_response":false,"summary":"thanks"}""");

        Succeeded(
            """{"category":"feedback","needs_response":false,"response":null,"ticket_id":"T2","triage_summary":"thanks","urgency":"low"}""",
            await house.RunAsync("examples/support_triage_json/config/machine.json", """{"ticket_id":"T2","customer_message":"!"}"""));
    }

    [Fact]
    public async Task A_story_is_written_chapter_by_chapter()
    {
        house.Says("story-outliner", "two chapters").Says("outline-extractor", """{"title":"Sea","chapter_outlines":["out","home"]}""")
            .Always("chapter-drafter", a => $"draft {TextOf(a.Input, "outline")}")
            .Always("chapter-extractor", a => $$"""{"chapter_text":"{{TextOf(a.Input, "text")}}"}""")
            .Always("story-critic", _ => "fine").Always("feedback-extractor", _ => """{"feedback":"fine"}""")
            .Always("chapter-reviser", a => TextOf(a.Input, "chapter_text").Replace("draft", "final", StringComparison.Ordinal))
            .Always("revision-extractor", a => $$"""{"revised_text":"{{TextOf(a.Input, "text")}}"}""");

        Succeeded(
            """{"chapters":["final out","final home"],"chapters_completed":2,"title":"Sea"}""",
            await house.RunAsync("examples/story_writer/config/machine.yml", """{"genre":"sea","premise":"a boat"}"""));
        var drafted = house.Model.Asked.Where(a => a.Agent.Name == "chapter-drafter").Select(a => TextOf(a.Input, "previous_summary"));
        Assert.Equal(["This is the first chapter.", "final out"], drafted);
    }

    [Fact]
    public async Task A_paper_is_analysed_refined_until_it_is_good_and_reported()
    {
        house.Says("abstract-analyzer", "a").Says("abstract-extractor", """{"key_findings":"k","methodology":"m","contributions":"c"}""")
            .Says("section-analyzer", "s").Says("section-extractor", """{"technical_details":"t","results":"r"}""")
            .Says("synthesizer", "one", "two").Says("summary-extractor", """{"summary":"one"}""", """{"summary":"two"}""")
            .Says("critic", "weak", "good")
            .Says("critique-extractor", """{"quality_score":5,"critique":"more"}""", """{"quality_score":8,"critique":"ok"}""")
            .Says("formatter", "# report").Says("report-extractor", """{"report":"# report"}""");

        Succeeded(
            """{"citation_count":3,"formatted_report":"# report","key_findings":"k","quality_score":8,"summary":"two","title":"T"}""",
            await house.RunAsync("examples/research_paper_analysis/config/machine.yml", """{"title":"T","reference_count":3,"references_sample":[]}"""));
    }

    [Fact]
    public async Task Words_without_braces_are_taken_from_the_output()
    {
        house.Says("abstract-analyzer", "A").Says("section-analyzer", "S").Says("synthesizer", "1", "2", "3").Says("critic", "x", "y", "z")
            .Says("formatter", "R");

        Succeeded(
            """{"citation_count":1,"formatted_report":"R","key_findings":"A\n\nS","summary":"3","title":"T"}""",
            await house.RunAsync("examples/multi_paper_synthesizer/paper_analyzer/config/machine.yml", """{"title":"T","reference_count":1}"""));
    }

    [Fact]
    public async Task Machines_and_agents_of_other_folders_have_names_of_their_own()
    {
        house.Says("abstract-analyzer", "A").Says("section-analyzer", "S").Says("comparator", """{"common_themes":"c","key_differences":"d"}""");
        var loaded = house.Load("examples/multi_paper_synthesizer/config/machine.yml");

        Assert.Equal(["analyzer", "multi-paper-synthesizer", "refiner", "research-pipeline"], loaded.Definitions.Keys);
        Assert.Equal(["analyzer", "refiner", "research-pipeline"], loaded.ReferredTo.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["comparator", "critic", "formatter", "gap-finder", "synthesizer"],
            loaded.Definitions["multi-paper-synthesizer"].Workflow.Agents.Keys);
        Assert.Equal(["critic-2", "synthesizer-2"], loaded.Definitions["refiner"].Workflow.Agents.Keys);
        var state = await house.RunAsync(loaded, """{"papers":[]}""");
        Assert.Equal("model.no_answer", state.Failure!.Code);
    }

    [Fact]
    public async Task A_character_talks_until_the_user_quits()
    {
        var said = 0;
        house.Says("character-responder", "Ahoy!", "Aye.")
            .Action("load_card", _ => """{"card_name":"Bo","messages":[]}""").Action("show_greeting", _ => "null")
            .Action("get_user_input", _ => $$"""{"user_message":"{{(said++ < 2 ? "hi" : "/quit")}}"}""")
            .Action("update_chat_history", seen =>
            {
                seen.TryGetMember("context", out var context);
                context.TryGetMember("messages", out var messages);
                return $$"""{"messages":[{{string.Concat(messages.Items().Select(m => m.ToString() + ","))}}{"role":"assistant","content":"{{TextOf(context.ToPayload(), "assistant_message")}}"}]}""";
            });

        Succeeded("""{"character":"Bo","turns":2}""", await house.RunAsync("examples/character_card/config/machine.yml"));
        Assert.Equal(
            """[{"role":"assistant","content":"Ahoy!"}]""",
            MemberOf(house.Model.Asked.Last().Input, "messages").ToString());
    }

    [Fact]
    public async Task An_agent_that_was_thought_up_is_run_once_a_person_agrees()
    {
        house.Says("otf-generator", "an agent")
            .Says("generator-extractor", """{"name":"poet","system":"s","user":"u","temperature":0.5,"output_fields":{"content":"x"}}""")
            .Says("otf-supervisor", "good").Says("result-extractor", """{"approved":true,"analysis":"good","concerns":""}""")
            .Action("human_review_otf", _ => """{"human_approved":true}""")
            .Action("otf_execute", _ => """{"otf_result":{"content":"a poem"}}""");

        Succeeded(
            """{"agent_name":"poet","attempts":1,"content":"a poem"}""",
            await house.RunAsync("examples/dynamic_agent/config/machine.yml", """{"task":"a poem"}"""));
    }

    [Fact]
    public async Task A_long_text_is_explored_cut_and_answered_piece_by_piece()
    {
        house.Says("rlm-explorer", "look")
            .Says("findings-extractor", """{"ready_to_answer":true,"code":"","reasoning":"","findings":"f","suggested_chunks":[]}""")
            .Says("rlm-decomposer", "split").Says(
                "subquery-extractor",
                """{"needs_decomposition":true,"sub_tasks":[{"question":"q1"},{"question":"q2"}],"aggregation_strategy":"concat","direct_answer":""}""")
            .Always("rlm-processor", a => TextOf(a.Input, "question"))
            .Always("processed-extractor", a => $$"""{"answer":"a {{TextOf(a.Input, "text")}}","evidence":[],"confidence":"high","contains_answer":true,"additional_context_needed":""}""")
            .Says("rlm-synthesizer", "both")
            .Says("answer-extractor", """{"final_answer":"42","confidence":"high","reasoning":"r","caveats":["none"],"sources_used":2}""")
            .Action("init_repl", _ => "null").Action("execute_repl", _ => "null").Action("log_error", _ => "null")
            .Action("extract_chunk", _ => """{"chunk_content":"text"}""").Action("log_chunk_error", _ => "null");

        Succeeded(
            """{"answer":"42","caveats":["none"],"confidence":"high","exploration_rounds":1,"method":"recursive","reasoning":"r","sub_tasks_processed":2}""",
            await house.RunAsync("examples/rlm/config/machine.yml", """{"task":"t","context":"0123456789"}"""));
        Assert.Equal("""{"estimated_tokens":2}""", $$"""{"estimated_tokens":{{MemberOf(house.Model.Asked.First().Input, "estimated_tokens")}}}""");
    }

    [Fact]
    public async Task A_puzzle_is_solved_by_votes_and_what_cannot_be_read_has_none()
    {
        // Three right answers win each move; a mumble and a wrong move before them change nothing.
        var right = "'''move = [1, 0, 1]'''\n'''next_state = [[], [1], []]'''";
        house.Says("hanoi-mdap", "hm", "move = [1, 0, 2] next_state = [[], [], [1]]", right, "move = [1]", right, right);

        Succeeded(
            """{"pegs":[[], [1], []],"solved":true,"steps":1}""",
            await house.RunAsync("examples/mdap/config/machine.yml", """{"initial_pegs":[[1],[],[]],"goal_pegs":[[],[1],[]]}"""));
        Assert.Equal(6, house.Model.Asked.Count);
    }

    [Fact]
    public async Task Where_nobody_has_enough_votes_the_most_frequent_answer_wins()
    {
        string[] moves = ["[[], [1], []]", "[[], [], [1]]", "[[], [1], []]"];
        house.Says("hanoi-mdap", [.. Enumerable.Range(0, 10).Select(i => i < 3 ? $"move = [1, 0, 1] next_state = {moves[i]}" : "no")]);

        Succeeded(
            """{"pegs":[[], [1], []],"solved":true,"steps":1}""",
            await house.RunAsync("examples/mdap/config/machine.yml", """{"initial_pegs":[[1],[],[]],"goal_pegs":[[],[1],[]]}"""));
        Assert.Equal(10, house.Model.Asked.Count);
    }

    [Fact]
    public async Task Where_nothing_can_be_read_the_vote_fails()
    {
        var state = await house.Always("hanoi-mdap", _ => "no")
            .RunAsync("examples/mdap/config/machine.yml", """{"initial_pegs":[[1],[],[]],"goal_pegs":[[],[1],[]]}""");

        Assert.Equal((RunStatus.Failed, "voting.no_answer"), (state.Status, state.Failure!.Code));
    }

    private static string Draft(string content) => $$"""{"content":"{{content}}","confidence":0.5}""";

    private static void Succeeded(string output, RunState state)
    {
        Assert.True(state.Status is RunStatus.Succeeded, state.Failure?.ToString());
        Assert.Equal(output, state.Output.ToString());
    }

    private static Value JsonOf(string text) => Value.From(Payload.Parse(text));

    private static string TextOf(RunState state, string name) => TextOf(state.Output, name);

    private static string TextOf(Payload of, string name) =>
        MemberOf(of, name).TryGetText(out var text) ? text : throw new InvalidOperationException($"{name} of {of}");

    private static Value MemberOf(Payload of, string name) =>
        Value.From(of).TryGetMember(name, out var member) ? member : throw new InvalidOperationException($"{name} of {of}");
}
