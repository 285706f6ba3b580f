using System.Globalization;
using System.Text;
using Orleans.Agents.Definitions;
using Orleans.Agents.Engine.Tests.Definitions;

namespace Orleans.Agents.Engine.Tests.FlatMachines;

/// <summary>Files that somebody has spoilt are diagnostics, whatever is wrong with them.</summary>
public sealed class FlatMachineFuzzTests
{
    private static readonly string[] Tokens =
    [
        "{{ ", " }}", "{% if x %}", "{% endif %}", "{% for a in b %}", "{% endfor %}", "| default(1)", "| length", "output", "context.",
        "input.x", "null", "[]", "{}", "1", "-1", "0.5", "true", "''", "\"", "'", "type: final", "type: initial", "foreach: x",
        "machine: [a, b]", "machine: { name: a }", "agent: [1]", "mode: any", "key: x.y", "as: output", "timeout: -1", "launch: 7",
        "launch: [a]", "action: x", "execution: { type: mdap_voting }", "execution: { type: parallel, n_samples: 2 }", "execution: 1",
        "on_error: { default: 1 }", "on_error: done", "on_error: [x]", "transitions: []", "transitions: [1]", "- to: done", "- to: [x]",
        "output: [1]", "output_to_context: x", "settings: { max_steps: x }", "settings: 1", "hooks: 1", "profiles: ./none.yml",
        "profiles: ./profiles.yml", "agents: []", "machines: 1", "context: []", "spec: flatagent", "spec: flatprofiles", "spec: flatmachine",
        "data:", "states:", "model: 1", "model: { profile: x }", "\n", "\n  ", "\n    ", ": ", "- ", "content", "{#", "#}", "$", "${{",
    ];

    /// <summary>AGENTS_FUZZ says how many; the default keeps the suite quick.</summary>
    private static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("AGENTS_FUZZ"), CultureInfo.InvariantCulture, out var count) ? count : 300;

    [Fact]
    public void No_machine_makes_the_loader_throw()
    {
        var folders = Directory.EnumerateFiles(FlatHouse.Folder, "*.yml", SearchOption.AllDirectories)
            .GroupBy(f => Path.GetDirectoryName(f)!)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => g.Order(StringComparer.Ordinal).Select(f => new DefinitionText(Path.GetFileName(f), File.ReadAllText(f))).ToArray())
            .ToArray();
        var chance = new Random(20_261_128);
        var loaded = 0;
        for (var i = 0; i < Count; i++)
        {
            var texts = folders[chance.Next(folders.Length)].ToArray();
            var spoilt = chance.Next(texts.Length);
            texts[spoilt] = texts[spoilt] with { Text = Spoil(texts[spoilt].Text, chance) };
            try
            {
                var result = DefinitionLoader.LoadTexts(texts, Samples.Host, LoadOptions.Lenient);
                Assert.True(!result.HasErrors || result.Definitions.IsEmpty);
                Assert.All(result.Diagnostics, d => Assert.True(d.Line > 0 && d.Column > 0, d.ToString()));
                loaded += result.Definitions.Count;
            }
            catch (Exception broken) when (broken is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Text {i} made the loader throw {broken}:\n{texts[spoilt].Text}");
            }
        }

        Assert.InRange(loaded, Count / 100, int.MaxValue);
    }

    private static string Spoil(string text, Random chance)
    {
        var spoilt = new StringBuilder(text);
        for (var times = chance.Next(1, 4); times > 0; times--)
        {
            var lines = spoilt.ToString().Split('\n');
            var line = chance.Next(lines.Length);
            var token = Tokens[chance.Next(Tokens.Length)];
            var indent = lines[line][..(lines[line].Length - lines[line].TrimStart().Length)];
            lines[line] = chance.Next(5) switch
            {
                0 => "",
                1 => indent + token,
                2 => lines[line] + "\n" + indent + token,
                3 => lines[line].Insert(chance.Next(lines[line].Length + 1), token),
                _ => lines[line].Contains(": ", StringComparison.Ordinal)
                    ? lines[line][..(lines[line].IndexOf(": ", StringComparison.Ordinal) + 2)] + token
                    : lines[chance.Next(lines.Length)],
            };
            spoilt.Clear().AppendJoin('\n', lines);
        }

        return spoilt.ToString();
    }
}
