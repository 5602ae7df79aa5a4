import { CLIENTS, measure, show, withPair } from '../measure.js'

/** Deliveries a second at which the cost of one is compared. */
export const RATE = 100_000

/**
 * What one delivery costs a server when it is not at its limit, in microseconds of CPU.
 * @param {{ server: string, label: string }} what
 * @param {{ warmUp: number, seconds: number }} times
 */
export function costOf({ server, label }, times) {
  return withPair({ server }, async (pair) => {
    await pair.connect({ count: CLIENTS })
    const measured = await measure(pair, { rate: RATE, ...times })
    show(label, measured)
    return measured.cpuPerDelivery
  })
}
