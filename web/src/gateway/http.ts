import { MalformedError, Reader } from '../protocol/reader';

/** A refusal or failure of a REST call. `status` 0 and code `NETWORK`: the server was not reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Milliseconds the server asks to wait, 0 when it asked for nothing. */
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  token?: string;
  /** Neither sends nor takes cookies: for a call of another session than the one the browser's cookie belongs to. */
  withoutCookies?: boolean;
  /** Ends the call early, as if the server had not been reached. */
  signal?: AbortSignal;
  /**
   * Makes the call once more when nothing comes for a while, and takes the answer that comes first: for calls that may be
   * repeated, and that stand between a device that woke up and its messages. The browser's idle connections may have died too,
   * and only a request that stays without an answer makes it open another.
   */
  twice?: boolean;
}

const timeoutMs = 15_000;
const twiceMs = 3000;

/** An address of the server, also when the page lives under a path prefix. */
export function serverUrl(path: string): URL {
  return new URL(path, new URL('.', window.location.href));
}

async function refusal(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('retry-after'));
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
  try {
    const problem = Reader.of(await response.json());
    const code = problem.textOrNull('code') ?? `HTTP_${response.status}`;
    const message = problem.textOrNull('detail') ?? problem.textOrNull('title') ?? code;
    return new ApiError(response.status, code, message, problem.optionalNumber('retry_after_ms').retry_after_ms ?? waitMs);
  } catch {
    return new ApiError(
      response.status,
      response.status >= 500 ? 'UNAVAILABLE' : `HTTP_${response.status}`,
      response.statusText,
      waitMs,
    );
  }
}

/** Ends a call that takes too long, or that its caller gave up. `AbortSignal.any` is too young for a phone of some years. */
function endOf({ signal }: Call): AbortSignal {
  if (!signal) return AbortSignal.timeout(timeoutMs);
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), timeoutMs);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    end.abort();
  });
  return end.signal;
}

async function send(path: string, options: RequestInit, call: Call): Promise<Response> {
  const first = fetch(serverUrl(path), { ...options, signal: endOf(call) });
  if (!call.twice) return first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const second = new Promise<Response>((resolve, reject) => {
    timer = setTimeout(() => fetch(serverUrl(path), { ...options, signal: endOf(call) }).then(resolve, reject), twiceMs);
    // A first one that fails before is the answer; the second one is for those of which nothing is heard.
    first.catch(reject);
  });
  return Promise.race([first, second]).finally(() => clearTimeout(timer));
}

/** One REST call; the answer's JSON as it came, or `ApiError`. */
export async function request(path: string, call: Call = {}): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  if (call.token) headers['authorization'] = `Bearer ${call.token}`;
  let response: Response;
  try {
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    response = await send(
      path,
      { method: call.method ?? 'GET', headers, credentials: call.withoutCookies ? 'omit' : 'same-origin', ...body },
      call,
    );
  } catch {
    throw new ApiError(0, 'NETWORK', 'The server was not reached', 0);
  }
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    throw new MalformedError(`${path}: JSON`);
  }
}
