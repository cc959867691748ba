import { unreadOf, useChats, type ChatsState } from '../chats/chatStore';
import { texts } from '../shared/texts';

const drawDot = (svg: string): string =>
  svg.replace('</svg>', '<circle cx="25" cy="7" r="7" fill="#fff"/><circle cx="25" cy="7" r="5.5" fill="#c2410c"/></svg>');

const total = (state: ChatsState): number => Object.values(state.chats).reduce((sum, chat) => sum + unreadOf(state, chat), 0);

/** Shows the number of unread messages in the title and a dot in the favicon. */
export function showUnreadOutside(): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const plain = link?.href ?? '';
  let marked: Promise<string> | null = null;
  let shown = 0;
  const show = (count: number): void => {
    document.title = count > 0 ? texts.badge(count) : texts.product;
    if (!link || count > 0 === shown > 0) return;
    shown = count;
    marked ??= fetch(plain)
      .then((answer) => answer.text())
      .then((svg) => URL.createObjectURL(new Blob([drawDot(svg)], { type: 'image/svg+xml' })));
    const wanted = count > 0;
    void marked.then((url) => (shown > 0 === wanted ? (link.href = wanted ? url : plain) : null)).catch(() => undefined);
  };
  useChats.subscribe((state, before) => {
    if (state.chats !== before.chats) show(total(state));
  });
}
