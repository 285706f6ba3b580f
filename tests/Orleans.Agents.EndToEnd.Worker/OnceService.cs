using Orleans.Agents.Faults;
using Orleans.Agents.Runs;
using Orleans.Agents.Tools;

namespace Orleans.Agents.EndToEnd.Worker;

/// <summary>
/// A service outside that does a thing once for each attempt it is asked for: a slip of paper says <c>done</c> or
/// <c>void</c>, and whoever comes first writes it. To be asked for what it has done, or too late, is written down too.
/// </summary>
internal sealed class OnceService(string folder)
{
    private const string Done = "done";
    private const string Void = "void";

    private readonly string slips = Directory.CreateDirectory(Path.Combine(folder, "once")).FullName;
    private readonly string begun = Directory.CreateDirectory(Path.Combine(folder, "once-begun")).FullName;
    private readonly FaultPlan again = FaultPlan.Parse(null, Path.Combine(folder, "again.txt"));
    private readonly FaultPlan late = FaultPlan.Parse(null, Path.Combine(folder, "late.txt"));

    /// <summary>Does it; false when it was declared void before, because the caller is late.</summary>
    public bool TryDo(ToolCall call)
    {
        if (TryWrite(call, Done))
        {
            return true;
        }

        (File.ReadAllText(SlipOf(call)) == Done ? again : late).Record(call.Activity, call.Attempt, call.Epoch);
        return false;
    }

    /// <summary>Whether it was done; if not, it never will be.</summary>
    public bool WasDone(ToolCall call) => !TryWrite(call, Void) && File.ReadAllText(SlipOf(call)) == Done;

    /// <summary>Says that somebody has begun a call that is done only later.</summary>
    public void Begin(ToolCall call) => File.WriteAllText(Path.Combine(begun, call.Activity.ToString().Replace('/', '+')), "");

    /// <summary>For how many activities of a run and its children such a call was begun.</summary>
    public int CountBegun(RunId run) => Directory.EnumerateFiles(begun, $"{run}*").Count();

    // A slip appears whole or not at all, whenever its writer dies.
    private bool TryWrite(ToolCall call, string word)
    {
        var draft = Path.Combine(folder, Path.GetRandomFileName());
        File.WriteAllText(draft, word);
        try
        {
            File.Move(draft, SlipOf(call), overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(SlipOf(call)))
        {
            File.Delete(draft);
            return false;
        }
    }

    private string SlipOf(ToolCall call) =>
        Path.Combine(slips, $"{call.Activity.ToString().Replace('/', '+')}+{call.Attempt}");
}
