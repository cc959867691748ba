using System.Threading.Channels;
using FastChat.Server.Rest;
using FastChat.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Identity;

/// <summary>A session that is not revoked, and its user.</summary>
public sealed record FoundSession(Session Session, User User);

/// <summary>
/// Finds sessions for those who say <c>HELLO</c>. While one query runs, those who come meanwhile are gathered for the
/// next: so a crowd that reconnects at once costs the database few queries, and one who comes alone waits for nobody.
/// </summary>
public sealed class SessionLookup(IDatabase database) : BackgroundService
{
    private const int MostInQuery = 200;

    private readonly Channel<Question> questions = Channel.CreateUnbounded<Question>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Finds a session of a user; null if there is no such, or it is revoked.</summary>
    /// <exception cref="DatabaseUnavailableException">The database can't be reached, or the server is stopping.</exception>
    public Task<FoundSession?> FindAsync(Caller caller, CancellationToken cancellationToken)
    {
        var question = new Question(caller);
        return questions.Writer.TryWrite(question)
            ? question.Answer.Task.WaitAsync(cancellationToken)
            : Task.FromException<FoundSession?>(new DatabaseUnavailableException("The server is stopping."));
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // Here and not where the questions are answered: a stop that comes right after the start keeps that from ever running.
        questions.Writer.TryComplete();
        Refuse(TakeRest());
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var gathered = new List<Question>(MostInQuery);
        try
        {
            while (await questions.Reader.WaitToReadAsync(stoppingToken))
            {
                while (gathered.Count < MostInQuery && questions.Reader.TryRead(out var question))
                {
                    gathered.Add(question);
                }

                await AnswerAsync(gathered, stoppingToken);
                gathered.Clear();
            }
        }
        finally
        {
            Refuse(gathered);
        }
    }

    private async Task AnswerAsync(List<Question> gathered, CancellationToken stoppingToken)
    {
        var ids = gathered.Select(question => question.Caller.SessionId).Distinct().ToArray();
        try
        {
            var found = await database.ReadAsync(
                (context, cancellation) => context.Set<Session>()
                    .Where(session => ids.Contains(session.SessionId) && session.RevokedAt == null)
                    .Join(context.Set<User>(), session => session.UserId, user => user.UserId, (session, user) => new FoundSession(session, user))
                    .ToDictionaryAsync(pair => pair.Session.SessionId, cancellation),
                stoppingToken);
            foreach (var question in gathered)
            {
                var match = found.GetValueOrDefault(question.Caller.SessionId);
                question.Answer.TrySetResult(match?.User.UserId == question.Caller.UserId ? match : null);
            }
        }
#pragma warning disable CA1031 // Each of those who asked gets the fault and handles it as its own; the next query goes on.
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            gathered.ForEach(question => question.Answer.TrySetException(fault));
        }
    }

    private static void Refuse(IEnumerable<Question> left)
    {
        foreach (var question in left)
        {
            question.Answer.TrySetException(new DatabaseUnavailableException("The server is stopping."));
        }
    }

    private IEnumerable<Question> TakeRest()
    {
        while (questions.Reader.TryRead(out var question))
        {
            yield return question;
        }
    }

    private sealed class Question(Caller caller)
    {
        public Caller Caller { get; } = caller;

        public TaskCompletionSource<FoundSession?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
