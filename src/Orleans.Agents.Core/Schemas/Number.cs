using System.Buffers.Text;
using System.Numerics;
using System.Text;

namespace Orleans.Agents.Schemas;

/// <summary>
/// A JSON number, exactly: <c>1</c>, <c>1.0</c> and <c>10e-1</c> are one number, and <c>1e400</c> is one like any
/// other. Only exponents beyond 10^17 are taken for 10^17.
/// </summary>
internal readonly struct Number
{
    private const int WholeDigits = 18;
    private const long LargestExponent = 100_000_000_000_000_000;

    // Either a whole number of at most 18 digits, or digits without zeros at either end, times a power of ten. No
    // number has both forms, so two forms are never equal.
    private readonly long whole;
    private readonly byte[]? digits;
    private readonly long exponent;
    private readonly bool isNegative;

    private Number(long whole) => this.whole = whole;

    private Number(bool isNegative, byte[] digits, long exponent)
    {
        this.isNegative = isNegative;
        this.digits = digits;
        this.exponent = exponent;
    }

    /// <summary>Whether it has no fraction.</summary>
    public bool IsWhole => digits is null || exponent >= 0;

    /// <summary>Whether it is above zero, zero or below.</summary>
    public int Sign => digits is null ? Math.Sign(whole) : isNegative ? -1 : 1;

    /// <summary>Reads the text of a JSON number.</summary>
    public static Number Read(ReadOnlySpan<byte> text) =>
        text.Length <= WholeDigits && Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length
            ? new Number(value)
            : ReadAny(text);

    /// <summary>Orders two numbers.</summary>
    public static int Compare(in Number left, in Number right)
    {
        if (left.digits is null && right.digits is null)
        {
            return left.whole.CompareTo(right.whole);
        }

        if (left.Sign != right.Sign || left.Sign == 0)
        {
            return left.Sign.CompareTo(right.Sign);
        }

        var leftDigits = left.Digits(stackalloc byte[WholeDigits + 2], out var leftExponent);
        var rightDigits = right.Digits(stackalloc byte[WholeDigits + 2], out var rightExponent);
        var order = (leftDigits.Length + leftExponent).CompareTo(rightDigits.Length + rightExponent);
        return left.Sign * (order != 0 ? order : leftDigits.SequenceCompareTo(rightDigits));
    }

    /// <summary>Whether this is a whole number of times another, which is not zero.</summary>
    public bool IsMultipleOf(in Number divisor)
    {
        if (Sign == 0)
        {
            return true;
        }

        if (digits is null && divisor.digits is null)
        {
            return whole % divisor.whole == 0;
        }

        var mine = Digits(stackalloc byte[WholeDigits + 2], out var myExponent);
        var its = divisor.Digits(stackalloc byte[WholeDigits + 2], out var itsExponent);
        if (myExponent < itsExponent)
        {
            // The divisor has more tens in it than this, whose last digit is not zero.
            return false;
        }

        var modulus = ToBig(its);
        var tens = BigInteger.ModPow(10, myExponent - itsExponent, modulus);
        return (ToBig(mine) * tens % modulus).IsZero;
    }

    /// <summary>The number as a count: what is too large becomes the largest. It is whole and not below zero.</summary>
    public long ToCount() => digits is null ? whole : long.MaxValue;

    /// <summary>Equal for equal numbers.</summary>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(whole);
        hash.Add(exponent);
        hash.Add(isNegative);
        hash.AddBytes(digits);
        return hash.ToHashCode();
    }

    private static Number ReadAny(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == '-';
        var mantissa = text[(isNegative ? 1 : 0)..];
        var mark = mantissa.IndexOfAny((byte)'e', (byte)'E');
        var exponent = mark < 0 ? 0 : ReadExponent(mantissa[(mark + 1)..]);
        mantissa = mark < 0 ? mantissa : mantissa[..mark];

        var kept = mantissa.Length <= 128 ? stackalloc byte[128] : new byte[mantissa.Length];
        var count = 0;
        var inFraction = false;
        foreach (var letter in mantissa)
        {
            if (letter == '.')
            {
                inFraction = true;
                continue;
            }

            exponent -= inFraction ? 1 : 0;
            if (count > 0 || letter != '0')
            {
                kept[count++] = letter;
            }
        }

        for (; count > 0 && kept[count - 1] == '0'; count--)
        {
            exponent++;
        }

        if (count == 0)
        {
            return default;
        }

        return exponent >= 0 && count + exponent <= WholeDigits
            ? new Number(ToWhole(isNegative, kept[..count], exponent))
            : new Number(isNegative, kept[..count].ToArray(), exponent);
    }

    private static long ReadExponent(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == '-';
        long exponent = 0;
        foreach (var letter in text[(text[0] is (byte)'-' or (byte)'+' ? 1 : 0)..])
        {
            exponent = Math.Min(LargestExponent, (exponent * 10) + (letter - '0'));
        }

        return isNegative ? -exponent : exponent;
    }

    private static long ToWhole(bool isNegative, ReadOnlySpan<byte> digits, long exponent)
    {
        long value = 0;
        foreach (var digit in digits)
        {
            value = (value * 10) + (digit - '0');
        }

        for (; exponent > 0; exponent--)
        {
            value *= 10;
        }

        return isNegative ? -value : value;
    }

    private static BigInteger ToBig(ReadOnlySpan<byte> digits) =>
        BigInteger.Parse(Encoding.ASCII.GetString(digits), System.Globalization.CultureInfo.InvariantCulture);

    private ReadOnlySpan<byte> Digits(Span<byte> buffer, out long power)
    {
        power = exponent;
        if (digits is not null)
        {
            return digits;
        }

        _ = Utf8Formatter.TryFormat(Math.Abs(whole), buffer, out var length);
        for (; length > 1 && buffer[length - 1] == '0'; length--)
        {
            power++;
        }

        return buffer[..length];
    }
}
