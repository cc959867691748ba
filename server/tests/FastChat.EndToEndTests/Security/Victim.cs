using System.Text.Json.Nodes;

namespace FastChat.EndToEndTests.Security;

/// <summary>Two people who talk, and everything of theirs that a stranger may try to use.</summary>
public sealed record Victim(Guest Ada, Guest Bob, string Chat, string MessageId)
{
    public const string Secret = "what only Ada and Bob may read";

    /// <summary>What no stranger may ever be sent.</summary>
    public IEnumerable<string> Secrets => [Secret, Chat, MessageId, Ada.SessionId, Bob.SessionId, Ada.Token, Ada.RefreshToken];

    public static async Task<Victim> CreateAsync(ServerProcess server)
    {
        var (ada, bob) = await Guest.PairAsync(server);
        var chat = await ada.OpenChatAsync(bob);
        var id = Guest.NewId();
        await ada.PostMessageAsync(chat, Secret, id);
        await bob.PostMessageAsync(chat, $"{Secret}, too");
        return new Victim(ada, bob, chat, id);
    }

    /// <summary>
    /// A value for every member and parameter of the contract by which something could be reached; the victim's, or one that names
    /// nothing. A member that is not in this table fails the test: whoever adds a call has to say what an attacker would put there.
    /// </summary>
    public JsonNode Value(string member, bool isReal)
    {
        string Id(string real) => isReal ? real : Guest.NewId();
        return member switch
        {
            "chat_id" => Id(Chat),
            "user_id" or "to" => Id(Ada.Id),
            "user_ids" => new JsonArray(Id(Ada.Id), Id(Bob.Id)),
            "session_id" => Id(Ada.SessionId),
            "message_id" => Id(MessageId),
            "revs" => new JsonObject { [Id(Chat)] = 0 },
            "epoch" => "an epoch",
            "refresh_token" or "link_token" or "token" => new string('A', 43),
            "content" => "from a stranger",
            "display_name" => "Stranger",
            "client" or "ref" => "stranger",
            "refresh" => "body",
            "seq" or "before" or "after" or "limit" => 1,
            "is_typing" => true,
            "status" => "online",
            "q" => "",
            "cursor" => "x",
            _ => throw new InvalidOperationException($"What would an attacker put into `{member}`? Say so in {nameof(Victim)}.{nameof(Value)}."),
        };
    }

    /// <summary>All that the victim has, in words that can be compared.</summary>
    public async Task<string> StateAsync()
    {
        var parts = new List<string>
        {
            (await Ada.Api.GetAsync("/api/me")).Is(200).Text,
            (await Ada.ChatAsync(Chat)).ToJsonString(),
            (await Bob.ChatAsync(Chat)).ToJsonString(),
            string.Join('\n', (await Ada.HistoryAsync(Chat)).Select(message => message.ToJsonString())),
        };
        foreach (var owner in new[] { Ada, Bob })
        {
            var sessions = (await owner.Api.GetAsync("/api/sessions")).Is(200).Json.Children("sessions");
            parts.Add(string.Join(',', sessions.Select(session => session.Text("session_id")).Order(StringComparer.Ordinal)));
        }

        return string.Join('\n', parts);
    }

    public void AssertNothingGivenAway(string what, string answer)
    {
        foreach (var secret in Secrets)
        {
            Assert.False(answer.Contains(secret, StringComparison.Ordinal), $"{what} gives away {secret}: {answer}");
        }
    }
}
