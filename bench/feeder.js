import { createLine } from './line.js'

/** Milliseconds between two turns in which lines are published. */
const TURN = 10
/** Milliseconds behind the plan after which a server can't be fed at this rate. */
const TOO_LATE = 1000
/** Milliseconds after the last line for work that was put off. */
const SETTLE = 150

/** Milliseconds for which the loop is watched after a burst. */
const WATCHED = 1000

/**
 * Publishes lines as planned, whatever the server does: a line's time is when it was due, so that a server whose
 * own turns are long does not look fast.
 * @param {{ publish: (line: import('./line.js').Line) => void, endTurn?: () => void, cpu: () => number }} server
 */
export function createFeeder({ publish, endTurn, cpu }) {
  let counter = 0
  return {
    /** The counter of the next line. */
    get position() {
      return counter
    },

    /**
     * Publishes `rate` lines a second, for `warmUp` seconds and then for `seconds`.
     * @param {{ rate: number, warmUp: number, seconds: number }} plan
     * @returns {Promise<{ late: boolean, cpu: number }>} `cpu`: microseconds used for what came after the warm-up
     */
    feed({ rate, warmUp, seconds }) {
      const first = counter
      const warmTurns = Math.round((warmUp * 1000) / TURN)
      const turns = warmTurns + Math.round((seconds * 1000) / TURN)
      const start = performance.now() + TURN
      let turn = 0
      let cpuBefore = cpu()
      return new Promise((resolve) => {
        const step = () => {
          const now = performance.now()
          if (now - start - turn * TURN > TOO_LATE) return resolve({ late: true, cpu: 0 })
          for (; turn < turns && start + turn * TURN <= now; turn++) {
            if (turn === warmTurns) cpuBefore = cpu()
            const end = first + Math.round(((turn + 1) * TURN * rate) / 1000)
            while (counter < end) publish(createLine(counter++, start + turn * TURN))
            endTurn?.()
          }
          if (turn < turns) setTimeout(step, start + turn * TURN - performance.now())
          else setTimeout(() => resolve({ late: false, cpu: cpu() - cpuBefore }), SETTLE)
        }
        setTimeout(step, TURN)
      })
    },

    /**
     * Publishes single lines, `from` to `to` milliseconds apart.
     * @param {{ count: number, from: number, to: number }} plan
     * @returns {Promise<void>}
     */
    single({ count, from, to }) {
      return new Promise((resolve) => {
        let left = count
        const step = () => {
          if (left-- === 0) return resolve()
          publish(createLine(counter++, performance.now()))
          endTurn?.()
          setTimeout(step, from + Math.random() * (to - from))
        }
        setTimeout(step, from)
      })
    },

    /**
     * Publishes all lines in one turn and watches the loop after it.
     * @param {{ lines: number }} plan
     * @returns {Promise<{ caller: number, longest: number }>} milliseconds of that turn, and of the longest one after it
     */
    burst({ lines }) {
      const start = performance.now()
      for (let left = lines; left > 0; left--) publish(createLine(counter++, start))
      endTurn?.()
      const end = performance.now()
      let longest = 0
      let last = end
      return new Promise((resolve) => {
        const turn = () => {
          const now = performance.now()
          longest = Math.max(longest, now - last)
          last = now
          if (now - end < WATCHED) setImmediate(turn)
          else resolve({ caller: end - start, longest })
        }
        setImmediate(turn)
      })
    },
  }
}

/**
 * The counters of the lines that `feed` will publish.
 * @param {number} position
 * @param {{ rate: number, warmUp: number, seconds: number }} plan
 */
export function toRange(position, { rate, warmUp, seconds }) {
  return {
    from: position,
    countFrom: position + Math.round(warmUp * rate),
    to: position + Math.round((warmUp + seconds) * rate) - 1,
  }
}
