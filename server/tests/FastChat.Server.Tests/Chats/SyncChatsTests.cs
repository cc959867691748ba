using System.Text.Json;
using FastChat.Server.Chats;
using Xunit;

namespace FastChat.Server.Tests.Chats;

public sealed class SyncChatsTests : IAsyncLifetime
{
    private readonly ChatFixture chats = new();
    private Guid ann;
    private Guid bob;

    public async ValueTask InitializeAsync() => (ann, bob) = (await chats.UserAsync("Ann"), await chats.UserAsync("Bob"));

    public ValueTask DisposeAsync() => chats.DisposeAsync();

    [Fact]
    public async Task CL3_a_client_gets_the_changes_after_its_rev_and_of_what_did_not_change_just_the_chat()
    {
        var behind = (await chats.SeedChatAsync(ann, bob, messages: 5)).ChatId;
        var same = (await chats.SeedChatAsync(ann, bob, messages: 3)).ChatId;
        var answer = await chats.SyncAsync(ann, Revs((behind, 3), (same, 3)));
        Assert.Equal((chats.Database.Epoch.Value, false, false, null), (answer.Epoch, answer.Reset, answer.More, answer.NextCursor));
        Assert.Empty(answer.Removed);
        Assert.Equal([same, behind], answer.Chats.Select(chat => chat.Chat.ChatId));
        Assert.Equal([(0, true), (2, true)], answer.Chats.Select(chat => (chat.Messages.Count, chat.Complete)));
        Assert.Equal([4L, 5], answer.Chats[1].Messages.Select(message => message.Rev));
        Assert.Equal(5, answer.Chats[0].Chat.LastSeq + 2);
    }

    [Fact]
    public async Task CL3_changes_come_by_rev_edited_messages_too()
    {
        var chat = (await chats.SeedChatAsync(ann, bob, messages: 3, rev: seq => seq == 1 ? 4 : seq)).ChatId;
        var answer = await chats.SyncAsync(ann, Revs((chat, 2)));
        Assert.Equal([(3L, 3L), (1L, 4L)], answer.Chats.Single().Messages.Select(message => (message.Seq, message.Rev)));
    }

    [Fact]
    public async Task CL3_two_hundred_changes_come_whole_and_of_more_the_latest_page_which_is_not_complete()
    {
        var fits = (await chats.SeedChatAsync(ann, bob, messages: 201)).ChatId;
        var exceeds = (await chats.SeedChatAsync(ann, bob, messages: 201)).ChatId;
        var answer = await chats.SyncAsync(ann, Revs((fits, 1)));
        var (latest, whole) = (answer.Chats[0], answer.Chats[1]);
        Assert.Equal((fits, true), (whole.Chat.ChatId, whole.Complete));
        Assert.Equal(Enumerable.Range(2, 200).Select(seq => (long)seq), whole.Messages.Select(message => message.Seq));
        Assert.Equal((exceeds, false), (latest.Chat.ChatId, latest.Complete));
        Assert.Equal(Enumerable.Range(102, 100).Select(seq => (long)seq), latest.Messages.Select(message => message.Seq));
    }

    [Fact]
    public async Task CL3_a_client_that_claims_more_than_there_is_gets_the_latest_page_which_is_not_complete()
    {
        var chat = (await chats.SeedChatAsync(ann, bob, messages: 3)).ChatId;
        var answer = (await chats.SyncAsync(ann, Revs((chat, 4)))).Chats.Single();
        Assert.Equal((false, 3), (answer.Complete, answer.Messages.Count));
    }

    [Fact]
    public async Task CL3_another_epoch_is_a_reset_and_everything_comes_as_for_a_new_client()
    {
        var chat = (await chats.SeedChatAsync(ann, bob, messages: 3)).ChatId;
        var answer = await chats.SyncAsync(ann, Revs((chat, 3)), epoch: "of a restored backup");
        Assert.True(answer.Reset);
        Assert.Equal(chats.Database.Epoch.Value, answer.Epoch);
        Assert.Equal((3, true), (answer.Chats.Single().Messages.Count, answer.Chats.Single().Complete));
    }

    [Fact]
    public async Task CL3_without_an_epoch_nothing_was_cached_and_that_is_no_reset()
    {
        var chat = (await chats.SeedChatAsync(ann, bob, messages: 3)).ChatId;
        var answer = await chats.SyncAsync(ann, Revs((chat, 3)), epoch: null);
        Assert.False(answer.Reset);
        Assert.Equal(3, answer.Chats.Single().Messages.Count);
    }

