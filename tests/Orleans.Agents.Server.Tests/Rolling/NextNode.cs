namespace Orleans.Agents.Server.Tests.Rolling;

/// <summary>
/// Sends each request to the next of the nodes, whether it is there or not: a caller that knows all addresses and looks at
/// nothing.
/// </summary>
internal sealed class NextNode(Uri[] nodes) : DelegatingHandler(new SocketsHttpHandler())
{
    private int turn;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var node = (int)((uint)Interlocked.Increment(ref turn) % (uint)nodes.Length);
        request.RequestUri = new Uri(nodes[node], request.RequestUri!.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
