using System.Net;
using FastChat.Protocol;
using FastChat.Server.Gateway;
using FastChat.Server.Limits;
using Microsoft.Extensions.Options;
using Xunit;

namespace FastChat.Server.Tests.Gateway;

public sealed class AdmissionTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");

    private readonly FakeTime time = new();

    [Fact]
    public void GW20_who_waits_to_say_HELLO_is_counted_until_it_is_accepted()
    {
        var admission = Make(new AdmissionOptions { ConnectionsBeforeHelloPerAddress = 2 });
        var first = Staying(admission, Here);
        Staying(admission, Here);
        AssertTold(admission.Enter(Here));
        Staying(admission, There);
        first.Accepted();
        Staying(admission, Here);
        AssertTold(admission.Enter(Here));
    }

    [Fact]
    public void GW20_a_place_is_free_again_once_its_socket_is_gone()
    {
        var admission = Make(new AdmissionOptions { ConnectionsPerAddress = 1 });
        var first = Staying(admission, Here);
        first.Accepted();
        AssertTold(admission.Enter(Here));
        first.Leave();
        first.Leave();
        Staying(admission, Here);
        AssertTold(admission.Enter(Here));
    }

    [Fact]
    public void GW20_one_turned_away_takes_nobodys_place()
    {
        var admission = Make(new AdmissionOptions { Connections = 1, ConnectionsBeforeHello = 5 });
        var inside = Staying(admission, Here);
        for (var one = 0; one < 50; one++)
        {
            admission.Enter(There)!.Leave();
        }

        inside.Leave();
        Staying(admission, There);
    }

    [Fact]
    public void GW20_beyond_those_that_are_told_there_is_not_even_a_socket()
    {
        var admission = Make(new AdmissionOptions { ConnectionsPerAddress = 1 });
        Staying(admission, Here);
        var told = 0;
        while (admission.Enter(Here) is { } place)
        {
            AssertTold(place);
            Assert.InRange(++told, 1, 256);
        }

        Assert.Equal(256, told);
        Staying(admission, There);
    }

    [Fact]
    public void GW21_so_many_HELLOs_a_second_are_looked_at_and_twice_as_many_at_once()
    {
        var admission = Make(new AdmissionOptions { HellosPerSecond = 10 });
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => admission.RefuseHello() is null));
        var refusal = admission.RefuseHello()!;
        Assert.Equal(ErrorCode.Unavailable, refusal.Code);
        Assert.InRange(refusal.RetryAfter!.Value.TotalSeconds, 1, 6);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => admission.RefuseHello() is null));
    }

    [Fact]
    public void GW21_by_default_three_thousand_come_within_ten_seconds_or_one()
    {
        var admission = Make(new AdmissionOptions());
        for (var one = 0; one < 3000; one++)
        {
            Assert.Null(admission.RefuseHello());
            Staying(admission, Here);
        }
    }

    private Admission Make(AdmissionOptions options) => new(Options.Create(options), Capacity.Of(null, options.Connections), time);

    private static Place Staying(Admission admission, IPAddress address)
    {
        var place = admission.Enter(address);
        Assert.NotNull(place);
        Assert.Null(place.Refusal);
        return place;
    }

    private static void AssertTold(Place? place)
    {
        Assert.Equal(ErrorCode.Unavailable, place?.Refusal?.Code);
        Assert.InRange(place!.Refusal!.RetryAfter!.Value.TotalSeconds, 1, 5);
    }
}
