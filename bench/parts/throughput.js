import { climb, toRate } from '../rungs.js'
import { CLIENTS, DISTURBED, measure, show, startPair, stopPair } from '../measure.js'

/** Seconds of a probe, which only finds where to begin. */
const PROBE = { warmUp: 0.5, seconds: 1 }

/** A rung that fails while other programs are busy is tried so often again. */
const DISTURBED_LIMIT = 4

/**
 * The highest rate of deliveries that a server holds.
 * @param {{ server: string, label: string, options?: object, shared?: boolean }} what
 * @param {{ warmUp: number, seconds: number, patient: boolean }} times
 * @returns {Promise<import('../measure.js').Measured | 'plain' | undefined>} 'plain' when compressed streams were
 *   asked for and the server does not compress
 */
export async function climbOn({ server, label, options = {}, shared = false }, times) {
  /** @type {import('../measure.js').Pair | undefined} */
  let pair
  let encoded = true
  const renew = async () => {
    if (pair) await stopPair(pair)
    pair = await startPair({ server, options })
    const { encoding } = await pair.connect({ count: CLIENTS, gzip: shared })
    encoded = encoding === 'gzip'
    return pair
  }
  /**
   * @param {number} rung
   * @param {boolean} fresh
   * @param {{ warmUp: number, seconds: number }} plan
   * @param {string} kind
   */
  const run = async (rung, fresh, plan, kind) => {
    const current = fresh || pair === undefined ? await renew() : pair
    const rate = toRate(rung)
    /** @type {import('../measure.js').Measured} */
    let measured
    try {
      measured = await measure(current, { rate, ...plan, shared })
    } catch (error) {
      // A server that does not answer any more has failed; the next rung gets a new one.
      measured = { held: false, rate, failure: error instanceof Error ? error.message : String(error) }
    }
    show(`${label}${kind}`, measured)
    return measured
  }
  try {
    if (shared) {
      await renew()
      if (!encoded) return 'plain'
    }
    let spoilt = false
    return await climb({
      async probe(rung) {
        const measured = await run(rung, spoilt, PROBE, ' (probe)')
        spoilt = !measured.held
        return measured
      },
      async test(rung, fresh) {
        let measured = await run(rung, fresh, times, '')
        for (let left = times.patient ? DISTURBED_LIMIT : 0; left > 0; left--) {
          if (measured.held || (measured.others ?? 0) <= DISTURBED) break
          measured = await run(rung, true, times, ' (again)')
        }
        return measured
      },
      patient: times.patient,
    })
  } finally {
    if (pair) await stopPair(pair)
  }
}
