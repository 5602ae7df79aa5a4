import { z } from 'zod'
import { LEVELS, TOPICS, type LogLine, type Snapshot, type Topic } from '../bus/protocol.js'
import type { DeltaKey } from './delta-ring.js'

const BATCHES = ['0', '50', '250', '1000'] as const

const list = (accepts: (item: string) => boolean): z.ZodOptional<z.ZodType<string[], string>> =>
  z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((items) => items.every(accepts))
    .optional()

const isName = (item: string): boolean => item !== '' && item.length <= 256

/** The query of the feed. Each description completes the sentence "it takes …". */
export const feedQuery = z.strictObject({
  topics: list((item) => (TOPICS as readonly string[]).includes(item)).describe(
    `a comma list of ${TOPICS.join(', ')}`,
  ),
  level: z
    .enum(LEVELS)
    .default('info')
    .describe(`one of ${LEVELS.join(', ')}`),
  source: list(isName).describe('a comma list of log sources'),
  session: list(isName).describe('a comma list of sessions'),
  instance: list(isName).describe('a comma list of instances'),
  history: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .refine((count) => count <= 1000)
    .default(200)
    .describe('a whole number from 0 to 1000'),
  batch: z
    .enum(BATCHES)
    .default('50')
    .transform(Number)
    .describe(`one of ${BATCHES.join(', ')}`),
  format: z.enum(['sse', 'ndjson']).optional().describe('sse or ndjson'),
  lastEventId: z.string().max(128).optional().describe('the id of the last event received'),
})

export type FeedQuery = z.output<typeof feedQuery>

/** What one session wants to see. Sessions with an equal `key` share their encoded batches. */
export interface Filter {
  readonly key: string
  readonly topics: ReadonlySet<Topic>
  /** Milliseconds that a delta may wait to be batched. */
  readonly batch: number
  /** Lets everything through but debug lines: what pages ask for. */
  readonly isDefault: boolean
  matches(delta: DeltaKey): boolean
  /**
   * The parts of a full snapshot that the filter lets through, with the newest `history` of its log lines; sections of
   * other topics are absent.
   */
  apply(snapshot: Snapshot, history: number): Snapshot
}

/** The filter that a query asks for. */
export function createFilter(query: FeedQuery): Filter {
  const topics = new Set((query.topics ?? TOPICS) as Topic[])
  const leastLevel = LEVELS.indexOf(query.level)
  const sources = query.source && new Set(query.source)
  const sessions = query.session && new Set(query.session)
  const instances = query.instance && new Set(query.instance)

  const matchesItem = (item: { session?: string | undefined; instance: string }): boolean =>
    (sessions === undefined || (item.session !== undefined && sessions.has(item.session))) &&
    (instances === undefined || instances.has(item.instance))
  const matchesLine = (line: LogLine): boolean =>
    LEVELS.indexOf(line.level) >= leastLevel &&
    (sources === undefined || sources.has(line.source)) &&
    matchesItem(line)

  const isDefault =
    topics.size === TOPICS.length &&
    query.level === 'info' &&
    query.batch === 50 &&
    sources === undefined &&
    sessions === undefined &&
    instances === undefined

  return {
    isDefault,
    key: JSON.stringify([
      [...topics].sort(),
      query.level,
      query.source,
      query.session,
      query.instance,
      query.batch,
    ]),
    topics,
    batch: query.batch,
    matches(delta) {
      if (isDefault) return delta.topic !== 'log' || delta.level >= leastLevel
      if (!topics.has(delta.topic)) return false
      if (delta.topic === 'log') {
        if (delta.level < leastLevel) return false
        if (sources !== undefined && !sources.has(delta.source!)) return false
      }
      return matchesItem(delta)
    },
    apply(snapshot, history) {
      const { metrics, series, log, requests, calls, channels } = snapshot
      return {
        time: snapshot.time,
        ...(topics.has('metrics') && metrics && { metrics }),
        ...(topics.has('log') && log && { log: newest(log.filter(matchesLine), history) }),
        ...(topics.has('request') && requests && { requests: requests.filter(matchesItem) }),
        ...(topics.has('call') && calls && { calls: calls.filter(matchesItem) }),
        ...(topics.has('channel') && channels && { channels: channels.filter(matchesItem) }),
        ...(topics.has('metrics') && series && { series }),
      }
    },
  }
}

function newest<Item>(items: Item[], count: number): Item[] {
  return items.slice(Math.max(0, items.length - count))
}
