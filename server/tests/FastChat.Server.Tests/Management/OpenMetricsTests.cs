using System.Diagnostics.Metrics;
using FastChat.Server.Management;
using Xunit;

namespace FastChat.Server.Tests.Management;

public sealed class OpenMetricsTests : IDisposable
{
    private readonly Meter meter = new($"Tests.{Guid.NewGuid():N}");
    private readonly MetricStore store;

    public OpenMetricsTests() => store = new MetricStore(meter.Name);

    public void Dispose()
    {
        store.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void OPS_a_counter_is_there_before_its_first_event_and_has_its_suffix()
    {
        var counter = meter.CreateCounter<long>("a.thing", "{thing}", "Things.");
        Assert.Equal("# TYPE a_thing counter\n# HELP a_thing Things.\na_thing_total 0\n# EOF\n", Write());
        counter.Add(2);
        counter.Add(3);
        Assert.Equal("# TYPE a_thing counter\n# HELP a_thing Things.\na_thing_total 5\n# EOF\n", Write());
    }

    [Fact]
    public void OPS_names_have_their_unit_and_what_ends_a_text_is_escaped()
    {
        meter.CreateCounter<long>("size", "By", "a \\ b\n\"c\"").Add(1, new("b", "x\"y\\z\n"), new("a.b", 7));
        Assert.Equal(
            "# TYPE size_bytes counter\n# UNIT size_bytes bytes\n# HELP size_bytes a \\\\ b\\n\\\"c\\\"\nsize_bytes_total{a_b=\"7\",b=\"x\\\"y\\\\z\\n\"} 1\n# EOF\n", Write());
    }

    [Fact]
    public void OPS_a_histogram_s_buckets_are_cumulative_and_a_value_at_an_end_belongs_to_it()
    {
        var histogram = meter.CreateHistogram("time", "s", null, tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 10] });
        foreach (var value in new[] { 0.25, 0.5, 1, 2, 20 })
        {
            histogram.Record(value);
        }

        Assert.Equal(
            "# TYPE time_seconds histogram\n# UNIT time_seconds seconds\ntime_seconds_bucket{le=\"0.5\"} 2\ntime_seconds_bucket{le=\"1.0\"} 3\n"
            + "time_seconds_bucket{le=\"10.0\"} 4\ntime_seconds_bucket{le=\"+Inf\"} 5\ntime_seconds_count 5\ntime_seconds_sum 23.75\n# EOF\n",
            Write());
    }

    [Fact]
    public void OPS_gauges_keep_the_last_value_up_down_counters_the_sum_and_observed_ones_are_asked()
    {
        var gauge = meter.CreateGauge<long>("gauge");
        gauge.Record(5);
        gauge.Record(3);
        var open = meter.CreateUpDownCounter<long>("open");
        open.Add(5);
        open.Add(-4);
        var asked = 0;
        meter.CreateObservableCounter("seen", () => ++asked);
        Write();
        Assert.Equal("# TYPE gauge gauge\ngauge 3\n# TYPE open gauge\nopen 1\n# TYPE seen counter\nseen_total 2\n# EOF\n", Write());
    }

    [Fact]
    public void OPS_a_label_that_is_misused_does_not_fill_the_memory()
    {
        var counter = meter.CreateCounter<long>("many");
        for (var i = 0; i < 2_000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        Assert.InRange(Write().Split('\n').Length, 100, 600);
    }

    [Fact]
    public void OPS_a_quantile_lies_within_its_bucket()
    {
        var delta = new BucketDelta([0.01, 0.1, 1], [50, 49, 1, 0]);
        Assert.Equal(10, delta.QuantileMs(0.5)!.Value, 3);
        Assert.Equal(100, delta.QuantileMs(0.99)!.Value, 3);
        Assert.Equal(1000, delta.QuantileMs(1)!.Value, 3);
        Assert.Null(new BucketDelta([0.01], [0, 0]).QuantileMs(0.5));
        Assert.Equal(10, new BucketDelta([0.01], [0, 3]).QuantileMs(0.5)!.Value, 3);
    }

    private string Write() => OpenMetrics.Write(store.Collect());
}
