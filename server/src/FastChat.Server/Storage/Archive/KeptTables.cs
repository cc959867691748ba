using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace FastChat.Server.Storage.Archive;

/// <summary>The tables of the model, as a backup or a move takes them along.</summary>
public static class KeptTables
{
    /// <summary>Each table after those to which its rows refer. A table that is missing here stops every backup, so that none is forgotten.</summary>
    private static readonly string[] Order =
    [
        "database_info", "signing_keys", "users", "user_sessions", "refresh_tokens", "link_tokens", "user_blocks", "chats", "chat_members",
        "chat_messages", "hidden_ranges", "held_positions",
    ];

    /// <summary>Who is here, and on which node: it ends with the servers, so it is not kept.</summary>
    public static IReadOnlyList<string> Transient { get; } = ["users_online", "nodes"];

    /// <summary>All tables with all columns of the model, in an order in which they can be filled.</summary>
    /// <exception cref="InvalidOperationException">A table of the model has no place in the order, or a column is of a kind that is not known here.</exception>
    public static IReadOnlyList<KeptTable> Of(IModel model)
    {
        var tables = model.GetEntityTypes().Select(Of).OrderBy(table => Array.IndexOf(Order, table.Name)).ToList();
        return tables.Select(table => table.Name).SequenceEqual(Order, StringComparer.Ordinal)
            ? tables
            : throw new InvalidOperationException(
                $"the tables that are kept ({string.Join(", ", Order)}) are not those of the model ({string.Join(", ", tables.Select(table => table.Name))})");
    }

    /// <summary>The table of the model for a table of a source: with the source's columns, in its order, and the model's key.</summary>
    /// <exception cref="ArchiveRefusedException">This program does not know the table or one of the columns.</exception>
    public static KeptTable Match(IReadOnlyList<KeptTable> known, KeptTable table)
    {
        var own = known.FirstOrDefault(candidate => candidate.Name == table.Name)
            ?? throw new ArchiveRefusedException($"It has a table that this program does not know ({table.Name}).");
        return table.Columns.FirstOrDefault(column => !own.Columns.Contains(column)) is { } strange
            ? throw new ArchiveRefusedException($"It has a column that this program does not know ({table.Name}.{strange.Name}).")
            : table with { Key = own.Key };
    }

    private static KeptTable Of(IEntityType entity)
    {
        var name = entity.GetTableName()!;
        var store = StoreObjectIdentifier.Table(name, entity.GetSchema());
        return new KeptTable(
            name,
            [.. entity.GetProperties().Select(property => new KeptColumn(property.GetColumnName(store)!, KindOf(property)))],
            [.. entity.FindPrimaryKey()!.Properties.Select(property => property.GetColumnName(store)!)]);
    }

    private static ColumnKind KindOf(IProperty property)
    {
        var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
        return type == typeof(Guid) ? ColumnKind.Uuid
            : type == typeof(long) || type == typeof(int) ? ColumnKind.Integer
            : type == typeof(bool) ? ColumnKind.Boolean
            : type == typeof(string) ? ColumnKind.Text
            : type == typeof(byte[]) ? ColumnKind.Bytes
            : type == typeof(DateTimeOffset) ? ColumnKind.Time
            : throw new InvalidOperationException($"{property.DeclaringType.Name}.{property.Name} is of a kind that is not kept yet: {type.Name}");
    }
}
