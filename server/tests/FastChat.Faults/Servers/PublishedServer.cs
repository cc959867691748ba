namespace FastChat.Faults.Servers;

/// <summary>Finds the program under test: FASTCHAT_SERVER, else what <c>dotnet publish</c> put into artifacts/publish.</summary>
public static class PublishedServer
{
    private static readonly Lazy<string> Found = new(Find);

    /// <summary>The program's path.</summary>
    /// <exception cref="FileNotFoundException">There is none; the message says how to make it.</exception>
    public static string Path => Found.Value;

    /// <summary>The source tree in which this program was built; the working folder if it is not in one.</summary>
    public static string Repository => RepositoryRoot();

    private static string Find()
    {
        var path = Environment.GetEnvironmentVariable("FASTCHAT_SERVER");
        if (string.IsNullOrEmpty(path))
        {
            path = System.IO.Path.Combine(RepositoryRoot(), "artifacts", "publish", "fastchat");
        }

        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"There is no server at {path}: run `dotnet publish server/src/FastChat.Server -c Release -o artifacts/publish` "
                + "or set FASTCHAT_SERVER to the program.");
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "global.json")))
            {
                return folder.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}
