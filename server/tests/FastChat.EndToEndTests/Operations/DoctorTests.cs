using System.Net;
using System.Net.Sockets;

namespace FastChat.EndToEndTests.Operations;

[Trait("Database", "Own")]
public sealed class DoctorTests : IDisposable
{
    private const string Password = "s3cret-word";

    private readonly string folder = Directory.CreateTempSubdirectory("fastchat-e2e-doctor-").FullName;
    private readonly Dictionary<string, string> settings = new(StringComparer.Ordinal)
    {
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{FreePort.Next()}",
        ["MANAGEMENT_URL"] = "",
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task OPS_before_the_first_start_nothing_is_wrong_and_nothing_is_made()
    {
        var (exit, output) = await ExamineAsync($"sqlite:{folder}/data/fastchat.db");
        Assert.True(exit == 0, output);
        Assert.All(Lines(output)[..^1], line => Assert.Matches("^(ok|warning|wrong) +[a-z ]+: .+[.]$", line));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task OPS_beside_a_running_server_its_address_and_its_database_are_found_to_be_well()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["DATABASE_URL"] = $"sqlite:{folder}/fastchat.db" });
        settings["ASPNETCORE_URLS"] = server.Root.ToString().TrimEnd('/');
        var (exit, output) = await ExamineAsync(server.DatabaseUrl);
        Assert.True(exit == 0, output);
        Assert.Contains($"a FastChat listens at {settings["ASPNETCORE_URLS"]}", output, StringComparison.Ordinal);
        Assert.Contains("journal_mode is wal", output, StringComparison.Ordinal);
        Assert.Contains("which is this program's", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OPS_all_that_is_wrong_is_said_at_once_and_no_password_is()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        settings["ASPNETCORE_URLS"] = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        settings["Limits__MessageLength"] = "-5";
        settings["LOG_FORMAT"] = "xml";
        settings["BACKPLANE_URL"] = $"amqp://app:{Password}@127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}/";
        var (exit, output) = await ExamineAsync($"postgresql://app:{Password}@127.0.0.1:1/chat");
        Assert.Equal(1, exit);
        Assert.DoesNotContain(Password, output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
        var wrong = Lines(output).Where(line => line.StartsWith("wrong", StringComparison.Ordinal)).ToList();
        Assert.All(
            ["MessageLength", "LOG_FORMAT must be text or json", "chat at 127.0.0.1:1", "in use by another program", "bus: 127.0.0.1:"],
            what => Assert.Contains(wrong, line => line.Contains(what, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OPS_on_PostgreSQL_durability_clock_and_bus_are_tried()
    {
        var postgres = await PostgresServer.SharedAsync();
        var name = await postgres.CreateDatabaseAsync();
        var (exit, output) = await ExamineAsync(postgres.Url(name));
        Assert.Contains("ok       bus: LISTEN and NOTIFY work", output, StringComparison.Ordinal);
        Assert.Contains("ok       clock: ", output, StringComparison.Ordinal);
        Assert.Contains("warning  schema: there is none yet", output, StringComparison.Ordinal);

        // The tests' own server may run without fsync; then that is wrong, and nothing else is.
        var wrong = Lines(output).Where(line => line.StartsWith("wrong", StringComparison.Ordinal)).ToList();
        Assert.All(wrong, line => Assert.Matches("durability: (fsync|full_page_writes|synchronous_commit) is off, so ", line));
        Assert.Equal(wrong.Count > 0 ? 1 : 0, exit);
        await postgres.DropDatabaseAsync(name);
    }

    [Fact]
    public async Task OPS_a_transaction_pooler_is_told_from_a_direct_connection()
    {
        var postgres = await PostgresServer.SharedAsync();
        var name = await postgres.CreateDatabaseAsync();
        var (exit, output) = await ExamineAsync((await PgBouncerServer.SharedAsync()).Url(name));
        Assert.Equal(1, exit);
        Assert.Contains("through a pooler", output, StringComparison.Ordinal);
        Assert.Contains(Lines(output), line => line.StartsWith("wrong    bus: ", StringComparison.Ordinal) && line.Contains("let BACKPLANE_URL name a direct connection", StringComparison.Ordinal));
        await postgres.DropDatabaseAsync(name);
    }

    [Fact]
    public async Task OPS_a_node_s_way_to_RabbitMQ_is_tried_and_a_wrong_password_or_virtual_host_is_named()
    {
        var broker = await RabbitMqServer.SharedAsync();
        settings["BACKPLANE_URL"] = broker.Url;
        var (exit, output) = await ExamineAsync($"sqlite:{folder}/data/fastchat.db");
        Assert.True(exit == 0, output);
        Assert.Contains($"ok       bus: 127.0.0.1:{broker.Port} speaks AMQP 0-9-1, and what is sent there is heard.", output, StringComparison.Ordinal);

        foreach (var wrong in (string[])[$"amqp://guest:{Password}@127.0.0.1:{broker.Port}", $"{broker.Url}/elsewhere"])
        {
            settings["BACKPLANE_URL"] = wrong;
            // The doctor itself waits only some seconds for a broker, which a busy machine may not be given.
            await Eventually.HoldsAsync(
                async () =>
                {
                    (exit, output) = await ExamineAsync($"sqlite:{folder}/data/fastchat.db");
                    return output.Contains("does not let a node in", StringComparison.Ordinal);
                },
                $"the doctor names what is wrong with {wrong}",
                Patience.Start);
            Assert.Equal(1, exit);
            Assert.Contains("look at the user, password and virtual host in BACKPLANE_URL", output, StringComparison.Ordinal);
            Assert.DoesNotContain(Password, output, StringComparison.Ordinal);
        }
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private Task<(int ExitCode, string Output)> ExamineAsync(string url) => VerbProcess.RunAsync(url, settings, "doctor");
}
