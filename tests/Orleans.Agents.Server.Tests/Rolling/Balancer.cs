namespace Orleans.Agents.Server.Tests.Rolling;

/// <summary>
/// Sends each request to a node that said a moment ago that it is ready, as a balancer does. It asks no second node when that
/// one does not answer.
/// </summary>
internal sealed class Balancer(ReadyNodes nodes) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var node = nodes.Next() ?? throw new HttpRequestException("No node is ready.");
        request.RequestUri = new Uri(node, request.RequestUri!.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
