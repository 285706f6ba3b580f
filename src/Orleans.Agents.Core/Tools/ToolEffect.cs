namespace Orleans.Agents.Tools;

/// <summary>What calling a tool twice does.</summary>
public enum ToolEffect
{
    /// <summary>It changes nothing.</summary>
    None,

    /// <summary>The second call with the same input leaves the world as the first did.</summary>
    Idempotent,

    /// <summary>
    /// It happens again. The intent to call is stored before each call, and a call whose outcome nobody knows is not
    /// repeated unless the tool can be asked, or somebody decides.
    /// </summary>
    Once,
}
