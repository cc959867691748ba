using FastChat.Server.Cluster;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Xunit;

namespace FastChat.Server.Tests.Cluster;

public sealed class ClusterOptionsTests
{
    [Fact]
    public void Without_the_setting_the_database_decides()
    {
        Assert.Equal((null, null), Read(null));
        Assert.Equal((null, null), Read(string.Empty));
    }

    [Theory]
    [InlineData("postgresql://u:p@db:5432/chat")]
    [InlineData("postgres://db/chat")]
    public void A_PostgreSQL_URL_is_taken_as_it_is(string url) => Assert.Equal((null, url), Read(url));

    [Theory]
    [InlineData("amqp://guest:secret@mq:5672")]
    [InlineData("amqps://mq/vhost")]
    public void A_RabbitMQ_URL_is_taken(string url) => Assert.Equal((new Uri(url), null), Read(url));

    [Theory]
    [InlineData("redis://:secret@cache")]
    [InlineData("amqp://guest:se#cret@mq/?x=secret")]
    [InlineData("amqp:secret")]
    [InlineData("secret")]
    public void Anything_else_is_refused_with_a_sentence_that_names_the_setting_and_never_repeats_it(string url)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read(url));
        var sentence = Assert.Single(refused.Failures);
        Assert.StartsWith("BACKPLANE_URL must be postgresql://", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", sentence, StringComparison.Ordinal);
    }

    private static (Uri? RabbitMq, string? Postgres) Read(string? url)
    {
        var options = ClusterOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(ClusterOptions.Setting, url)]).Build());
        return (options.RabbitMq, options.PostgresUrl);
    }
}
