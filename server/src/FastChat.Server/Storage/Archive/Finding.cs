namespace FastChat.Server.Storage.Archive;

/// <summary>What an examination came to.</summary>
public enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, but not as well or as safely as it could.</summary>
    Warning,

    /// <summary>It does not work, or what is promised to users is not kept.</summary>
    Wrong,
}

/// <summary>One thing that was looked at; never with a password in it.</summary>
/// <param name="Verdict">How it is.</param>
/// <param name="Subject">What was looked at, in a word or two.</param>
/// <param name="Text">What was found, and what to do if it is not as it should be; a sentence without its full stop.</param>
public sealed record Finding(Verdict Verdict, string Subject, string Text)
{
    /// <summary>As it should be.</summary>
    public static Finding Ok(string subject, string text) => new(Verdict.Ok, subject, text);

    /// <summary>It works, but.</summary>
    public static Finding Warning(string subject, string text) => new(Verdict.Warning, subject, text);

    /// <summary>To be mended.</summary>
    public static Finding Wrong(string subject, string text) => new(Verdict.Wrong, subject, text);
}
