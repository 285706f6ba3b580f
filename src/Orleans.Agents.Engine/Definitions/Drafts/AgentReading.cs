using System.Collections.Immutable;
using Orleans.Agents.Budgets;
using Orleans.Agents.Definitions.Shapes;
using Orleans.Agents.Definitions.Sources;
using Orleans.Agents.Workflows;

namespace Orleans.Agents.Definitions.Drafts;

/// <summary>Reads the spec of an agent, and its answers.</summary>
internal sealed class AgentReading(
    DocumentReading documents, SchemaBook schemas, Findings findings, HashSet<Field> read)
{
    public AgentDraft Read(DocumentDraft document)
    {
        var fields = new FieldReader(document.Spec, read);
        var expressions = new ExpressionCheck(findings);
        var instructions = fields.Get(AgentShape.Instructions);
        var prompt = fields.Get(AgentShape.Prompt);
        expressions.Template(instructions, ExpressionPlace.Agent);
        expressions.Template(prompt, ExpressionPlace.Agent);
        return new AgentDraft(document)
        {
            Model = fields.Get(AgentShape.Model),
            Instructions = instructions,
            Prompt = prompt,
            Input = schemas.Use(fields.Get(AgentShape.Input)),
            Output = schemas.Use(fields.Get(AgentShape.Output)),
            Temperature = fields.Number(AgentShape.Temperature),
            MaxOutputTokens = (int?)fields.Number(AgentShape.MaxOutputTokens),
            Price = ReadPrice(fields),
            Rate = ReadRate(fields),
            HasAnswers = fields.Has(AgentShape.Answers) || fields.Has(AgentShape.Answer),
            Answers = ReadAnswers(fields, expressions),
            Uses = expressions.Uses,
        };
    }

    private static Price? ReadPrice(FieldReader fields)
    {
        var price = fields.Part(AgentShape.Price);
        var (input, output) = (price.Number(PriceShape.Input), price.Number(PriceShape.Output));
        return input is { } read && output is { } written ? new Price(read, written) : null;
    }

    private static CallRate? ReadRate(FieldReader fields)
    {
        var rate = fields.Part(AgentShape.Limits).Part(AgentLimitsShape.Rate);
        var (calls, per) = (rate.Number(RateShape.Calls), rate.Duration(RateShape.Per));
        return calls is { } most && per is { } time ? new CallRate((int)most, time) : null;
    }

    private ImmutableArray<AnswerDraft> ReadAnswers(FieldReader fields, ExpressionCheck expressions)
    {
        var inline = fields.Get(AgentShape.Answer);
        var path = fields.Get(AgentShape.Answers);
        if (inline is not null && path is not null)
        {
            findings.Error(
                DiagnosticCode.Conflict, path, "answers, answer exclude each other", "one of answers, answer");
        }

        if (inline is not null)
        {
            expressions.Template(inline, ExpressionPlace.Answer);
            return [new AnswerDraft(null, inline, null)];
        }

        return path is not null && documents.Answers(path) is { } root ? ReadFile(root, expressions) : [];
    }

    /// <summary>Reads a file of answers.</summary>
    public ImmutableArray<AnswerDraft> ReadFile(Node root, ExpressionCheck expressions)
    {
        new ShapeCheck(findings).Check(root, new FieldType.Part(AnswersShape.Shape), "the file of answers");
        var fields = new FieldReader(root, read);
        var cases = fields.Items(AnswersShape.Cases);
        if (fields.Get(AnswersShape.Answer) is { } only)
        {
            expressions.Template(only, ExpressionPlace.Answer);
            return [new AnswerDraft(null, only, null)];
        }

        return [.. cases.Select(c => ReadCase(c, expressions))];
    }

    private AnswerDraft ReadCase(Node node, ExpressionCheck expressions)
    {
        var fields = new FieldReader(node, read);
        var when = fields.Get(AnswerCaseShape.When);
        var answer = fields.Get(AnswerCaseShape.Answer);
        expressions.Condition(when, ExpressionPlace.Answer);
        expressions.Template(answer, ExpressionPlace.Answer);
        var fail = fields.Part(AnswerCaseShape.Fail);
        var rehearsed = new RehearsedFailure(
            fail.Text(RehearsedFailureShape.Code),
            fail.Text(RehearsedFailureShape.Class),
            fail.Text(RehearsedFailureShape.Message),
            fail.Duration(RehearsedFailureShape.RetryAfter));
        return new AnswerDraft(when, answer, fields.Get(AnswerCaseShape.Fail) is null ? null : rehearsed);
    }
}
