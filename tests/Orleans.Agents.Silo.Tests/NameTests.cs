using System.Reflection;
using Orleans.Agents.Silo.Wire;

namespace Orleans.Agents.Silo.Tests;

/// <summary>
/// The names by which silos of two versions find each other's grains, and by which reminders and states of grains are stored.
/// They never change.
/// </summary>
public sealed class NameTests
{
    private static readonly Type[] Types =
        [.. typeof(Envelope).Assembly.GetTypes().Where(type => type.Namespace?.StartsWith("Orleans.Agents.", StringComparison.Ordinal) is true)];

    [Fact]
    public void Grains_are_called_what_they_were() => Assert.Equal(
        ["agent", "keeper", "lanes", "run"],
        Types.Where(type => type.IsSubclassOf(typeof(Grain))).Select(NameOf<GrainTypeAttribute>).Order(StringComparer.Ordinal));

    [Fact]
    public void What_grains_are_asked_is_called_what_it_was() => Assert.Equal(
        [
            "agents.agent: counts report",
            "agents.keeper: watch",
            "agents.lanes: cancel collect lend",
            "agents.run: ask",
        ],
        Types.Where(type => type.IsInterface && type.IsAssignableTo(typeof(IAddressable)))
            .Select(type => $"{NameOf<AliasAttribute>(type)}: "
                + string.Join(' ', type.GetMethods().Select(NameOf<AliasAttribute>).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void What_is_said_between_silos_is_one_type_of_one_name() => Assert.Equal(
        "agents.envelope",
        NameOf<AliasAttribute>(Assert.Single(Types, type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))));

    private static string NameOf<TAttribute>(MemberInfo member)
        where TAttribute : Attribute => (string)Assert.Single(
            member.CustomAttributes, attribute => attribute.AttributeType == typeof(TAttribute)).ConstructorArguments[0].Value!;
}
