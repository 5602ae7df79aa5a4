import { z } from 'zod'

/** Gauges and counters that metrics become. More names are not told apart anyway. */
const MAP_LIMIT = 100

const NAME = '[\\w.:-]{1,100}'
/** As OpenTelemetry has it, and Prometheus. */
const METRIC = '[\\w./:-]{1,255}'
/** A name and its metric in one word: `queueDepth=app.queue.depth`. */
export const MAPPING = new RegExp(`^${NAME}=${METRIC}$`)

export const otlpOptions = z.strictObject({
  content: z.boolean().default(false).describe('true or false'),
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
  /** Which gauge or counter comes from which metric: `{queueDepth: 'app.queue.depth'}`. Default: none. */
  map?: Record<string, string>
}
