using System.Text;
using FastChat.Protocol;
using Xunit;

namespace FastChat.Server.Tests.Protocol;

public sealed class ParserFuzzTests
{
    /// <summary>As <c>bin/bench --fuzz</c> sets them; in the tests always the same.</summary>
    private static readonly int Seed = Given("FASTCHAT_FUZZ_SEED") ?? 20260102;

    private static readonly int Inputs = Given("FASTCHAT_FUZZ_INPUTS") ?? 200_000;

    private static readonly string[] Pieces =
    [
        "\"", "\\", "{", "}", "[", "]", ":", ",", "null", "true", "-0", "1e999", "\\u", "\\ud83d", "\\ude00", "\\u0000", "\"type\":", "\"ref\":",
        "\"message_id\":", "\"MSG\"", "\"WATCH\"", "\0", "\uFEFF", "😀", "9223372036854775808", "[[[[[[[[[", "{\"a\":", "//", "\n", " ",
    ];

    [Fact]
    public void The_parser_answers_every_mutated_input_and_never_throws()
    {
        var random = new Random(Seed);
        var seeds = Directory.GetFiles(Path.Combine(Tree.Root, "protocol", "examples"), "*.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var (frames, refusals) = (0, 0);
        for (var i = 0; i < Inputs; i++)
        {
            var input = Mutate(random, seeds[random.Next(seeds.Length)]);
            var parsed = Parse(input, i);
            if ((parsed.Frame is null) == (parsed.Refusal is null))
            {
                Assert.Fail($"input {i} of seed {Seed} has neither or both of frame and refusal: {Show(input)}");
            }

            frames += parsed.Frame is null ? 0 : 1;
            refusals += parsed.Refusal is null ? 0 : 1;
        }

        // Were it all one or the other, the mutations would prove nothing.
        Assert.True(frames > Inputs / 200 && refusals > Inputs / 2, $"{frames} frames, {refusals} refusals");
        if (Environment.GetEnvironmentVariable("FASTCHAT_FUZZ_REPORT") is { Length: > 0 } report)
        {
            File.AppendAllText(report, $"| parser, in process | {Inputs} | {Seed} | – | – | – | frames {frames}, refusals {refusals} |\n");
        }
    }

    private static int? Given(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;

    private static ParsedFrame Parse(byte[] input, int number)
    {
        try
        {
            return ClientFrameParser.Parse(input);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"input {number} of seed {Seed} made the parser throw: {Show(input)}", fault);
        }
    }

    private static byte[] Mutate(Random random, byte[] seed)
    {
        var bytes = seed.ToList();
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    private static string Show(byte[] input) => Convert.ToBase64String(input);
}
