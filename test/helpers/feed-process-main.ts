import Fastify from 'fastify'
import { createOps } from '../../src/index.js'
import opswire, { type OpswireOptions } from '../../src/server/fastify.js'
import type { FeedCommands, FeedState } from './feed-process.js'

/*
 * The host that feed-process.ts starts: does what it is told over IPC, and can tell what it holds. Everything that
 * may be left behind is counted from before the plugin is registered.
 */

const timers = new Set<NodeJS.Timeout>()
const isLive = (timer: NodeJS.Timeout): boolean => !(timer as unknown as { _destroyed: boolean })._destroyed
for (const name of ['setTimeout', 'setInterval'] as const) {
  const original = globalThis[name] as (...args: unknown[]) => NodeJS.Timeout
  const counted = (...args: unknown[]): NodeJS.Timeout => {
    const timer = original(...args)
    timers.add(timer)
    if (timers.size > 10_000) for (const known of timers) if (!isLive(known)) timers.delete(known)
    return timer
  }
  globalThis[name] = Object.assign(counted, original) as never
}

const ops = createOps({ service: 'host', instance: 'i1' })
let subscriptions = 0
const { subscribe } = ops.bus
ops.bus.subscribe = (type, listener) => {
  const cancel = subscribe(type, listener)
  subscriptions++
  let counted = true
  return () => {
    if (counted) subscriptions--
    counted = false
    cancel()
  }
}

const feed = JSON.parse(process.argv[1]!) as NonNullable<OpswireOptions['feed']>
const app = Fastify()
await app.register(opswire, { ops, log: false, http: false, feed })
const url = await app.listen({ port: 0, host: '127.0.0.1' })

const listeners = [app.server, process].map((emitter) => ({
  count: () => emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name as string), 0),
}))

const state = (): FeedState => {
  globalThis.gc?.()
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  const { heapUsed, external } = process.memoryUsage()
  const { feed: metrics, counters } = ops.metrics()
  return {
    ...{ viewers: metrics.viewers, lagging: metrics.lagging, gaps: metrics.gaps },
    faults: counters['faults'] ?? 0,
    left: {
      ...{ subscriptions, timers: [...timers].filter(isLive).length, resources },
      listeners: listeners.map(({ count }) => count()),
    },
    memory: heapUsed + external,
    peak: process.resourceUsage().maxRSS * 1024,
  }
}

let published = 0
const commands: FeedCommands = {
  state: async () => state(),
  publish({ lines, size, perSecond = Infinity }) {
    const text = 'x'.repeat(size)
    const startedAt = performance.now()
    let left = lines
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond) - (lines - left)
        for (let i = Math.min(due, left, 1000); i > 0; i--) {
          ops.log('info', 'load', text, { n: published++, at: Date.now() })
          left--
        }
        if (left > 0) return
        clearInterval(timer)
        resolve()
      }, 5)
    })
  },
  async close() {
    ops.log('info', 'load', 'the last line')
    const calledAt = Date.now()
    await app.close()
    return { calledAt, closedAt: Date.now() }
  },
}

process.on('message', ({ id, name, args }: { id: number; name: keyof FeedCommands; args: [never] }) => {
  void commands[name](...args).then((result: unknown) => process.send!({ id, result }))
})
process.send!({ url: `${url}/ops/events` })
