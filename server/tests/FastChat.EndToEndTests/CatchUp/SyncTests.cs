using System.Text;
using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.CatchUp;

/// <summary>CL3: what POST /api/sync answers.</summary>
public sealed class SyncTests(OpenServer open)
{
    private ServerProcess Server => open.Server;

    [Fact]
    public async Task CL3_a_new_client_gets_everything()
    {
        var (ada, chats) = await WithChatsAsync(3);

        foreach (var body in new[] { "{}", """{"epoch":null,"revs":null}""", """{"revs":{}}""" })
        {
            var answer = (await ada.Api.PostAsync("/api/sync", body)).Is(200).Json;

            answer.AssertMembers("epoch", "reset", "chats", "removed", "more", "next_cursor");
            Assert.Equal((false, false, true, 0), (answer.Flag("reset"), answer.Flag("more"), answer.IsNull("next_cursor"), answer.Texts("removed").Length));
            Assert.Equal(chats.AsEnumerable().Reverse(), answer.Children("chats").Select(entry => entry.Child("chat").Text("chat_id")));
            foreach (var entry in answer.Children("chats"))
            {
                entry.AssertMembers("chat", "messages", "complete");
                Shapes.AssertChat(entry.Child("chat"));
                Assert.All(entry.Children("messages"), Shapes.AssertMessage);
                Assert.True(entry.Flag("complete"));
                Assert.Equal([1L, 2L, 3L], entry.Children("messages").Select(message => message.Number("rev")));
            }
        }
    }

    [Fact]
    public async Task CL3_the_epoch_is_the_one_of_HELLO_ACK()
    {
        var ada = await Guest.CreateAsync(Server);
        await using var socket = await ChatSocket.ConnectAsync(Server.Root);

        var hello = await socket.AskAsync(new { type = "HELLO", token = ada.Token }, "HELLO_ACK");

        Assert.Equal(hello.Text("epoch"), (await ada.Api.PostAsync("/api/sync", new { })).Is(200).Json.Text("epoch"));
    }

    [Fact]
    public async Task CL3_of_each_chat_come_the_changes_since_and_the_unchanged_are_listed_too()
    {
        var (ada, chats) = await WithChatsAsync(3);
        var epoch = await EpochAsync(ada);
        var revs = new Dictionary<string, long>(StringComparer.Ordinal) { [chats[0]] = 3, [chats[1]] = 1, [chats[2]] = 0 };

        var answer = (await ada.Api.PostAsync("/api/sync", new { epoch, revs })).Is(200).Json;

        Assert.Equal((false, epoch), (answer.Flag("reset"), answer.Text("epoch")));
        Assert.Equal("", Revs(answer, chats[0]));
        Assert.Equal("2 3", Revs(answer, chats[1]));
        Assert.Equal("1 2 3", Revs(answer, chats[2]));
        Assert.All(answer.Children("chats"), entry => Assert.True(entry.Flag("complete")));
    }

    [Fact]
    public async Task CL3_another_epoch_resets_and_gives_everything()
    {
        var (ada, chats) = await WithChatsAsync(1);
        var revs = new Dictionary<string, long>(StringComparer.Ordinal) { [chats[0]] = 3 };

        var answer = (await ada.Api.PostAsync("/api/sync", new { epoch = "another", revs })).Is(200).Json;

        Assert.True(answer.Flag("reset"));
        Assert.Equal(await EpochAsync(ada), answer.Text("epoch"));
        Assert.Equal("1 2 3", Revs(answer, chats[0]));
    }

    [Fact]
    public async Task CL3_chats_in_which_the_user_is_not_are_named_as_removed()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var eve = await Guest.CreateAsync(Server);
        var own = await ada.OpenChatAsync(bob);
        var foreign = await bob.OpenChatAsync(eve);
        await bob.PostMessageAsync(foreign, "not for Ada");
        var unknown = Guest.NewId();
        var revs = new Dictionary<string, long>(StringComparer.Ordinal) { [own] = 0, [foreign] = 0, [unknown] = 5 };

        var answer = (await ada.Api.PostAsync("/api/sync", new { epoch = await EpochAsync(ada), revs })).Is(200).Json;

