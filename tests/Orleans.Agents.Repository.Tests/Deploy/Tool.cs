using System.ComponentModel;
using System.Diagnostics;

namespace Orleans.Agents.Repository.Tests.Deploy;

/// <summary>A program of somebody else's that reads what is deployed.</summary>
internal static class Tool
{
    /// <summary>Runs it at the root of the repository.</summary>
    /// <returns>Its exit code, and what it said and complained of.</returns>
    public static (int Code, string Output, string Errors) Run(string program, string[] arguments, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Source.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>What it says when it is content.</summary>
    public static string Read(string program, string[] arguments, string input = "")
    {
        var (code, output, errors) = Run(program, arguments, input);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {errors}");
        return output;
    }
}

/// <summary>A test that is skipped, by name, where a program is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsAttribute : FactAttribute
{
    /// <param name="command">What the program does without complaint if it is one that can be used.</param>
    public NeedsAttribute(string command)
    {
        Command = command;
        Skip = IsThere(command.Split(' ')) ? null : $"'{command}' does not work on this machine";
    }

    /// <summary>What has to work.</summary>
    public string Command { get; }

    private static bool IsThere(string[] words)
    {
        try
        {
            return Tool.Run(words[0], words[1..]).Code == 0;
        }
        catch (Win32Exception)
        {
            return false; // there is no such program
        }
    }
}
