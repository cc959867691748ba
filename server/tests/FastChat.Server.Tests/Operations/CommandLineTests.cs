using FastChat.Server.Operations;
using FastChat.Server.Storage.Sqlite;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace FastChat.Server.Tests.Operations;

public sealed class CommandLineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-verbs-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        errors.Dispose();
    }

    [Theory]
    [InlineData]
    [InlineData("--urls", "http://localhost:1")]
    [InlineData("--urls=http://localhost:1", "--Limits:MessageBurst=5")]
    [InlineData("/urls", "http://localhost:1", "Limits:MessageBurst=5", "-x", "y")]
    [InlineData("--environment", "backup")]
    [InlineData("--flag")]
    public void Settings_alone_serve(params string[] args) => Assert.True(CommandLine.IsServing(args));

    [Theory]
    [InlineData("backup", "FILE")]
    [InlineData("bakup")]
    [InlineData("--urls", "http://localhost:1", "backup", "FILE")]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--version")]
    public void Any_other_word_is_meant_to_be_a_verb(params string[] args) => Assert.False(CommandLine.IsServing(args));

    [Theory]
    [InlineData("FastChat has no verb bakup: there are doctor, backup, restore, migrate, move; without one it serves.", "bakup", "x")]
    [InlineData("Required argument missing for command: 'backup'. See fastchat backup --help.", "backup")]
    [InlineData("--froce is no option here; for a file of that name write ./--froce. See fastchat backup --help.", "backup", "--froce")]
    [InlineData("Option '--to' is required. See fastchat move --help.", "move")]
    public async Task What_makes_no_sense_is_said_in_a_sentence(string sentence, params string[] args)
    {
        Assert.Equal(2, await RunAsync(args));
        Assert.Equal(sentence, errors.ToString().TrimEnd());
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task Settings_before_a_verb_are_refused_rather_than_served_with()
    {
        Assert.Equal(2, await RunAsync("--urls", "http://localhost:1", "backup", Path.Combine(folder, "b")));
        Assert.Contains("--urls", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_verb_and_the_version_is_the_program_s()
    {
        Assert.Equal(0, await RunAsync("--help"));
        Assert.All(["backup <FILE>", "restore <FILE>", "migrate", "move", "--DATABASE_URL"], word => Assert.Contains(word, output.ToString(), StringComparison.Ordinal));
        output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync("--version"));
        Assert.Equal(Verbs.Version, output.ToString().Trim());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_database_may_stand_before_or_behind_the_verb(int place)
    {
        var path = Path.Combine(folder, "here.db");
        var args = new List<string> { "migrate" };
        args.InsertRange(place, ["--DATABASE_URL", $"sqlite:{path}"]);
        Assert.Equal(0, await RunAsync([.. args]));
        Assert.Equal($"Migrated {path}: applied {string.Join(", ", SqliteSchema.Known)}.", output.ToString().TrimEnd());
        output.GetStringBuilder().Clear();
        Assert.Equal(0, await RunAsync([.. args]));
        Assert.Equal($"The schema of {path} is up to date: nothing was pending.", output.ToString().TrimEnd());
    }

    [Fact]
    public async Task A_password_is_never_said()
    {
        foreach (var args in new string[][] { ["migrate", "--DATABASE_URL", "postgresql://a:s3cret@127.0.0.1:1/x"], ["move", "--to", "postgresql://a:s3cret@h:port/x"] })
        {
            Assert.Equal(1, await RunAsync(args));
            Assert.DoesNotContain("s3cret", output.ToString() + errors, StringComparison.Ordinal);
            Assert.NotEmpty(errors.ToString());
        }
    }

    private Task<int> RunAsync(params string[] args) => new CommandLine(
        given => new ConfigurationBuilder()
            .AddInMemoryCollection([new("DATABASE_URL", $"sqlite:{Path.Combine(folder, "default.db")}")]).AddCommandLine(given).Build(),
        _ => [],
        storage => storage.Postgres is { } server ? new FastChat.Server.Storage.Postgres.PostgresAdministration(server) : new SqliteAdministration(storage.SqlitePath!),
        _ => throw new NotSupportedException("There is no broker here."),
        output,
        errors,
        TimeProvider.System).RunAsync(args);
}
