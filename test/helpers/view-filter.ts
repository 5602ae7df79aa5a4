import type { Delta } from '../../src/bus/messages.js'
import { LEVELS, type Level, type Topic } from '../../src/bus/protocol.js'

/** What a client of a test asks the feed for. */
export interface ViewFilter {
  topics?: Topic[]
  level?: Level
  source?: string[]
  session?: string[]
  history?: number
  batch?: 0 | 50 | 250 | 1000
}

export function toQuery(filter: ViewFilter): URLSearchParams {
  return new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)]))
}

/** Whether docs/protocol.md promises the delta to such a client. Written from there, not from the server's code. */
export function wants(filter: ViewFilter, { topic, item }: Delta): boolean {
  if (filter.topics !== undefined && !filter.topics.includes(topic)) return false
  if (topic === 'log') {
    if (LEVELS.indexOf(item.level) < LEVELS.indexOf(filter.level ?? 'info')) return false
    if (filter.source !== undefined && !filter.source.includes(item.source)) return false
  }
  if (filter.session === undefined) return true
  return topic !== 'channel' && item.session !== undefined && filter.session.includes(item.session)
}
