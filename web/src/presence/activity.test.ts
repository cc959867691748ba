import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Activity } from './activity';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('activity', () => {
  it('is away after five minutes without input, and back with the first', () => {
    const changed = vi.fn();
    const activity = new Activity({ hidden: () => false, changed });
    activity.notice();
    vi.advanceTimersByTime(299_000);
    activity.notice();
    vi.advanceTimersByTime(299_999);
    expect(changed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    activity.notice();
    expect(changed.mock.calls).toEqual([['away'], ['online']]);
  });

  it('is away at once in a hidden tab', () => {
    const changed = vi.fn();
    new Activity({ hidden: () => true, changed }).notice();
    expect(changed.mock.calls).toEqual([['away']]);
  });
});
