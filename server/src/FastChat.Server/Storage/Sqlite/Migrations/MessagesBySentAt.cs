using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FastChat.Server.Storage.Sqlite.Migrations;

/// <summary>Nothing on SQLite; why so stands in <c>0004_MessagesBySentAt.sql</c>.</summary>
[DbContext(typeof(SqliteDbContext))]
[Migration("0004_MessagesBySentAt")]
public sealed class MessagesBySentAt : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlResource.Read<MessagesBySentAt>("0004_MessagesBySentAt"));
}
