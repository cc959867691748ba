using FastChat.Server.Hosting;
using FastChat.Server.Storage;
using Microsoft.Extensions.Options;
using Xunit;

namespace FastChat.Server.Tests.Hosting;

public sealed class StartupTests
{
    [Fact]
    public void What_an_operator_can_mend_is_said_in_a_sentence()
    {
        Assert.Equal(["no such folder"], Startup.Explain(new DatabaseRefusedException("no such folder")));
        Assert.Equal(
            ["one", "two", "three"],
            Startup.Explain(new AggregateException(
                new OptionsValidationException("a", typeof(object), ["one", "two"]),
                new OptionsValidationException("b", typeof(object), ["three"]))));
        Assert.Contains("at ", Assert.Single(Startup.Explain(Thrown())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_can_t_be_used_stop_the_start_all_at_once()
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => ServerFixture.StartAsync(
            "--ALLOWED_ORIGINS", "example.com", "--TRUSTED_PROXIES", "300.1.1.1", "--Limits:GuestsPerHour", "-1"));
        Assert.Equal(3, Startup.Explain(fault).Count());
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("a bug");
        }
        catch (InvalidOperationException bug)
        {
            return bug;
        }
    }
}
