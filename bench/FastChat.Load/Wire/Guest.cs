using System.Net.Http.Json;
using System.Text.Json;

namespace FastChat.Load.Wire;

/// <summary>A guest and the token that says so.</summary>
internal sealed record Guest(string UserId, string Token)
{
    /// <summary>Makes guests by REST, many at a time on connections that are kept.</summary>
    /// <exception cref="LoadException">The server refused, or has its limits on.</exception>
    public static async Task<Guest[]> MakeAsync(Uri server, int count)
    {
        const int AtOnce = 32;
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce, UseProxy = false, UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = server };
        var guests = new Guest[count];
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
            await Parallel.ForAsync(0, count, parallel, async (i, cancellation) => guests[i] = await MakeAsync(http, cancellation));
        }
        catch (HttpRequestException fault)
        {
            throw new LoadException($"Making {count} guests failed (are the server's limits off?): {fault.Message}", fault);
        }

        return guests;
    }

    private static async Task<Guest> MakeAsync(HttpClient http, CancellationToken cancellation)
    {
        using var content = JsonContent.Create(new { refresh = "body" });
        using var answer = await http.PostAsync(new Uri("/api/sessions", UriKind.Relative), content, cancellation);
        answer.EnsureSuccessStatusCode();
        using var session = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
        return new Guest(
            session.RootElement.GetProperty("user").GetProperty("user_id").GetString()!,
            session.RootElement.GetProperty("access_token").GetString()!);
    }
}
