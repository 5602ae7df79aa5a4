import { z } from 'zod'

/** Messages a second by default: more than programs publish that work, and no more than half of what a process can take. */
export const INGEST_RATE = 50_000

export const ingestOptions = z.strictObject({
  rate: z
    .number()
    .int()
    .min(1)
    .default(INGEST_RATE)
    .describe('a whole number of messages per second, from 1'),
})

export interface IngestOptions {
  /**
   * Messages taken per second, of all senders together: a body is read no faster, and one that comes while nothing is
   * left is answered 429. Default: 50,000.
   */
  rate?: number
}
