using FastChat.Server.Storage;
using FastChat.Server.Storage.Postgres;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Xunit;

namespace FastChat.Server.Tests.Storage;

public sealed class StorageOptionsTests
{
    [Fact]
    public void Without_a_URL_the_database_is_a_file_below_the_working_directory()
    {
        Assert.Equal(Path.GetFullPath("data/fastchat.db"), From(null).SqlitePath);
        Assert.Equal("/var/lib/chat.db", From("sqlite:/var/lib/chat.db").SqlitePath);
        Assert.Null(From("SQLite:chat.db").Postgres);
    }

    [Theory]
    [InlineData("postgresql://ann:secret@db.example/chat", "db.example", 5432, "chat", "ann", "secret")]
    [InlineData("postgres://ann:secret@db.example:6432/chat", "db.example", 6432, "chat", "ann", "secret")]
    [InlineData("POSTGRESQL://db.example/chat", "db.example", 5432, "chat", null, null)]
    [InlineData("postgresql://ann@db.example/chat", "db.example", 5432, "chat", "ann", null)]
    [InlineData("postgresql://ann:p%40ss%2Fw%3Ard%25@[2001:db8::1]:5433/my%20chat", "2001:db8::1", 5433, "my chat", "ann", "p@ss/w:rd%")]
    [InlineData("postgresql://ann:a:b@c@db.example/chat", "db.example", 5432, "chat", "ann", "a:b@c")]
    [InlineData("postgresql:///chat?host=/var/run/postgresql", "/var/run/postgresql", 5432, "chat", null, null)]
    [InlineData("postgresql://ann:secret@:5433/chat?host=%2Frun", "/run", 5433, "chat", "ann", "secret")]
    public void A_PostgreSQL_URL_is_taken_apart_and_decoded(string url, string host, int port, string database, string? user, string? password)
    {
        var address = From(url).Postgres!;
        Assert.Equal((host, port, database, user, password), (address.Host, address.Port, address.Database, address.User, address.Password));
        Assert.DoesNotContain("secret", address.ToString(), StringComparison.Ordinal);
        using var pool = PostgresConnections.Pool(address, isDirect: true);
        Assert.Null(new NpgsqlConnectionStringBuilder(pool.ConnectionString).Password);
    }

    [Fact]
    public void The_form_of_Neon_and_all_other_options_reach_the_driver()
    {
        var settings = SettingsOf("postgresql://ann:secret@ep-a-1-pooler.eu.neon.example/chat?sslmode=require&channel_binding=require");
        Assert.Equal((SslMode.Require, ChannelBinding.Require), (settings.SslMode, settings.ChannelBinding));
        settings = SettingsOf(
            "postgresql://db/chat?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&sslcert=a.pem&sslkey=b.pem&connect_timeout=7&application_name=chat%201&options=-c%20geqo%3Doff");
        Assert.Equal(
            (SslMode.VerifyFull, "/etc/ca.pem", "a.pem", "b.pem", 7, "chat 1", "-c geqo=off"),
            (settings.SslMode, settings.RootCertificate, settings.SslCertificate, settings.SslKey, settings.Timeout, settings.ApplicationName, settings.Options));
        Assert.All(
            new[] { "disable", "allow", "prefer", "require", "verify-ca", "verify-full" },
            mode => Assert.Equal(mode.Replace("-", "", StringComparison.Ordinal), SettingsOf($"postgres://db/chat?sslmode={mode}").SslMode.ToString(), ignoreCase: true));
    }

    [Fact]
    public void Nothing_is_kept_in_a_session_that_a_pooler_could_give_to_another()
    {
        var settings = SettingsOf("postgresql://db/chat", isDirect: false);
        Assert.Equal((true, 0, false, false), (settings.NoResetOnClose, settings.MaxAutoPrepare, settings.Multiplexing, settings.Enlist));
        Assert.InRange(settings.Timeout, 1, 4);
        Assert.InRange(settings.CommandTimeout, 1, 4);
        Assert.InRange(SettingsOf("postgresql://db/chat").MaxAutoPrepare, 1, 100);
    }

    [Theory]
    [InlineData("mysql://ann:secret@host/name", "must be sqlite:PATH")]
    [InlineData("sqlite:", "names no file")]
    [InlineData("sqlite:data/", "names no file")]
    [InlineData("data/secret.db", "must be sqlite:PATH")]
    [InlineData("postgresql://ann:secret@host", "names no database")]
    [InlineData("postgresql://ann:secret@host/", "names no database")]
    [InlineData("postgresql://ann:secret@/name", "names no host")]
    [InlineData("postgresql://ann:secret@host:0/name", "names a port that is no number from 1 to 65535")]
    [InlineData("postgresql://ann:secret@host:secret/name", "names a port that is no number from 1 to 65535")]
    [InlineData("postgresql://ann:secret@one,two/name", "names more than one host")]
    [InlineData("postgresql://ann:secret%00@host/name", "holds the character U+0000")]
    [InlineData("postgresql://ann:1/secret@host/name", "is split at a slash of the password")]
    [InlineData("postgresql://ann:1?secret@host/name", "is split at a character of the password")]
    [InlineData("postgresql://ann:1#secret@host/name", "is split at a character of the password")]
    [InlineData("postgresql://ann:secret@host/name?sslmode=secret", "has a bad value for sslmode: allowed are disable, allow, prefer, require, verify-ca, verify-full")]
    [InlineData("postgresql://ann:secret@host/name?connect_timeout=0", "has a bad value for connect_timeout: allowed are 1 to 60")]
    [InlineData("postgresql://ann:secret@host/name?replication=true", "has an option that is not known here (replication)")]
    [InlineData("postgresql://ann:secret@host/name?Secret-1=x", "has an option that is not known here (its name can't be read)")]
    public void A_URL_that_can_not_be_used_is_refused_with_the_reason_and_without_repeating_it(string url, string reason)
    {
        var fault = Assert.Throws<DatabaseRefusedException>(() => From(url));
        Assert.StartsWith($"DATABASE_URL {reason}", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Secret", fault.Message, StringComparison.Ordinal);
    }

    private static StorageOptions From(string? url) =>
        StorageOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(StorageOptions.Setting, url)]).Build());

    private static NpgsqlConnectionStringBuilder SettingsOf(string url, bool isDirect = true)
    {
        using var pool = PostgresConnections.Pool(From(url).Postgres!, isDirect);
        return new NpgsqlConnectionStringBuilder(pool.ConnectionString);
    }
}
