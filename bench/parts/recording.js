import { setTimeout as sleep } from 'node:timers/promises'
import { OPSWIRE } from '../servers.js'
import { CLIENTS, withPair } from '../measure.js'

/** Milliseconds within which every stream has had one. */
const HEARTBEAT = 3100
/** The recording's lines have no counters; only the bytes of the streams are compared. */
const NO_LINES = { from: 0, countFrom: 0, to: -1 }

/**
 * Bytes and CPU of delivering the recording of the sample gateway.
 * @param {{ slice: number, gzip: boolean, plugin?: object }} options
 * @returns {Promise<{ encoding: string | undefined, bytesPerViewer: number, cpuPerDelivery: number, deltas: number,
 *   seconds: number, faults: number }>} CPU in microseconds; `faults`: compressed streams with other bytes than the
 *   first one, or that can't be inflated
 */
export function deliverRecording({ slice, gzip, plugin = {} }) {
  return withPair({ ...OPSWIRE, options: { plugin } }, async ({ host, client, connect }) => {
    const { encoding } = await connect({ count: CLIENTS, gzip })
    // The greeting and the first snapshot are no part of it; the first heartbeat is where streams join.
    await sleep(HEARTBEAT)
    await client.ask('mark')
    await client.ask('expect', NO_LINES)
    const before = await client.ask('bytes')
    const { deltas, seconds, cpu } = await host.ask(
      'extra',
      { name: 'replay', params: { slice } },
      slice + 90_000,
    )
    await client.ask('quiet')
    const { bytes } = await client.ask('bytes')
    const { faults, closedEarly } = await client.ask('finish', { timeout: 1000 })
    if (closedEarly > 0)
      throw new Error(`${closedEarly} streams were closed while the recording was delivered`)
    return {
      encoding,
      faults,
      deltas,
      seconds,
      bytesPerViewer: (bytes - before.bytes) / CLIENTS,
      cpuPerDelivery: cpu / (deltas * CLIENTS),
    }
  })
}
