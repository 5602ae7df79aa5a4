import type { Clock } from '../bus/clock.js'
import type { FeedListener } from './feed-link.js'
import type { StreamPosition } from './stream-client.js'

/** How far a tab has come; it outlives the roles that the tab plays. */
export interface TabPosition extends StreamPosition {
  /** Of the latest leader known. */
  term: number
}

/** What a role needs of its tab. */
export interface TabRoleOptions extends FeedListener {
  clock: Clock
  position: TabPosition
}
