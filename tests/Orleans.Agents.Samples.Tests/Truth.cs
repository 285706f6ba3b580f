using System.Text.Json;

namespace Orleans.Agents.Samples.Tests;

/// <summary>What <c>find</c>, <c>wc</c> and <c>grep</c> say about a folder, held against what a report says.</summary>
internal sealed class Truth(string folder, JsonElement report)
{
    private readonly string prune = Pruned(report.GetProperty("excluded"));

    /// <summary>Compares every number and every reference of the report.</summary>
    public async Task AgreesAsync()
    {
        await TotalsAgreeAsync();
        await LanguagesAgreeAsync();
        await LargestFilesAgreeAsync();
        await TopLevelAgreesAsync();
        foreach (var part in (string[])["manifests", "entry_points", "tests", "documents"])
        {
            await NamedFilesAgreeAsync(report.GetProperty(part), part);
        }

        await PatternAgreesAsync("entry_points", files: null);
        await PatternAgreesAsync("tests", "files_with_tests");
        await PatternAgreesAsync("markers", "files");

        foreach (var task in report.GetProperty("tasks").EnumerateArray())
        {
            await TaskAgreesAsync(task);
        }
    }

    private Task PatternAgreesAsync(string what, string? files)
    {
        var part = report.GetProperty(what);
        return LinesAgreeAsync(new Search(part.GetProperty("pattern").GetString()!, [], true), part, files, what);
    }

    private async Task TotalsAgreeAsync()
    {
        var totals = report.GetProperty("totals");
        Same(await CountAsync($"{Find("-type f")} -printf x | wc -c"), totals, "files");
        Same(await CountAsync($"{Find("-type d")} -printf x | wc -c"), totals, "directories");
        Same(await CountAsync($"{Find("-type l")} -printf x | wc -c"), totals, "links");
        Same(await CountAsync($"{Find("-type f")} -exec cat {{}} + | wc -l"), totals, "lines");
        Same(await CountAsync($"{Find("-type f")} -exec cat {{}} + | wc -c"), totals, "bytes");
    }

    private async Task LanguagesAgreeAsync()
    {
        var languages = report.GetProperty("languages").EnumerateArray().ToList();
        foreach (var sum in (string[])["files", "lines", "bytes"])
        {
            Assert.Equal(
                report.GetProperty("totals").GetProperty(sum).GetInt64(),
                languages.Sum(l => l.GetProperty(sum).GetInt64()));
        }

        foreach (var (language, names) in KnownNames)
        {
            var found = languages.SingleOrDefault(l => l.GetProperty("language").GetString() == language);
            var files = $"{Find("-type f")} \\( {Names(names)} \\)";
            Assert.Equal(
                await CountAsync($"{files} -printf x | wc -c"),
                found.ValueKind is JsonValueKind.Undefined ? 0 : found.GetProperty("files").GetInt64());
            Assert.Equal(
                await CountAsync($"{files} -exec cat {{}} + | wc -l"),
                found.ValueKind is JsonValueKind.Undefined ? 0 : found.GetProperty("lines").GetInt64());
        }
    }

    // Languages that are told by a few endings alone, so that find can be asked for the same files.
    private static IEnumerable<(string Language, string[] Names)> KnownNames =>
    [
        ("C#", ["*.cs", "*.csx"]), ("Go", ["*.go"]), ("Rust", ["*.rs"]), ("Java", ["*.java"]),
        ("YAML", ["*.yaml", "*.yml"]),
        ("Python", ["*.py", "*.pyi", "*.pyw"]), ("SQL", ["*.sql"]), ("Markdown", ["*.md", "*.mdx", "*.markdown"]),
    ];

    private async Task LargestFilesAgreeAsync()
    {
        var listed = await Command.ShellAsync(
            folder, $"{Find("-type f")} -printf '%s %P\\n' | LC_ALL=C sort -k1,1nr -k2 | sed -n 1,10p");
        var expected = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var largest = report.GetProperty("largest_files").EnumerateArray().ToList();
        Assert.Equal(
            expected, largest.Select(f => $"{f.GetProperty("bytes").GetInt64()} {f.GetProperty("path").GetString()}"));
        foreach (var file in largest)
        {
            Same(await CountAsync($"wc -l < {Quoted(file.GetProperty("path").GetString()!)}"), file, "lines");
        }
    }

