import type { CallHandle, Ops, RequestHandle } from '../../src/bus/ops.js'
import { CHANNEL_STATES, LEVELS } from '../../src/bus/protocol.js'
import type { Random } from './random.js'

export const SOURCES = ['gateway', 'queue', 'tools', 'höhe'] as const
export const SESSIONS = ['s1', 's2', 's3', 'сессия'] as const

export interface Traffic {
  /** Publishes at least `count` deltas of all topics within this turn. */
  burst(count: number): void
  /** Publishes at this rate until `stop`, in bursts of random size. */
  start(perSecond: number): void
  /** Ends what runs, too: after it nothing is published any more. */
  stop(): void
}

/** What a busy gateway publishes, in random order; of each request and call, start, updates and end. */
export function createTraffic(ops: Ops, random: Random): Traffic {
  const requests: RequestHandle[] = []
  const calls: CallHandle[] = []
  let timer: NodeJS.Timeout | undefined
  let lines = 0

  const take = <Item>(items: Item[]): Item => items.splice(random.int(0, items.length - 1), 1)[0]!
  const session = (): string | undefined => (random.chance(0.7) ? random.pick(SESSIONS) : undefined)
  const actions = [
    () => {
      const text = random.chance(0.02) ? 'long '.repeat(random.int(100, 1000)) : 'a line → 行\r\nid: x\n\n'
      ops.log(random.pick(LEVELS), random.pick(SOURCES), text, { n: lines++ }, { session: session() })
    },
    () => ops.setChannel(`channel ${random.int(1, 5)}`, { state: random.pick(CHANNEL_STATES) }),
    () => requests.push(ops.startRequest({ kind: 'message', session: session() })),
    () => requests.length > 0 && random.pick(requests).update({ step: { kind: 'tool', name: 'search' } }),
    () => {
      if (requests.length > 0)
        calls.push(random.pick(requests).startCall({ provider: 'openai', model: 'gpt-5', streaming: true }))
    },
    () => calls.length > 0 && random.pick(calls).progress({ outputTokens: random.int(1, 500) }),
    () => {
      if (calls.length === 0) return
      const call = take(calls)
      if (random.chance(0.8)) call.end({ outputTokens: 500 })
      else call.fail(new Error('rate limited'))
    },
    () => {
      if (requests.length === 0) return
      const request = take(requests)
      random.pick([() => request.end(), () => request.fail('no'), () => request.cancel()])()
    },
  ]

  const burst = (count: number): void => {
    for (const target = ops.position + count; ops.position < target;) random.pick(actions)()
  }
  const stop = (): void => {
    clearInterval(timer)
    for (const handle of [...calls.splice(0), ...requests.splice(0)]) handle.cancel()
  }
  return {
    burst,
    stop,
    start(perSecond) {
      clearInterval(timer)
      const [from, startedAt] = [ops.position, performance.now()]
      timer = setInterval(() => {
        const owed = from + ((performance.now() - startedAt) / 1000) * perSecond - ops.position
        // Now and then nothing, then more at once.
        if (owed >= 1 && random.chance(0.7)) burst(Math.floor(owed))
      }, 5)
    },
  }
}
