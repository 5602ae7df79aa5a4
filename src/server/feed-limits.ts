import { z } from 'zod'

const count = (least: number, byDefault: number): z.ZodDefault<z.ZodNumber> =>
  z.number().int().min(least).default(byDefault)

/** The bounds of the feed. Each description completes the sentence "it takes …". */
export const feedLimits = z.strictObject({
  items: count(1, 65_536).describe('a whole number from 1'),
  bytes: count(1024, 8 * 1024 * 1024).describe('a whole number of bytes from 1024'),
  sessions: count(0, 2000).describe('a whole number from 0'),
  sessionsPerAddress: count(0, 50).describe('a whole number from 0'),
  compression: z.boolean().default(true).describe('true or false'),
})

export interface FeedLimits {
  /** Changes held for clients that lag or come back. Default 65,536. */
  items: number
  /** Bytes of such changes. Default 8 MiB. */
  bytes: number
  /** Open streams. Default 2,000. */
  sessions: number
  /** Open streams of one address. Default 50. */
  sessionsPerAddress: number
  /**
   * Clients that accept gzip and take the default view share one stream that is compressed once. Default true. The
   * trade: someone who can both put text of their choosing into the log and measure the encrypted bytes on the wire
   * could guess, byte by byte, at secrets in the same stream. Where that is thinkable, switch it off.
   */
  compression: boolean
}
