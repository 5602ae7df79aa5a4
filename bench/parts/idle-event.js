import { setApart } from '../cores.js'
import { OPSWIRE } from '../servers.js'
import { withPair } from '../measure.js'

/** Milliseconds between two events, from and to. */
const PAUSE = { from: 60, to: 300 }

/**
 * How long one event takes on a feed where nothing else happens, from the recorder call to each viewer.
 * @param {{ events: number, viewers: number, server?: string }} options `server`: another one, to compare
 * @returns {Promise<{ p50: number, p99: number, max: number, lost: number, apart: boolean }>} milliseconds, over all
 *   deliveries; `apart`: server and client had a core each
 */
export function timeIdleEvents({ events, viewers, server = OPSWIRE.server }) {
  return withPair({ server }, async ({ host, client, connect }) => {
    const apart = setApart([host.pid, client.pid])
    await connect({ count: viewers })
    const warm = 10
    await client.ask('expect', { from: 0, countFrom: warm, to: warm + events - 1 })
    await host.ask('single', { count: warm + events, ...PAUSE }, (warm + events) * PAUSE.to + 5000)
    const { p50, p99, max, expected, deliveries } = await client.ask('finish', { timeout: 1000 })
    return { p50, p99, max, lost: expected - deliveries, apart }
  })
}
