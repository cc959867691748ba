using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FastChat.Server.Storage.Postgres.Migrations;

/// <summary>The first schema; what it does stands in <c>0001_Initial.sql</c>.</summary>
[DbContext(typeof(PostgresDbContext))]
[Migration("0001_Initial")]
public sealed class Initial : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlResource.Read<Initial>("0001_Initial"));
}
