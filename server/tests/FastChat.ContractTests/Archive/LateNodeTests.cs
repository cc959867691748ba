using FastChat.Server.Storage.Postgres;
using FastChat.Server.Tests;
using Microsoft.EntityFrameworkCore;

namespace FastChat.ContractTests.Archive;

/// <summary>The verbs beside a node whose clock is behind. The verb waits 8 s of real time for a sign of life; nothing can shorten that.</summary>
public sealed class LateNodeTests : VerbTest
{
    [Fact]
    public async Task A_node_that_renews_itself_is_alive_however_late_and_one_that_was_declared_dead_is_not()
    {
        var url = await Site.FilledAsync("postgresql", messages: 3);
        await DoneAsync(url, "backup", BackupFile);
        var opened = (PostgresDatabase)OperatorSite.Open(url);
        using var closing = (IDisposable)opened;
        var nodes = new PostgresNodeStore(opened);
        var node = Guid.NewGuid();
        await nodes.JoinAsync(node, default);
        using var alive = new CancellationTokenSource();

        // Renewed as by a node whose clock is an hour behind.
        await SqlAsync("UPDATE nodes SET renewed_at = renewed_at - interval '1 hour'");
        var renewing = RenewAsync();
        await RefusedAsync("in use by a FastChat server", url, "restore", BackupFile);
        await alive.CancelAsync();
        await renewing.WithinLimitAsync();

        // However long the verb takes to start, it is within 15 s of the last renewal.
        await SqlAsync("UPDATE nodes SET renewed_at = clock_timestamp() + interval '1 hour'");
        await RefusedAsync("in use by a FastChat server", url, "restore", BackupFile);
        await SqlAsync("UPDATE nodes SET died_at = clock_timestamp()");
        await DoneAsync(url, "restore", BackupFile);

        // The verb looks twice, 8 s apart: renewals come as fast as the database takes them, so that one falls in between.
        async Task RenewAsync()
        {
            while (!alive.IsCancellationRequested)
            {
                await SqlAsync("UPDATE nodes SET renewed_at = renewed_at + interval '1 millisecond'");
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }

        Task<int> SqlAsync(string statement) => opened.WriteAsync((db, ct) => db.Database.ExecuteSqlRawAsync(statement, ct), default);
    }
}
