import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../gateway/http';
import type { IdentityApi } from '../gateway/api';
import type { Block } from '../protocol/entities';
import { blockPerson, loadBlocks, receiveBlocks, unblockPerson, useBlocks } from './blocks';

const block = (user_id: string): Block => ({ user_id, display_name: user_id, blocked_at: '2026-10-17T09:00:00.000Z' });
const away = new ApiError(0, 'NETWORK', '', 0);

function makeApi() {
  return {
    rename: vi.fn<IdentityApi['rename']>(),
    sessions: vi.fn<IdentityApi['sessions']>(),
    revoke: vi.fn<IdentityApi['revoke']>(),
    signOut: vi.fn<IdentityApi['signOut']>(),
    link: vi.fn<IdentityApi['link']>(),
    blocks: vi.fn<IdentityApi['blocks']>(async () => []),
    block: vi.fn<IdentityApi['block']>(async (userId) => block(userId)),
    unblock: vi.fn<IdentityApi['unblock']>(async () => undefined),
  };
}
const ids = (): string[] => [...useBlocks.getState().ids];

describe('blocked people', () => {
  beforeEach(() => useBlocks.setState({ people: [], ids: new Set(), known: false, failed: false, problem: null }));

  it('are known at once where they were blocked, the latest first', async () => {
    const api = makeApi();
    await blockPerson(api, 'amy');
    await blockPerson(api, 'ben');
    expect(useBlocks.getState().people.map(({ user_id }) => user_id)).toEqual(['ben', 'amy']);
    expect(ids()).toEqual(['ben', 'amy']);
  });

  it('are known at once where they were not, and their names a moment later', async () => {
    const api = makeApi();
    api.blocks.mockResolvedValueOnce([block('amy')]);
    receiveBlocks(['amy'], api);
    expect(ids()).toEqual(['amy']);
    await vi.waitFor(() => expect(useBlocks.getState().people).toEqual([block('amy')]));
  });

  it('stay as they are when the server can’t be asked, which is said', async () => {
    const api = makeApi();
    await blockPerson(api, 'amy');
    api.blocks.mockRejectedValueOnce(away);
    await loadBlocks(api);
    expect(useBlocks.getState()).toMatchObject({ failed: true });
    expect(ids()).toEqual(['amy']);
    api.unblock.mockRejectedValueOnce(away);
    expect(await unblockPerson(api, 'amy')).toBe(false);
    expect(useBlocks.getState().problem).toBe('amy');
    expect(await unblockPerson(api, 'amy')).toBe(true);
    expect(ids()).toEqual([]);
  });

  it('a list that was asked for before a change does not undo it', async () => {
    const api = makeApi();
    let answer: (people: Block[]) => void = () => undefined;
    api.blocks.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const asked = loadBlocks(api);
    await blockPerson(api, 'amy');
    answer([]);
    await asked;
    expect(ids()).toEqual(['amy']);
  });
});
