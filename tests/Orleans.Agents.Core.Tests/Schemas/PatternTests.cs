using System.Text;
using Orleans.Agents.Schemas.Patterns;

namespace Orleans.Agents.Core.Tests.Schemas;

public sealed class PatternTests
{
    [Theory]
    [InlineData("abc", "xabcx", true)]
    [InlineData("^abc$", "abc\n", false)]
    [InlineData("^.$", "😀", true)]
    [InlineData("^.$", "\u2028", false)]
    [InlineData("^..$", "😀", false)]
    [InlineData("^😀+$", "😀😀", true)]
    [InlineData("^[😀-😂]$", "😁", true)]
    [InlineData("^[😀-😂]$", "😃", false)]
    [InlineData("^[^😀]$", "😀", false)]
    [InlineData("^[^😀]$", "😁", true)]
    [InlineData("^[^a]$", "😀", true)]
    [InlineData(@"^[\u{1F000}-\u{1FFFF}]$", "😀", true)]
    [InlineData(@"^[a-\u{10FFFF}]$", "😀", true)]
    [InlineData(@"^\ud83d\ude00$", "😀", true)]
    [InlineData(@"^\ud83d\u0041$", "😀", false)]
    [InlineData(@"^\ud83d$", "😀", false)]
    [InlineData(@"^\u{1F600}$", "😀", true)]
    [InlineData(@"^\d+$", "١٢", false)]
    [InlineData(@"^\d+$", "12", true)]
    [InlineData(@"^\D$", "😀", true)]
    [InlineData(@"^\w$", "é", false)]
    [InlineData(@"^\W$", "é", true)]
    [InlineData(@"^\s$", "\ufeff", true)]
    [InlineData(@"^\S$", "\u00a0", false)]
    [InlineData(@"^[\s\S]$", "\n", true)]
    [InlineData(@"^[^]$", "\n", true)]
    [InlineData(@"^[]$", "a", false)]
    [InlineData(@"^[\w-]+$", "a-b", true)]
    [InlineData(@"^[a-\d]+$", "a-7", true)]
    [InlineData(@"^[\b]$", "\b", true)]
    [InlineData(@"^[[\]]+$", "[]", true)]
    [InlineData(@"^[a-z-[m]]$", "m]", true)]
    [InlineData(@"\bfoo\b", "a foo b", true)]
    [InlineData(@"\bfoo\b", "afoo", false)]
    [InlineData(@"\Boo", "foo", true)]
    [InlineData(@"^\p{L}+$", "Straße𝒜", true)]
    [InlineData(@"^\p{Letter}$", "1", false)]
    [InlineData(@"^\P{L}$", "😀", true)]
    [InlineData(@"^\P{L}$", "a", false)]
    [InlineData(@"^[\p{Lu}\d]+$", "A1", true)]
    [InlineData(@"^\p{gc=Decimal_Number}$", "٣", true)]
    [InlineData(@"^\p{ASCII}+$", "é", false)]
    [InlineData(@"^\p{Any}$", "😀", true)]
    [InlineData(@"^\p{Assigned}$", "a", true)]
    [InlineData(@"^(a)\1$", "aa", true)]
    [InlineData(@"^(?:(a)|b)\1$", "b", true)]
    [InlineData(@"^\1(a)$", "a", true)]
    [InlineData(@"^(?<x>a)(b)\2\k<x>$", "abba", true)]
    [InlineData(@"^(?=a)\w(?!c)b?$", "ab", true)]
    [InlineData(@"(?<=\$)\d", "$5", true)]
    [InlineData(@"(?<!\$)5", "$5", false)]
    [InlineData(@"^a{2,3}$", "aaaa", false)]
    [InlineData(@"^a{2,}b{1}$", "aaaab", true)]
    [InlineData(@"^a{,2}$", "a{,2}", true)]
    [InlineData(@"^{a}$", "{a}", true)]
    [InlineData(@"^\/\-\@\""$", "/-@\"", true)]
    [InlineData(@"^\t\n\v\f\r\0\x41\cJ$", "\t\n\v\f\r\0A\n", true)]
    [InlineData(@"a|b", "b", true)]
    [InlineData(@"^#\ x$", "# x", true)]
    public void A_pattern_means_what_it_means_in_ECMAScript(string source, string text, bool expected)
    {
        Assert.True(Pattern.TryRead(source, out var pattern, out var problem), problem);

        Assert.Equal(expected ? PatternMatch.Yes : PatternMatch.No, pattern.Match(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("a(", "a ')' is missing")]
    [InlineData("a)", "closes nothing")]
    [InlineData("*", "nothing to repeat")]
    [InlineData("a**", "is repeated")]
    [InlineData("a{2,1}", "from the smaller")]
    [InlineData("(?<!a", "a ')' is missing")]
    [InlineData("[a", "']' is missing")]
    [InlineData("[z-a]", "smaller")]
    [InlineData(@"\", "escapes nothing")]
    [InlineData(@"\A", @"'\A' is no escape")]
    [InlineData(@"\é\Z", @"'\Z' is no escape")]
    [InlineData("(?i)a", "opens no group")]
    [InlineData("(?#x)", "opens no group")]
    [InlineData("(?>a)", "opens no group")]
    [InlineData("(?<x", "'>' is missing")]
    [InlineData(@"\1", "no group 1")]
    [InlineData(@"(a)\99999999999", "no group")]
    [InlineData(@"\k<x>", "no group 'x'")]
    [InlineData(@"\kx", "name of a group")]
    [InlineData(@"\p{Greek}", "'Greek'")]
    [InlineData(@"\p{Script=Greek}", "'Script=Greek'")]
    [InlineData(@"\pL", "name of a property")]
    [InlineData(@"\u{110000}", "no letter")]
    [InlineData(@"\u{x}", "no letter")]
    [InlineData(@"\u12", "4 hexadecimal digits")]
    [InlineData(@"\xg0", "2 hexadecimal digits")]
    [InlineData(@"\01", "'\\0' is no escape")]
    [InlineData(@"a{99999999999}", "too large")]
    public void What_is_no_pattern_is_refused_with_a_reason(string source, string reason)
    {
        Assert.False(Pattern.TryRead(source, out var pattern, out var problem));

        Assert.Null(pattern);
        Assert.Contains(reason, problem, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_pattern_that_is_too_long_is_refused() =>
        Assert.False(Pattern.TryRead(new string('a', Pattern.MaxLength + 1), out _, out _));

    [Theory]
    [InlineData("^[a-z]+@[^.]*$", true)]
    [InlineData(@"(a)\1", false)]
    [InlineData(@"\bfoo", false)]
    [InlineData("(?=a)b", false)]
    [InlineData("(a{1000}){1000}", false)]
    [InlineData("(?:a{1,1000}b?){1,1000}c", false)]
    [InlineData(@"^\p{L}+$", false)]
    public void Patterns_that_can_be_are_searched_in_linear_time(string source, bool isLinear) =>
        Assert.Equal(isLinear, Pattern.TryRead(source, out var pattern, out _) && pattern.IsLinear);

    [Fact]
    public void A_long_text_is_searched_to_its_end()
    {
        Assert.True(Pattern.TryRead("^ä*b$", out var pattern, out _));

        Assert.Equal(PatternMatch.Yes, pattern.Match(Encoding.UTF8.GetBytes(new string('ä', 100_000) + "b")));
    }

    [Fact]
    public void Text_that_is_not_Unicode_is_searched_all_the_same()
    {
        Assert.True(Pattern.TryRead("^.b$", out var pattern, out _));

        Assert.Equal(PatternMatch.Yes, pattern.Match([0xFF, (byte)'b']));
    }
}
