using FastChat.Faults.Processes;

namespace FastChat.Faults.Servers;

/// <summary>
/// Debian's nginx as a process of its own in a folder of its own, with the files of <c>deploy/nginx</c> as their install script writes them.
/// </summary>
public sealed class Nginx : IAsyncDisposable
{
    private const string Binary = "/usr/sbin/nginx";

    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-nginx-").FullName;
    private readonly IDisposable slot;
    private ChildProcess? process;

    private Nginx(IDisposable slot)
    {
        this.slot = slot;
        Port = FreePort.Next();
    }

    /// <summary>Where it listens without TLS.</summary>
    public int Port { get; }

    /// <summary>Where it listens with TLS, if it does.</summary>
    public int SecurePort { get; private set; }

    /// <summary>What it complained of.</summary>
    public string Log => File.Exists(InFolder("error.log")) ? File.ReadAllText(InFolder("error.log")) : string.Empty;

    /// <summary>True where Brotli's modules are installed.</summary>
    public static bool HasBrotli => File.Exists("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so");

    /// <summary>Starts it before nodes at ports of this machine; without TLS, as behind somebody else's.</summary>
    /// <param name="nodes">The nodes' ports.</param>
    /// <param name="prefix">The path under which FastChat is reached; empty for none.</param>
    /// <param name="edits">What is changed in the installed files before the start: file, old text, new text.</param>
    public static async Task<Nginx> StartAsync(IEnumerable<int> nodes, string prefix = "", params (string File, string Old, string New)[] edits)
    {
        var nginx = new Nginx(await ProcessSlots.TakeAsync());
        await nginx.InstallAsync(nodes, prefix);
        nginx.Write("sites-enabled/plain.conf", $"include fastchat/http.conf; server {{ listen 127.0.0.1:{nginx.Port}; include fastchat/locations.conf; }}");
        File.Delete(nginx.InFolder("sites-enabled/fastchat.conf"));
        return await nginx.StartEditedAsync(edits);
    }

    /// <summary>Starts it with the site as it is shipped, but for ports and a certificate of its own.</summary>
    public static async Task<Nginx> StartSecureAsync(IEnumerable<int> nodes, string certificate, string key)
    {
        var nginx = new Nginx(await ProcessSlots.TakeAsync()) { SecurePort = FreePort.Next() };
        await nginx.InstallAsync(nodes, "");
        var site = nginx.InFolder("sites-available/fastchat.conf");
        var lines = (await File.ReadAllLinesAsync(site)).Where(line => !line.Contains("[::]", StringComparison.Ordinal))
            .Select(line => line
                .Replace("listen 80;", $"listen 127.0.0.1:{nginx.Port};", StringComparison.Ordinal)
                .Replace("listen 443 ", $"listen 127.0.0.1:{nginx.SecurePort} ", StringComparison.Ordinal)
                .Replace("/etc/letsencrypt/live/localhost/fullchain.pem", nginx.Write("certificate.pem", certificate), StringComparison.Ordinal)
                .Replace("/etc/letsencrypt/live/localhost/privkey.pem", nginx.Write("key.pem", key), StringComparison.Ordinal));
        await File.WriteAllLinesAsync(site, lines.ToArray());
        return await nginx.StartEditedAsync([]);
    }

    /// <summary>Other nodes from the next reload on.</summary>
    public void SetNodes(params IEnumerable<int> ports) =>
        Write("fastchat/nodes.conf", string.Join('\n', ports.Select(port => $"server 127.0.0.1:{port} max_fails=0;")));

    /// <summary>What <c>systemctl reload nginx</c> does; ends when new workers are there and old ones take nobody any more.</summary>
    public async Task ReloadAsync()
    {
        var before = Signal.ChildrenOf(process!.Id);
        Signal.Send(process.Id, 1);
        await Polling.UntilAsync(
            () => Task.FromResult(Signal.ChildrenOf(process.Id).Except(before).Any() && before.All(IsLeaving)),
            Patience.Start,
            () => $"nginx did not reload:\n{Log}");
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Send(Signal.Terminate);
            await process.ExitAsync();
            await process.DisposeAsync();
        }

        slot.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string InFolder(string name) => Path.Combine(folder, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(InFolder(name), text);
        return InFolder(name);
    }

    private async Task InstallAsync(IEnumerable<int> nodes, string prefix)
    {
        var assets = Path.Combine(Path.GetDirectoryName(PublishedServer.Path)!, "wwwroot", "assets");
        string[] prefixed = prefix.Length == 0 ? [] : ["--prefix", prefix];
        await ChildProcess.RunOrThrowAsync(
            [Path.Combine(PublishedServer.Repository, "deploy", "nginx", "install"), "--to", folder, "--name", "localhost", "--assets", assets, .. prefixed, .. nodes.SelectMany(port => new[] { "--node", $"127.0.0.1:{port}" })]);
        var modules = HasBrotli
            ? "load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so; load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;"
            : "";
        // What Debian's own nginx.conf has around a site. Its workers must be able to read a tree that may belong to root.
        Write("nginx.conf", $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}} daemon off; worker_processes 2; pid nginx.pid; error_log error.log; {{modules}}
            events { worker_connections 1024; }
            http {
              include /etc/nginx/mime.types; sendfile on; tcp_nopush on; gzip on; access_log off;
              client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
              include sites-enabled/*;
            }
            """);
    }

    private async Task<Nginx> StartEditedAsync((string File, string Old, string New)[] edits)
    {
        foreach (var (file, old, text) in edits)
        {
            var was = await File.ReadAllTextAsync(InFolder(file));
            if (!was.Contains(old, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{file} does not have: {old}");
            }

            Write(file, was.Replace(old, text, StringComparison.Ordinal));
        }

        process = ChildProcess.Start([Binary, "-p", folder, "-c", "nginx.conf", "-e", InFolder("error.log")], isCaptured: false);
        await Polling.UntilListeningAsync(Port, () => process.HasExited, "nginx", () => Log);
        return this;
    }

    /// <summary>A worker whose sockets live on says so in its name.</summary>
    private static bool IsLeaving(int worker)
    {
        try
        {
            return Signal.HasEnded(worker) || File.ReadAllText($"/proc/{worker}/cmdline").Contains("shutting down", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }
}
