import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { OpswireOptions } from '../../src/server/fastify.js'

export interface FeedState {
  viewers: number
  lagging: number
  gaps: number
  faults: number
  /** What clients that have gone must not have left behind: subscriptions, timers, handles, listeners. */
  left: { subscriptions: number; timers: number; resources: Record<string, number>; listeners: number[] }
  /** Bytes of heap and buffers after a garbage collection. */
  memory: number
  /** Bytes that the process has taken at the most. */
  peak: number
}

export interface FeedCommands {
  state(): Promise<FeedState>
  /** Publishes log lines with the fields `n`, from 0 on, and `at`; resolves after the last one. */
  publish(load: { lines: number; size: number; perSecond?: number }): Promise<void>
  /** Publishes `the last line` and closes the host; when it was asked and when it was through, epoch milliseconds. */
  close(): Promise<{ calledAt: number; closedAt: number }>
}

export interface FeedProcess extends FeedCommands {
  /** Address of the feed. */
  url: string
}

const MAIN = fileURLToPath(new URL('./feed-process-main.ts', import.meta.url))
const LOAD = `const { runnerImport } = await import('vite')
await runnerImport(${JSON.stringify(MAIN)}, { configFile: false, logLevel: 'error' })`

/** Starts a host in a process of its own, which ends with the test; on the sources, as the tests themselves. */
export async function startFeedProcess(feed: NonNullable<OpswireOptions['feed']>): Promise<FeedProcess> {
  const flags = ['--expose-gc', '--unhandled-rejections=strict', '--input-type=module', '-e', LOAD]
  const child = spawn(process.execPath, [...flags, JSON.stringify(feed)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  type Reply = { url: string } | { id: number; result: unknown }
  const waiting = new Map<number | 'url', { resolve: (value: never) => void; reject: (e: Error) => void }>()
  onTestFinished(() => {
    // A test that failed does not wait for its answers any more.
    waiting.clear()
    child.kill('SIGKILL')
  })
  child.on('message', (reply: Reply) => {
    const [id, result] = 'url' in reply ? (['url', reply.url] as const) : [reply.id, reply.result]
    waiting.get(id)?.resolve(result as never)
    waiting.delete(id)
  })
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`The host ended with code ${code}.`))
  })
  const reply = <Result>(id: number | 'url'): Promise<Result> =>
    new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
  let lastId = 0
  const call = <Result>(name: keyof FeedCommands, ...args: unknown[]): Promise<Result> => {
    const id = ++lastId
    child.send({ id, name, args })
    return reply(id)
  }
  return {
    url: await reply('url'),
    state: () => call('state'),
    publish: (load) => call('publish', load),
    close: () => call('close'),
  }
}
