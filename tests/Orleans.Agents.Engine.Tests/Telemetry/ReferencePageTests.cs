using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Orleans.Agents.Engine.Tests.Runs;
using Orleans.Agents.Journal;
using Orleans.Agents.Telemetry;

namespace Orleans.Agents.Engine.Tests.Telemetry;

/// <summary>The reference of telemetry has every name that there is, and no other.</summary>
public sealed partial class ReferencePageTests
{
    private static readonly string Page = File.ReadAllText(
        Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "docs", "reference", "telemetry.md"));

    [Fact]
    public void It_has_every_span() => Assert.Equal(
        ConstantsOf(typeof(SpanNames)).Where(name => name is not (SpanNames.Source or SpanNames.GatewaySource)).Order(StringComparer.Ordinal),
        NamesIn("Spans").Order(StringComparer.Ordinal));

    [Fact]
    public void It_has_every_attribute() => Assert.Equal(
        ConstantsOf(typeof(SpanTags)).Order(StringComparer.Ordinal), NamesIn("Attributes").Order(StringComparer.Ordinal));

    [Fact]
    public async Task It_has_every_instrument_with_its_kind_its_unit_and_what_it_says()
    {
        var published = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == SpanNames.Source)
                {
                    lock (published)
                    {
                        published.Add($"| `{instrument.Name}` | {KindOf(instrument)} | `{instrument.Unit}` | {instrument.Description} |");
                    }
                }
            },
        };
        listener.Start();
        await using var house = await House.OpenAsync(new MemoryStore());
        Instruments.MeasureLateness(null, DateTimeOffset.UnixEpoch); // there are no instruments before the first is asked for

        lock (published)
        {
            Assert.Equal(
                published.Order(StringComparer.Ordinal),
                SectionOf("Measurements").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        "Counter`1" => "counter",
        "Histogram`1" => "histogram",
        "ObservableUpDownCounter`1" => "up-down counter",
        var other => other,
    };

    private static IEnumerable<string> ConstantsOf(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!);

    private static IEnumerable<string> NamesIn(string section) => Row().Matches(SectionOf(section)).Select(m => m.Groups[1].Value);

    private static string SectionOf(string title) => Page.Split("\n## ").Single(s => s.StartsWith($"{title}\n", StringComparison.Ordinal));

    [GeneratedRegex(@"^\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    private static string Here([CallerFilePath] string path = "") => path;
}
