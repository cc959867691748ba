using Xunit;

namespace FastChat.ContractTests.Archive;

/// <summary><c>move</c>.</summary>
public sealed class MoveTests : VerbTest
{
    [Theory]
    [InlineData("sqlite", "postgresql")]
    [InlineData("sqlite", "pgbouncer")]
    [InlineData("sqlite", "sqlite")]
    [InlineData("postgresql", "sqlite")]
    public async Task A_move_keeps_every_row_and_the_epoch_and_leaves_the_source_as_it_is(string from, string to)
    {
        var source = await Site.FilledAsync(from);
        var target = await Site.FreshAsync(to);
        var before = await OperatorSite.DumpAsync(source);
        await DoneAsync(source, "move", "--to", target);
        Assert.Equal(before, await OperatorSite.DumpAsync(target));
        Assert.Equal(before, await OperatorSite.DumpAsync(source));
        Assert.DoesNotContain("p@ss", Site.Said.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("p%40ss", Site.Said.ToString(), StringComparison.Ordinal);
        Assert.Contains($"DATABASE_URL={target.Replace($":{Uri.EscapeDataString("p@ss/w?rd")}@", "@", StringComparison.Ordinal)}", Site.Said.ToString(), StringComparison.Ordinal);
        await AssertReadAlikeAsync(source, target);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task A_move_takes_a_database_that_a_server_has_only_started_on_and_none_that_is_not_empty(string kind)
    {
        var source = await Site.FilledAsync("sqlite");
        var target = await Site.FreshAsync(kind);
        await DoneAsync(target, "migrate");
        await DoneAsync(source, "move", "--to", target);
        var before = await OperatorSite.DumpAsync(target);
        var other = await Site.FilledAsync("sqlite", messages: 1);
        await RefusedAsync("is not empty: it has users, chats or messages", other, "move", "--to", target);
        await RefusedAsync(string.Empty, source, "move", "--to", source);
        Assert.Equal(before, await OperatorSite.DumpAsync(target));
        Assert.Equal(before, await OperatorSite.DumpAsync(source));
    }
}
