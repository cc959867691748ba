using FastChat.Soak;

try
{
    var options = SoakOptions.Parse(args);
    Console.WriteLine($"{options.Minutes} minutes on {options.Database}, seed {options.Seed}");
    using var run = new SoakRun(options);
    return await run.RunAsync() ? 0 : 1;
}
catch (FormatException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 2;
}
