using FastChat.ContractTests.Postgres;
using FastChat.Faults.Network;
using FastChat.Server.Cluster;
using FastChat.Server.Cluster.Postgres;
using FastChat.Server.Cluster.RabbitMq;
using FastChat.Server.Storage.Postgres;

namespace FastChat.ContractTests.Cluster;

/// <summary>On PostgreSQL, each node through a proxy that can be cut. The tests share a database; each has its own scope in it.</summary>
public sealed class PostgresBusTests : BusContract
{
    private readonly List<PostgresBus> buses = [];
    private readonly string scope = $"{Guid.NewGuid():N}";
    private ChaosProxy proxy = null!;

    protected override async Task PrepareAsync() => proxy = new ChaosProxy((await PostgresServer.SharedAsync()).Port);

    protected override IBus Bus()
    {
        var bus = new PostgresBus(PostgresConnections.Bus(PostgresTestDatabase.Address(PostgresServer.Url(proxy.Port, "postgres"))), "test", scope);
        buses.Add(bus);
        return bus;
    }

    protected override void Cut()
    {
        proxy.Refuse();
        proxy.CutAll(CutKind.Reset);
    }

    protected override void Mend() => proxy.Accept();

    protected override async Task EndAsync()
    {
        buses.ForEach(bus => bus.Dispose());
        await proxy.DisposeAsync();
    }
}

/// <summary>On RabbitMQ, each node through a proxy that can be cut.</summary>
public sealed class RabbitMqBusTests : BusContract
{
    private readonly string scope = $"{Guid.NewGuid():N}";
    private ChaosProxy proxy = null!;

    protected override async Task PrepareAsync() => proxy = new ChaosProxy((await RabbitMqServer.SharedAsync()).Port);

    protected override IBus Bus() => new RabbitMqBus(new Uri(RabbitMqServer.UrlAt(proxy.Port)), scope);

    protected override void Cut()
    {
        proxy.Refuse();
        proxy.CutAll(CutKind.Reset);
    }

    protected override void Mend() => proxy.Accept();

    protected override async Task EndAsync() => await proxy.DisposeAsync();
}
