import { CLIENTS, withPair } from '../measure.js'

/** Lines a second. */
const RATE = 20_000

/**
 * Microseconds of process CPU for one log line with four fields, with all that is put off until later, and without
 * what the bench itself needs to make the line.
 * @param {{ warmUp: number, seconds: number }} times
 * @returns {Promise<{ pino: number, alone: number, watched: number, compressed: number }>} `watched`, `compressed`:
 *   with 200 viewers, plain and with those that accept gzip
 */
export async function priceLogLines(times) {
  const nothing = await priceOf('nothing', times)
  return {
    pino: (await priceOf('pino', times)) - nothing,
    alone: (await priceOf('opswire', times)) - nothing,
    watched: (await priceOf('opswire', times, CLIENTS)) - nothing,
    compressed: (await priceOf('opswire', times, CLIENTS, true)) - nothing,
  }
}

/**
 * @param {string} server
 * @param {{ warmUp: number, seconds: number }} times
 * @param {number} [viewers]
 * @param {boolean} [gzip]
 */
function priceOf(server, times, viewers = 0, gzip = false) {
  return withPair({ server, options: { fields: true } }, async ({ host, connect }) => {
    if (viewers > 0) await connect({ count: viewers, gzip })
    const { cpu, late } = await host.ask(
      'feed',
      { rate: RATE, ...times },
      (times.warmUp + times.seconds) * 2000 + 5000,
    )
    if (late) throw new Error(`${server} could not take ${RATE} lines a second`)
    return cpu / (RATE * times.seconds)
  })
}
