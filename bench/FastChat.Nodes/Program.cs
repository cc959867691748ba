using FastChat.Nodes;

try
{
    var options = NodesOptions.Parse(args);
    Console.WriteLine(await (options.Scenario switch
    {
        "load" or "rate" => Runs.LoadAsync(options),
        "hang" => Runs.HangAsync(options),
        "outage" => Runs.OutageAsync(options),
        "roll" => Runs.RollAsync(options),
        _ => Runs.ReturnAsync(options),
    }));
    return 0;
}
catch (FormatException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 2;
}
