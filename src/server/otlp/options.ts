import { z } from 'zod'

/** Items a second by default: several times what one process can record. */
const RATE = 100_000

/** Gauges and counters that metrics become. More names are not told apart anyway. */
const MAP_LIMIT = 100

const NAME = '[\\w.:-]{1,100}'
/** As OpenTelemetry has it, and Prometheus. */
const METRIC = '[\\w./:-]{1,255}'
/** A name and its metric in one word: `queueDepth=app.queue.depth`. */
export const MAPPING = new RegExp(`^${NAME}=${METRIC}$`)

export const otlpOptions = z.strictObject({
  content: z.boolean().default(false).describe('true or false'),
  rate: z.number().int().min(1).default(RATE).describe('a whole number of items per second, from 1'),
  map: z
    .record(z.string().regex(new RegExp(`^${NAME}$`)), z.string().regex(new RegExp(`^${METRIC}$`)))
    .refine((map) => Object.keys(map).length <= MAP_LIMIT)
    .default({})
    .describe(
      `an object of up to ${MAP_LIMIT} gauges or counters and the metric of each, such as {queueDepth: "app.queue.depth"}`,
    ),
})

export interface OtlpOptions {
  /** Keep prompts, completions and what tools were given, as log lines of level debug. Default: false. */
  content?: boolean
  /**
   * Spans, log records and data points taken per second, of all senders and routes together; what comes sooner is
   * answered 429. Default: 100,000.
   */
  rate?: number
  /** Which gauge or counter comes from which metric: `{queueDepth: 'app.queue.depth'}`; of a histogram it is the mean. Default: none. */
  map?: Record<string, string>
}
