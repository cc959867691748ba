using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FastChat.Server.Storage.Postgres.Migrations;

/// <summary>Several nodes on one database: leases, and what has changed of presence since when; see <c>0003_NodeLeases.sql</c>.</summary>
[DbContext(typeof(PostgresDbContext))]
[Migration("0003_NodeLeases")]
public sealed class NodeLeases : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlResource.Read<NodeLeases>("0003_NodeLeases"));
}
