/** Close codes of the contract that the client treats in a way of their own. */
export const CloseCode = { unauthorized: 4001, refusedTooOften: 4004, tooManyConnections: 4005, sessionRevoked: 4500 } as const;

/** What to do after the server closed a connection. `afterMs` is a shortest wait in milliseconds. */
export type AfterClose = { do: 'connect'; freshToken: boolean; afterMs: number } | { do: 'stop' };

const slowMs = 30_000;

/** The rule that a close code carries: 4500–4999 stop, all else connects again, some of it later. */
export function afterClose(code: number): AfterClose {
  if (code >= 4500 && code <= 4999) return { do: 'stop' };
  const slow = code === CloseCode.refusedTooOften || code === CloseCode.tooManyConnections;
  return { do: 'connect', freshToken: code === CloseCode.unauthorized, afterMs: slow ? slowMs : 0 };
}
