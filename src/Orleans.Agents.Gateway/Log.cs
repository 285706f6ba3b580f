using Microsoft.Extensions.Logging;

namespace Orleans.Agents.Gateway;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "Audit: {Method} {Path} by tenant {Tenant}, admin {Admin}: {Status}, correlation {CorrelationId}")]
    public static partial void Changed(
        this ILogger logger, string method, string path, string? tenant, bool admin, int status, Guid correlationId);

    [LoggerMessage(4002, LogLevel.Warning, "Audit: {Method} {Path} by tenant {Tenant} was refused with {Code}: {Status}, correlation {CorrelationId}")]
    public static partial void ChangeRefused(
        this ILogger logger, string method, string path, string? tenant, string? code, int status, Guid correlationId);

    [LoggerMessage(4003, LogLevel.Error, "The record of changes cannot be written to {Path}")]
    public static partial void NotAudited(this ILogger logger, string path, Exception cause);

    [LoggerMessage(4004, LogLevel.Error, "The gateway met a fault of its own while it answered {Method} {Path}, correlation {CorrelationId}")]
    public static partial void RequestBroken(
        this ILogger logger, string method, string path, Guid correlationId, Exception cause);

    [LoggerMessage(4005, LogLevel.Debug, "Whoever asked for {Path} is gone")]
    public static partial void CallerGone(this ILogger logger, string path);

    [LoggerMessage(4006, LogLevel.Warning, "The journal cannot be read for {Count} followed runs; it is tried again")]
    public static partial void FollowingFailed(this ILogger logger, int count, Exception cause);

    [LoggerMessage(4007, LogLevel.Error, "Run {Run} cannot be followed: its facts cannot be read")]
    public static partial void RunNotFollowed(this ILogger logger, string run, Exception cause);

    [LoggerMessage(4008, LogLevel.Debug, "Run {Run} cannot be answered for: {Code}")]
    public static partial void StoreRefused(this ILogger logger, string run, string code, Exception cause);
}
