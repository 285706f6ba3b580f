using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orleans.Agents.Failures;

namespace Orleans.Agents.Tools.Files;

/// <summary>
/// What all tools over files have in common: the input is read, and what the disk refuses becomes a failure.
/// </summary>
internal static class FileTool
{
    public static ValueTask<ToolResult> Run<TInput>(
        ToolCall call, JsonTypeInfo<TInput> form, Func<TInput, ToolResult> work)
        where TInput : class, IFileInput
    {
        if (!TryRead(call, form, out var input, out var problem))
        {
            return ValueTask.FromResult<ToolResult>(new ToolResult.Failed(ToolFailures.InputInvalid(problem)));
        }

        try
        {
            return ValueTask.FromResult(work(input));
        }
        catch (IOException refused)
        {
            return ValueTask.FromResult(Failed(FileFailures.From(refused, input.Root, input.Path)));
        }
        catch (UnauthorizedAccessException refused)
        {
            return ValueTask.FromResult(Failed(FileFailures.From(refused, input.Root, input.Path)));
        }
    }

    public static ToolResult Failed(Failure failure) => new ToolResult.Failed(failure);

    private static bool TryRead<TInput>(ToolCall call, JsonTypeInfo<TInput> form, out TInput input, out string problem)
        where TInput : class, IFileInput
    {
        input = null!;
        try
        {
            if (JsonSerializer.Deserialize(call.Input.Utf8.Span, form) is not { } read)
            {
                problem = "an object was expected, and null was found";
                return false;
            }

            input = read;
            problem = read.Problem ?? Unnameable("root", read.Root) ?? Unnameable("path", read.Path) ?? "";
            return problem.Length == 0;
        }
        catch (JsonException broken)
        {
            problem = broken.Message;
            return false;
        }
    }

    private static string? Unnameable(string name, string? value) =>
        value is null ? null
        : value.Length == 0 ? $"{name} is empty"
        : value.Contains('\0', StringComparison.Ordinal) ? $"{name} has a zero character in it"
        : null;
}