    private async Task TopLevelAgreesAsync()
    {
        var listed = await Command.ShellAsync(
            folder, $"find . -mindepth 1 -maxdepth 1 {prune} -printf '%P\\n' | LC_ALL=C sort");
        Assert.Equal(
            listed.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            report.GetProperty("top_level").EnumerateArray().Select(e => e.GetProperty("path").GetString()));
    }

    private async Task NamedFilesAgreeAsync(JsonElement part, string what)
    {
        var names = part.GetProperty("names").EnumerateArray().Select(n => n.GetString()!);
        var found = await Command.ShellAsync(
            folder, $"{Find("-type f")} \\( {Names(names)} \\) -printf '%P\\n' | LC_ALL=C sort");
        var expected = found.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((what, expected.Length), (what, part.GetProperty("files").GetInt32()));
        Assert.Equal(expected.Take(200), part.GetProperty("paths").EnumerateArray().Select(p => p.GetString()));
    }

    private async Task TaskAgreesAsync(JsonElement task)
    {
        var searched = task.GetProperty("searched");
        var search = new Search(
            searched.GetProperty("pattern").GetString()!,
            [.. searched.GetProperty("include").EnumerateArray().Select(i => i.GetString()!)],
            searched.GetProperty("case_sensitive").GetBoolean());
        await LinesAgreeAsync(search, task, "files", task.GetProperty("task").GetString()!);
        foreach (var finding in task.GetProperty("findings").EnumerateArray())
        {
            await ReferenceLeadsThereAsync(finding);
        }
    }

    private async Task LinesAgreeAsync(Search search, JsonElement part, string? files, string what)
    {
        var options = search.CaseSensitive ? "-IE" : "-IEi";
        var grep = $"{Find("-type f")} {search.Names} -print0 | LC_ALL=C xargs -0r grep {options}";
        var pattern = Quoted(search.Pattern);
        var lines = await CountAsync($"{grep} -h -e {pattern} | wc -l");
        Assert.Equal((what, lines), (what, part.GetProperty("lines").GetInt64()));
        if (files is not null)
        {
            var matched = await CountAsync($"{grep} -lZ -e {pattern} | tr -cd '\\0' | wc -c");
            Assert.Equal((what, matched), (what, part.GetProperty(files).GetInt64()));
        }
    }

    private async Task ReferenceLeadsThereAsync(JsonElement finding)
    {
        var file = finding.GetProperty("file").GetString()!;

        // Whoever reads a process drops a byte order mark at the start, even behind a single character.
        var line = await Command.ShellAsync(
            folder, $"printf 'line'; sed -n {finding.GetProperty("line").GetInt32()}p -- {Quoted(file)}");
        Assert.StartsWith(
            finding.GetProperty("text").GetString()!, line["line".Length..].Trim(), StringComparison.Ordinal);
    }

    private Task<long> CountAsync(string line) => Command.CountAsync(folder, line);

    private string Find(string what) => $"find . -mindepth 1 {prune} {what}";

    private static void Same(long expected, JsonElement part, string name) =>
        Assert.Equal((name, expected), (name, part.GetProperty(name).GetInt64()));

    // A slash at the end of an excluded name means folders only.
    private static string Pruned(JsonElement excluded)
    {
        var tests = excluded.EnumerateArray().Select(e => e.GetString()!).Select(e =>
            e.EndsWith('/') ? $"\\( -type d -name {Quoted(e.TrimEnd('/'))} \\)" : $"-name {Quoted(e)}").ToList();
        return tests.Count == 0 ? "" : $"\\( \\( {string.Join(" -o ", tests)} \\) -prune \\) -o";
    }

    private static string Names(IEnumerable<string> names) =>
        string.Join(" -o ", names.Select(n => $"-name {Quoted(n)}"));

    private static string Quoted(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private sealed record Search(string Pattern, IReadOnlyList<string> Include, bool CaseSensitive)
    {
        /// <summary>The files searched, as find says it: names at any depth, or paths from a slash.</summary>
        public string Names => Include.Count == 0 ? "" : $"\\( {string.Join(" -o ", Include.Select(Test))} \\)";

        private static string Test(string name) =>
            name.StartsWith('/') ? $"-path {Quoted("." + Escaped(name))}" : $"-name {Quoted(name)}";

        private static string Escaped(string path) => path.Replace("[", "\\[", StringComparison.Ordinal);
    }
}
