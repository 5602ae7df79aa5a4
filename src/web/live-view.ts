import {
  HEARTBEAT_INTERVAL,
  type CallRecord,
  type ChannelRecord,
  type Hello,
  type Metrics,
  type RequestRecord,
  type Series,
  type Snapshot,
} from '../bus/protocol.js'
import type { LogView } from './log-book.js'
import type { WorkView } from './work-list.js'

/** The parts of the store that change on their own. */
export const SLICES = [
  'connection',
  'pause',
  'hello',
  'metrics',
  'requests',
  'calls',
  'log',
  'channels',
] as const
export type Slice = (typeof SLICES)[number]

/** These tell the truth also while the page is paused. */
export const NEVER_FROZEN: readonly Slice[] = ['connection', 'pause']

/** Points held for charts: ten minutes. */
export const SERIES_LIMIT = 600_000 / HEARTBEAT_INTERVAL

/** What the page has counted itself, of the instance that the metrics are of. It leads the metrics by up to 3 s. */
export interface Tally {
  /** Requests of kind `message` that ended. */
  readonly messages: number
  /** Log lines of level error and fatal. */
  readonly errors: number
}

export interface MetricsView {
  readonly metrics: Metrics
  /** When the metrics were taken, by the server's clock. */
  readonly time: number
  readonly series: Series
  /** Requests in flight that the page knew of when the metrics came. */
  readonly activeRequests: number
  /** The tally at that time. */
  readonly tally: Tally
}

/** One consistent picture of everything the page knows. Its parts are never changed in place. */
export interface LiveView {
  readonly hello?: Hello
  readonly metrics?: MetricsView
  /** Absent until the first full snapshot; so are calls, log and channels. */
  readonly requests?: WorkView<RequestRecord>
  readonly calls?: WorkView<CallRecord>
  readonly log?: LogView
  readonly channels?: readonly ChannelRecord[]
  readonly tally?: Tally
}

/** All that a store knows, in a form that the store of another tab can take over. */
export interface Handover {
  readonly hello: Hello
  readonly snapshot: Snapshot
  readonly clockOffset: number
  /** Milliseconds since the server was last heard. */
  readonly silence: number
}
