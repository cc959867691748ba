using Xunit;

namespace FastChat.Server.Tests;

/// <summary>Tests that measure the whole process, and so must not share it with other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
