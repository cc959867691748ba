namespace FastChat.Protocol;

/// <summary>Why something was refused: the <c>code</c> of an <c>ERROR</c> frame and of a problem document.</summary>
public enum ErrorCode
{
    /// <summary>Not JSON, not an object, a member twice, too deep.</summary>
    InvalidJson,

    /// <summary>A missing or bad member or parameter; the message names it and what is allowed.</summary>
    Validation,

    /// <summary>No such <c>type</c> for a client.</summary>
    UnknownType,

    /// <summary>The first frame of a connection was no <c>HELLO</c>.</summary>
    HelloRequired,

    /// <summary>No <c>HELLO</c> came in time.</summary>
    HelloTimeout,

    /// <summary>The token is missing, bad or expired.</summary>
    Unauthorized,

    /// <summary>Known, but not allowed.</summary>
    Forbidden,

    /// <summary>No such user for this caller.</summary>
    UserNotFound,

    /// <summary>No such chat for this caller; the same whether it exists or not.</summary>
    ChatNotFound,

    /// <summary>No such path or thing.</summary>
    NotFound,

    /// <summary>The path is there, but not with this method.</summary>
    MethodNotAllowed,

    /// <summary>The body is of a media type that is not read here.</summary>
    UnsupportedMediaType,

    /// <summary>A message id was used again for something else.</summary>
    Conflict,

    /// <summary>Content or REST body over the limit.</summary>
    TooLarge,

    /// <summary>Too many in too short a time; nothing was stored.</summary>
    RateLimited,

    /// <summary>The database can't be reached or written, or it is not known whether a message was stored.</summary>
    Unavailable,

    /// <summary>A bug; the message names the id it was logged under, nothing else.</summary>
    InternalError,
}

/// <summary>The wire's spelling of each <see cref="ErrorCode"/> and its HTTP status.</summary>
public static class ErrorCodes
{
    /// <summary>The code as it stands in frames and problem documents, for example <c>CHAT_NOT_FOUND</c>.</summary>
    public static string ToWire(this ErrorCode code) => code switch
    {
        ErrorCode.InvalidJson => "INVALID_JSON",
        ErrorCode.Validation => "VALIDATION",
        ErrorCode.UnknownType => "UNKNOWN_TYPE",
        ErrorCode.HelloRequired => "HELLO_REQUIRED",
        ErrorCode.HelloTimeout => "HELLO_TIMEOUT",
        ErrorCode.Unauthorized => "UNAUTHORIZED",
        ErrorCode.Forbidden => "FORBIDDEN",
        ErrorCode.UserNotFound => "USER_NOT_FOUND",
        ErrorCode.ChatNotFound => "CHAT_NOT_FOUND",
        ErrorCode.NotFound => "NOT_FOUND",
        ErrorCode.MethodNotAllowed => "METHOD_NOT_ALLOWED",
        ErrorCode.UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
        ErrorCode.Conflict => "CONFLICT",
        ErrorCode.TooLarge => "TOO_LARGE",
        ErrorCode.RateLimited => "RATE_LIMITED",
        ErrorCode.Unavailable => "UNAVAILABLE",
        ErrorCode.InternalError => "INTERNAL_ERROR",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "not a code of the contract"),
    };

    /// <summary>The HTTP status of a refusal with this code; codes that only a socket knows map to 400.</summary>
    public static int ToHttpStatus(this ErrorCode code) => code switch
    {
        ErrorCode.Unauthorized => 401,
        ErrorCode.Forbidden => 403,
        ErrorCode.UserNotFound or ErrorCode.ChatNotFound or ErrorCode.NotFound => 404,
        ErrorCode.MethodNotAllowed => 405,
        ErrorCode.UnsupportedMediaType => 415,
        ErrorCode.Conflict => 409,
        ErrorCode.TooLarge => 413,
        ErrorCode.RateLimited => 429,
        ErrorCode.Unavailable => 503,
        ErrorCode.InternalError => 500,
        _ => 400,
    };
}
