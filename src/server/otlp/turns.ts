import { setImmediate } from 'node:timers/promises'
import type { Steps } from './decode-envelope.js'

/** Milliseconds of work after which others have their turn. */
const TURN = 10

/** Does work in short turns, with everything else that waits for its turn between them. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const end = performance.now() + TURN
    do {
      const step = steps.next()
      if (step.done === true) return step.value
    } while (performance.now() < end)
    await setImmediate()
  }
}
