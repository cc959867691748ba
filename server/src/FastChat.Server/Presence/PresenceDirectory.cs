using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;
using FastChat.Protocol;
using FastChat.Server.Blocks;
using FastChat.Server.Identity;
using FastChat.Server.Storage;
using FastChat.Server.Text;
using Microsoft.EntityFrameworkCore;

namespace FastChat.Server.Presence;

/// <summary>Finds users by presence: who is here, page by page, and the state of given users.</summary>
public sealed class PresenceDirectory(PresenceTracker tracker, BlockIndex blocks, IDatabase database) : ILastSeen
{
    /// <summary>A page of those who are here, by name, and where the next begins.</summary>
    /// <param name="viewerId">Who asks: whoever has blocked them is not here.</param>
    /// <param name="part">A part of the name, whatever its case; null for all.</param>
    /// <param name="limit">The most users on the page.</param>
    /// <param name="after">Where the last page ended; null at first.</param>
    public OnlineBody Page(Guid viewerId, string? part, int limit, OnlineCursor? after)
    {
        // What can't be normalized is in no name, as names are; it is compared as it is and finds nothing.
        var wanted = part is not null && UnicodeText.CanBeNormalized(part) ? part.Normalize(NormalizationForm.FormC) : part;
        var hidden = blocks.BlockersOf(viewerId);
        var all = tracker.SeenLast(int.MaxValue).FindAll(user => !hidden.ContainsKey(user.UserId));
        var rest = all
            .Where(user => wanted is null || user.DisplayName.Contains(wanted, StringComparison.OrdinalIgnoreCase))
            .Select(user => (Body: user, Place: OnlineCursor.Of(user)))
            .Where(user => after is null || OnlineCursor.Order.Compare(user.Place, after) > 0)
            .OrderBy(user => user.Place, OnlineCursor.Order)
            .Take(limit + 1)
            .ToList();
        var page = rest.Take(limit).Select(user => user.Body).ToList();
        return new OnlineBody(page, all.Count, rest.Count > limit ? rest[limit - 1].Place.ToString() : null);
    }

    /// <summary>The present state of those of the given users who exist, offline ones too.</summary>
    public Task<List<PresenceBody>> StatesAsync(IReadOnlyList<Guid> userIds, CancellationToken cancellationToken) =>
        StatesAsync(userIds, ImmutableDictionary<Guid, DateTimeOffset>.Empty, cancellationToken);

    /// <summary>The same as one user may see it.</summary>
    public Task<List<PresenceBody>> StatesForAsync(Guid viewerId, IReadOnlyList<Guid> userIds, CancellationToken cancellationToken) =>
        StatesAsync(userIds, blocks.BlockersOf(viewerId), cancellationToken);

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> LastSeenAsync(Guid userId, CancellationToken cancellationToken) =>
        (await StatesAsync([userId], cancellationToken)) is [var state] ? state.LastSeen : null;

    private async Task<List<PresenceBody>> StatesAsync(
        IReadOnlyList<Guid> userIds, ImmutableDictionary<Guid, DateTimeOffset> hidden, CancellationToken cancellationToken)
    {
        var states = new List<PresenceBody>(userIds.Count);
        var others = new List<Guid>();
        foreach (var userId in userIds.Distinct())
        {
            // Who hides is looked up where those are who are not here, so that the time it takes tells nothing either.
            if (!hidden.ContainsKey(userId) && tracker.Find(userId) is { } state)
            {
                states.Add(state);
            }
            else
            {
                others.Add(userId);
            }
        }

        if (others.Count > 0)
        {
            states.AddRange((await OfflineAsync(others, cancellationToken)).Select(state => state.For(hidden)));
        }

        return states;
    }

    private Task<List<PresenceBody>> OfflineAsync(List<Guid> userIds, CancellationToken cancellationToken) => database.ReadAsync(
        (db, ct) => db.Set<User>()
            .Where(user => userIds.Contains(user.UserId))
            .Select(user => new PresenceBody(user.UserId, user.DisplayName, PresenceStatus.Offline, user.LastSeen))
            .ToListAsync(ct),
        cancellationToken);
}

/// <summary>The answer of <c>GET /api/presence/online</c>.</summary>
public sealed record OnlineBody(
    IReadOnlyList<PresenceBody> Users,
    int OnlineCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor);

/// <summary>The answer of a heartbeat.</summary>
public sealed record HeartbeatBody(Guid UserId, string Status, DateTimeOffset LastSeen);

/// <summary>A place in the directory: by name without regard to case, then by id.</summary>
public sealed record OnlineCursor(string Name, Guid UserId)
{
    /// <summary>The order of the directory.</summary>
    public static Comparer<OnlineCursor> Order { get; } = Comparer<OnlineCursor>.Create((one, other) =>
    {
        var byName = string.CompareOrdinal(one.Name, other.Name);
        return byName != 0 ? byName : one.UserId.CompareTo(other.UserId);
    });

    /// <summary>Where a user stands.</summary>
    public static OnlineCursor Of(PresenceBody user) => new(user.DisplayName.ToUpperInvariant(), user.UserId);

    /// <summary>Opaque to clients.</summary>
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{UserId}{Name}"));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out OnlineCursor? cursor)
    {
        cursor = null;
        if (text.Length > 1000 || !Base64Url.IsValid(text))
        {
            return false;
        }

        var decoded = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        if (decoded.Length < 36 || !Ids.TryParse(decoded.AsSpan(0, 36), out var userId))
        {
            return false;
        }

        cursor = new OnlineCursor(decoded[36..], userId);
        return true;
    }
}

/// <summary>How the answers of this folder are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimestampConverter)])]
[JsonSerializable(typeof(OnlineBody))]
[JsonSerializable(typeof(HeartbeatBody))]
public sealed partial class PresenceJsonContext : JsonSerializerContext;
