import type { Bye, FeedEvents } from '../bus/protocol.js'

/**
 * - `connecting`: the first try, or a connection just lost and not yet refused
 * - `live`: heard from within 4.5 s
 * - `late`: nothing heard for 4.5 s
 * - `stale`: nothing heard for 9 s
 * - `offline`: a try failed; `retryAt` says when the next one is due, absent while it is under way
 * - `denied`: the server answered 401; tried again every 30 s
 */
export type StreamStatus = 'connecting' | 'live' | 'late' | 'stale' | 'offline' | 'denied'

export interface StreamState {
  status: StreamStatus
  /** When the next try is due, by the clock's `monotonic`. */
  retryAt?: number
  /** Why the server ended the stream, if it said so. */
  bye?: Bye['reason']
}

/** How a feed reaches this page: over a stream of its own, or shared among the tabs of the browser. */
export interface FeedLink {
  /** Connects, going on after the last event seen. Does nothing when already started. */
  start(): void
  /** Closes everything. `start` may follow. */
  stop(): void
  /** Tries at once instead of waiting. Does nothing while a connection is open. */
  retryNow(): void
}

/** An event as it came, for handing it on without encoding it again. */
export interface RawEvent {
  text: string
  /** The feed's last event ID; empty when the event had none. */
  id: string
}

export interface FeedListener {
  onEvent: <Name extends keyof FeedEvents>(name: Name, data: FeedEvents[Name], raw: RawEvent) => void
  onState: (state: StreamState) => void
}
