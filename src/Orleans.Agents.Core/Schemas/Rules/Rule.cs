using System.Text.Json;

namespace Orleans.Agents.Schemas.Rules;

/// <summary>What one keyword, or a few that belong together, demand of a value.</summary>
internal abstract class Rule(string owner, string keyword)
{
    public string Keyword => keyword;

    /// <summary>Where the demand stands.</summary>
    public string SchemaPath => $"{owner}/{keyword}";

    /// <summary>Whether it is about what all other rules of its schema left over.</summary>
    public virtual bool IsAboutTheRest => false;

    /// <summary>Whether a value is as demanded; a value of a kind that the keyword is not about always is.</summary>
    public abstract bool Check(JsonElement value, Evaluation evaluation, Marks? marks);

    /// <summary>Where a neighbouring keyword stands.</summary>
    protected string PathOf(string neighbour) => $"{owner}/{neighbour}";
}
