namespace Orleans.Agents.Cli;

/// <summary>A gateway that is asked instead of a store.</summary>
/// <param name="address">Where it is; ends with a slash.</param>
/// <param name="apiKey">Says which tenant asks.</param>
/// <param name="adminToken">Says that an operator does.</param>
/// <param name="isToldByOption">Whether it was typed, and has to be typed again the next time.</param>
internal sealed class ServerChoice(Uri address, Secret? apiKey, Secret? adminToken, bool isToldByOption)
{
    /// <summary>Where it is.</summary>
    public Uri Address { get; } = address;

    /// <summary>Says which tenant asks.</summary>
    public Secret? ApiKey { get; } = apiKey;

    /// <summary>Says that an operator does.</summary>
    public Secret? AdminToken { get; } = adminToken;

    /// <summary>What to call it to people.</summary>
    public string Name => Address.AbsoluteUri.TrimEnd('/');

    /// <summary>A command line that asks the same gateway, ready to be pasted into a shell; secrets are stars in it.</summary>
    public string CommandWith(string command)
    {
        var server = isToldByOption ? $" --server {StoreChoice.Quoted(Name)}" : "";
        var key = ApiKey?.Typed is { } typed ? $" --api-key {StoreChoice.Quoted(typed)}" : "";
        return $"{command}{server}{key}";
    }
}

/// <summary>What only its owner may see. It is not a record, so that nothing prints it by accident.</summary>
/// <param name="value">The secret.</param>
/// <param name="source">Which option or variable told it.</param>
/// <param name="typed">What to type to tell it again, without the secret; null when it need not be typed.</param>
internal sealed class Secret(string value, string source, string? typed)
{
    /// <summary>The secret.</summary>
    public string Value { get; } = value;

    /// <summary>What to type to tell it again, without the secret; null when it need not be typed.</summary>
    public string? Typed { get; } = typed;

    /// <summary>Which option or variable told it.</summary>
    public override string ToString() => source;
}
