import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { ChannelName } from './channels.js'

/** Milliseconds between an answer and the next message of one user, from and to. */
const PAUSES = [4_000, 12_000] as const

const USERS: readonly { session: string; channels: readonly ChannelName[] }[] = [
  { session: 'sample-ada', channels: ['web', 'web', 'telegram'] },
  { session: 'sample-grace', channels: ['telegram', 'telegram', 'slack'] },
  { session: 'sample-alan', channels: ['slack', 'slack', 'web'] },
]

const TEXTS = [
  'What should I do about rate limits?',
  'Good morning, anything new?',
  'Why does the first token take so long?',
  'How long may a request be silent before it is stuck?',
  'Thanks, that helped.',
  'Which timeouts does a model call need?',
  'Please shorten that to one sentence.',
  'How does backoff work when a channel drops?',
  'Is it better to queue or to refuse?',
  'Tell me about prompt caching, will you?',
  'Write a short note about graceful shutdown.',
  'What does the event loop delay tell me?',
  'And how do I keep the history of a session small?',
  'Make a list of three things to check tomorrow.',
]
/** Now and then somebody asks for trouble: the shares of the texts before the rest. */
const TROUBLE: readonly (readonly [share: number, text: string])[] = [
  [0.04, '/slow Please explain everything about streaming.'],
  [0.055, '/fail Does this still work?'],
  [0.07, '/limit One more, please.'],
]

export interface SampleUsers {
  /** Whether the users are switched on; they chat once the gateway listens. */
  readonly enabled: boolean
  /** Switches the users on or off. A message under way is still answered. */
  setEnabled(enabled: boolean): void
  /** Tells the users where the gateway listens, like `http://127.0.0.1:3100`. */
  setAddress(url: string): void
  /** Switches the users off for good and aborts their messages. */
  close(): void
}

export interface SampleUsersOptions {
  log: FastifyBaseLogger
  isConnected: (channel: ChannelName) => boolean
  enabled: boolean
  /** As of the model server: 1 is a person's pace. Default: 1. */
  pace?: number
  /** Default: Math.random. */
  random?: () => number
}

/**
 * Three simulated users who chat through the gateway's real HTTP API, each with one message at a time and a pause
 * after each answer. Their sessions are called `sample-…`, so that nobody takes them for people.
 */
export function createSampleUsers(options: SampleUsersOptions): SampleUsers {
  const { isConnected, pace = 1, random = Math.random } = options
  const log = options.log.child({ name: 'sample' })
  const closed = new AbortController()
  let address: string | undefined
  let enabled = options.enabled
  let pausing: AbortController | undefined

  function update(): void {
    const run = enabled && address !== undefined && !closed.signal.aborted
    if (run === (pausing !== undefined)) return
    if (run) {
      pausing = new AbortController()
      for (const user of USERS) void chat(user.session, user.channels, pausing.signal)
      log.info('sample traffic is on: three simulated users')
    } else {
      pausing?.abort()
      pausing = undefined
      log.info('sample traffic is off')
    }
  }

  async function chat(session: string, channels: readonly ChannelName[], off: AbortSignal): Promise<void> {
    const [from, to] = PAUSES
    // The first messages come sooner, so that a new dashboard is not empty for long.
    let pause = random() * from
    try {
      for (;;) {
        await sleep(pause / pace, undefined, { signal: off, ref: false })
        pause = from + random() * (to - from)
        const channel = channels[Math.floor(random() * channels.length)] ?? 'web'
        // A user whose channel is down has to wait, as with the real one.
        if (isConnected(channel)) await send(session, channel, pickText(random))
      }
    } catch (error) {
      if (!off.aborted) log.error({ err: error }, `${session} gave up`)
    }
  }

  async function send(session: string, channel: ChannelName, text: string): Promise<void> {
    try {
      const response = await fetch(`${address}/api/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ session, channel, text }),
        signal: closed.signal,
      })
      await response.arrayBuffer()
    } catch (error) {
      // The gateway records what became of the message; here only a lost connection is new.
      if (!closed.signal.aborted) log.warn({ err: error }, `${session} could not reach the gateway`)
    }
  }

  return {
    get enabled() {
      return enabled
    },
    setEnabled(value) {
      enabled = value
      update()
    },
    setAddress(url) {
      address = url
      update()
    },
    close() {
      closed.abort()
      update()
    },
  }
}

function pickText(random: () => number): string {
  const chance = random()
  const trouble = TROUBLE.find(([share]) => chance < share)
  return trouble?.[1] ?? TEXTS[Math.floor(random() * TEXTS.length)] ?? 'Hello?'
}
