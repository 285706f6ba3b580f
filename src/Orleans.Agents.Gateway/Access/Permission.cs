namespace Orleans.Agents.Gateway.Access;

/// <summary>What an endpoint is, as far as access goes. One that does not say is refused to everybody.</summary>
internal enum Permission
{
    /// <summary>It says nothing about any tenant: anybody may ask.</summary>
    Open,

    /// <summary>It looks.</summary>
    Read,

    /// <summary>It changes runs.</summary>
    Change,

    /// <summary>It changes what can be run, for everybody: only an admin may.</summary>
    Operate,

    /// <summary>There is nothing there; only those who may do something here are told so.</summary>
    Nothing,
}

/// <summary>Who makes a request.</summary>
/// <param name="Tenant">The tenant; null where there are none.</param>
/// <param name="IsAdmin">Whether the request has the admin token.</param>
internal sealed record Caller(string? Tenant, bool IsAdmin);