        Assert.Equal(new[] { foreign, unknown }.Order(StringComparer.Ordinal), answer.Texts("removed").Order(StringComparer.Ordinal));
        Assert.Equal([own], answer.Children("chats").Select(entry => entry.Child("chat").Text("chat_id")));
    }

    [Fact]
    public async Task CL3_a_client_whose_rev_is_above_the_servers_starts_from_the_latest_page()
    {
        var (ada, chats) = await WithChatsAsync(1);
        var revs = new Dictionary<string, long>(StringComparer.Ordinal) { [chats[0]] = 99 };

        var answer = (await ada.Api.PostAsync("/api/sync", new { epoch = await EpochAsync(ada), revs })).Is(200).Json;

        Assert.False(answer.Children("chats").Single().Flag("complete"));
        Assert.Equal("1 2 3", Revs(answer, chats[0]));
    }

    [Fact]
    public async Task CL3_more_than_200_changes_of_a_chat_come_as_its_latest_page()
    {
        var (ada, bob) = await Guest.PairAsync(Server);
        var chat = await ada.OpenChatAsync(bob);
        await Shapes.FillAsync(ada, chat, 230);
        var epoch = await EpochAsync(bob);

        var all = (await bob.Api.PostAsync("/api/sync", new { epoch, revs = new Dictionary<string, long>(StringComparer.Ordinal) { [chat] = 29 } })).Is(200).Json;
        var most = (await bob.Api.PostAsync("/api/sync", new { epoch, revs = new Dictionary<string, long>(StringComparer.Ordinal) { [chat] = 30 } })).Is(200).Json;

        Assert.False(all.Children("chats").Single().Flag("complete"));
        AssertLatest(all.Children("chats").Single());
        Assert.True(most.Children("chats").Single().Flag("complete"));
        Assert.Equal(Enumerable.Range(31, 200).Select(rev => (long)rev), most.Children("chats").Single().Children("messages").Select(message => message.Number("rev")));
    }

    [Fact]
    public async Task CL3_an_answer_holds_at_most_1000_messages_and_the_rest_is_not_lost()
    {
        var ada = await Guest.CreateAsync(Server);
        var chats = new List<string>();
        for (var number = 0; number < 7; number++)
        {
            chats.Add(await ada.OpenChatAsync(await Guest.CreateAsync(Server)));
            await Shapes.FillAsync(ada, chats[^1], 180);
        }

        var entries = await PagesAsync(ada, page => Assert.InRange(page.Children("chats").Sum(entry => entry.Children("messages").Length), 0, 1000));

        AssertEverythingIsThere(chats, entries, 180);
    }

    [Fact]
    public async Task CL3_an_answer_is_at_most_1_MiB_and_the_rest_is_not_lost()
    {
        var ada = await Guest.CreateAsync(Server);
        var chats = new List<string>();
        for (var number = 0; number < 3; number++)
        {
            chats.Add(await ada.OpenChatAsync(await Guest.CreateAsync(Server)));
            await Shapes.FillAsync(ada, chats[^1], 60, index => $"{index} {string.Concat(Enumerable.Repeat("😀", 3990))}");
        }

        var entries = await PagesAsync(ada, page => Assert.NotEmpty(page.Children("chats")));

        AssertEverythingIsThere(chats, entries, 60);
    }

    [Fact]
    public async Task CL3_more_than_200_chats_come_in_pages_last_change_first()
    {
        var ada = await Guest.CreateAsync(Server);
        var chats = new List<string>();
        for (var number = 0; number < 205; number++)
        {
            chats.Add(await ada.OpenChatAsync(await Guest.CreateAsync(Server)));
            await ada.PostMessageAsync(chats[^1], $"message {number}");
        }

        var first = (await ada.Api.PostAsync("/api/sync", new { })).Is(200).Json;
        Assert.Equal((200, true), (first.Children("chats").Length, first.Flag("more")));
        var entries = await PagesAsync(ada, page => Assert.InRange(page.Children("chats").Length, 1, 200));

        Assert.Equal(chats.AsEnumerable().Reverse(), entries.Select(entry => entry.Child("chat").Text("chat_id")));
        Assert.All(entries, entry => Assert.Equal("1", string.Join(' ', entry.Children("messages").Select(message => message.Number("rev")))));
    }

    [Theory]
    [InlineData("""{"epoch":5}""")]
    [InlineData("""{"revs":[]}""")]
    [InlineData("""{"revs":"x"}""")]
    [InlineData("""{"revs":{"nonsense":1}}""")]
    [InlineData("""{"revs":{"0190b5a0-0000-7000-8000-000000000000":"1"}}""")]
    [InlineData("""{"revs":{"0190b5a0-0000-7000-8000-000000000000":-1}}""")]
    [InlineData("""{"revs":{"0190b5a0-0000-7000-8000-000000000000":1.5}}""")]
    [InlineData("""{"cursor":5}""")]
    [InlineData("""{"cursor":"nonsense"}""")]
    public async Task CL3_a_bad_member_is_VALIDATION(string body) =>
        (await (await Guest.CreateAsync(Server)).Api.PostAsync("/api/sync", body)).IsProblem(400, "VALIDATION");

    [Fact]
    public async Task CL3_a_body_of_up_to_1_MiB_is_taken()
    {
        var ada = await Guest.CreateAsync(Server);
        var revs = Enumerable.Range(0, 20_000).ToDictionary(_ => Guest.NewId(), _ => 1L, StringComparer.Ordinal);
        var body = Json.Write(new { revs });
        Assert.InRange(Encoding.UTF8.GetByteCount(body), 700_000, 1024 * 1024);

        var answer = (await ada.Api.PostAsync("/api/sync", body)).Is(200).Json;

        Assert.Equal(20_000, answer.Texts("removed").Length);
        // The answer may come before the body has been sent; a client that waits for it sees it for sure.
        (await ada.Api.PostAsync("/api/sync", body + new string(' ', 1024 * 1024), ("Expect", "100-continue"))).IsProblem(413, "TOO_LARGE");
    }

    private async Task<(Guest Ada, List<string> Chats)> WithChatsAsync(int count)
    {
        var ada = await Guest.CreateAsync(Server);
        var chats = new List<string>();
        for (var number = 0; number < count; number++)
        {
            chats.Add(await ada.OpenChatAsync(await Guest.CreateAsync(Server)));
            for (var message = 1; message <= 3; message++)
            {
                await ada.PostMessageAsync(chats[^1], $"message {message}");
            }
        }

        return (ada, chats);
    }

    private static async Task<string> EpochAsync(Guest guest) => (await guest.Api.PostAsync("/api/sync", new { })).Is(200).Json.Text("epoch");

    private static string Revs(JsonObject answer, string chat) => string.Join(' ', answer.Children("chats")
        .Single(entry => entry.Child("chat").Text("chat_id") == chat).Children("messages").Select(message => message.Number("rev")));

    /// <summary>All pages of a sync that asks as a new client; each must keep to the size an answer may have.</summary>
    private static async Task<List<JsonObject>> PagesAsync(Guest guest, Action<JsonObject> check)
    {
        var epoch = await EpochAsync(guest);
        var entries = new List<JsonObject>();
        for (string? cursor = null; ;)
        {
            var answer = (await guest.Api.PostAsync("/api/sync", new { epoch, revs = new { }, cursor })).Is(200);
            Assert.InRange(Encoding.UTF8.GetByteCount(answer.Text), 0, 1024 * 1024);
            check(answer.Json);
            entries.AddRange(answer.Json.Children("chats"));
            Assert.Equal(answer.Json.Flag("more"), !answer.Json.IsNull("next_cursor"));
            if (!answer.Json.Flag("more"))
            {
                return entries;
            }

            Assert.InRange(entries.Count, 1, 1000);
            cursor = answer.Json.Text("next_cursor");
        }
    }

    private static void AssertEverythingIsThere(List<string> chats, List<JsonObject> entries, int each)
    {
        foreach (var chat in chats)
        {
            var entry = entries.Last(one => one.Child("chat").Text("chat_id") == chat);
            Assert.Equal(each, entry.Child("chat").Number("rev"));
            if (entry.Flag("complete"))
            {
                Assert.Equal(each, entry.Children("messages").Length);
            }

            AssertLatest(entry);
        }
    }

    /// <summary>A run without a hole up to the chat's last message.</summary>
    private static void AssertLatest(JsonObject entry)
    {
        var seqs = entry.Children("messages").Select(message => message.Number("seq")).ToList();
        var last = entry.Child("chat").Number("last_seq");
        Assert.NotEmpty(seqs);
        Assert.Equal(Enumerable.Range(0, seqs.Count).Select(index => last - seqs.Count + 1 + index), seqs);
    }
}
