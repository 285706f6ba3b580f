namespace Orleans.Agents.Values;

/// <summary>Why a payload cannot be kept, or would not mean the same to everybody who reads it.</summary>
/// <param name="Path">Where, as a JSON pointer; empty for the whole value.</param>
/// <param name="What">What is wrong there, to go on after "it" or a path.</param>
public sealed record PayloadFlaw(string Path, string What)
{
    /// <summary>Where and what, for people.</summary>
    public override string ToString() => Path.Length == 0 ? $"it {What}" : $"{Path} {What}";
}
