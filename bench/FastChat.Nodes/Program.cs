using FastChat.Nodes;

try
{
    var options = NodesOptions.Parse(args);
    Console.WriteLine($"{options.Scenario}: {options.Nodes} nodes, bus {options.Bus}");
    await using var site = await NodeSite.StartAsync(options);
    var lines = options.Scenario switch
    {
        "cost" => await new CostScenario(options, site).RunAsync(),
        "killed" => await new ComebackScenario(options, site).RunAsync(isKilled: true),
        "drained" => await new ComebackScenario(options, site).RunAsync(isKilled: false),
        "outage" => await new OutageScenario(options, site).RunAsync(),
        _ => await new RollingScenario(options, site).RunAsync(),
    };
    foreach (var line in lines)
    {
        Console.WriteLine(line);
    }

    return 0;
}
catch (FormatException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 2;
}
