import { describe, expect, test, vi } from 'vitest'
import { createWorkerPool, QueueFullError } from '../../examples/gateway/worker-pool.js'

const never = new AbortController().signal

/** A task that ends when it is told to. */
function createTask() {
  const { promise, resolve } = deferred()
  return { run: vi.fn(() => promise), end: resolve }
}

function deferred() {
  let resolve: () => void = () => {}
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

describe('the worker pool', () => {
  test('works on no more tasks than it has workers, and on the rest in order', async () => {
    const pool = createWorkerPool({ workers: 2 })
    const tasks = [createTask(), createTask(), createTask(), createTask()]
    const results = tasks.map((task) => pool.run(task.run, never))
    await Promise.resolve()
    expect(tasks.map((task) => task.run.mock.calls.length)).toEqual([1, 1, 0, 0])
    expect(pool.depth).toBe(2)

    tasks[1]?.end()
    await results[1]
    expect(tasks.map((task) => task.run.mock.calls.length)).toEqual([1, 1, 1, 0])
    expect(pool.depth).toBe(1)

    for (const task of tasks) task.end()
    await Promise.all(results)
    expect(pool.depth).toBe(0)
  })

  test('refuses a task when as many wait as may', async () => {
    const pool = createWorkerPool({ workers: 1, limit: 1 })
    const task = createTask()
    const running = [pool.run(task.run, never), pool.run(task.run, never)]
    await expect(pool.run(task.run, never)).rejects.toThrow(
      'the queue is full: 1 messages wait, at most 1 may',
    )
    task.end()
    await Promise.all(running)
    await expect(pool.run(async () => 'again', never)).resolves.toBe('again')
  })

  test('a failing task frees its worker', async () => {
    const pool = createWorkerPool({ workers: 1 })
    const failing = pool.run(() => Promise.reject(new Error('broken')), never)
    const next = pool.run(async () => 'done', never)
    await expect(failing).rejects.toThrow('broken')
    await expect(next).resolves.toBe('done')
  })

  test('a task whose signal aborts while it waits leaves the queue and never runs', async () => {
    const pool = createWorkerPool({ workers: 1 })
    const task = createTask()
    const waiting = createTask()
    const gone = new AbortController()
    const running = pool.run(task.run, never)
    const result = pool.run(waiting.run, gone.signal)
    gone.abort(new Error('left'))
    await expect(result).rejects.toThrow('left')
    expect(pool.depth).toBe(0)
    task.end()
    await running
    expect(waiting.run).not.toHaveBeenCalled()
    await expect(pool.run(waiting.run, gone.signal)).rejects.toThrow('left')
  })

  test('closing rejects those that wait and all that come later', async () => {
    const pool = createWorkerPool({ workers: 1 })
    const task = createTask()
    const running = pool.run(task.run, never)
    const waiting = expect(pool.run(task.run, never)).rejects.toThrow(QueueFullError)
    pool.close()
    await waiting
    await expect(pool.run(task.run, never)).rejects.toThrow('the gateway is shutting down')
    task.end()
    await running
  })

  test('tells of a backlog once, until the queue was empty', async () => {
    const onBacklog = vi.fn()
    const pool = createWorkerPool({ workers: 1, backlogAt: 2, onBacklog })
    for (let round = 1; round <= 2; round++) {
      const task = createTask()
      const results = [1, 2, 3, 4].map(() => pool.run(task.run, never))
      expect(onBacklog).toHaveBeenCalledTimes(round)
      task.end()
      await Promise.all(results)
    }
    expect(onBacklog).toHaveBeenLastCalledWith(2)
  })
})
