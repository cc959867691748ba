using System.Net.WebSockets;
using FastChat.Faults.Audit;

namespace FastChat.Faults.Clients;

/// <summary>
/// A client that does what the contract asks of one (CL1–CL6): an outbox with own ids, a revision for each chat, changes at a jump, a catch-up
/// after each reconnect, a new start at another epoch, reconnects with full jitter. It tells a recorder all that it does and sees.
/// </summary>
public sealed class FaultTolerantClient : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly ClientSettings settings;
    private readonly Random random;
    private readonly DeliveryRecorder recorder;
    private readonly Outbox outbox;
    private readonly ChatCopies copies;
    private readonly ServerApi api;
    private readonly CatchUp catchUp;
    private readonly List<int> closeCodes = [];
    private ClientSocket? live;
    private Task running = Task.CompletedTask;
    private int connections;
    private bool isDisposed;

    /// <param name="account">Who it is.</param>
    /// <param name="root">Where it connects; may be changed at any time by <see cref="Root"/>.</param>
    /// <param name="recorder">What it tells.</param>
    /// <param name="settings">How it behaves.</param>
    public FaultTolerantClient(Account account, Uri root, DeliveryRecorder recorder, ClientSettings? settings = null)
    {
        Account = account;
        Root = root;
        this.recorder = recorder;
        this.settings = settings ?? new ClientSettings();
        random = new Random(this.settings.Seed);
        outbox = new Outbox(account.UserId, this.settings, recorder);
        copies = new ChatCopies(account.UserId, recorder);
        api = new ServerApi(() => Root, this.settings.Patience);
        catchUp = new CatchUp(api, account, copies, gate, point => AtPause(point));
    }

    /// <summary>Who it is.</summary>
    public Account Account { get; }

    /// <summary>Where the next connection and call go.</summary>
    public Uri Root { get; set; }

    /// <summary>Called at each pause point; the client goes on when it has ended.</summary>
    public Func<PausePoint, Task> AtPause { get; set; } = _ => Task.CompletedTask;

    /// <summary>Messages without an answer.</summary>
    public int Waiting => Locked(() => outbox.Count);

    /// <summary>How often HELLO was accepted.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>The close codes that the server sent, in order.</summary>
    public IReadOnlyList<int> CloseCodes => Locked(() => closeCodes.ToList());

    /// <summary>It is connected and has everything, as far as it can know, and all its messages are answered.</summary>
    public bool IsQuiet => Locked(() => live is not null && outbox.Count == 0 && catchUp.IsDone);

    /// <summary>Begins to connect, and goes on doing so until it is disposed.</summary>
    public void Start() => running = RunAsync();

    /// <summary>Puts a message into the outbox; the answer is its id.</summary>
    public string Post(string chatId, string content)
    {
        var id = Guid.CreateVersion7().ToString();
        lock (gate)
        {
            outbox.Add(new OutboxItem(chatId, id, content));
            Transmit();
        }

        return id;
    }

    /// <summary>The revision up to which it has everything of a chat.</summary>
    public long RevOf(string chatId) => Locked(() => copies.RevOf(chatId));

    /// <summary>Ends the connection without a word; it connects again.</summary>
    public void DropConnection() => Locked(() => live)?.Abort();

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It does not within the limit.</exception>
    public async Task UntilAsync(Func<FaultTolerantClient, bool> condition, string what, TimeSpan limit)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!condition(this))
        {
            if (running.IsFaulted)
            {
                await running;
            }

            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"{what} did not come about within {limit.TotalSeconds} s: {Describe()}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>What it is at, for a message.</summary>
    public string Describe() => Locked(() =>
        $"client {Account.UserId} is {(live is null ? "not connected" : "connected")}, was so {Connections} times, {outbox.Count} messages wait, "
        + $"its catch-up is {(catchUp.IsDone ? "done" : "under way")}, {Seed.Hint}");

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        await stopping.CancelAsync();
        await running;
        api.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await AtPause(PausePoint.BeforeConnect);
                await using var socket = await ClientSocket.ConnectAsync(Root, settings.Patience, stopping.Token);
                failures = await LiveAsync(socket) ? 0 : failures + 1;
            }
            catch (Exception end) when (end is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
            {
                failures++;
            }

            var most = Math.Min(settings.ReconnectCap.TotalSeconds, settings.ReconnectBase.TotalSeconds * Math.Pow(2, Math.Min(failures, 20)));
            await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * most), stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One connection from HELLO to its end; false if HELLO was not accepted.</summary>
    private async Task<bool> LiveAsync(ClientSocket socket)
    {
        var token = Account.AccessToken;
        await AtPause(PausePoint.BeforeHello);
        socket.Send(new { type = "HELLO", token });
        await AtPause(PausePoint.BeforeHelloAck);
        var hello = await socket.ReadAsync(settings.Patience, stopping.Token);
        if (hello?.Type != "HELLO_ACK")
        {
            if (hello?.Code == "UNAUTHORIZED")
            {
                await catchUp.RenewAsync(token, stopping.Token);
            }

            return false;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        lock (gate)
        {
            catchUp.Connected(hello.Epoch!);
            live = socket;
            connections++;
            Transmit();
        }

        var others = Task.WhenAll(Quietly(catchUp.RunAsync(ended.Token)), Quietly(WatchAsync(socket, ended.Token)));
        await ReadAsync(socket);
        lock (gate)
        {
            live = null;
            outbox.Disconnected();
            if (socket.CloseCode is { } code)
            {
                closeCodes.Add(code);
            }
        }

        await ended.CancelAsync();
        await others;
        catchUp.Disconnected();
        return true;
    }

    private async Task ReadAsync(ClientSocket socket)
    {
        var lastRevs = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await socket.ReadAsync(stopping.Token) is { } frame)
        {
            lock (gate)
            {
                Take(frame, lastRevs);
            }
        }
    }

    private void Take(ServerFrame frame, Dictionary<string, long> lastRevs)
    {
        switch (frame.Type)
        {
            case "MSG":
                recorder.CameLive(frame.ChatId!, frame.MessageId!, frame.Rev, lastRevs.GetValueOrDefault(frame.ChatId!));
                lastRevs[frame.ChatId!] = frame.Rev;
                Show(frame.ToMessage());
                break;
            case "MSG_ACK":
                var own = outbox.Acknowledged(frame);
                if (own is not null)
                {
                    Show(new AuditedMessage(frame.ChatId!, frame.MessageId!, frame.Seq, frame.Rev, Account.UserId, own));
                }

                Transmit();
                break;
            case "ERROR" when frame.MessageId is not null:
                outbox.Refused(frame);
                break;
        }
    }

    private void Show(AuditedMessage message)
    {
        if (!copies.Apply(message))
        {
            catchUp.GapSeen(message.ChatId);
        }
    }

    /// <summary>Puts on the wire what is due. Called under the lock.</summary>
    private void Transmit()
    {
        if (live is not { } socket)
        {
            return;
        }

        foreach (var item in outbox.TakeDue())
        {
            socket.Send(new { type = "MSG", chat_id = item.ChatId, message_id = item.MessageId, content = item.Content });
        }
    }

    /// <summary>Looks after what is late: answers, positions to tell, signs of life.</summary>
    private async Task WatchAsync(ClientSocket socket, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Tick, cancellation);
            lock (gate)
            {
                Transmit();
                foreach (var (chatId, seq) in copies.TakeDelivered())
                {
                    socket.Send(new { type = "DELIVERED", chat_id = chatId, seq });
                }
            }

            socket.MindSilence(settings.Silence, settings.Patience);
        }
    }

    /// <summary>Runs beside the reader; the end of the connection is no fault, anything else ends the client.</summary>
    private async Task Quietly(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
        catch
        {
            DropConnection();
            throw;
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (gate)
        {
            return read();
        }
    }
}
