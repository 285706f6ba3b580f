using System.Numerics;
using System.Text;
using Orleans.Agents.Schemas;

namespace Orleans.Agents.Core.Tests.Schemas;

public sealed class NumberTests
{
    [Theory]
    [InlineData("0", "-0.0e5", 0)]
    [InlineData("1", "1.0", 0)]
    [InlineData("1", "10e-1", 0)]
    [InlineData("0.1", "1E-1", 0)]
    [InlineData("-5", "0.001", -1)]
    [InlineData("0", "-0.001", 1)]
    [InlineData("0", "0.001", -1)]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567891", -1)]
    [InlineData("-123456789012345678901234567890", "-123456789012345678901234567891", 1)]
    [InlineData("1e400", "1e401", -1)]
    [InlineData("1e400", "999999999999999999", 1)]
    [InlineData("-1e400", "1e-400", -1)]
    [InlineData("1e-400", "0", 1)]
    [InlineData("12e3", "12000", 0)]
    [InlineData("100", "100.5", -1)]
    [InlineData("1000000000000000000", "1e18", 0)]
    [InlineData("1e+2", "100", 0)]
    [InlineData("1e99999999999999999999", "1e5", 1)]
    public void Numbers_are_ordered_by_worth(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(Number.Compare(Read(left), Read(right))));
        Assert.Equal(-order, Math.Sign(Number.Compare(Read(right), Read(left))));
        Assert.Equal(order == 0, Read(left).GetHashCode() == Read(right).GetHashCode());
    }

    [Theory]
    [InlineData("0", "3", true)]
    [InlineData("9", "3", true)]
    [InlineData("10", "3", false)]
    [InlineData("0.3", "0.1", true)]
    [InlineData("4.5", "1.5", true)]
    [InlineData("0.0075", "0.0001", true)]
    [InlineData("0.00751", "0.0001", false)]
    [InlineData("1e400", "3", false)]
    [InlineData("3e400", "3", true)]
    [InlineData("1e308", "0.123456789", false)]
    [InlineData("-7.5", "2.5", true)]
    [InlineData("5", "1e400", false)]
    [InlineData("1e100000000000000", "7", false)]
    public void A_multiple_is_one_exactly(string number, string divisor, bool expected) =>
        Assert.Equal(expected, Read(number).IsMultipleOf(Read(divisor)));

    [Theory]
    [InlineData("1.0", true)]
    [InlineData("1.5", false)]
    [InlineData("1e400", true)]
    [InlineData("15e-1", false)]
    [InlineData("-100e-2", true)]
    public void A_number_without_a_fraction_is_whole_however_it_is_written(string number, bool expected) =>
        Assert.Equal(expected, Read(number).IsWhole);

    [Fact]
    public void Any_two_numbers_compare_and_divide_as_big_integers_do()
    {
        var chance = new Random(7);
        for (var i = 0; i < 5_000; i++)
        {
            var (left, leftText) = Draw(chance);
            var (right, rightText) = Draw(chance);

            Assert.Equal(left.CompareTo(right), Math.Sign(Number.Compare(Read(leftText), Read(rightText))));
            if (right.Sign > 0)
            {
                Assert.Equal((left % right).IsZero, Read(leftText).IsMultipleOf(Read(rightText)));
            }
        }
    }

    // The number is worth a thousandth of the integer, so that three decimals are never lost.
    private static (BigInteger Thousandths, string Text) Draw(Random chance)
    {
        BigInteger digits = chance.NextInt64(0, chance.Next(2) == 0 ? 20 : long.MaxValue);
        digits = chance.Next(2) == 0 ? digits : -digits;
        var exponent = chance.Next(-3, 25);
        return (digits * BigInteger.Pow(10, exponent + 3), $"{digits}{(chance.Next(2) == 0 ? "e" : "E")}{exponent}");
    }

    private static Number Read(string text) => Number.Read(Encoding.UTF8.GetBytes(text));
}
