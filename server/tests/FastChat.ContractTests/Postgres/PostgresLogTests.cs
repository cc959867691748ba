using FastChat.Protocol;
using Xunit;

namespace FastChat.ContractTests.Postgres;

/// <summary>What only a database that others share can do to the message log.</summary>
public sealed class PostgresLogTests : DatabaseContract
{
    private PostgresTestDatabase Postgres => (PostgresTestDatabase)Database;

    [Fact]
    public async Task CH2_a_commit_that_is_answered_too_late_is_found_out_and_counts_as_stored_and_not_as_a_repeat()
    {
        Task<Asked.Appending> sending;
        await using (await CommitTrap.SetAsync(Postgres))
        {
            sending = Log.AppendAsync(Ann, null, Bob, "slow");
            await CommitTrap.HangsAsync(Postgres);
            Postgres.Time.ExpireTimeouts();
        }

        var slow = await sending;
        Assert.Equal((null, false, 1L), (slow.Refusal, slow.Stored!.Duplicate, slow.Stored.Message.Seq));
        Assert.NotNull(slow.Stored.Before);
        Assert.Equal(2, (await Log.AppendAsync(Ann, slow.Stored.Message.ChatId, null, "next")).Stored!.Message.Seq);
        Assert.Equal(["slow", "next"], (await Database.MessagesAsync(slow.Stored.Message.ChatId, Bob)).Select(message => message.Content));
    }

    [Fact]
    public async Task CH2_a_connection_cut_inside_a_commit_that_did_not_happen_stores_the_same_message_once()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "first")).Message.ChatId;
        await using var held = await CommitTrap.SetAsync(Postgres);
        var slow = Log.AppendAsync(Ann, chat, null, "slow");
        var younger = Log.AppendAsync(Ann, chat, null, "younger");
        await CommitTrap.CutAsync(Postgres);
        Assert.Equal((null, false, 2L), ((await slow).Refusal, (await slow).Stored!.Duplicate, (await slow).Stored!.Message.Seq));
        Assert.Equal(3, (await younger).Stored!.Message.Seq);
        Assert.Equal(["first", "slow", "younger"], (await Database.MessagesAsync(chat, Bob)).Select(message => message.Content));
    }

    [Fact]
    public async Task One_request_that_the_database_refuses_fails_alone_and_leaves_no_hole()
    {
        var chat = (await Log.SendAsync(Ann, Bob, "0")).Message.ChatId;
        await using var held = await CommitTrap.SetAsync(Postgres);
        var sent = await Task.WhenAll(Enumerable.Range(1, 30).Select(i => Task.Run(() => Log.AppendAsync(Ann, chat, null, i == 15 ? "poison" : $"{i}"))));
        Assert.Equal(ErrorCode.InternalError, Assert.Single(sent, append => append.Refusal is not null).Code);
        Assert.Equal(Enumerable.Range(1, 30).Select(seq => (long)seq), (await Database.MessagesAsync(chat, Bob)).Select(message => message.Seq));
    }

    [Fact]
    public async Task CH3_CH5_of_two_nodes_that_write_to_the_same_chats_each_finds_the_next_place()
    {
        await using var other = await Postgres.JoinAsync();
        Asked[] nodes = [Log, new Asked(other.Log)];
        var (withBob, withEve) = ((await Log.SendAsync(Ann, Bob, "0")).Message.ChatId, (await Log.SendAsync(Ann, Eve, "0")).Message.ChatId);
        var sent = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(() =>
            nodes[i % 2].AppendAsync(Ann, i % 4 < 2 ? withBob : withEve, null, $"{i}"))));
        Assert.All(sent, append => Assert.Null(append.Refusal));
        foreach (var (chat, member) in new[] { (withBob, Bob), (withEve, Eve) })
        {
            Assert.Equal(Enumerable.Range(1, 201).Select(seq => (long)seq), (await Database.MessagesAsync(chat, member)).Select(message => message.Seq));
        }
    }

    [Fact]
    public async Task CH2_of_twenty_at_once_at_two_nodes_to_a_user_without_a_chat_one_is_stored()
    {
        await using var other = await Postgres.JoinAsync();
        Asked[] nodes = [Log, new Asked(other.Log)];
        for (var round = 0; round < 5; round++)
        {
            var (one, another, id) = (await Database.UserAsync("One"), await Database.UserAsync("Another"), Guid.CreateVersion7());
            var sent = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => nodes[i % 2].AppendAsync(one, null, another, "x", id))));
            Assert.All(sent, append => Assert.Null(append.Refusal));
            Assert.Single(sent, append => !append.Stored!.Duplicate);
            Assert.Single(sent.Select(append => append.Stored!.Message.ChatId).Distinct());
            Assert.Single(await Database.MessagesAsync(sent[0].Stored!.Message.ChatId, another));
        }
    }

    protected override Task<TestDatabase> StartAsync() => PostgresTestDatabase.StartAsync();
}
