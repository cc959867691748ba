using Microsoft.EntityFrameworkCore.Migrations;

namespace FastChat.Server.Storage.Postgres;

/// <summary>
/// How our migrations are named: <c>0001_Initial</c>. EF Core expects a date of 14 digits, and fails on anything shorter as soon as it is asked to go on from a
/// migration that a database has seen.
/// </summary>
internal sealed class NumberedMigrations : IMigrationsIdGenerator
{
    /// <inheritdoc/>
    public string GenerateId(string name) => name;

    /// <inheritdoc/>
    public string GetName(string id) => id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..];

    /// <inheritdoc/>
    public bool IsValidId(string value) => value.Length > 5 && value[4] == '_' && value.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0;
}
