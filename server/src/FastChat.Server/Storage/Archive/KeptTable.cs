namespace FastChat.Server.Storage.Archive;

/// <summary>What a column holds, the same for every kind of database, and as what it is handed over.</summary>
public enum ColumnKind
{
    /// <summary>An id, as <see cref="Guid"/>.</summary>
    Uuid,

    /// <summary>A whole number of up to 64 bits, as <see cref="long"/>.</summary>
    Integer,

    /// <summary>As <see cref="bool"/>.</summary>
    Boolean,

    /// <summary>Unicode, as <see cref="string"/>.</summary>
    Text,

    /// <summary>As an array of <see cref="byte"/>.</summary>
    Bytes,

    /// <summary>A moment, as the <see cref="long"/> of its Unix milliseconds.</summary>
    Time,
}

/// <summary>A column by its name.</summary>
public sealed record KeptColumn(string Name, ColumnKind Kind);

/// <summary>A table of which every row is kept.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Columns">Its columns, in the order in which a row's values stand.</param>
/// <param name="Key">The columns of its primary key; rows come sorted by them. Empty where the source says nothing of it.</param>
public sealed record KeptTable(string Name, IReadOnlyList<KeptColumn> Columns, IReadOnlyList<string> Key);

/// <summary>A table of a source and how many rows it has there.</summary>
public sealed record CountedTable(KeptTable Table, long Rows);
