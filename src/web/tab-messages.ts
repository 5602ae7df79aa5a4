import type { FeedEvents } from '../bus/protocol.js'
import type { RawEvent, StreamState } from './feed-link.js'

/** The connection's state, with a time that means the same in every tab: each has a monotonic clock of its own. */
export interface TabState {
  state: Omit<StreamState, 'retryAt'>
  /** Milliseconds until the next try. */
  retryIn?: number | undefined
  /** Milliseconds since the server was heard; absent while it is not connected. */
  silence?: number | undefined
}

/**
 * What the leading tab says.
 * - `lead`: it leads from now on, and its stream goes on after this event
 * - `event`: the feed has sent this
 * - `state`: the connection's state; also the answer to `ask`
 * - `welcome`: all that it knows, as text, for those that are out of step
 */
export type LeaderWords =
  | { kind: 'lead'; lastEventId: string }
  | ({ kind: 'event'; name: keyof FeedEvents } & RawEvent)
  | ({ kind: 'state' } & TabState)
  | ({ kind: 'welcome'; lastEventId: string; known: string } & TabState)

export type LeaderMessage = LeaderWords & {
  /** Grows from leader to leader: one that was replaced and doesn't know it yet is not heeded. */
  term: number
  /** Counts the messages of the term that must not be missed; that of a welcome is the last one that it covers. */
  turn: number
}

/**
 * What the other tabs say.
 * - `join`: tell me all you know
 * - `ask`: are you there?
 * - `retry`: the reader wants to try now
 */
export interface FollowerMessage {
  kind: 'join' | 'ask' | 'retry'
}

export type TabMessage = LeaderMessage | FollowerMessage

export const isOfLeader = (message: TabMessage): message is LeaderMessage => 'term' in message
