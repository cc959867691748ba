import { createContext, useContext } from 'react';
import type { ClientFrame } from '../protocol/frames';
import type { OutboxItem } from './chatStore';

/** What the chat's components ask for; the page gives it to them once. */
export interface ChatActions {
  sendMessage(target: OutboxItem['target'], content: string, name: string): void;
  retry(messageId: string): void;
  remove(messageId: string): void;
  /** Takes a refused message back into the composer. */
  edit(messageId: string): void;
  /** All of a chat was seen by a person. */
  read(chatId: string): void;
  /** Loads older messages. */
  older(chatId: string): void;
  sendFrame(frame: ClientFrame): boolean;
}

export const ChatActionsContext = createContext<ChatActions | null>(null);

export function useChatActions(): ChatActions {
  const actions = useContext(ChatActionsContext);
  if (!actions) throw new Error('ChatActionsContext is missing');
  return actions;
}
