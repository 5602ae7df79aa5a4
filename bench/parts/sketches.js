import { setTimeout as sleep } from 'node:timers/promises'
import { withPair } from '../measure.js'

/** Looks at the figures, of which the median counts. */
const LOOKS = 21

/**
 * What the windows of 200 models hold, with realistic calls in all their slots.
 * @returns {Promise<{ bytes: number, milliseconds: number }>} bytes after a collection; milliseconds that the figures of one
 *   heartbeat take
 */
export function weighSketches() {
  return withPair({ server: 'sketches' }, async ({ host }) => {
    const before = await host.ask('memory')
    await host.ask('extra', { name: 'fill' }, 60_000)
    // Buffers that grew out of their arrays are given back a moment after they were collected.
    await host.ask('memory')
    await sleep(500)
    const after = await host.ask('memory')
    const times = []
    for (let look = 0; look < LOOKS; look++) times.push(await host.ask('extra', { name: 'statistics' }))
    times.sort((a, b) => a - b)
    return {
      bytes: after.heapUsed + after.external - before.heapUsed - before.external,
      milliseconds: times[Math.floor(LOOKS / 2)],
    }
  })
}
