using System.Buffers;
using System.Text.Json;
using Orleans.Agents.Failures;
using Orleans.Agents.Values;

namespace Orleans.Agents.Tools.Files;

/// <summary>What may go wrong with files, each with its code and the facts that a program needs.</summary>
internal static class FileFailures
{
    public static Failure NotAllowed(string root, bool write, IEnumerable<string> allowed)
    {
        var (code, field, verb) = write
            ? ("policy.files_write", "spec.files.write", "written")
            : ("policy.files_read", "spec.files.read", "read");
        var folders = string.Join(", ", allowed);
        var message = $"The folder '{root}' may not be {verb}: "
            + $"it is not below a folder that the policy names in {field} "
            + $"({(folders.Length == 0 ? "none is named" : $"named: {folders}")}). "
            + $"To allow it, add '{root}' to {field} of the policy.";
        return new Failure(
            FailureClass.Policy,
            code,
            message,
            Details: Details([("root", root), ("field", field), ("allowed", folders)]));
    }

    public static Failure NoFolder(string root, bool write) => new(
        FailureClass.Policy,
        write ? "policy.files_write" : "policy.files_read",
        $"The root '{root}' is relative, and this run has no folder that relative roots start from; "
            + "write an absolute one.",
        Details: Details([("root", root), ("field", write ? "spec.files.write" : "spec.files.read")]));

    public static Failure NotFound(string root, string? path) => Permanent(
        "files.not_found",
        path is null ? $"There is no folder '{root}'." : $"There is no '{path}' in '{root}'.",
        root,
        path);

    public static Failure MissingParent(string root, string path, string parent) => Permanent(
        "files.not_found",
        $"'{path}' cannot be written: there is no folder '{parent}' in '{root}'. "
            + "Set create_directories to true to make it.",
        root,
        path);

    public static Failure LinkCircle(string root, string? path) => Permanent(
        "files.not_found", $"The links of '{path ?? root}' lead in a circle.", root, path);

    public static Failure NotAFolder(string root, string? path) => Permanent(
        "files.not_a_folder", $"A folder was expected, and '{path ?? root}' is something else.", root, path);

    public static Failure NotAFile(string root, string path, FileKind kind) => Permanent(
        "files.not_a_file",
        $"A file was expected, and '{path}' in '{root}' is a "
            + (kind is FileKind.Other ? "pipe, socket or device." : "folder."),
        root,
        path);

    public static Failure OutsideRoot(string root, string path) => Permanent(
        "files.outside_root",
        $"'{path}' leads out of the root '{root}'. "
            + "Paths are relative to the root, and neither '..' nor a link may leave it.",
        root,
        path);

    public static Failure Link(string root, string path) => Permanent(
        "files.link", $"'{path}' in '{root}' is a link or goes through one, and files.write follows none.", root, path);

    public static Failure Binary(string root, string path) => Permanent(
        "files.binary", $"'{path}' in '{root}' is not text: it has a zero byte near its start.", root, path);

    public static Failure TooLarge(string root, string path, long bytes, long limit) => new(
        FailureClass.Permanent,
        "files.too_large",
        $"The text for '{path}' has {bytes} bytes, and {limit} are allowed.",
        Details: Details([("root", root), ("path", path)], [("bytes", bytes), ("limit", limit)]));

    public static Failure Pattern(string pattern, string problem) => new(
        FailureClass.Permanent,
        "files.pattern",
        $"The pattern cannot be used: {problem} "
            + "Patterns are .NET regular expressions that run in linear time: no lookaround, no backreferences.",
        Details: Details([("pattern", pattern)]));

    public static Failure Denied(string? root, string? path) => Permanent(
        "files.denied", $"The operating system does not allow it: '{path ?? root}'.", root, path);

    /// <summary>What an exception of the platform's file functions means.</summary>
    public static Failure From(Exception exception, string? root, string? path) => exception switch
    {
        UnauthorizedAccessException => Denied(root, path),
        FileNotFoundException or DirectoryNotFoundException => NotFound(root ?? "", path),
        PathTooLongException => Permanent(
            "files.name_too_long", $"A name in '{path ?? root}' is too long.", root, path),
        _ => new Failure(
            FailureClass.Transient,
            "files.io",
            $"'{path ?? root}': {exception.Message}",
            Details: Details([("root", root), ("path", path)])),
    };

    private static Failure Permanent(string code, string message, string? root, string? path) =>
        new(FailureClass.Permanent, code, message, Details: Details([("root", root), ("path", path)]));

    private static Payload Details(
        ReadOnlySpan<(string Name, string? Value)> texts, params ReadOnlySpan<(string Name, long Value)> numbers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonText.Writing))
        {
            json.WriteStartObject();
            foreach (var (name, value) in texts)
            {
                if (value is not null)
                {
                    json.WriteString(name, value);
                }
            }

            foreach (var (name, value) in numbers)
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
        }

        return Payload.FromTrusted(buffer.WrittenMemory);
    }
}
