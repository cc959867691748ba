using FastChat.Protocol;
using Xunit;

namespace FastChat.Server.Tests.Protocol;

public sealed class IdsTests
{
    [Theory]
    [InlineData("0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c04")]
    [InlineData("f47ac10b-58cc-4372-a567-0e02b2c3d479")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("ffffffff-ffff-ffff-ffff-ffffffffffff")]
    public void A_UUID_of_any_version_in_lower_case_is_an_id(string text)
    {
        Assert.True(Ids.TryParse(text, out var id));
        Assert.Equal(text, id.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0199F3A4-2c5e-7d80-8a13-9b7f4e6d2c04")]
    [InlineData("{199f3a4-2c5e-7d80-8a13-9b7f4e6d2c0}")]
    [InlineData("{0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c04}")]
    [InlineData("0199f3a42c5e7d808a139b7f4e6d2c04")]
    [InlineData("0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c0")]
    [InlineData("0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c044")]
    [InlineData(" 199f3a4-2c5e-7d80-8a13-9b7f4e6d2c04")]
    [InlineData("0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c0g")]
    [InlineData("0199f3a-42c5e-7d80-8a13-9b7f4e6d2c04")]
    [InlineData("0199f3a4-2c5e-7d80-8a13-9b7f4e6d2c0-")]
    [InlineData("------------------------------------")]
    [InlineData("0199f3a4−2c5e−7d80−8a13−9b7f4e6d2c04")]
    public void Every_other_form_is_refused(string text) => Assert.False(Ids.TryParse(text, out _));
}
