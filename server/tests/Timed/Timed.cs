using System.Runtime.CompilerServices;
using Xunit.Sdk;
using Xunit.v3;

namespace FastChat.Timed;

/// <summary>
/// xunit's <c>[Fact]</c>, in every test project under that name, with a limit on how long it may take: <see cref="Patience.Test"/>. A test
/// that takes longer fails by name, and the next one starts. xunit can end only tests that are asynchronous; the runner ends the others.
/// </summary>
[XunitTestCaseDiscoverer(typeof(TimedFactDiscoverer))]
[AttributeUsage(AttributeTargets.Method)]
public sealed class TimedFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : Xunit.FactAttribute(file, line);

/// <summary>xunit's <c>[Theory]</c>, with the same limit for each of its cases.</summary>
[XunitTestCaseDiscoverer(typeof(TimedTheoryDiscoverer))]
[AttributeUsage(AttributeTargets.Method)]
public sealed class TimedTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : Xunit.TheoryAttribute(file, line);

/// <summary>Finds tests as xunit does, and limits the asynchronous ones.</summary>
public sealed class TimedFactDiscoverer : FactDiscoverer
{
    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute)
    {
        TimeLimit.Set(testMethod, factAttribute);
        return base.Discover(discoveryOptions, testMethod, factAttribute);
    }
}

/// <summary>Finds theories as xunit does, and limits the asynchronous ones.</summary>
public sealed class TimedTheoryDiscoverer : TheoryDiscoverer
{
    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute)
    {
        TimeLimit.Set(testMethod, factAttribute);
        return base.Discover(discoveryOptions, testMethod, factAttribute);
    }
}

internal static class TimeLimit
{
    public static void Set(IXunitTestMethod method, IFactAttribute attribute)
    {
        if (attribute is Xunit.FactAttribute { Timeout: 0 } unlimited && typeof(Task).IsAssignableFrom(method.Method.ReturnType))
        {
            unlimited.Timeout = (int)Patience.Test.TotalMilliseconds;
        }
    }
}
