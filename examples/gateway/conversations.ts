/** One message of a conversation. `time` is epoch milliseconds. */
export interface ChatMessage {
  role: 'user' | 'assistant'
  text: string
  time: number
}

/** A conversation in the list: how much was said and when last. */
export interface ConversationSummary {
  session: string
  channel: string
  /** All messages since the start, also those no longer held. */
  messages: number
  lastActivity: number
}

interface Conversation {
  channel: string
  total: number
  messages: ChatMessage[]
}

export interface Conversations {
  /** Adds a message; the oldest of the conversation, and the longest silent conversation, make room. */
  add(session: string, channel: string, message: ChatMessage): void
  /** The newest messages of a conversation, oldest first. */
  history(session: string, limit?: number): ChatMessage[]
  /** All conversations held, the most recently active first. */
  list(): ConversationSummary[]
}

/** The gateway's own memory of what was said. In memory, bounded: by default 500 conversations of 100 messages. */
export function createConversations({ sessions = 500, messages = 100 } = {}): Conversations {
  // In the order of last activity, so that the first entry is the one to drop.
  const held = new Map<string, Conversation>()
  return {
    add(session, channel, message) {
      const conversation = held.get(session) ?? { channel, total: 0, messages: [] }
      conversation.channel = channel
      conversation.total += 1
      conversation.messages.push(message)
      if (conversation.messages.length > messages) conversation.messages.shift()
      held.delete(session)
      held.set(session, conversation)
      if (held.size > sessions) for (const oldest of held.keys()) return void held.delete(oldest)
    },
    history(session, limit = messages) {
      return held.get(session)?.messages.slice(-limit) ?? []
    },
    list() {
      const summaries = Array.from(held, ([session, { channel, total, messages }]) => ({
        session,
        channel,
        messages: total,
        lastActivity: messages.at(-1)?.time ?? 0,
      }))
      return summaries.reverse()
    },
  }
}
