using System.CommandLine;
using System.CommandLine.Parsing;
using Orleans.Agents.Cli.Help;

namespace Orleans.Agents.Cli;

/// <summary>The options of verbs that can ask a gateway instead of a store.</summary>
internal sealed class ServerOptions
{
    /// <summary>The environment variable that names the gateway when no option names a gateway or a store.</summary>
    public const string Variable = "AGENTS_SERVER";

    private readonly Option<string> server = new("--server")
    {
        Description = $"Ask the gateway at this address, such as http://127.0.0.1:8080, and no store. Default: {Variable}, else a store.",
        HelpName = "url",
    };

    private readonly Option<string> apiKey = new("--api-key")
    {
        Description = "With a gateway that has tenants: the API key, or @file with it. Default: AGENTS_API_KEY.",
        HelpName = "key|@file",
    };

    private readonly Option<string> adminToken = new("--admin-token")
    {
        Description = "With a gateway that asks for it: the admin token, or @file with it. Default: AGENTS_ADMIN_TOKEN.",
        HelpName = "token|@file",
    };

    private Option[] places = [];

    /// <summary>Adds the options to a verb that only reads.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="stores">Its options that name a store, which a gateway contradicts.</param>
    public void AddToReading(Verb verb, params Option[] stores)
    {
        places = stores;
        verb.Add(server);
        verb.Add(apiKey);
        verb.Validators.Add(RefuseContradictions);
    }

    /// <summary>Adds the options to a verb that changes something.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="stores">Its options that name a store, which a gateway contradicts.</param>
    public void AddTo(Verb verb, params Option[] stores)
    {
        AddToReading(verb, stores);
        verb.Add(adminToken);
    }

    /// <summary>The gateway to ask; null when it is a store.</summary>
    /// <exception cref="CommandException">What was said of it makes no sense.</exception>
    public ServerChoice? Of(ParseResult parsed)
    {
        var typed = parsed.GetValue(server);
        var named = typed ?? (places.Any(place => IsGiven(parsed.CommandResult, place)) ? null : Environment.GetEnvironmentVariable(Variable));
        if (string.IsNullOrEmpty(named) && typed is null)
        {
            Option<string>[] secrets = [apiKey, adminToken];
            return secrets.FirstOrDefault(secret => IsGiven(parsed.CommandResult, secret)) is { } idle
                ? throw CommandException.Usage($"{idle.Name} is for a gateway; say which with --server or {Variable}.")
                : null;
        }

        return new ServerChoice(
            AddressOf(named!, typed is null ? Variable : server.Name),
            SecretOf(parsed, apiKey, "AGENTS_API_KEY"),
            SecretOf(parsed, adminToken, "AGENTS_ADMIN_TOKEN"),
            typed is not null);
    }

    private void RefuseContradictions(CommandResult result)
    {
        foreach (var place in places.Where(place => IsGiven(result, place) && IsGiven(result, server)))
        {
            result.AddError($"{server.Name} and {place.Name} contradict each other; give one of them.");
        }
    }

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    // What may hold a password is not repeated.
    private static Uri AddressOf(string text, string source)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw CommandException.Usage($"{source} is no address of a gateway; expected one such as http://127.0.0.1:8080.");
        }

        if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            throw CommandException.Usage(
                $"{source} has more than an address of a gateway may have: no user, '?' or '#'. Who asks is said by --api-key.");
        }

        return address.AbsolutePath.EndsWith('/') ? address : new Uri($"{address.AbsoluteUri}/");
    }

    // A verb without the option does without the token: nobody gets it who has no use for it.
    private static Secret? SecretOf(ParseResult parsed, Option<string> option, string variable)
    {
        if (!parsed.CommandResult.Command.Options.Contains(option))
        {
            return null;
        }

        if (parsed.GetValue(option) is { } typed)
        {
            return typed is ['@', .. var file]
                ? new Secret(Checked(ReadFile(file, option.Name), $"the file of {option.Name}"), option.Name, typed)
                : new Secret(Checked(typed, option.Name), option.Name, "***");
        }

        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } told
            ? new Secret(Checked(told, variable), variable, null)
            : null;
    }

    private static string ReadFile(string file, string option)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandException.Usage($"The file of {option} cannot be read: {problem.Message}");
        }
    }

    private static string Checked(string secret, string source) => secret.Length > 0 && secret.All(c => c is > ' ' and <= '~')
        ? secret
        : throw CommandException.Usage($"What {source} says is no secret that can be sent: it is empty, or has other characters in it than letters, digits and signs.");
}
