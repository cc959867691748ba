/*
 * Every text that a person reads stands here. A typed object instead of an i18n library: each text is a plain string or a
 * function of its values, the compiler finds a missing or unused one, plurals come from Intl.PluralRules, and it costs
 * nothing of the first load's budget. A second language is a second object of type `Texts`.
 */
const locale = 'en';
const rules = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);

/** Picks the plural form and puts the number in for `#`. */
const plural = (count: number, forms: { one: string; other: string }): string =>
  (rules.select(count) === 'one' ? forms.one : forms.other).replace('#', numbers.format(count));

const en = {
  product: 'FastChat',
  sidebar: {
    label: 'Chats and people',
    search: 'Search people and chats',
    keys: 'Keyboard shortcuts',
    share: 'Invite people',
    menu: 'Settings',
  },
  identity: {
    you: 'You',
    edit: (name: string) => `Your name is ${name}. Change it`,
    field: 'Your name',
    hint: 'This is the name others see',
    empty: 'A name needs at least one character',
    tooLong: 'A name has at most 32 characters',
    refused: 'This name is reserved or has characters that are not allowed.',
    failed: 'The name could not be saved. Try again.',
    arriving: 'Getting you a name…',
  },
  ended: {
    title: 'This session has ended',
    body: 'It was signed out, here or from another device. Your messages are kept for those you wrote to.',
    action: 'Continue as a new guest',
    unsent: (count: number) => plural(count, { one: '# message was not sent', other: '# messages were not sent' }),
    unsentHint: 'Copy what you want to keep. A new guest does not see it any more.',
  },
  refused: {
    title: 'This page is out of date',
    body: 'The server speaks a newer language than this page. Loading it again helps.',
    action: 'Reload',
  },
  theme: { label: 'Appearance', light: 'Light', dark: 'Dark', system: 'System' },
  presence: {
    heading: 'Here now',
    region: 'People online',
    search: 'Find a person',
    clear: 'Clear the search',
    count: (count: number) => plural(count, { one: '# person here', other: '# people here' }),
    online: 'Online',
    away: 'Away',
    offline: 'Offline',
    lastSeen: (when: string) => `Last seen ${when}`,
    talk: (name: string, status: string) => `${name}, ${status}. Open the chat`,
    more: 'Show more',
    none: (query: string) => `Nobody called “${query}” is here`,
  },
  alone: {
    title: 'Nobody else is here yet',
    body: 'Share this address. Whoever opens it is here at once, with nothing to sign up for.',
    share: 'Invite people',
  },
  share: {
    title: 'Invite people',
    body: 'Whoever opens this address can talk to you. No account, nothing to install.',
    field: 'Address of this chat',
    copy: 'Copy link',
    copied: 'Copied',
    manual: 'Press Ctrl+C to copy',
    code: 'QR code with the address of this chat',
    local: 'This address works on this computer only. Open the page by its network address to invite others.',
  },
  chats: {
    heading: 'Chats',
    region: 'Your chats',
    draft: 'Draft:',
    mine: (text: string) => `You: ${text}`,
    notSent: 'Not sent:',
    unread: (count: number) => plural(count, { one: '# unread message', other: '# unread messages' }),
    open: (name: string) => `Chat with ${name}`,
    empty: 'No messages yet',
    deleted: 'This message was deleted',
    typing: 'typing…',
    welcome: 'Pick someone who is here',
    welcomeBody: 'One click opens a chat. Messages wait for those who are away.',
    back: 'Back to the list',
    begin: (name: string) => `This is the beginning of your chat with ${name}.`,
    first: (name: string) => `Say hello to ${name}`,
    gone: 'This chat is not available',
    goneBody: 'It may have been removed, or it belongs to somebody else.',
    loading: 'Loading…',
    someone: 'Someone',
  },
  timeline: {
    label: (name: string) => `Messages with ${name}`,
    today: 'Today',
    yesterday: 'Yesterday',
    unread: 'New messages',
    latest: 'Jump to latest',
    latestNew: (count: number) => plural(count, { one: '# new message', other: '# new messages' }),
    edited: 'edited',
    older: 'Loading older messages…',
    olderFailed: 'Older messages could not be loaded.',
    tryAgain: 'Try again',
    typing: (name: string) => `${name} is typing`,
  },
  marks: { pending: 'Waiting to be sent', sent: 'Sent', delivered: 'Delivered', read: 'Read', failed: 'Not sent' },
  failures: {
    VALIDATION: 'The server did not accept this message.',
    TOO_LARGE: 'This message is too long.',
    CONFLICT: 'This message was already sent with another text.',
    CHAT_NOT_FOUND: 'This chat does not exist any more.',
    USER_NOT_FOUND: 'This person does not exist any more.',
    FORBIDDEN: 'You may not write here.',
    INTERNAL_ERROR: 'The server failed on this message.',
    otherwise: 'The server refused this message.',
    retry: 'Try again',
    edit: 'Edit',
    remove: 'Discard',
  },
  composer: {
    label: (name: string) => `Message to ${name}`,
    placeholder: (name: string) => `Write to ${name}`,
    send: 'Send',
    tooLong: (count: number) => plural(count, { one: '# character too many', other: '# characters too many' }),
    unkept: 'This browser cannot keep messages. Leave this page open until yours are sent.',
  },
  connection: {
    connecting: 'Connecting',
    reconnecting: 'Reconnecting',
    inSeconds: (seconds: number) => plural(seconds, { one: 'Next try in # second', other: 'Next try in # seconds' }),
    tooMany: 'FastChat is open in too many places. Close one of them.',
    now: 'Try now',
    back: 'Back online',
  },
  palette: {
    title: 'Search people and chats',
    placeholder: 'Search by name',
    none: 'Nothing found',
    results: (count: number) => plural(count, { one: '# result', other: '# results' }),
  },
  keys: {
    title: 'Keyboard shortcuts',
    close: 'Close',
    list: [
      ['Enter', 'Send the message'],
      ['Shift + Enter', 'New line'],
      ['Ctrl + K', 'Search people and chats'],
      ['Alt + ↑ ↓', 'Previous or next chat'],
      ['Esc', 'Close, or leave the chat'],
      ['?', 'Show these keys'],
    ] as [string, string][],
  },
  badge: (count: number) => `(${count > 99 ? '99+' : count}) FastChat`,
};

export type Texts = typeof en;

/** The catalogue in the language of the page. */
export const texts: Texts = en;
