const transient = new Set(['RATE_LIMITED', 'UNAVAILABLE', 'INTERNAL_ERROR']);
const aboutTheSession = new Set(['UNAUTHORIZED', 'HELLO_REQUIRED', 'HELLO_TIMEOUT']);

/** Whether the same request may succeed later without anybody changing it. */
export const isTransient = (code: string): boolean => transient.has(code) || aboutTheSession.has(code);
