namespace FastChat.Faults.Clients;

/// <summary>A guest of the server, with tokens that are renewed as a client must: the old one is kept until the answer is here.</summary>
public sealed class Account : IDisposable
{
    private readonly SemaphoreSlim renewing = new(1);
    private string refreshToken;

    private Account(SessionAnswer session)
    {
        UserId = session.User.UserId;
        AccessToken = session.AccessToken;
        refreshToken = session.RefreshToken;
    }

    /// <summary>The user.</summary>
    public string UserId { get; }

    /// <summary>The token that was good when it was last looked at.</summary>
    public string AccessToken { get; private set; }

    /// <summary>Makes a guest.</summary>
    /// <exception cref="ApiException">The server did not.</exception>
    public static async Task<Account> CreateAsync(Uri root)
    {
        using var api = new ServerApi(() => root, TimeSpan.FromSeconds(10));
        return new Account(await ServerApi.PatientlyAsync(
            () => api.PostAsync<SessionAnswer>("/api/sessions", null, new { refresh = "body" }, CancellationToken.None)));
    }

    /// <summary>Opens the direct chat with another; the answer is its id.</summary>
    /// <exception cref="ApiException">The server did not.</exception>
    public async Task<string> OpenChatAsync(Uri root, Account other)
    {
        using var api = new ServerApi(() => root, TimeSpan.FromSeconds(10));
        return (await ServerApi.PatientlyAsync(
            () => api.PostAsync<WireChat>("/api/chats", AccessToken, new { user_id = other.UserId }, CancellationToken.None))).ChatId;
    }

    public void Dispose() => renewing.Dispose();

    /// <summary>Gets a new access token, unless another task has just done so.</summary>
    internal async Task RenewAsync(ServerApi api, string rejected, CancellationToken cancellation)
    {
        await renewing.WaitAsync(cancellation);
        try
        {
            if (AccessToken == rejected)
            {
                var answer = await api.PostAsync<TokenAnswer>("/api/sessions/refresh", null, new { refresh_token = refreshToken }, cancellation);
                (AccessToken, refreshToken) = (answer.AccessToken, answer.RefreshToken);
            }
        }
        finally
        {
            renewing.Release();
        }
    }
}
