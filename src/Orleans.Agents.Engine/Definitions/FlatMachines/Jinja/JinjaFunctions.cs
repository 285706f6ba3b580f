using Orleans.Agents.Expressions;
using static Orleans.Agents.Definitions.FlatMachines.Jinja.JinjaNode;

namespace Orleans.Agents.Definitions.FlatMachines.Jinja;

/// <summary>Writes what filters, tests and methods mean in our own language, as far as it can say it.</summary>
internal sealed class JinjaFunctions(Emission to, JinjaWriter writer)
{
    private static readonly string[] Filters =
    [
        "default", "d", "length", "count", "tojson", "fromjson", "join", "upper", "lower", "trim", "first", "last", "int",
        "float", "string", "list", "safe", "replace", "round", "sum", "min", "max", "abs", "truncate", "map", "items",
    ];

    private static readonly string[] Tests = ["defined", "undefined", "none", "true", "false", "even", "odd"];

    private static readonly string[] Methods =
        ["get", "upper", "lower", "strip", "split", "join", "replace", "startswith", "endswith", "keys", "values", "items"];

    public void Filter(Filter filter)
    {
        to.Mark(filter.At);
        var of = filter.Of;
        var argument = filter.Arguments.FirstOrDefault();
        switch (filter.Called)
        {
            case "default" or "d":
                WriteDefault(filter);
                break;
            case "length" or "count":
                writer.Between("size(default(", of, ", []))");
                break;
            case "tojson":
                WriteJson(of);
                break;
            case "fromjson":
                writer.Call("json", of);
                break;
            case "join":
                writer.Call("join", of, argument ?? Text(filter, ""));
                break;
            case "upper" or "lower" or "trim":
                writer.Between($"{filter.Called}(string(", of, "))");
                break;
            case "int":
                writer.Between("(number(", of, ") - ");
                writer.Between("number(", of, ") % 1)");
                break;
            case "float":
                writer.Call("number", of);
                break;
            case "list" or "safe":
                writer.Value(of);
                break;
            case "replace" when filter.Arguments is [var old, var now]:
                writer.Between("join(split(", of, ", ");
                writer.Between("", old, "), ");
                writer.Between("", now, ")");
                break;
            case "first" or "last" or "string" or "sum" or "min" or "max":
                writer.Call(filter.Called, of);
                break;
            case "round":
                writer.Call("round", of, argument);
                break;
            case "abs":
                writer.Between("max(", of, ", ");
                writer.Between("-", of, ")");
                break;
            case "truncate":
                WriteTruncated(filter);
                break;
            case "map" when argument is Literal { Written: ['\'', ..] name } && filter.Arguments.Length == 1:
                writer.Between("", of, $".map(one, one[{name}])");
                break;
            default:
                Refuse(filter.At, "filter", filter.Called, Filters);
                break;
        }
    }

    public void Test(Test test)
    {
        to.Mark(test.At);
        switch (test.Called)
        {
            case "defined":
                writer.Between("(", test.Of, " != null)");
                break;
            case "undefined" or "none":
                writer.Between("(", test.Of, " == null)");
                break;
            case "true" or "false":
                writer.Between("(", test.Of, $" == {test.Called})");
                break;
            case "even" or "odd":
                writer.Between("(", test.Of, $" % 2 {(test.Called == "even" ? "==" : "!=")} 0)");
                break;
            default:
                Refuse(test.At, "test", test.Called, Tests);
                break;
        }
    }

    public void Method(Call call)
    {
        to.Mark(call.At);
        var arguments = call.Arguments;
        switch (call.Method)
        {
            case "get" when arguments.Length is 1:
                writer.Call("at", call.Of, arguments[0]);
                break;
            case "get" when arguments.Length is 2:
                writer.Between("default(at(", call.Of, ", ");
                writer.Between("", arguments[0], "), ");
                writer.Between("", arguments[1], ")");
                break;
            case "upper" or "lower":
                writer.Call(call.Method, call.Of);
                break;
            case "strip" when arguments.IsEmpty:
                writer.Call("trim", call.Of);
                break;
            case "split" when arguments.Length is 1:
                writer.Call("split", call.Of, arguments[0]);
                break;
            case "join" when arguments.Length is 1:
                writer.Call("join", arguments[0], call.Of);
                break;
            case "replace" when arguments.Length is 2:
                Filter(new Filter(call.At, call.Of, "replace", arguments));
                break;
            case "startswith" or "endswith" when arguments.Length is 1:
                WriteEdge(call.Of, arguments[0], call.Method == "startswith");
                break;
            case "keys" or "values" when arguments.IsEmpty:
                writer.Between("entries(", call.Of, $").map(one, one.{(call.Method == "keys" ? "name" : "value")})");
                break;
            case "items" when arguments.IsEmpty:
                writer.Between("entries(", call.Of, ").map(one, [one.name, one.value])");
                break;
            default:
                Refuse(call.At, "method", call.Method, Methods);
                break;
        }
    }

    // What is missing is null here, so that both count as missing.
    private void WriteDefault(Filter filter)
    {
        var otherwise = filter.Arguments.FirstOrDefault() ?? Text(filter, "");
        if (filter.Arguments is [_, Literal { Written: "true" }])
        {
            writer.Value(new Logical(filter.At, IsAnd: false, [filter.Of, otherwise]));
            return;
        }

        writer.Between("default(", filter.Of, ", ");
        writer.Between("", otherwise, ")");
    }

    // In a list everything is written as JSON, texts with their quotes.
    private void WriteJson(JinjaNode of) => writer.Between("slice(string([", of, "]), 1, -1)");

    private void WriteTruncated(Filter filter)
    {
        if (filter.Arguments is not [Literal length, Literal { Written: "true" }])
        {
            to.Refuse(new JinjaError(
                filter.At, "`truncate` between words has no equal here", "truncate(length, true), which cuts words too"));
            return;
        }

        writer.Between("(size(string(", filter.Of, $")) <= {length.Written} + 5 ? ");
        writer.Between("string(", filter.Of, ") : ");
        writer.Between("slice(string(", filter.Of, $"), 0, {length.Written} - 3) + '...')");
    }

    private void WriteEdge(JinjaNode of, JinjaNode edge, bool isStart)
    {
        writer.Between("(slice(", of, isStart ? ", 0, size(" : ", size(");
        if (isStart)
        {
            writer.Between("", edge, ")) == ");
        }
        else
        {
            writer.Between("", of, ") - size(");
            writer.Between("", edge, ")) == ");
        }

        writer.Between("", edge, ")");
    }

    private void Refuse(int at, string kind, string called, string[] known) => to.Refuse(new JinjaError(
        at,
        $"The {kind} `{Sources.Node.Shorten(called)}` has no equal here",
        $"one of {string.Join(", ", known)}",
        NearestName.Of(called, known)));

    private static Literal Text(Filter filter, string text) => new(filter.At, JinjaWriter.Quote(text));
}
