using System.Buffers;
using FastChat.Protocol;
using Microsoft.Net.Http.Headers;

namespace FastChat.Server.Rest;

/// <summary>Reads a call's JSON body in the contract's order of refusals: media type and size first, then JSON.</summary>
public static class RequestBody
{
    /// <summary>The largest body of a call, in bytes; <c>/api/sync</c> alone may be larger.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    /// <summary>Reads a JSON object. With <paramref name="mayBeEmpty"/> no body at all counts as <c>{}</c>.</summary>
    public static async Task<Outcome<JsonMembers>> ReadAsync(HttpContext context, int maxBytes = MaxBytes, bool mayBeEmpty = false)
    {
        var request = context.Request;
        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var mediaType)
            && mediaType.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!mediaType.Charset.HasValue || mediaType.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson && !(mayBeEmpty && string.IsNullOrEmpty(request.ContentType)))
        {
            return new Refusal(ErrorCode.UnsupportedMediaType, "The body must be `application/json` in UTF-8.");
        }

        var body = await ReadBytesAsync(request, maxBytes, context.RequestAborted);
        if (body is null)
        {
            return new Refusal(ErrorCode.TooLarge, $"The body may have up to {maxBytes} bytes.");
        }

        if (body.Length == 0 && mayBeEmpty)
        {
            return JsonMembers.Read(EmptyObject);
        }

        return isJson ? JsonMembers.Read(body) : new Refusal(ErrorCode.UnsupportedMediaType, "The body must be `application/json` in UTF-8.");
    }

    private static async Task<byte[]?> ReadBytesAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            return null;
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > maxBytes)
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
