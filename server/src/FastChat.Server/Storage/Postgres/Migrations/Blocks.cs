using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FastChat.Server.Storage.Postgres.Migrations;

/// <summary>Who has blocked whom, and what is hidden by that; what it does stands in <c>0002_Blocks.sql</c>.</summary>
[DbContext(typeof(PostgresDbContext))]
[Migration("0002_Blocks")]
public sealed class Blocks : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlResource.Read<Blocks>("0002_Blocks"));
}
