using Xunit;

namespace FastChat.ContractTests;

/// <summary>Tests that measure real time, and so must not share the machine with other tests.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
