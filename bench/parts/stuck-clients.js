import { setTimeout as sleep } from 'node:timers/promises'
import { OPSWIRE } from '../servers.js'
import { withPair } from '../measure.js'

const STUCK = 100
/** Viewers that read, beside those that don't. */
const READERS = 20
/** Lines a second: what the system buffers for a client is full within seconds. */
const RATE = 8000
/** Seconds of traffic before the first measure, which fill what the server holds for all. */
const FILL = 9

/**
 * What clients cost that never read, at their worst moment, and whether others notice.
 * @param {{ seconds: number }} options
 * @returns {Promise<{ bytesPerClient: number, p99: number, faults: number, missing: number }>}
 */
export function watchStuckClients({ seconds }) {
  return withPair(OPSWIRE, async ({ host, client, connect }) => {
    await connect({ count: READERS })
    const fill = { rate: RATE, warmUp: 0, seconds: FILL }
    await host.ask('feed', fill, FILL * 2000 + 5000)
    await client.ask('expect', {
      from: RATE * FILL,
      countFrom: RATE * FILL,
      to: RATE * (FILL + seconds) - 1,
    })
    const before = await host.ask('memory')
    await connect({ count: STUCK, reads: false })
    let worst = 0
    const fed = host.ask('feed', { rate: RATE, warmUp: 0, seconds }, seconds * 2000 + 10_000)
    let feeding = true
    void fed.finally(() => (feeding = false)).catch(() => undefined)
    while (feeding) {
      await sleep(1000)
      const { heapUsed, external } = await host.ask('memory')
      worst = Math.max(worst, heapUsed + external - before.heapUsed - before.external)
    }
    await fed
    const { p99, faults, deliveries } = await client.ask('finish', { timeout: 1000 })
    return { bytesPerClient: worst / STUCK, p99, faults, missing: RATE * seconds * READERS - deliveries }
  })
}
