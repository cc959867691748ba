namespace FastChat.EndToEndTests.Faults;

/// <summary>Who the server says is here.</summary>
internal static class Online
{
    public static async Task<string[]> IdsAsync(Guest watcher) =>
        [.. (await watcher.Api.GetAsync("/api/presence/online")).Is(200).Json.Children("users").Select(user => user.Text("user_id"))];
}
