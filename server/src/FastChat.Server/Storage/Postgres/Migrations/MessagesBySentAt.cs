using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FastChat.Server.Storage.Postgres.Migrations;

/// <summary>Finds the messages of the last seconds; what it does stands in <c>0004_MessagesBySentAt.sql</c>.</summary>
[DbContext(typeof(PostgresDbContext))]
[Migration("0004_MessagesBySentAt")]
public sealed class MessagesBySentAt : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlResource.Read<MessagesBySentAt>("0004_MessagesBySentAt"));
}