    [Fact]
    public async Task CL3_asked_for_chats_in_which_the_user_is_not_are_removed()
    {
        var own = (await chats.SeedChatAsync(ann, bob, messages: 1)).ChatId;
        var others = (await chats.SeedChatAsync(bob, await chats.UserAsync("Eve"), messages: 1)).ChatId;
        var unknown = Guid.NewGuid();
        var answer = await chats.SyncAsync(ann, Revs((own, 1), (others, 1), (unknown, 0)));
        Assert.Equal([others, unknown], answer.Removed);
        Assert.Equal([own], answer.Chats.Select(chat => chat.Chat.ChatId));
    }

    [Fact]
    public async Task CL3_two_hundred_chats_come_at_a_time_and_more_only_while_changed_ones_are_left()
    {
        var seeded = new List<Guid>();
        for (var i = 0; i < 203; i++)
        {
            seeded.Add((await chats.SeedChatAsync(ann, bob, messages: 1)).ChatId);
        }

        seeded.Reverse();
        var asked = Revs((Guid.NewGuid(), 0));
        var first = await chats.SyncAsync(ann, asked);
        Assert.Equal(seeded.Take(200), first.Chats.Select(chat => chat.Chat.ChatId));
        Assert.True(first.More);
        Assert.Single(first.Removed);
        var second = await chats.SyncAsync(ann, asked, cursor: first.NextCursor);
        Assert.Equal(seeded.Skip(200), second.Chats.Select(chat => chat.Chat.ChatId));
        Assert.Equal((false, null), (second.More, second.NextCursor));
        Assert.Empty(second.Removed);

        // Of the last three two are known: one that changed is reason enough to go on; none is not.
        var known = seeded.ToDictionary(chat => chat, _ => 1L);
        known[seeded[201]] = 0;
        Assert.True((await chats.SyncAsync(ann, known)).More);
        known[seeded[201]] = 1;
        var all = await chats.SyncAsync(ann, known);
        Assert.Equal((200, false, null), (all.Chats.Count, all.More, all.NextCursor));
        Assert.All(all.Chats, chat => Assert.Empty(chat.Messages));
    }

    [Fact]
    public async Task CL3_a_thousand_messages_come_at_a_time()
    {
        var seeded = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            seeded.Add((await chats.SeedChatAsync(ann, bob, messages: 200)).ChatId);
        }

        seeded.Reverse();
        var first = await chats.SyncAsync(ann);
        Assert.Equal(seeded.Take(5), first.Chats.Select(chat => chat.Chat.ChatId));
        Assert.Equal((1000, true), (first.Chats.Sum(chat => chat.Messages.Count), first.More));
        var second = await chats.SyncAsync(ann, cursor: first.NextCursor);
        Assert.Equal(seeded.Skip(5), second.Chats.Select(chat => chat.Chat.ChatId));
        Assert.Equal((200, false), (second.Chats.Sum(chat => chat.Messages.Count), second.More));
    }

    [Fact]
    public async Task CL3_one_mebibyte_comes_at_a_time()
    {
        var seeded = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            seeded.Add((await chats.SeedChatAsync(ann, bob, messages: 100, content: _ => new string('x', 4000))).ChatId);
        }

        seeded.Reverse();
        var first = await chats.SyncAsync(ann);
        Assert.Equal(seeded.Take(2), first.Chats.Select(chat => chat.Chat.ChatId));
        Assert.All(first.Chats, chat => Assert.True(chat.Complete));
        AssertFits(first);
        var second = await chats.SyncAsync(ann, cursor: first.NextCursor);
        Assert.Equal(seeded.Skip(2), second.Chats.Select(chat => chat.Chat.ChatId));
        Assert.False(second.More);
    }

    [Fact]
    public async Task CL3_a_chat_that_is_too_large_by_itself_is_cut_to_its_latest_messages()
    {
        await chats.SeedChatAsync(ann, bob, messages: 1);
        var large = await chats.SeedChatAsync(ann, bob, messages: 150, content: _ => string.Concat(Enumerable.Repeat("👋", 4000)));
        var first = await chats.SyncAsync(ann);
        var chat = first.Chats.Single();
        Assert.Equal((large.ChatId, false), (chat.Chat.ChatId, chat.Complete));
        Assert.True(first.More);
        Assert.NotEmpty(chat.Messages);
        Assert.Equal(Enumerable.Range(151 - chat.Messages.Count, chat.Messages.Count).Select(seq => (long)seq), chat.Messages.Select(message => message.Seq));
        AssertFits(first);
        Assert.Single((await chats.SyncAsync(ann, cursor: first.NextCursor)).Chats);
    }

    private static void AssertFits(SyncBody answer) =>
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(answer, ChatJsonContext.Default.SyncBody).Length, 1, 1024 * 1024);

    private static Dictionary<Guid, long> Revs(params (Guid Chat, long Rev)[] revs) => revs.ToDictionary(pair => pair.Chat, pair => pair.Rev);
}
