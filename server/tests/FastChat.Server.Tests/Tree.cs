using System.Runtime.CompilerServices;

namespace FastChat.Server.Tests;

/// <summary>The source tree, found from where this file was compiled.</summary>
internal static class Tree
{
    public static string Root { get; } = FindRoot();

    public static string Examples(string side) => Path.Combine(Root, "protocol", "examples", side);

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}
