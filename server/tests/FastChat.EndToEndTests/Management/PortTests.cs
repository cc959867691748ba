using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Management;

[Collection(OneManagedServer.Name)]
public sealed class PortTests(ManagedServer managed)
{
    [Theory]
    [InlineData("/metrics")]
    [InlineData("/status")]
    [InlineData("/status.js")]
    public async Task OPS_what_is_for_operators_is_not_on_the_public_port(string path)
    {
        using var answer = await managed.Management.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        (await managed.Server.Api.GetAsync(path)).Is(404);
    }

    [Theory]
    [InlineData("/api/me")]
    [InlineData("/ws")]
    [InlineData("/docs")]
    [InlineData("/openapi/v1.json")]
    public async Task OPS_what_is_for_users_is_not_on_the_management_port(string path)
    {
        using var answer = await managed.Management.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task SEC_a_name_that_somebody_lets_point_to_this_machine_is_not_answered_to()
    {
        using var call = new HttpRequestMessage(HttpMethod.Get, new Uri("/status", UriKind.Relative)) { Headers = { Host = "rebound.example:8001" } };
        using var answer = await managed.Management.SendAsync(call);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        Assert.DoesNotContain("node_id", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OPS_the_status_page_runs_its_own_files_only_and_has_samples_behind_it()
    {
        using var page = await managed.Management.GetAsync(new Uri("/", UriKind.Relative));
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotMatch(@"<script>|<style|style=|\son[a-z]+=", html);

        await Eventually.HoldsAsync(async () => (await StatusAsync())["samples"]!.AsArray().Count > 0, "a sample");
        await ManagedServer.TalkAsync(managed.Server);
        await Eventually.HoldsAsync(
            async () => (await StatusAsync())["samples"]!.AsArray().Any(sample => sample!["messages_per_second"]!.GetValue<double>() > 0), "a sample with a message");
        var status = await StatusAsync();
        Assert.Null(status["not_ready"]);
        Assert.Contains(status["samples"]!.AsArray(), sample => sample!["ack_p99"]?.GetValue<double>() > 0);
    }

    [Fact]
    public async Task START_a_management_port_that_is_in_use_is_told_in_a_sentence_that_names_the_setting()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        var output = await RefusedAsync(url);
        Assert.Contains(url, output, StringComparison.Ordinal);
        Assert.Contains("MANAGEMENT_URL", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task START_the_default_management_port_gives_way_where_it_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 8001);
        try
        {
            taken.Start();
        }
        catch (SocketException)
        {
            // Somebody else has it already, which is as good.
        }

        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["MANAGEMENT_URL"] = ServerProcess.NotSet });
        Assert.Contains("MANAGEMENT_URL names another address", server.Log, StringComparison.Ordinal);
        Assert.Equal(404, await server.Api.StatusAsync("/metrics"));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://127.0.0.1:8001/path")]
    [InlineData("http://127.0.0.1:0")]
    public async Task START_a_management_url_that_can_not_be_used_is_told_in_a_sentence(string url) =>
        Assert.Contains("MANAGEMENT_URL must be like", await RefusedAsync(url), StringComparison.Ordinal);

    private async Task<JsonObject> StatusAsync() =>
        JsonNode.Parse(await managed.Management.GetStringAsync(new Uri("/status", UriKind.Relative)))!.AsObject();

    private static async Task<string> RefusedAsync(string url)
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-e2e-management-").FullName;
        try
        {
            var (exit, output) = await ServerProcess.StartRefusedAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["MANAGEMENT_URL"] = url }, folder);
            Assert.Equal(1, exit);
            var sentence = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("FastChat can't start", StringComparison.Ordinal));
            Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
            return sentence;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
