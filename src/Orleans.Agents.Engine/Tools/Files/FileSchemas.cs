namespace Orleans.Agents.Tools.Files;

/// <summary>The parts that the schemas of several tools share.</summary>
internal static class FileSchemas
{
    public const string Root =
        """
        "root": {
          "type": "string", "minLength": 1, "maxLength": 4096,
          "description": "The folder to work in; a relative one starts from the run's folder. The policy must allow it."
        }
        """;

    public const string Path =
        """
        "path": {
          "type": "string", "minLength": 1, "maxLength": 4096,
          "description": "The file, relative to root, with / between names. It may not lead out of root."
        }
        """;

    public static string Filter { get; } =
        $$"""
        "include": {
          "type": ["array", "null"], "maxItems": {{FileFilter.MaxPatterns}}, "default": null,
          "items": { "type": "string", "minLength": 1, "maxLength": {{FileFilter.MaxPatternLength}} },
          "description": "Only what matches one: *.md (at any depth), src/**/*.cs, docs/ (a folder and all in it)."
        },
        "exclude": {
          "type": ["array", "null"], "maxItems": {{FileFilter.MaxPatterns}}, "default": null,
          "items": { "type": "string", "minLength": 1, "maxLength": {{FileFilter.MaxPatternLength}} },
          "description": "Not what matches one of these, nor anything in a folder that does: .git, bin/, *.log."
        }
        """;

    public const string Unreadable =
        """
        "unreadable": {
          "type": "integer", "minimum": 0,
          "description": "Entries that could not be read: no permission, gone meanwhile, or a name not in UTF-8."
        }
        """;
}
