import type { Hello, Snapshot } from '../../src/bus/protocol.js'
import { PROTOCOL_VERSION, HEARTBEAT_INTERVAL, TOPICS } from '../../src/bus/protocol.js'
import { createTestOps } from './test-ops.js'

/** What a feed says first. */
export interface FeedStart {
  hello: Hello
  snapshot: Snapshot
}

const hello = (time: number): Hello => ({
  protocol: PROTOCOL_VERSION,
  epoch: 'epoch1',
  instance: 'flynn-1',
  service: 'flynn',
  version: '1.4.2',
  environment: 'production',
  time,
  heartbeat: HEARTBEAT_INTERVAL,
  resumed: false,
  topics: [...TOPICS],
})

const MODELS = [
  { provider: 'anthropic', model: 'claude-sonnet-5', duration: 1400, first: 400, tokens: 96 },
  { provider: 'openai', model: 'gpt-5', duration: 2900, first: 1200, tokens: 132 },
  { provider: 'google', model: 'gemini-3-pro', duration: 2200, first: 690, tokens: 120 },
  { provider: 'ollama', model: 'qwen3:32b', duration: 3700, first: 330, tokens: 101 },
] as const

/** A service that has just started. */
export function emptyFeed(): FeedStart {
  const { ops, clock } = createTestOps({ instance: 'flynn-1' })
  clock.advance(60_000)
  return { hello: hello(clock.now()), snapshot: ops.snapshot() }
}

/** Ten minutes of a gateway's life, always the same: models of several speeds, some failing, work that is stuck. */
export function busyFeed(): FeedStart {
  const { ops, clock } = createTestOps({ instance: 'flynn-1' })
  ops.gauge('queueDepth', () => 4)
  ops.setChannel('telegram', { kind: 'telegram', state: 'connected' })
  ops.setChannel('web', { kind: 'web', state: 'connected' })
  ops.setChannel('slack', { kind: 'slack', state: 'connecting', detail: 'attempt 2' })
  clock.advance(20_000)
  ops.startRequest({ id: 'r_stuck', session: 's_81f2', channel: 'telegram', kind: 'message' })
  for (let round = 0; round < 130; round++) {
    const { provider, model, duration, first, tokens } = MODELS[round % MODELS.length]!
    const id = `r_${round}`
    const request = ops.startRequest({
      id,
      session: `s_${90 + (round % 7)}`,
      channel: 'web',
      kind: 'message',
    })
    ops.log('info', 'gateway', `message received session=s_${90 + (round % 7)}`, {}, { requestId: id })
    const call = request.startCall({ provider, model, streaming: true })
    clock.advance(first)
    call.progress({ outputTokens: 1 })
    // By no chance, and yet not all alike.
    clock.advance(duration - first + ((round * 137) % 900))
    if (provider === 'google' && round % 3 === 0) {
      call.fail(Object.assign(new Error('rate limited'), { status: 429 }))
      request.fail(new Error('model failed'))
    } else {
      call.end({ inputTokens: 400 + round, outputTokens: tokens })
      request.end()
      ops.log('info', 'gateway', `message answered in ${duration} ms`, {}, { requestId: id })
    }
    if (round % 16 === 9) ops.log('warn', 'queue', 'backlog above 3, oldest 1.2 s')
    clock.advance(700)
  }
  const live = ops.startRequest({ id: 'r_live', session: 's_90c1', channel: 'web', kind: 'message' })
  const call = live.startCall({ provider: 'anthropic', model: 'claude-sonnet-5', streaming: true })
  clock.advance(400)
  call.progress({ outputTokens: 1 })
  clock.advance(2000)
  call.progress({ outputTokens: 140 })
  ops.startRequest({ id: 'r_queued', session: 's_90d7', channel: 'slack', activity: 'queued' })
  clock.advance(HEARTBEAT_INTERVAL)
  return { hello: hello(clock.now()), snapshot: ops.snapshot() }
}
