using FastChat.Server.Rest;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace FastChat.Server.Tests.Identity;

public sealed class OriginPolicyTests
{
    private static readonly OriginPolicy Policy = new("https://ok.example, http://dev.example:5173,app://local");

    [Theory]
    [InlineData("http://chat.example", "http", "chat.example")]
    [InlineData("http://chat.example:8000", "http", "chat.example:8000")]
    [InlineData("https://chat.example", "https", "chat.example")]
    [InlineData("https://chat.example", "https", "chat.example:443")]
    [InlineData("https://chat.example", "http", "chat.example")]
    [InlineData("http://CHAT.example", "http", "chat.EXAMPLE")]
    [InlineData("http://[::1]:8000", "http", "[::1]:8000")]
    [InlineData("https://ok.example", "http", "chat.example")]
    [InlineData("https://ok.example:443", "http", "chat.example")]
    [InlineData("http://dev.example:5173", "http", "chat.example")]
    [InlineData("app://local", "http", "chat.example")]
    public void GW1_the_own_host_and_allowed_origins_may_call(string origin, string scheme, string host) =>
        Assert.True(Policy.Allows(Request(origin, scheme, host)));

    [Theory]
    [InlineData("null", "http", "chat.example")]
    [InlineData("", "http", "chat.example")]
    [InlineData("http://evil.example", "http", "chat.example")]
    [InlineData("http://chat.example.evil.example", "http", "chat.example")]
    [InlineData("http://chat.example:81", "http", "chat.example")]
    [InlineData("http://chat.example", "http", "chat.example:8000")]
    [InlineData("http://chat.example", "https", "chat.example")]
    [InlineData("http://user@chat.example", "http", "chat.example")]
    [InlineData("http://chat.example/", "http", "chat.example")]
    [InlineData("http://ok.example", "http", "chat.example")]
    [InlineData("https://ok.example:8443", "http", "chat.example")]
    [InlineData("chat.example", "http", "chat.example")]
    [InlineData("file://", "http", "chat.example")]
    public void GW1_every_other_origin_is_refused(string origin, string scheme, string host) =>
        Assert.False(Policy.Allows(Request(origin, scheme, host)));

    [Fact]
    public void GW1_a_program_without_an_origin_may_call_and_two_origins_are_none()
    {
        var request = Request("x", "http", "chat.example");
        request.Headers.Origin = new(["http://chat.example", "http://chat.example"]);
        Assert.False(Policy.Allows(request));
        request.Headers.Remove("Origin");
        Assert.True(Policy.Allows(request));
    }

    [Fact]
    public void What_is_no_origin_in_the_setting_is_told()
    {
        Assert.Empty(OriginPolicy.Check(null));
        Assert.Empty(OriginPolicy.Check(" https://a.example , http://b.example:1 ,"));
        Assert.Equal(4, OriginPolicy.Check("a.example,https://a.example/,*,https://*.a.example").Count());
    }

    private static HttpRequest Request(string origin, string scheme, string host)
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = scheme;
        request.Host = new HostString(host);
        request.Headers.Origin = origin;
        return request;
    }
}
