/** Thrown when the queue is full or the pool is closed. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError'
}

export interface WorkerPoolOptions {
  /** Tasks worked on at once. Default: 4. */
  workers?: number
  /** Tasks that may wait. Default: 100. */
  limit?: number
  /** Called when `backlogAt` tasks wait, and again only after the queue was empty in between. */
  onBacklog?: (depth: number) => void
  /** Default: 10. */
  backlogAt?: number
}

export interface WorkerPool {
  /** Tasks that wait for a worker. */
  readonly depth: number
  /**
   * Runs `task` when a worker is free, in order of arrival. A task whose `signal` aborts while it waits is not run:
   * its promise rejects with the signal's reason.
   *
   * @throws {QueueFullError} when as many as `limit` wait already
   */
  run<Result>(task: () => Promise<Result>, signal: AbortSignal): Promise<Result>
  /** Refuses new tasks and rejects those that wait. Tasks that run are the caller's to abort. */
  close(): void
}

interface Waiting {
  begin(): void
  refuse(reason: unknown): void
}

/** A bounded number of workers before a bounded queue: what protects the models and the process from a flood. */
export function createWorkerPool(options: WorkerPoolOptions = {}): WorkerPool {
  const { workers = 4, limit = 100, backlogAt = 10, onBacklog } = options
  const queue = new Set<Waiting>()
  let running = 0
  let closed = false
  let backlogTold = false

  function next(): void {
    if (queue.size === 0) backlogTold = false
    for (const waiting of queue) {
      if (running >= workers) return
      waiting.begin()
    }
  }

  function enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (running < workers) {
      running += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => waiting.refuse(signal.reason)
      const leave = () => {
        queue.delete(waiting)
        signal.removeEventListener('abort', onAbort)
      }
      const waiting: Waiting = {
        begin() {
          leave()
          running += 1
          resolve()
        },
        refuse(reason) {
          leave()
          reject(reason)
        },
      }
      queue.add(waiting)
      signal.addEventListener('abort', onAbort)
      if (queue.size >= backlogAt && !backlogTold) {
        backlogTold = true
        onBacklog?.(queue.size)
      }
    })
  }

  return {
    get depth() {
      return queue.size
    },
    async run(task, signal) {
      if (closed) throw new QueueFullError('the gateway is shutting down')
      if (running >= workers && queue.size >= limit) {
        throw new QueueFullError(`the queue is full: ${queue.size} messages wait, at most ${limit} may`)
      }
      await enter(signal)
      try {
        return await task()
      } finally {
        running -= 1
        next()
      }
    },
    close() {
      closed = true
      for (const waiting of queue) waiting.refuse(new QueueFullError('the gateway is shutting down'))
    },
  }
}
