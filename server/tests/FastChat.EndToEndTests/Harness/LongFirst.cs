using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongFirst))]

namespace FastChat.EndToEndTests.Harness;

/// <summary>Marks a class that takes more than half a minute, mostly by waiting.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TakesLongAttribute : Attribute;

/// <summary>Starts classes that take long before all others, so that none of them goes on when the others are through.</summary>
public sealed class LongFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
        [.. typeof(LongFirst).Assembly.GetTypes().Where(type => type.IsDefined(typeof(TakesLongAttribute), inherit: false)).Select(type => type.FullName!)];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => IsLong(collection) ? 0 : 1)];

    /// <summary>A class without a collection of its own choice is one, named after it.</summary>
    private static bool IsLong(ITestCollection collection) =>
        Array.Exists(Long, name => collection.TestCollectionDisplayName.Contains($" {name} ", StringComparison.Ordinal));
}
