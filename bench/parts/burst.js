import { setTimeout as sleep } from 'node:timers/promises'
import { OPSWIRE } from '../servers.js'
import { CLIENTS, withPair } from '../measure.js'

const LINES = 10_000
/** Bursts that only warm up: they compile what all use. */
const WARM = 3

/**
 * How long the host's loop stands still when all these lines are logged in one turn with 200 viewers, and whether all
 * of them arrive.
 * @param {{ bursts: number }} options
 * @returns {Promise<{ longest: number, caller: number, lost: number }>} milliseconds: the longest stop of any burst after
 *   the turn that logs, and that turn itself, at the median
 */
export function watchBursts({ bursts }) {
  return withPair(OPSWIRE, async ({ host, client, connect }) => {
    await connect({ count: CLIENTS })
    const from = WARM * LINES
    await client.ask('expect', { from: 0, countFrom: from, to: from + bursts * LINES - 1 })
    const measured = []
    for (let burst = 0; burst < WARM + bursts; burst++) {
      measured.push(await host.ask('burst', { lines: LINES }))
      await sleep(200)
    }
    const { expected, deliveries } = await client.ask('finish', { timeout: 2000 })
    const counted = measured.slice(WARM)
    const callers = counted.map(({ caller }) => caller).sort((a, b) => a - b)
    return {
      longest: Math.max(...counted.map(({ longest }) => longest)),
      caller: callers[Math.floor(callers.length / 2)],
      lost: expected - deliveries,
    }
  })
}
