using System.Net.Http.Headers;
using System.Text;

namespace FastChat.EndToEndTests.Harness;

/// <summary>Calls to the REST API; keeps no cookies and follows no redirects, so that a test sees exactly what was answered.</summary>
public sealed class ApiClient(Uri root, string? token = null)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = Patience.Answer,
    };

    public Uri Root { get; } = root;

    public ApiClient With(string accessToken) => new(Root, accessToken);

    public Task<ApiAnswer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, content: null, headers);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, content: null);

    public Task<ApiAnswer> PostAsync(string path, object body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, JsonBody(body), headers);

    public Task<ApiAnswer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, JsonBody(body));

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, HttpContent? content,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Root, path)) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        var all = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase);
        return new ApiAnswer((int)response.StatusCode, all, await response.Content.ReadAsStringAsync(), $"{method} {path}");
    }

    /// <summary>The status alone, or 0 where nobody answers.</summary>
    public async Task<int> StatusAsync(string path)
    {
        try
        {
            return (await GetAsync(path)).Status;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    /// <summary>A string is sent as it is; anything else as its JSON.</summary>
    public static HttpContent JsonBody(object body) => Raw(Encoding.UTF8.GetBytes(Json.Write(body)), "application/json");

    public static HttpContent Raw(byte[] bytes, string? contentType)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return content;
    }
}
