using FastChat.Protocol;
using FastChat.Server.Chats;
using FastChat.Server.Tests;

namespace FastChat.ContractTests;

/// <summary>What a test asked of the log, completed when it was answered; the order of completion is noted.</summary>
internal sealed class Asked(IMessageLog log)
{
    private readonly Lock gate = new();
    private readonly List<LogRequest> completed = [];

    /// <summary>All that is answered, in the order of the answers.</summary>
    public List<LogRequest> Completed
    {
        get
        {
            lock (gate)
            {
                return [.. completed];
            }
        }
    }

    public async Task<Appending> AppendAsync(Guid sender, Guid? chat, Guid? to, string content, Guid? messageId = null)
    {
        var request = new Appending(this, new MessageDraft(sender, chat, to, messageId ?? Guid.CreateVersion7(), content));
        await EnqueueAsync(request, request.Done);
        return request;
    }

    public async Task<StoredMessage> SendAsync(Guid sender, Guid to, string content) =>
        (await AppendAsync(sender, null, to, content)).Stored ?? throw new InvalidOperationException("the message was refused");

    public async Task<Advancing> AdvanceAsync(Guid user, Guid chat, bool isRead, long seq)
    {
        var request = new Advancing(this, user, chat, isRead, seq);
        await EnqueueAsync(request, request.Done);
        return request;
    }

    public async Task<Opening> OpenAsync(Guid user, Guid other)
    {
        var request = new Opening(this, user, other);
        await EnqueueAsync(request, request.Done);
        return request;
    }

    public async Task<Blocking> BlockAsync(Guid user, Guid other, bool isBlocked = true)
    {
        var request = new Blocking(this, user, other, isBlocked);
        await EnqueueAsync(request, request.Done);
        return request;
    }

    private Task EnqueueAsync(LogRequest request, Task done) =>
        log.Enqueue(request) ? done.WithinLimitAsync($"the log's answer to {request.GetType().Name}") : throw new InvalidOperationException("the log is full");

    private void Note(LogRequest request, TaskCompletionSource done)
    {
        lock (gate)
        {
            completed.Add(request);
        }

        if (!done.TrySetResult())
        {
            throw new InvalidOperationException("a request is completed once");
        }
    }

    private static TaskCompletionSource Waiting() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal sealed class Appending(Asked asked, MessageDraft draft) : AppendRequest(draft)
    {
        private readonly TaskCompletionSource done = Waiting();

        public Task Done => done.Task;

        public ErrorCode? Code => Refusal?.Code;

        public override void Complete() => asked.Note(this, done);
    }

    internal sealed class Advancing(Asked asked, Guid user, Guid chat, bool isRead, long seq) : AdvanceRequest(user, chat, isRead, seq)
    {
        private readonly TaskCompletionSource done = Waiting();

        public Task Done => done.Task;

        public override void Complete() => asked.Note(this, done);
    }

    internal sealed class Opening(Asked asked, Guid user, Guid other) : OpenRequest(user, other)
    {
        private readonly TaskCompletionSource done = Waiting();

        public Task Done => done.Task;

        public override void Complete() => asked.Note(this, done);
    }

    internal sealed class Blocking(Asked asked, Guid user, Guid other, bool isBlocked)
        : BlockRequest(user, other, isBlocked, TestDatabase.Start)
    {
        private readonly TaskCompletionSource done = Waiting();

        public Task Done => done.Task;

        public override void Complete() => asked.Note(this, done);
    }
}
