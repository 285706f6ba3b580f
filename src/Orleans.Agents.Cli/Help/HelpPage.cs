using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using Orleans.Agents.Cli.Terminals;

namespace Orleans.Agents.Cli.Help;

/// <summary>Prints what a verb is for, what it takes, and how others use it.</summary>
internal sealed class HelpPage(Streams streams) : SynchronousCommandLineAction
{
    private const int Width = 100;

    /// <summary>Somebody who asks for help need not have typed the rest right.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        streams.WriteText(TextOf((Verb)parseResult.CommandResult.Command));
        return ExitCode.Done;
    }

    /// <summary>The page of a verb.</summary>
    public static string TextOf(Verb verb)
    {
        var page = new StringBuilder();
        WriteWrapped(page, verb.Description!, 0);
        WriteWrapped(page, verb.Explanation, 0);
        page.Append($"\nUsage:\n  {UsageOf(verb)}\n");
        WriteRows(page, "Verbs", verb.Subcommands.Where(s => !s.Hidden).Select(s => (s.Name, s.Description ?? "")));
        WriteRows(page, "Arguments", verb.Arguments.Select(a => ($"<{a.Name}>", a.Description ?? "")));
        WriteRows(page, "Options", verb.Options
            .Where(o => o is not HelpOption)
            .Select(o => (NameOf(o), o.Description ?? ""))
            .Append(("-h, --help", "Show this page.")));
        if (!verb.Examples.IsEmpty)
        {
            page.Append("\nExamples:\n");
            page.AppendJoin('\n', verb.Examples.Select(e => $"  # {e.What}\n  {e.Line}\n"));
        }

        if (verb.Parents.FirstOrDefault() is null)
        {
            WriteRows(page, "Exit codes", ExitCodes);
            page.Append($"\n{Farewell}\n");
        }

        return page.ToString();
    }

    private static IEnumerable<(string, string)> ExitCodes { get; } =
    [
        ("0", "done"),
        ("1", "the run failed"),
        ("2", "the command line, a definition or an input is wrong"),
        ("3", "refused: a policy, a budget, a key that another run has"),
        ("4", "the store or the program could not do its part"),
        ("130", "interrupted; the run can be carried on"),
    ];

    private static string Farewell => "'agents <verb> --help' teaches a verb.";

    private static string UsageOf(Verb verb)
    {
        var path = new List<string>();
        for (Symbol? symbol = verb; symbol is not null; symbol = symbol.Parents.FirstOrDefault())
        {
            path.Insert(0, symbol.Name);
        }

        path.AddRange(verb.Subcommands.Count > 0 ? ["<verb>"] : []);
        path.AddRange(verb.Arguments.Select(a =>
            (a.Arity.MinimumNumberOfValues > 0 ? $"<{a.Name}>" : $"[<{a.Name}>]")
            + (a.Arity.MaximumNumberOfValues > 1 ? "…" : "")));
        path.Add("[options]");
        return string.Join(' ', path);
    }

    private static string NameOf(Option option)
    {
        var names = string.Join(", ", option.Aliases.OrderBy(a => a.Length).Append(option.Name));
        return option.HelpName is null ? names : $"{names} <{option.HelpName}>";
    }

    private static void WriteRows(StringBuilder page, string title, IEnumerable<(string Name, string Text)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
        {
            return;
        }

        var column = all.Max(r => r.Name.Length) + 4;
        page.Append($"\n{title}:\n");
        foreach (var (name, text) in all)
        {
            page.Append("  ").Append(name.PadRight(column - 2));
            WriteWrapped(page, text, column);
        }
    }

    private static void WriteWrapped(StringBuilder page, string text, int indent)
    {
        var used = indent;
        var isFirst = true;
        foreach (var word in text.Split(' '))
        {
            if (!isFirst && used + 1 + word.Length > Width)
            {
                page.Append('\n').Append(' ', indent);
                used = indent;
                isFirst = true;
            }

            page.Append(isFirst ? "" : " ").Append(word);
            used += word.Length + (isFirst ? 0 : 1);
            isFirst = false;
        }

        page.Append('\n');
    }
}
