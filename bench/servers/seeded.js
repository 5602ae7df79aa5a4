import Fastify from 'fastify'
import opswire from 'opswire/fastify'
import { createCore } from '../../dist/bus/create-ops.js'
import { createSteppedClock } from '../stepped-clock.js'
import { INSTANCE } from '../line.js'
import { listenApp } from '../listen.js'

const MODELS = [
  ['openai', 'gpt-5'],
  ['openai', 'gpt-5-mini'],
  ['anthropic', 'claude-sonnet-4-5'],
  ['anthropic', 'claude-haiku-4-5'],
  ['google', 'gemini-2.5-pro'],
  ['google', 'gemini-2.5-flash'],
  ['local', 'llama-3.3-70b'],
  ['local', 'qwen3-32b'],
]
const CHANNELS = ['web', 'telegram', 'slack', 'mail']
/** Seconds of work before anybody looks: every series is full. */
const PAST = 900

/**
 * opswire after fifteen minutes of work with 4 providers, 8 models and 4 channels, on a clock that runs when asked.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  const clock = createSteppedClock()
  const ops = createCore({ clock, service: 'bench', instance: INSTANCE, version: '1.0.0' })
  const process = {
    cpu: 0.123,
    rss: 123_456_789,
    heapUsed: 45_678_901,
    eventLoopDelay: { p50: 0.12, p99: 3.45, max: 12.34 },
  }
  ops.sample('process', () => process)
  ops.gauge('queueDepth', () => 3)
  const app = Fastify()
  await app.register(opswire, { ops })
  const port = await listenApp(app)
  for (const name of CHANNELS)
    ops.setChannel(name, { kind: name, state: 'connected', detail: 'long poll open' })
  for (let second = 0; second < PAST; second++) work(ops, clock, second)
  return {
    port,
    path: '/ops/events',
    publish() {},
    extra: { advance: (/** @type {{ time: number }} */ { time }) => clock.advance(time) },
    async stop() {
      await app.close()
      ops.close()
    },
  }
}

/**
 * One second: a message, its model call, two log lines; now and then one fails, now and then one takes longer.
 * @param {import('opswire').Ops} ops
 * @param {{ advance: (milliseconds: number) => void }} clock
 * @param {number} second
 */
function work(ops, clock, second) {
  const [provider = '', model = ''] = MODELS[second % MODELS.length]
  const channel = CHANNELS[second % CHANNELS.length]
  const session = `${channel}-${second % 20}`
  const request = ops.startRequest({ kind: 'message', session, channel })
  ops.log('info', 'gateway', `message received session=${session} channel=${channel}`)
  const call = request.startCall({ provider, model, streaming: true })
  clock.advance(100 + ((second * 37) % 400))
  call.progress({ outputTokens: 1 })
  clock.advance(200 + ((second * 53) % 300))
  const tokens = { inputTokens: 300 + ((second * 7) % 900), outputTokens: 20 + ((second * 11) % 200) }
  // The newest few are still in flight when somebody looks.
  if (second >= PAST - 4) return
  if (second % 40 === 0) {
    const error = Object.assign(new Error('429 rate limit reached, retry in 20 s'), { status: 429 })
    call.fail(error)
    request.fail(error)
  } else {
    call.end({ ...tokens, finishReason: 'stop' })
    request.end()
    ops.log('info', 'gateway', `message answered session=${session} in ${0.3 + (second % 7) / 10} s`)
  }
}
