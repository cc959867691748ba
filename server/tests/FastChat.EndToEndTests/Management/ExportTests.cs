using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace FastChat.EndToEndTests.Management;

public sealed class ExportTests
{
    [Fact]
    public async Task OPS_metrics_and_the_spans_of_a_message_s_way_are_exported_by_OTLP()
    {
        using var collector = new HttpListener();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}");
        collector.Prefixes.Add(address + "/");
        collector.Start();
        var received = new ConcurrentQueue<(string Path, byte[] Body)>();
        var receiving = ReceiveAsync(collector, received);

        await using (var server = await ServerProcess.StartAsync(Settings.NoLimitsBut(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_METRIC_EXPORT_INTERVAL", "500"))))
        {
            await ManagedServer.TalkAsync(server);
            await Eventually.HoldsAsync(
                () => Text(received, "/v1/traces").Contains("message fan-out", StringComparison.Ordinal)
                    && Text(received, "/v1/metrics").Contains("fastchat.messages.stored", StringComparison.Ordinal),
                "spans and metrics");
        }

        var spans = received.Where(one => one.Path == "/v1/traces").SelectMany(one => OtlpSpans.Read(one.Body)).ToList();
        collector.Stop();
        await receiving;
        var receive = Assert.Single(spans, span => span.Name == "message receive");
        var append = Assert.Single(spans, span => span.Name == "log append");
        var publish = Assert.Single(spans, span => span.Name == "message publish");
        var deliver = Assert.Single(spans, span => span.Name == "message fan-out");
        Assert.All([append, publish, deliver], span => Assert.Equal(receive.TraceId, span.TraceId));
        Assert.Equal("", receive.ParentId);
        Assert.Equal(receive.SpanId, append.ParentId);
        Assert.Equal(receive.SpanId, publish.ParentId);
        Assert.Equal(publish.SpanId, deliver.ParentId);
        Assert.Contains(spans, span => span.Name == "log transaction" && append.Links.Contains(span.SpanId));
        Assert.DoesNotContain("hello", Text(received, "/v1/traces"), StringComparison.Ordinal);
    }

    private static string Text(IEnumerable<(string Path, byte[] Body)> received, string path) =>
        string.Concat(received.Where(one => one.Path == path).Select(one => Encoding.Latin1.GetString(one.Body)));

    private static async Task ReceiveAsync(HttpListener collector, ConcurrentQueue<(string Path, byte[] Body)> received)
    {
        try
        {
            while (true)
            {
                var context = await collector.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Assert.Equal("application/x-protobuf", context.Request.ContentType);
                received.Enqueue((context.Request.Url!.AbsolutePath, body.ToArray()));
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception fault) when (fault is HttpListenerException or ObjectDisposedException)
        {
            // The test has stopped it.
        }
    }
}
