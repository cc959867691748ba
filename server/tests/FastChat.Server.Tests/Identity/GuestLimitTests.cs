using System.Net;
using FastChat.Protocol;
using FastChat.Server.Identity;
using FastChat.Server.Limits;
using Microsoft.Extensions.Options;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class GuestLimitTests
{
    private readonly FakeTime time = new();

    [Fact]
    public void An_address_makes_so_many_guests_an_hour_and_may_make_them_at_once()
    {
        var limit = Limit(60);
        for (var i = 0; i < 60; i++)
        {
            Assert.Null(limit.Refuse(IPAddress.Parse("192.0.2.1")));
        }

        var refusal = limit.Refuse(IPAddress.Parse("::ffff:192.0.2.1"));
        Assert.Equal((ErrorCode.RateLimited, TimeSpan.FromMinutes(1)), (refusal!.Code, refusal.RetryAfter));
        Assert.Null(limit.Refuse(IPAddress.Parse("192.0.2.2")));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(limit.Refuse(IPAddress.Parse("192.0.2.1")));
        Assert.NotNull(limit.Refuse(IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public void Zero_is_no_limit()
    {
        var limit = Limit(0);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.Null(limit.Refuse(IPAddress.Loopback)));
    }

    [Fact]
    public void Addresses_of_one_64_network_count_as_one()
    {
        static AddressKey Key(string address) => AddressKey.Of(IPAddress.Parse(address));
        Assert.Equal(Key("2001:db8:1:2::1"), Key("2001:db8:1:2:ffff::9"));
        Assert.NotEqual(Key("2001:db8:1:2::1"), Key("2001:db8:1:3::1"));
        Assert.Equal(Key("192.0.2.1"), Key("::ffff:192.0.2.1"));
        Assert.NotEqual(Key("192.0.2.1"), Key("192.0.2.2"));
        Assert.NotEqual(Key("0.0.0.0"), Key("::"));
    }

    private GuestLimit Limit(int guestsPerHour) => new(Options.Create(new IdentityOptions { GuestsPerHour = guestsPerHour }), time);
}
