using Microsoft.Extensions.Options;

namespace FastChat.Server.Identity;

/// <summary>Settings of identity: section <c>Limits</c>.</summary>
public sealed class IdentityOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Limits";

    /// <summary>New guests an hour and address (IPv6: /64), all of which may come at once; default 300, 0 is no limit.</summary>
    public int GuestsPerHour { get; set; } = 300;
}

/// <summary>Finds what is wrong with the settings before the server starts.</summary>
internal sealed class IdentityOptionsValidation : IValidateOptions<IdentityOptions>
{
    public ValidateOptionsResult Validate(string? name, IdentityOptions options) => options.GuestsPerHour >= 0
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail("Limits:GuestsPerHour must be 0 (no limit) or more.");
}
