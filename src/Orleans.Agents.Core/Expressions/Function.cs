using System.Collections.Immutable;
using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>Does what a function does, on arguments of the types it takes.</summary>
internal delegate bool FunctionBody(ReadOnlySpan<Value> arguments, Node.Call call, ref Evaluation at, out Value value);

/// <summary>A function of the language.</summary>
internal sealed record Function(
    string Name, int Fewest, int Most, ImmutableArray<Kinds> Parameters, Kinds Gives, FunctionBody Body)
{
    /// <summary>What the argument at that place may be; the last parameter stands for all that follow.</summary>
    internal Kinds Takes(int index) => Parameters[Math.Min(index, Parameters.Length - 1)];

    internal string Refusal(int index, Kinds found) =>
        $"Argument {index + 1} of `{Name}` is {Takes(index).Describe()}; this is {found.Describe()}";
}
