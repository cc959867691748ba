using System.Data.Common;
using FastChat.Server.Hosting;
using FastChat.Server.Storage.Archive;

namespace FastChat.Server.Operations;

/// <summary>Why something was not done, for an operator.</summary>
internal static class Sentences
{
    /// <summary>What is wrong, in sentences; a fault that is a bug is told in full.</summary>
    public static IEnumerable<string> Explain(Exception fault) => fault switch
    {
        ArchiveRefusedException => [fault.Message],
        DbException { InnerException: { } cause } => [$"the database is in the way: {fault.Message} {cause.Message}"],
        DbException => [$"the database is in the way: {fault.Message}"],
        IOException or UnauthorizedAccessException => [fault.Message],
        _ => Startup.Explain(fault),
    };
}
