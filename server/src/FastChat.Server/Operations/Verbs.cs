using System.Reflection;
using FastChat.Server.Storage;
using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Operations;

/// <summary>What the verbs do. Each ends with its work done, or throws with nothing changed.</summary>
/// <param name="storage">The database that the settings name.</param>
/// <param name="open">Makes a database ready for an operator's work.</param>
/// <param name="output">For what is being done.</param>
/// <param name="time">The clock.</param>
internal sealed class Verbs(StorageOptions storage, Func<StorageOptions, IDatabaseAdministration> open, TextWriter output, TimeProvider time)
{
    private readonly IDatabaseAdministration database = open(storage);

    /// <summary>The program's version, as <c>--version</c> says it.</summary>
    public static string Version { get; } =
        typeof(Verbs).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Writes a backup, reads it back, and only then gives it its name.</summary>
    public async Task BackupAsync(string path, bool force, CancellationToken cancellationToken)
    {
        using var file = BackupFile.Create(path, force);
        await using var source = await database.ReadAsync(alone: false, cancellationToken);
        await output.WriteLineAsync($"Backing up {database.Name} to {path}");
        await using var progress = new Progress(output, time);
        await using (var archive = new ArchiveWriter(file.Stream, Header(source)))
        {
            foreach (var table in source.Tables)
            {
                await archive.WriteAsync(table.Table, progress.WatchAsync(false, table, source.ReadAsync(table.Table, cancellationToken)), cancellationToken);
            }

            await archive.CompleteAsync(cancellationToken);
        }

        var bytes = await file.KeepAsync(progress.WatchAsync, cancellationToken);
        await output.WriteLineAsync($"The backup {path} is whole: {Progress.Number(source.Tables.Sum(table => table.Rows))} rows, {Progress.Number(bytes)} bytes, epoch {source.Info.Epoch}.");
        await output.WriteLineAsync("Whoever has this file has all messages and can sign in as anybody: keep it as secret as the database.");
    }

    /// <summary>Replaces the content by a backup's, under a new epoch.</summary>
    public async Task RestoreAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = BackupFile.Open(path);
        await using var progress = new Progress(output, time);
        var header = await ArchiveReader.CheckAsync(file, path, progress.WatchAsync, cancellationToken);
        await output.WriteLineAsync($"Restoring {database.Name} from {path}, which is whole: of {header.CreatedAt}, from {header.Source}, by FastChat {header.Program}");
        file.Position = 0;
        await using var source = await ArchiveReader.OpenAsync(file, path, cancellationToken);
        await using var target = await database.ReplaceAsync(source.Info, onlyIfEmpty: false, cancellationToken);
        await DatabaseCopy.RunAsync(source, target, progress.WatchAsync, cancellationToken);
        await output.WriteLineAsync("  Checking the new content as a whole");
        var epoch = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        var kept = await target.CommitAsync(epoch, cancellationToken);
        await output.WriteLineAsync($"Restored {Progress.Number(source.Tables.Sum(table => table.Rows))} rows; the new epoch is {epoch}.");
        if (kept is not null)
        {
            await output.WriteLineAsync($"The old database is kept as {kept}; remove it when you do not need it any more.");
        }
    }

    /// <summary>Applies what is pending.</summary>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        var applied = await database.MigrateAsync(cancellationToken);
        await output.WriteLineAsync(applied.Count > 0
            ? $"Migrated {database.Name}: applied {string.Join(", ", applied)}."
            : $"The schema of {database.Name} is up to date: nothing was pending.");
    }

    /// <summary>Copies everything into an empty database.</summary>
    public async Task MoveAsync(string url, CancellationToken cancellationToken)
    {
        var destination = ReadDestination(url);
        var other = open(destination);
        await using var source = await database.ReadAsync(alone: true, cancellationToken);
        await using var target = await other.ReplaceAsync(source.Info, onlyIfEmpty: true, cancellationToken);
        await output.WriteLineAsync($"Moving {database.Name} to {other.Name}");
        await using var progress = new Progress(output, time);
        await DatabaseCopy.RunAsync(source, target, progress.WatchAsync, cancellationToken);
        await output.WriteLineAsync("  Checking the new content as a whole");
        await target.CommitAsync(epoch: null, cancellationToken);
        await output.WriteLineAsync($"Moved {Progress.Number(source.Tables.Sum(table => table.Rows))} rows; the epoch is still {source.Info.Epoch}. {database.Name} was not changed.");
        await output.WriteLineAsync(destination.Postgres is { } address
            ? $"Now start the server with {StorageOptions.Setting}={address.ToUrl()}{(address.Password is null ? string.Empty : " (and its password)")}"
            : $"Now start the server with {StorageOptions.Setting}=sqlite:{destination.SqlitePath}");
    }

    private static StorageOptions ReadDestination(string url)
    {
        try
        {
            return StorageOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(StorageOptions.Setting, url)]).Build());
        }
        catch (DatabaseRefusedException fault)
        {
            // The sentence never repeats the URL; it names the setting, and here that is the option.
            throw new DatabaseRefusedException(fault.Message.Replace(StorageOptions.Setting, "--to", StringComparison.Ordinal), fault);
        }
    }

    private ArchiveHeader Header(ITableSource source) => new(
        ArchiveHeader.Name,
        ArchiveHeader.CurrentVersion,
        Version,
        time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
        source.Info.Kind,
        source.Info.Schema,
        source.Info.Epoch,
        [.. source.Tables.Select(ArchiveTable.Of)]);
}
