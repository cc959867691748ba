using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace FastChat.Server.Storage.Postgres;

/// <summary>The model on PostgreSQL: ids are <c>uuid</c>, which sort as their text does, times <c>timestamptz</c> of whole milliseconds.</summary>
public sealed class PostgresDbContext(DbContextOptions<PostgresDbContext> options) : FastChatDbContext(options)
{
    /// <summary>Its transaction has been told that it only reads.</summary>
    internal bool IsReadOnly { get; set; }

    /// <summary>A time as it is kept and as the wire shows it: so what was read compares equal with what is stored.</summary>
    public static DateTimeOffset ToMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <inheritdoc/>
    public override Task LockAsync(Guid id, CancellationToken cancellationToken) =>
        Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({BitConverter.ToInt64(id.ToByteArray(), 8)})", cancellationToken);

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<TimeConverter>();

    private sealed class TimeConverter() : ValueConverter<DateTimeOffset, DateTimeOffset>(time => ToMilliseconds(time), time => time);
}
