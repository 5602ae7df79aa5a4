/** From one rung to the next, rates grow by this factor. */
const STEP = 1.25
/** The lowest rung, in deliveries a second. */
const LOWEST = 2000
/** Rungs that a probe skips: about twice the rate. */
const PROBE_STEP = 3
/** Where probing begins: about 90,000 deliveries a second. */
const PROBE_FROM = 17
const HIGHEST = 60

/**
 * Deliveries a second of a rung.
 * @param {number} rung from 0
 */
export function toRate(rung) {
  return Math.round(LOWEST * STEP ** rung)
}

/**
 * @typedef {object} Outcome
 * @property {boolean} held
 */

/**
 * Finds the highest rung that holds. Short probes in big steps find where to begin; from there every rung is tested.
 * One that fails is, for the patient, tested once more before it ends the climb, and the highest that held must hold once more, else
 * the one below it. Undefined when not even the lowest rung holds.
 * @template {Outcome} Result
 * @param {{ probe: (rung: number) => Promise<Outcome>, test: (rung: number, fresh: boolean) => Promise<Result>,
 *   patient: boolean }} steps
 *   `fresh`: in new processes, which nothing burdens that failed before
 * @returns {Promise<Result | undefined>} what the repetition of the highest rung measured
 */
export async function climb({ probe, test, patient }) {
  let rung = PROBE_FROM
  while (rung > 0 && !(await probe(rung)).held) rung = Math.max(0, rung - 2 * PROBE_STEP)
  while (rung + PROBE_STEP <= HIGHEST && (await probe(rung + PROBE_STEP)).held) rung += PROBE_STEP
  let fresh = true
  for (;;) {
    const first = await test(rung, fresh)
    if (!first.held && !(patient && (await test(rung, true)).held)) break
    // After a failure the processes are spoilt.
    fresh = !first.held
    rung++
  }
  while (--rung >= 0) {
    const repeated = await test(rung, true)
    if (repeated.held) return repeated
  }
  return undefined
}
