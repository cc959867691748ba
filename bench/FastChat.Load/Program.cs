using FastChat.Load;

try
{
    var options = LoadOptions.Parse(args);
    var run = options.Scenario switch
    {
        "direct" => new DirectScenario(options).RunAsync(),
        "idle" => new IdleScenario(options).RunAsync(),
        _ => throw new FormatException($"There is no scenario `{options.Scenario}`; there are direct and idle."),
    };
    await run;
    return 0;
}
catch (Exception fault) when (fault is FormatException or HttpRequestException or System.Net.WebSockets.WebSocketException)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
