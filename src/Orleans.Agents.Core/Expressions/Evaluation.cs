using Orleans.Agents.Values;

namespace Orleans.Agents.Expressions;

/// <summary>One evaluation under way: what it sees, what it may still use, and why it failed.</summary>
internal ref struct Evaluation(Scope scope)
{
    private long fuel = ExpressionLimits.MaxFuel;
    private long bytes = ExpressionLimits.MaxBytes;
    private string text = "";
    private Value[] slots = [];

    internal Scope Scope { get; } = scope;

    internal ExpressionFailure? Failure { get; private set; }

    /// <summary>Begins an expression. What earlier ones used stays used.</summary>
    internal void Begin(string expression, int slotCount)
    {
        text = expression;
        slots = slotCount == 0 ? [] : new Value[slotCount];
    }

    internal readonly ref Value Slot(int index) => ref slots[index];

    internal bool Burn(long units, Node node)
    {
        fuel -= units;
        return fuel >= 0 || Fail(
            ExpressionCodes.Limit, node, $"The expression asks for more work than {ExpressionLimits.MaxFuel} steps.");
    }

    /// <summary>Pays for reading through a value.</summary>
    internal bool Read(in Value value, Node node) => Burn(value.Size / ExpressionLimits.BytesPerFuel, node);

    /// <summary>Pays for making something of that size.</summary>
    internal bool Produce(long size, Node node)
    {
        bytes -= size;
        return bytes >= 0 || Fail(
            ExpressionCodes.Limit, node, $"The expression produces more than {ExpressionLimits.MaxBytes} bytes.");
    }

    /// <summary>Yields a text that was made.</summary>
    internal bool Made(ReadOnlyMemory<byte> utf8, Node node, out Value value)
    {
        value = Value.FromText(utf8);
        return Produce(utf8.Length, node);
    }

    /// <summary>Yields a list that was made.</summary>
    internal bool Made(Value[] items, Node node, out Value value)
    {
        var size = ListContent.SizeOf(items);
        value = default;
        if (!Produce(size, node) || !Burn(size / ExpressionLimits.BytesPerFuel, node))
        {
            return false;
        }

        value = Value.FromItems(items);
        return IsShallow(value, node);
    }

    /// <summary>Yields an object that was made.</summary>
    internal bool Made(Member[] members, Node node, out Value value)
    {
        var size = ObjectContent.SizeOf(members);
        value = default;
        if (!Produce(size, node) || !Burn(size / ExpressionLimits.BytesPerFuel, node))
        {
            return false;
        }

        value = Value.FromMembers(members);
        return IsShallow(value, node);
    }

    internal bool Fail(string code, Node node, string message)
    {
        Failure ??= new ExpressionFailure(code, message, text, node.At.Offset);
        return false;
    }

    private bool IsShallow(in Value value, Node node) => value.Depth <= Payload.MaxDepth || Fail(
        ExpressionCodes.Limit, node, $"Lists and objects nest at most {Payload.MaxDepth} deep.");
}
