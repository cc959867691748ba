using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FastChat.Server.Storage.Sqlite.Migrations;

/// <summary>A node that another has declared dead; see <c>0003_NodeLeases.sql</c>.</summary>
[DbContext(typeof(SqliteDbContext))]
[Migration("0003_NodeLeases")]
public sealed class NodeLeases : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(SqlResource.Read<NodeLeases>("0003_NodeLeases"));
}
