using FastChat.Load;
using FastChat.Load.Measuring;
using FastChat.Load.Scenarios;
using FastChat.Load.Wire;

try
{
    var options = LoadOptions.Parse(args);
    var count = options.Scenario switch
    {
        "direct" or "fanout" => MessageScenario.Guests(options),
        "idle" or "presence" => options.Clients,
        _ => throw new FormatException($"There is no scenario `{options.Scenario}`; there are direct, fanout, idle and presence."),
    };
    options.RequireOpenFiles(count);
    var fresh = Usage.Now(options);
    var guests = await Guest.MakeAsync(options.Url, count);
    var report = options.Scenario switch
    {
        "idle" => new IdleScenario(options).Run(guests, fresh),
        "presence" => new PresenceScenario(options).Run(guests),
        _ => new MessageScenario(options).Run(guests),
    };
    report.Write(options);
    return 0;
}
catch (Exception fault) when (fault is FormatException or LoadException)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
