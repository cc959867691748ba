import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseFrame } from './parseFrame';
import { MalformedError } from './reader';

const folder = new URL('../../../protocol/examples/server/', import.meta.url);
const examples = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

describe('parseFrame', () => {
  it.each(examples)('reads the golden frame $name and loses no member that the client uses', ({ name, text }) => {
    const frame = parseFrame(text);
    expect(frame?.type).toBe(name.split('.')[0]);
    const read = JSON.parse(JSON.stringify(frame));
    // The content of a hidden message is not there; the client takes it as empty.
    if (read.hidden) delete read.content;
    expect(JSON.parse(text)).toMatchObject(read);
  });

  it('has a golden frame for each type it knows', () => {
    expect(examples.map(({ name }) => name).sort()).toEqual(
      [
        'BLOCKS',
        'CHAT_OPENED',
        'DELIVERED',
        'ERROR',
        'HELLO_ACK',
        'MSG.hidden',
        'MSG',
        'MSG_ACK',
        'PONG',
        'PRESENCE',
        'READ',
        'RECONNECT',
        'TYPING',
      ].map((name) => `${name}.json`),
    );
  });

  it('reads a hidden message, which has no content', () => {
    const place = { chat_id: 'a', message_id: 'b', seq: 1, rev: 1, sender_id: 'c', sent_at: '2026-10-17T09:30:25.000Z' };
    expect(parseFrame(JSON.stringify({ type: 'MSG', ...place, hidden: true }))).toMatchObject({ hidden: true, content: '' });
    expect(parseFrame(JSON.stringify({ type: 'MSG', ...place, content: 'x' }))).not.toHaveProperty('hidden');
  });

  it('ignores a type and members of a later contract', () => {
    expect(parseFrame('{"type":"REACTION","emoji":"x"}')).toBeNull();
    expect(parseFrame('{"type":"PONG","server_time":"2026-10-17T09:30:25.000Z","new":1}')).toEqual({
      type: 'PONG',
      server_time: '2026-10-17T09:30:25.000Z',
    });
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"type":1}',
    '{"type":"READ","chat_id":"a","user_id":"b","seq":"2"}',
    '{"type":"constructor"',
    '{"type":"MSG"}',
  ])('refuses %s instead of guessing', (text) => expect(() => parseFrame(text)).toThrow(MalformedError));

  it('does not take an inherited property for a frame type', () => {
    expect(parseFrame('{"type":"constructor"}')).toBeNull();
  });
});
