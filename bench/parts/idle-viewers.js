import { setTimeout as sleep } from 'node:timers/promises'
import { OPSWIRE } from '../servers.js'
import { withPair } from '../measure.js'

const VIEWERS = 2000
/** Milliseconds until connections are settled and the first heartbeats are out. */
const SETTLE = 4000

/**
 * What viewers cost that get nothing but heartbeats.
 * @param {{ seconds: number }} options
 * @returns {Promise<{ bytesPerViewer: number, cpu: number, closedEarly: number }>} heap and buffers, collected; share
 *   of one core
 */
export function watchIdleViewers({ seconds }) {
  return withPair(OPSWIRE, async ({ host, client, connect }) => {
    // The first connections compile what all use.
    await connect({ count: 20 })
    await sleep(SETTLE)
    const before = await host.ask('memory')
    await connect({ count: VIEWERS - 20 })
    await sleep(SETTLE)
    await host.ask('memory')
    const cpuBefore = await host.ask('cpu')
    const start = performance.now()
    await sleep(seconds * 1000)
    const cpu = ((await host.ask('cpu')) - cpuBefore) / 1000 / (performance.now() - start)
    const after = await host.ask('memory')
    const { closedEarly } = await client.ask('bytes')
    const bytes = after.heapUsed + after.external - before.heapUsed - before.external
    return { bytesPerViewer: bytes / (VIEWERS - 20), cpu, closedEarly }
  })
}
