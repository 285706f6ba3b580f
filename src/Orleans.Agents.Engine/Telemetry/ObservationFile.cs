using System.Text;

namespace Orleans.Agents.Telemetry;

/// <summary>
/// Follows a file that says how much is to be told. It is looked at once a second: files that are mounted into containers
/// change without anybody being told. As long as nothing new stands there, what was chosen otherwise holds.
/// </summary>
public sealed class ObservationFile : IDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly string path;
    private readonly Observation observation;
    private readonly ITimer timer;
    private string? last;

    /// <summary>Looks at the file, and then again and again.</summary>
    public ObservationFile(string path, Observation observation, TimeProvider time)
    {
        (this.path, this.observation) = (path, observation);
        Look();
        timer = time.CreateTimer(static file => ((ObservationFile)file!).Look(), this, Between, Between);
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    // A file that is being written, or is not there, says nothing new; neither does one that says something else.
    private void Look()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> begin = stackalloc byte[64];
            var said = Encoding.UTF8.GetString(begin[..file.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false)]).Trim();
            if (said != Interlocked.Exchange(ref last, said) && ObservationVariables.Find(said) is { } mode)
            {
                observation.Choose(mode);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It may come, or come back.
        }
    }
}
