using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace FastChat.Server.Storage.Sqlite;

/// <summary>The model on SQLite: ids are 16-byte blobs in the order of their text, times are Unix milliseconds.</summary>
public sealed class SqliteDbContext(DbContextOptions<SqliteDbContext> options) : FastChatDbContext(options)
{
    private const int IdLength = 16;

    /// <summary>An id as it is kept: big-endian, so that version 7 ids sort by time.</summary>
    public static byte[] ToBlob(Guid id) => id.ToByteArray(bigEndian: true);

    /// <summary>
    /// The id that a blob holds. SQLite lets any value into any column; what is no id, in a row that was damaged or written by hand, names nobody
    /// (the nil id), so that one such row does not hide all the others that are read with it.
    /// </summary>
    public static Guid ToId(byte[] blob) => blob.Length == IdLength ? new Guid(blob, bigEndian: true) : Guid.Empty;

    /// <summary>Nothing to wait for: there is one writer.</summary>
    public override Task LockAsync(Guid id, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Guid>().HaveConversion<GuidConverter>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<TimeConverter>();
    }

    private sealed class GuidConverter() : ValueConverter<Guid, byte[]>(id => ToBlob(id), blob => ToId(blob));

    private sealed class TimeConverter()
        : ValueConverter<DateTimeOffset, long>(time => time.ToUnixTimeMilliseconds(), ms => StoredTime.From(ms));
}
