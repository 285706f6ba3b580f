using System.Text.Json.Serialization;

namespace Orleans.Agents.Gateway.Endpoints;

/// <summary>The types of what is named in addresses: whoever describes the API asks for their JSON form.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(DateTimeOffset?))]
internal sealed partial class ParameterJson : JsonSerializerContext;
