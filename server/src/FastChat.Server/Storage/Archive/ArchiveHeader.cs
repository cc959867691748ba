using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastChat.Server.Storage.Archive;

/// <summary>The first line of a backup.</summary>
/// <param name="Format">Always <see cref="Name"/>.</param>
/// <param name="Version">The format's version; one that is higher than <see cref="CurrentVersion"/> can't be read.</param>
/// <param name="Program">The version of the program that wrote it.</param>
/// <param name="CreatedAt">When it was begun, as RFC 3339.</param>
/// <param name="Source">The kind of database it is from.</param>
/// <param name="Schema">The last migration of that database.</param>
/// <param name="Epoch">The name of that database's history.</param>
/// <param name="Tables">What follows.</param>
public sealed record ArchiveHeader(
    string Format, int Version, string Program, string CreatedAt, string Source, string Schema, string Epoch, IReadOnlyList<ArchiveTable> Tables)
{
    /// <summary>By this a backup is known.</summary>
    public const string Name = "fastchat-archive";

    /// <summary>The version that this program writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>A table of a backup.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many rows follow.</param>
/// <param name="Columns">Each as <c>NAME KIND</c>, in the order of a row's values.</param>
public sealed record ArchiveTable(string Name, long Rows, IReadOnlyList<string> Columns)
{
    /// <summary>The table as a backup names it.</summary>
    public static ArchiveTable Of(CountedTable table) => new(
        table.Table.Name, table.Rows, [.. table.Table.Columns.Select(column => $"{column.Name} {NameOf(column.Kind)}")]);

    /// <summary>The table; its key is not known.</summary>
    /// <exception cref="ArchiveRefusedException">A column is of a kind that is not known.</exception>
    public CountedTable Read() => new(new KeptTable(Name, [.. Columns.Select(ReadColumn)], []), Rows);

    private static KeptColumn ReadColumn(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        foreach (var kind in Enum.GetValues<ColumnKind>())
        {
            if (space > 0 && text[(space + 1)..] == NameOf(kind))
            {
                return new KeptColumn(text[..space], kind);
            }
        }

        throw new ArchiveRefusedException("It has a column of a kind that is not known.");
    }

    private static string NameOf(ColumnKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}

/// <summary>The line before a table's rows.</summary>
public sealed record ArchiveMark(string Table);

/// <summary>The last line of a backup.</summary>
/// <param name="Rows">How many rows there were.</param>
/// <param name="Sha256">Of all bytes before this line, in lower-case hexadecimal digits.</param>
public sealed record ArchiveEnd(long Rows, string Sha256);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ArchiveHeader))]
[JsonSerializable(typeof(ArchiveMark))]
[JsonSerializable(typeof(ArchiveEnd))]
internal sealed partial class ArchiveJsonContext : JsonSerializerContext;
