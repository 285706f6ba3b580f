using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Orleans.Agents.Gateway.Access;

/// <summary>Keeps what was changed through the gateway, by whom: in the log, and in a file where one is named.</summary>
internal sealed class AuditTrail(IOptions<GatewayOptions> options, ILogger<AuditTrail> logger) : IDisposable
{
    private readonly Lock gate = new();
    private FileStream? file;
    private bool isDisposed;

    /// <summary>Writes a record; it is in the file when this returns.</summary>
    public void Write(AuditRecord record)
    {
        if (record.Status < 400)
        {
            logger.Changed(record.Method, record.Path, record.Tenant, record.Admin, record.Status, record.CorrelationId);
        }
        else
        {
            logger.ChangeRefused(record.Method, record.Path, record.Tenant, record.Code, record.Status, record.CorrelationId);
        }

        if (options.Value.AuditFile is { } path)
        {
            Append(path, [.. JsonSerializer.SerializeToUtf8Bytes(record, AuditJson.Default.AuditRecord), (byte)'\n']);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            file?.Dispose();
        }
    }

    // A full disk must not stop anybody from cancelling a run; that it is full is logged.
    private void Append(string path, byte[] line)
    {
        try
        {
            lock (gate)
            {
                if (!isDisposed)
                {
                    file ??= new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                    file.Write(line);
                }
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            logger.NotAudited(path, problem);
        }
    }
}
