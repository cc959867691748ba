using FastChat.Faults.Audit;

namespace FastChat.Faults.Clients;

/// <summary>How many write how much.</summary>
public sealed record CrowdSettings
{
    /// <summary>Users; each writes to the next two, who write back.</summary>
    public int Users { get; init; } = 6;

    /// <summary>Messages a second and user, at most.</summary>
    public double Rate { get; init; } = 50;

    /// <summary>A user with so many messages without an answer types no more until some are answered.</summary>
    public int MostWaiting { get; init; } = 40;

    /// <summary>For all chance.</summary>
    public int Seed { get; init; } = Faults.Seed.Value;

    /// <summary>How each client behaves. Every second one has this window, the others 1, as the web client.</summary>
    public ClientSettings Client { get; init; } = new() { Window = 16 };
}

/// <summary>Users who write to each other all the time, so that there is something to lose.</summary>
public sealed class Crowd : IAsyncDisposable
{
    private readonly Dictionary<string, (int One, int Other)> chats = [];
    private readonly CancellationTokenSource enough = new();
    private readonly CrowdSettings settings;
    private Task typing = Task.CompletedTask;

    private Crowd(CrowdSettings settings) => this.settings = settings;

    /// <summary>What they did and saw.</summary>
    public DeliveryRecorder Recorder { get; } = new();

    /// <summary>Their clients.</summary>
    public IReadOnlyList<FaultTolerantClient> Clients { get; private set; } = [];

    /// <summary>Makes users and chats at the server, and connects the users' clients through whatever lies before it.</summary>
    /// <param name="server">The server itself.</param>
    /// <param name="rootOf">Where the client of a number connects.</param>
    /// <param name="settings">How many write how much.</param>
    public static async Task<Crowd> GatherAsync(Uri server, Func<int, Uri> rootOf, CrowdSettings? settings = null)
    {
        var crowd = new Crowd(settings ?? new CrowdSettings());
        var clients = new List<FaultTolerantClient>();
        for (var number = 0; number < crowd.settings.Users; number++)
        {
            var account = await Account.CreateAsync(server);
            var behaviour = crowd.settings.Client with { Seed = crowd.settings.Seed + number };
            clients.Add(new FaultTolerantClient(
                account, rootOf(number), crowd.Recorder, number % 2 == 0 ? behaviour : behaviour with { Window = 1 }));
        }

        for (var one = 0; one < clients.Count; one++)
        {
            foreach (var other in new[] { (one + 1) % clients.Count, (one + 2) % clients.Count }.Where(other => other != one))
            {
                crowd.chats[await clients[one].Account.OpenChatAsync(server, clients[other].Account)] = (one, other);
            }
        }

        clients.ForEach(client => client.Start());
        crowd.Clients = clients;
        return crowd;
    }

    /// <summary>They begin to write.</summary>
    public void StartTyping() => typing = Task.WhenAll(Enumerable.Range(0, Clients.Count).Select(TypeAsync));

    /// <summary>They write no more. What they have written goes on being sent.</summary>
    public async Task StopTypingAsync()
    {
        await enough.CancelAsync();
        await typing;
    }

    /// <summary>Waits until everything is answered and everybody has everything.</summary>
    /// <exception cref="TimeoutException">That does not come about within the limit.</exception>
    public async Task UntilQuietAsync(Uri server, TimeSpan limit)
    {
        foreach (var client in Clients)
        {
            await client.UntilAsync(one => one.IsQuiet, "quiet", limit);
        }

        // Who was quiet first may have been sent something since; what is committed by now is told by the server.
        foreach (var (chatId, (one, other)) in chats)
        {
            var chat = await Witness.ReadAsync(server, Clients[one].Account, chatId, []);
            var rev = chat.Messages.Count == 0 ? 0 : chat.Messages[^1].Rev;
            await Clients[one].UntilAsync(client => client.RevOf(chatId) >= rev, $"rev {rev} of {chatId}", limit);
            await Clients[other].UntilAsync(client => client.RevOf(chatId) >= rev, $"rev {rev} of {chatId}", limit);
        }
    }

    /// <summary>Judges. The crowd must be quiet.</summary>
    public async Task<AuditReport> AuditAsync(Uri server)
    {
        var audited = new List<AuditedChat>();
        foreach (var (chatId, (one, other)) in chats)
        {
            string[] members = [Clients[one].Account.UserId, Clients[other].Account.UserId];
            audited.Add(await Witness.ReadAsync(server, Clients[one].Account, chatId, members));
        }

        return DeliveryAudit.Run(Recorder, audited);
    }

    public async ValueTask DisposeAsync()
    {
        await StopTypingAsync();
        foreach (var client in Clients)
        {
            await client.DisposeAsync();
            client.Account.Dispose();
        }

        enough.Dispose();
    }

    private async Task TypeAsync(int number)
    {
        var random = new Random(settings.Seed + number);
        var client = Clients[number];
        var own = chats.Where(chat => chat.Value.One == number || chat.Value.Other == number).Select(chat => chat.Key).ToList();
        for (var count = 0; !enough.IsCancellationRequested; count++)
        {
            // Mostly short, now and then almost as long as a message may be, which is 4,000 with what stands before.
            var length = random.Next(50) == 0 ? random.Next(3_980) : random.Next(80);
            var chat = own[random.Next(own.Count)];
            if (client.Waiting < settings.MostWaiting)
            {
                client.Post(chat, $"{number}/{count} {new string((char)('a' + random.Next(26)), length)}");
            }

            var pause = TimeSpan.FromSeconds(random.NextDouble() * 2 / settings.Rate);
            await Task.Delay(pause, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
