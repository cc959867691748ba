using System.Net;
using FastChat.Server.Limits;
using Xunit;

namespace FastChat.Server.Tests.Limits;

public sealed class AddressCounterTests
{
    private static readonly AddressKey Here = AddressKey.Of(IPAddress.Parse("192.0.2.1"));
    private static readonly AddressKey There = AddressKey.Of(IPAddress.Parse("192.0.2.2"));

    [Fact]
    public void SEC_each_address_has_its_bound_and_all_together_have_theirs()
    {
        var counter = new AddressCounter(3, 2);
        Assert.True(counter.TryEnter(Here));
        Assert.True(counter.TryEnter(Here));
        Assert.False(counter.TryEnter(Here));
        Assert.True(counter.TryEnter(There));
        Assert.False(counter.TryEnter(There));
        counter.Leave(Here);
        Assert.True(counter.TryEnter(There));
        Assert.Equal(3, counter.Count);
    }

    [Fact]
    public void SEC_nothing_is_kept_of_an_address_that_has_left()
    {
        var counter = new AddressCounter(0, 0);
        for (var one = 0; one < 1000; one++)
        {
            var address = AddressKey.Of(new IPAddress(one));
            Assert.True(counter.TryEnter(address));
            counter.Leave(address);
        }

        Assert.Equal((0, 0), (counter.Count, counter.Addresses));
    }

    [Fact]
    public void SEC_the_bounds_hold_for_many_at_once()
    {
        var counter = new AddressCounter(50, 40);
        var entered = 0;
        Parallel.For(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            var address = number % 2 == 0 ? Here : There;
            if (counter.TryEnter(address))
            {
                Interlocked.Increment(ref entered);
                Assert.InRange(counter.Count, 1, 58);
                counter.Leave(address);
            }
        });
        Assert.True(entered > 0);
        Assert.Equal((0, 0), (counter.Count, counter.Addresses));
    }

    [Theory]
    [InlineData(null, 0, 20_000, 0)]
    [InlineData(null, 100, 20_000, 100)]
    [InlineData(1024, 0, 192, 576)]
    [InlineData(1024, 50_000, 192, 576)]
    [InlineData(1024, 100, 668, 100)]
    [InlineData(65_536, 0, 1_024, 64_000)]
    [InlineData(65_536, 50_000, 15_024, 50_000)]
    [InlineData(1_048_576, 50_000, 20_000, 50_000)]
    public void SEC_connections_leave_files_for_the_database_and_for_calls(int? files, int set, int calls, int sockets) =>
        Assert.Equal(new Capacity(files, calls, sockets), Capacity.Of(files, set));

    [Fact]
    public void SEC_the_system_says_how_many_files_may_be_open() => Assert.InRange(Capacity.ReadOpenFiles() ?? 0, 64, int.MaxValue / 2);
}
