namespace Orleans.Agents.Telemetry;

/// <summary>What the programs of this house are told about how much they are to tell.</summary>
public static class ObservationVariables
{
    /// <summary><c>shipping</c> or <c>debug</c>.</summary>
    public const string Mode = "OBS_MODE";

    /// <summary>A file with one of these words, which may change while the program runs.</summary>
    public const string File = "OBS_MODE_FILE";

    /// <summary>Takes over what is said in the environment, and follows the file, if one is named.</summary>
    /// <returns>What ends the following.</returns>
    /// <exception cref="FormatException">What is said is no mode.</exception>
    public static IDisposable? Apply(Observation observation, TimeProvider time)
    {
        if (Environment.GetEnvironmentVariable(Mode) is { Length: > 0 } said)
        {
            observation.Choose(Find(said) ?? throw new FormatException($"{Mode} is '{said}'; expected shipping or debug."));
        }

        return Environment.GetEnvironmentVariable(File) is { Length: > 0 } path ? new ObservationFile(path, observation, time) : null;
    }

    /// <summary>The mode of a name; null when there is none.</summary>
    public static ObservationMode? Find(string name) => name switch
    {
        "shipping" => ObservationMode.Shipping,
        "debug" => ObservationMode.Debug,
        _ => null,
    };

    /// <summary>The name of a mode.</summary>
    public static string NameOf(ObservationMode mode) => mode is ObservationMode.Debug ? "debug" : "shipping";
}
