using System.Runtime.CompilerServices;
using FastChat.Server.Storage.Archive;
using Npgsql;

namespace FastChat.Server.Storage.Postgres;

/// <summary>Looks at a PostgreSQL database as an operator would, and changes nothing in it.</summary>
internal static class PostgresExamination
{
    /// <summary>Clocks further apart than this make times jump that users see.</summary>
    private static readonly TimeSpan MostApart = TimeSpan.FromSeconds(1);

    /// <summary>How long a notification may take to come back.</summary>
    private static readonly TimeSpan NotifiedWithin = TimeSpan.FromSeconds(2);

    /// <summary>Settings on which a promise to users rests, each with the values that keep it.</summary>
    private static readonly (string Name, string[] Good, string Otherwise)[] Durability =
    [
        ("fsync", ["on"], "a power cut can destroy the database"),
        ("synchronous_commit", ["on", "remote_write", "remote_apply", "local"], "an acknowledged message can be lost"),
        ("full_page_writes", ["on"], "a power cut can destroy pages"),
    ];

    public static async IAsyncEnumerable<Finding> ExamineAsync(PostgresAddress address, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NpgsqlConnection? connection = null;
        Finding? refused = null;
        try
        {
            connection = PostgresStart.Connect(address);
        }
        catch (DatabaseRefusedException fault)
        {
            refused = Finding.Wrong("database", fault.Message.TrimEnd('.'));
        }

        if (connection is null)
        {
            yield return refused!;
            yield break;
        }

        await using (connection)
        {
            var pooled = PostgresConnections.IsDirect(connection) ? string.Empty : ", through a pooler";
            yield return Finding.Ok("database", $"{address} answers: PostgreSQL {connection.PostgreSqlVersion}{pooled}");
            yield return Schema(address, connection);
            foreach (var (name, good, otherwise) in Durability)
            {
                var value = (string)(await PostgresLock.ScalarAsync(connection, $"SELECT current_setting('{name}')", cancellationToken))!;
                yield return good.Contains(value, StringComparer.Ordinal)
                    ? Finding.Ok("durability", $"{name} is {value}")
                    : Finding.Wrong("durability", $"{name} is {value}, so {otherwise}: set {name} = on");
            }

            yield return await ClockAsync(connection, time, cancellationToken);
        }
    }

    /// <summary>Whether what is notified is heard: on a connection of its own, as nodes do.</summary>
    public static async Task<Finding> ExamineBusAsync(PostgresAddress address, CancellationToken cancellationToken)
    {
        const string Subject = "bus";
        try
        {
            await using var connection = PostgresStart.Connect(address);
            var channel = $"fastchat_doctor_{Guid.NewGuid():N}";
            var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            connection.Notification += (_, _) => heard.TrySetResult();
            await PostgresLock.ScalarAsync(connection, $"LISTEN {channel}", cancellationToken);

            // From another connection, as from another node: a pooler hands a statement that follows to whichever is free.
            await using (var other = PostgresStart.Connect(address))
            {
                await PostgresLock.ScalarAsync(other, $"NOTIFY {channel}", cancellationToken);
            }

            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(NotifiedWithin);
            try
            {
                await connection.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Told below.
            }

            return heard.Task.IsCompleted
                ? Finding.Ok(Subject, $"LISTEN and NOTIFY work on {address}")
                : Finding.Wrong(Subject, $"what is notified on {address} is not heard{(PostgresConnections.IsDirect(connection) ? string.Empty : ": a transaction pooler stands in between")}; let BACKPLANE_URL name a direct connection");
        }
        catch (Exception fault) when (fault is DatabaseRefusedException || PostgresFaults.IsOutage(fault))
        {
            return Finding.Wrong(Subject, fault is DatabaseRefusedException ? fault.Message.TrimEnd('.') : $"{address} can't be used: {PostgresFaults.Reason(fault)}");
        }
    }

    private static Finding Schema(PostgresAddress address, NpgsqlConnection connection)
    {
        try
        {
            var applied = PostgresStart.FindApplied(address, connection);
            var pending = PostgresStart.Known.Except(applied, StringComparer.Ordinal).ToList();
            return pending.Count == 0
                ? Finding.Ok("schema", $"{applied[^1]}, which is this program's")
                : Finding.Warning("schema", $"{(applied.Count == 0 ? "there is none yet" : $"it is {applied[^1]}")}; the next start, or fastchat migrate, applies {string.Join(", ", pending)}");
        }
        catch (DatabaseRefusedException fault)
        {
            return Finding.Wrong("schema", fault.Message.TrimEnd('.'));
        }
    }

    private static async Task<Finding> ClockAsync(NpgsqlConnection connection, TimeProvider time, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        var theirs = new DateTimeOffset((DateTime)(await PostgresLock.ScalarAsync(connection, "SELECT clock_timestamp()", cancellationToken))!);
        var apart = theirs - (before + ((time.GetUtcNow() - before) / 2));
        return apart.Duration() > MostApart
            ? Finding.Wrong("clock", $"the database's is {apart.TotalSeconds:+0.0;-0.0} s from this machine's: let both follow NTP")
            : Finding.Ok("clock", $"{apart.Duration().TotalMilliseconds:0} ms from the database's");
    }
}
