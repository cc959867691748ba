using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace FastChat.Faults.Clients;

/// <summary>The REST calls that a client of this library makes, through whatever proxy lies at the root.</summary>
internal sealed class ServerApi(Func<Uri> root, TimeSpan timeout) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { Timeout = timeout };

    /// <summary>Asks again, for up to half a minute, while the answer is that it may help: for what only prepares an experiment.</summary>
    public static async Task<T> PatientlyAsync<T>(Func<Task<T>> call)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (ApiException fault) when (fault.IsPassing && clock.Elapsed < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(200);
            }
        }
    }

    public Task<T> GetAsync<T>(string path, string token, CancellationToken cancellation) =>
        CallAsync<T>(HttpMethod.Get, path, token, body: null, cancellation);

    public Task<T> PostAsync<T>(string path, string? token, object body, CancellationToken cancellation) =>
        CallAsync<T>(HttpMethod.Post, path, token, body, cancellation);

    public void Dispose() => http.Dispose();

    private async Task<T> CallAsync<T>(HttpMethod method, string path, string? token, object? body, CancellationToken cancellation)
    {
        var call = $"{method} {path}";
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(root(), path));
            request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Wire.Options);
            if (token is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            using var response = await http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode
                ? JsonSerializer.Deserialize<T>(text, Wire.Options)!
                : throw new ApiException(call, (int)response.StatusCode, text);
        }
        // A connection that is reset while it is being made comes as a bare socket error.
        catch (Exception fault) when (fault is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            throw new ApiException(call, 0, fault.Message, fault);
        }
        catch (OperationCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new ApiException(call, 0, "no answer in time", fault);
        }
    }
}
