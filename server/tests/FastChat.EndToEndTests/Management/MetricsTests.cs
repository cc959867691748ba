namespace FastChat.EndToEndTests.Management;

[Collection(OneManagedServer.Name)]
public sealed class MetricsTests(ManagedServer managed)
{
    [Fact]
    public async Task OPS_a_scrape_is_strict_OpenMetrics_and_tells_of_messages_connections_and_refusals()
    {
        var before = await managed.ScrapeAsync();
        await ManagedServer.TalkAsync(managed.Server);
        var metrics = await managed.ScrapeAsync();

        Assert.Equal(1, Value(metrics, "fastchat_messages_stored_total") - Value(before, "fastchat_messages_stored_total"));
        Assert.Equal(2, Value(metrics, "fastchat_hellos_total") - Value(before, "fastchat_hellos_total"));
        Assert.InRange(Value(metrics, "fastchat_ack_duration_seconds_count"), 2, 1_000);
        Assert.InRange(Value(metrics, "fastchat_ack_duration_seconds_sum"), 0.00001, 60);
        Assert.InRange(Value(metrics, "fastchat_delivery_duration_seconds_count"), 2, 1_000);
        Assert.InRange(Value(metrics, "fastchat_log_batch_count"), 2, 1_000);
        Assert.InRange(Value(metrics, "fastchat_database_duration_seconds_sum"), 0.00001, 60);
        Assert.All(
            (string[])["fastchat_slow_readers_total", "fastchat_frames_dropped_total", "fastchat_hints_missed_total", "fastchat_hints_late_total", "fastchat_messages_passed_total"],
            loss => Assert.Equal(0, Value(metrics, loss)));
        Assert.InRange(Value(metrics, "fastchat_disk_free_bytes"), 1, 1L << 60);
        Assert.InRange(Value(metrics, "fastchat_refusals_total", ("code", "UNKNOWN_TYPE"), ("via", "ws")), 2, 1_000);
        Assert.InRange(Value(metrics, "fastchat_refusals_total", ("code", "UNAUTHORIZED"), ("via", "rest")), 2, 1_000);
        Assert.Equal(0, Value(metrics, "fastchat_refusals_total", ("code", "RATE_LIMITED"), ("via", "ws")));
        Assert.InRange(Value(metrics, "dotnet_process_memory_working_set_bytes"), 1 << 20, 1L << 34);
    }

    [Fact]
    public async Task OPS_open_connections_go_back_to_zero_when_all_are_gone()
    {
        await ManagedServer.TalkAsync(managed.Server);
        await Eventually.HoldsAsync(
            async () => Value(await managed.ScrapeAsync(), "fastchat_connections") == 0 && Value(await managed.ScrapeAsync(), "fastchat_presence_viewers") == 0,
            "no connection",
            Patience.For(60));
        Assert.InRange(Value(await managed.ScrapeAsync(), "fastchat_connections_opened_total"), 2, 1_000);
    }

    internal static double Value(IReadOnlyDictionary<string, MetricFamily> metrics, string name, params (string Name, string Value)[] labels) =>
        Assert.Single(
            metrics.Values.SelectMany(family => family.Samples),
            sample => sample.Name == name && sample.Labels.Count == labels.Length && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value)).Value;
}
