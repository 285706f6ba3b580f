using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Orleans.Agents.Expressions;

namespace Orleans.Agents.Definitions.Sources;

/// <summary>The files that definitions are read from, on disk or in memory.</summary>
internal sealed class SourceCatalog
{
    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly SearchValues<char> Odd = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\v\f\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017"
        + "\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\u007F\u0085\u2028\u2029\uFEFF\uFFFE\uFFFF");

    private readonly Findings findings;
    private readonly Dictionary<string, SourceFile> files = new(StringComparer.Ordinal);
    private readonly List<SourceFile> documents = [];
    private readonly bool isOnDisk;

    private SourceCatalog(Findings findings, bool isOnDisk)
    {
        this.findings = findings;
        this.isOnDisk = isOnDisk;
    }

    /// <summary>The files that were asked for; those that could not be read are findings.</summary>
    public IReadOnlyList<SourceFile> Documents => documents;

    /// <summary>All that has been read, also because others mean it.</summary>
    public ImmutableArray<DefinitionText> Texts =>
        [.. files.Values.OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => new DefinitionText(file.Name, file.Text))];

    /// <summary>Files, and the definition files directly in folders.</summary>
    public static SourceCatalog FromDisk(IReadOnlyList<string> paths, Findings findings)
    {
        var catalog = new SourceCatalog(findings, isOnDisk: true);
        foreach (var path in paths)
        {
            foreach (var name in catalog.FilesOf(path))
            {
                if (catalog.documents.Count >= Limits.Files)
                {
                    catalog.Refuse(
                        DiagnosticCode.FileTooLarge, name, "There are too many files", $"{Limits.Files} at most");
                    return catalog;
                }

                if (!catalog.files.ContainsKey(name) && catalog.ReadFile(name) is { } file)
                {
                    catalog.documents.Add(file);
                }
            }
        }

        return catalog;
    }

    /// <summary>Texts in memory.</summary>
    public static SourceCatalog FromTexts(IReadOnlyList<DefinitionText> texts, Findings findings)
    {
        var catalog = new SourceCatalog(findings, isOnDisk: false);
        foreach (var text in texts.Take(Limits.Files))
        {
            if (text.Text.Length > Limits.FileBytes)
            {
                catalog.RefuseSize(text.Name);
            }
            else if (catalog.Accept(text.Name, text.Text) is { } file)
            {
                catalog.documents.Add(file);
            }
        }

        if (texts.Count > Limits.Files)
        {
            catalog.Refuse(
                DiagnosticCode.FileTooLarge,
                texts[Limits.Files].Name,
                "There are too many files",
                $"{Limits.Files} at most");
        }

        return catalog;
    }

    /// <summary>The roots of a file's documents.</summary>
    public List<Node> Parse(SourceFile file) =>
        file.IsJson ? JsonSource.Read(file, findings) : YamlSource.Read(file, findings);

    /// <summary>
    /// The file that a document means by a relative path; what is wrong with it is a finding at the path.
    /// </summary>
    public SourceFile? Refer(Node path)
    {
        var segments = path.Text.Split('/');
        if (path.Text.AsSpan().ContainsAny('\\', ':') || segments.Any(s => s is "" or "." or ".."))
        {
            findings.Error(
                DiagnosticCode.AnswersFile,
                path,
                $"\"{Node.Shorten(path.Text)}\" is not a path inside the folder",
                "a relative path with / such as answers/planner.yaml");
            return null;
        }

        var folder = path.File.Name[..(path.File.Name.LastIndexOfAny(['/', Path.DirectorySeparatorChar]) + 1)];
        var name = folder + path.Text;
        if (files.TryGetValue(name, out var known))
        {
            return known;
        }

        if (isOnDisk && File.Exists(name) && RealPath.IsInside(name, folder.Length == 0 ? "." : folder))
        {
            return ReadFile(name);
        }

        findings.Error(
            DiagnosticCode.AnswersFile,
            path,
            $"There is no file \"{Node.Shorten(path.Text)}\" in the folder",
            "a file beside this one or in a folder below",
            NearestName.Of(path.Text, Siblings(folder)));
        return null;
    }

    /// <summary>
    /// The file that another one means by a relative path, which may lead out of its folder; null when there is none.
    /// </summary>
    public SourceFile? Beside(SourceFile file, string path)
    {
        var segments = new List<string>(file.Name.Split('/').SkipLast(1));
        foreach (var segment in path.Split('/').Where(s => s is not ("" or ".")))
        {
            if (segment == ".." && segments is [.., not ("" or "..")])
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else
            {
                segments.Add(segment);
            }
        }

        return Named(path.StartsWith('/') ? path : string.Join('/', segments));
    }

    /// <summary>The file of a name; null when there is none.</summary>
    public SourceFile? Named(string name) =>
        files.TryGetValue(name, out var known) ? known
        : isOnDisk && File.Exists(name) ? ReadFile(name)
        : null;

    private IEnumerable<string> Siblings(string folder) => files.Keys
        .Where(n => n.StartsWith(folder, StringComparison.Ordinal))
        .Select(n => n[folder.Length..]);

    private string[] FilesOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        try
        {
            string[] found = [.. Directory.EnumerateFiles(path).Where(IsDefinition).Order(StringComparer.Ordinal)];
            if (found.Length == 0)
            {
                Refuse(
                    DiagnosticCode.EmptyFile, path, "The folder holds no definitions", "a *.yaml, *.yml or *.json in it");
            }

            return found;
        }
        catch (IOException unreadable)
        {
            RefuseReading(path, unreadable);
        }
        catch (UnauthorizedAccessException unreadable)
        {
            RefuseReading(path, unreadable);
        }

        return [];
    }

    private static bool IsDefinition(string file) => Path.GetExtension(file) is ".yaml" or ".yml" or ".json";

    private SourceFile? ReadFile(string name)
    {
        try
        {
            return Accept(name, StrictUtf8.GetString(ReadBytes(name)));
        }
        catch (DecoderFallbackException)
        {
            Refuse(DiagnosticCode.FileEncoding, name, "The file is not text in UTF-8", "UTF-8");
        }
        catch (InvalidDataException)
        {
            RefuseSize(name);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            findings.Error(
                DiagnosticCode.FileUnreadable,
                name,
                new Position(1, 1),
                "There is no such file or folder",
                "a path that is relative to where the command is given, or a full one",
                NearestFile(name));
        }
        catch (IOException unreadable)
        {
            RefuseReading(name, unreadable);
        }
        catch (UnauthorizedAccessException unreadable)
        {
            RefuseReading(name, unreadable);
        }
        catch (ArgumentException unreadable)
        {
            RefuseReading(name, unreadable);
        }

        return null;
    }

    private static string? NearestFile(string name)
    {
        var folder = Path.GetDirectoryName(name) ?? "";
        var around = new DirectoryInfo(folder.Length == 0 ? "." : folder);
        var names = around.Exists
            ? around
                .EnumerateFileSystemInfos("*", new EnumerationOptions { IgnoreInaccessible = true })
                .Select(f => f.Name)
            : [];
        return NearestName.Of(Path.GetFileName(name), names.Order(StringComparer.Ordinal)) is { } nearest
            ? Path.Combine(folder, nearest)
            : null;
    }

    // A file may grow while it is read, and a pipe has no size at all: what counts is what comes.
    private static ReadOnlySpan<byte> ReadBytes(string name)
    {
        using var stream = new FileStream(
            name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.CanSeek ? Math.Min(stream.Length, Limits.FileBytes) + 1 : Limits.FileBytes + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length < bytes.Length ? bytes.AsSpan(0, length) : throw new InvalidDataException(name);
    }

    private void RefuseReading(string name, Exception unreadable) => Refuse(
        DiagnosticCode.FileUnreadable, name, $"This cannot be read: {unreadable.Message}", "a readable file or folder");

    private SourceFile? Accept(string name, string text)
    {
        var file = new SourceFile(name, text.StartsWith('\uFEFF') ? text[1..] : text);
        if (!files.TryAdd(name, file))
        {
            Refuse(DiagnosticCode.DuplicateName, name, "Two files have this name", "each name once");
            return null;
        }

        // The parser takes one of these for the end of the text and others for line breaks, which YAML 1.2 and editors
        // do not.
        var odd = file.Text.AsSpan().IndexOfAny(Odd);
        if (odd >= 0)
        {
            findings.Error(
                DiagnosticCode.FileEncoding,
                name,
                file.PositionAt(odd),
                $"The file holds the character U+{(int)file.Text[odd]:X4}",
                "text");
            return null;
        }

        return file;
    }

    private void RefuseSize(string name) => Refuse(
        DiagnosticCode.FileTooLarge, name, "The file is too large", $"{Limits.FileBytes} bytes at most");

    private void Refuse(string code, string file, string message, string expected) =>
        findings.Error(code, file, new Position(1, 1), message, expected);
}
