/** Milliseconds that the work of all uploads together may take in one turn of the event loop. */
const TURN = 10

/** Does a little, well below a millisecond or two; returns whether all is done. */
export type Step = () => boolean

export interface Turns {
  /** Resolves when a step has said that all is done; rejects with what a step throws. */
  run(step: Step): Promise<void>
}

/** Shares the event loop: the steps of all that runs take turns, and the host gets its own in between. */
export function createTurns(): Turns {
  let queue: { step: Step; resolve: () => void; reject: (error: unknown) => void }[] = []
  let isScheduled = false

  const schedule = (): void => {
    if (isScheduled || queue.length === 0) return
    isScheduled = true
    setImmediate(work)
  }
  const work = (): void => {
    isScheduled = false
    const end = performance.now() + TURN
    let next = 0
    // Those that are not done yet go to the end of the queue.
    for (; next < queue.length && performance.now() < end; next++) {
      const job = queue[next]!
      try {
        if (job.step()) job.resolve()
        else queue.push(job)
      } catch (error) {
        job.reject(error)
      }
    }
    queue = queue.slice(next)
    schedule()
  }

  return {
    run: (step) =>
      new Promise((resolve, reject) => {
        queue.push({ step, resolve, reject })
        schedule()
      }),
  }
}
