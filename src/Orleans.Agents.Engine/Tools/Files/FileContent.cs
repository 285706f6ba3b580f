using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Agents.Tools.Files;

/// <summary>Reads files through borrowed buffers.</summary>
internal static class FileContent
{
    /// <summary>How far into a file a zero byte makes it binary.</summary>
    public const int BinaryProbe = 8000;

    private const int BlockBytes = 128 * 1024;

    /// <summary>Whether the start of a file says that it is not text.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> start) =>
        start[..Math.Min(start.Length, BinaryProbe)].Contains((byte)0);

    /// <summary>Reads a whole file and counts its bytes and its line ends.</summary>
    public static (long Bytes, long Lines) Count(SafeFileHandle file, CancellationToken cancellation)
    {
        var (bytes, lines) = (0L, 0L);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = RandomAccess.Read(file, block, bytes);
                if (read == 0)
                {
                    return (bytes, lines);
                }

                lines += block.AsSpan(0, read).Count((byte)'\n');
                bytes += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>
    /// Fills a buffer from a place in a file, as far as the file goes; the answer is how much was read.
    /// </summary>
    public static int Fill(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = RandomAccess.Read(file, buffer[filled..], offset + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    /// <summary>The place in a file where a line begins, counted from 1; the end of the file if it has fewer.</summary>
    public static long FindLine(SafeFileHandle file, int line, CancellationToken cancellation)
    {
        if (line == 1)
        {
            return 0;
        }

        var (offset, left) = (0L, line - 1);
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var read = RandomAccess.Read(file, block, offset);
                var found = block.AsSpan(0, read).Count((byte)'\n');
                if (read == 0 || found >= left)
                {
                    return offset + AfterLineEnds(block.AsSpan(0, read), left);
                }

                left -= found;
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>How long the first lines of a text are, with their line ends; all of it if it has fewer.</summary>
    public static int AfterLineEnds(ReadOnlySpan<byte> text, int lines)
    {
        var at = 0;
        for (var i = 0; i < lines; i++)
        {
            var end = text[at..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return text.Length;
            }

            at += end + 1;
        }

        return at;
    }
}
