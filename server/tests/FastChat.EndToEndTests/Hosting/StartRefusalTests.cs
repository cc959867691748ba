using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace FastChat.EndToEndTests.Hosting;

/// <summary>A server that cannot serve says why in a sentence, ends with 1 and touches nothing.</summary>
[Trait("Database", "SQLite")]
public sealed class StartRefusalTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-e2e-start-").FullName;

    private string DatabaseFile => Path.Combine(folder, "fastchat.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("mysql://app:s3cret-word@db.example/chat")]
    [InlineData("sqlite:")]
    [InlineData("nonsense")]
    [InlineData("postgresql://app:s3cret-word@db.example:notaport/chat")]
    public async Task START_an_unusable_database_url_is_named_without_its_password(string url)
    {
        var output = await RefusedAsync(url);

        Assert.Contains("DATABASE_URL", output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-word", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task START_a_database_that_cannot_be_opened_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "file"), "no folder");
        Directory.CreateDirectory(DatabaseFile);

        var below = await RefusedAsync($"sqlite:{folder}/file/fastchat.db");
        var itself = await RefusedAsync($"sqlite:{DatabaseFile}");

        Assert.Contains($"{folder}/file/fastchat.db", below, StringComparison.Ordinal);
        Assert.Contains(DatabaseFile, itself, StringComparison.Ordinal);
        Assert.Equal(["fastchat.db", "file"], Directory.GetFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(DatabaseFile));
    }

    [Fact]
    public async Task START_a_file_that_is_no_database_is_refused_and_not_touched()
    {
        await File.WriteAllTextAsync(DatabaseFile, string.Concat(Enumerable.Repeat("Dear diary, nobody may overwrite you.\n", 200)));

        await RefusedUntouchedAsync();
    }

    [Fact]
    public async Task START_the_database_of_another_application_is_refused_and_not_touched()
    {
        await ExecuteAsync("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO customers (name) VALUES ('Ada');");

        await RefusedUntouchedAsync();
    }

    [Fact]
    public async Task START_a_database_newer_than_the_program_is_refused_and_not_touched()
    {
        await using (var server = await ServerProcess.StartAsync(folder: CopyFolder()))
        {
            await Guest.CreateAsync(server);
            await server.TerminateAsync();
            File.Copy(server.DatabaseFile, DatabaseFile);
        }

        await ExecuteAsync("INSERT INTO __EFMigrationsHistory (MigrationId, ProductVersion) VALUES ('99990101000000_FromTheFuture', '99.0.0');");

        await RefusedUntouchedAsync();
    }

    [Fact]
    public async Task START_a_second_server_on_the_same_database_is_refused_and_the_first_goes_on()
    {
        await using var first = await ServerProcess.StartAsync();
        var (ada, bob) = await Guest.PairAsync(first);

        var output = await RefusedAsync($"sqlite:{first.DatabaseFile}");

        Assert.Contains("in use", output, StringComparison.OrdinalIgnoreCase);
        var chat = await ada.OpenChatAsync(bob);
        Assert.Equal(1, (await ada.PostMessageAsync(chat, "still here")).Number("seq"));
    }

    [Fact]
    public async Task START_a_relative_path_is_taken_from_the_working_directory_and_its_folder_made()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["DATABASE_URL"] = "sqlite:deep/down/chat.db" });

        Assert.True(File.Exists(Path.Combine(server.Folder, "deep", "down", "chat.db")));
    }

    [Theory]
    [InlineData("Limits__MessagesPerMinute", "many")]
    [InlineData("Limits__FrameBurst", "-5")]
    [InlineData("Presence__OfflineGraceSeconds", "soon")]
    public async Task START_a_setting_that_cannot_be_used_is_named(string name, string value)
    {
        var output = await RefusedAsync($"sqlite:{DatabaseFile}", (name, value));

        Assert.Contains(name.Split("__")[1], output, StringComparison.Ordinal);
    }

    /// <summary>The same for as long as it lives: exit code 1, a sentence, no stack trace.</summary>
    private static async Task<string> RefusedAsync(string url, params (string Name, string Value)[] more)
    {
        var settings = more.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        settings["DATABASE_URL"] = url;
        var workplace = Directory.CreateTempSubdirectory("fastchat-e2e-refused-").FullName;
        try
        {
            var (exit, output) = await ServerProcess.StartRefusedAsync(settings, workplace);
            Assert.True(exit == 1, $"Exit code {exit}: {output}");
            Assert.False(string.IsNullOrWhiteSpace(output), "Nothing was said.");
            Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"(?m)^\s+at \S+\(", output);
            Assert.Empty(Directory.GetFileSystemEntries(workplace));
            return output;
        }
        finally
        {
            Directory.Delete(workplace, recursive: true);
        }
    }

    private async Task RefusedUntouchedAsync()
    {
        var before = await FingerprintAsync();

        var output = await RefusedAsync($"sqlite:{DatabaseFile}");

        Assert.Contains(DatabaseFile, output, StringComparison.Ordinal);
        Assert.Equal(before, await FingerprintAsync());
        Assert.DoesNotContain(Directory.GetFiles(folder), file => file.EndsWith("-wal", StringComparison.Ordinal) && new FileInfo(file).Length > 0);
    }

    private async Task<string> FingerprintAsync() => Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(DatabaseFile)));

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this file's own.
        command.CommandText = $"PRAGMA journal_mode=DELETE; {sql}";
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static string CopyFolder() => Directory.CreateTempSubdirectory("fastchat-e2e-newer-").FullName;
}
