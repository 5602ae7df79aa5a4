import type { FastifyBaseLogger } from 'fastify'
import type { ChannelOptions, Ops } from 'opswire'

/** The channels that messages may come by. */
export const CHANNELS = ['web', 'telegram', 'slack'] as const
export type ChannelName = (typeof CHANNELS)[number]

const SIMULATED: readonly ChannelName[] = ['telegram', 'slack']
/** Milliseconds of the first pause before a new try; it doubles up to the longest. */
const FIRST_BACKOFF = 2_000
const LONGEST_BACKOFF = 30_000
/** Milliseconds that a try takes. */
const HANDSHAKE = 700
/** Milliseconds that a connection holds, from and to. */
const HOLDS = [120_000, 360_000] as const
const REFUSED_SHARE = 0.35

export interface ChannelStatus {
  name: ChannelName
  state: ChannelOptions['state']
  detail: string
  /** Whether it is one of the simulated adapters, which can be dropped. */
  simulated: boolean
}

export interface Channels {
  list(): ChannelStatus[]
  isConnected(name: ChannelName): boolean
  /** Makes a simulated adapter lose its connection now. False for a channel that is not simulated. */
  drop(name: ChannelName): boolean
  /** Disconnects all and stops the timers. */
  close(): void
}

interface Adapter {
  isConnected(): boolean
  status(): ChannelStatus
  drop(): void
  close(): void
}

export interface ChannelsOptions {
  ops: Ops
  log: FastifyBaseLogger
  /** Default: Math.random. */
  random?: () => number
}

/**
 * The gateway's channels: the web chat, and two simulated adapters that connect, hold for some minutes, drop, and
 * come back with backoff. Every change is reported to `ops` and logged.
 */
export function createChannels({ ops, log, random = Math.random }: ChannelsOptions): Channels {
  const adapters = new Map<ChannelName, Adapter>()
  for (const name of CHANNELS) {
    const report = (channel: ChannelOptions) => ops.setChannel(name, { kind: name, ...channel })
    const adapter = SIMULATED.includes(name)
      ? simulateAdapter(name, report, log.child({ name }), random)
      : openWebChannel(name, report)
    adapters.set(name, adapter)
  }
  return {
    list: () => Array.from(adapters.values(), (adapter) => adapter.status()),
    isConnected: (name) => adapters.get(name)?.isConnected() ?? false,
    drop(name) {
      if (!SIMULATED.includes(name)) return false
      adapters.get(name)?.drop()
      return true
    },
    close() {
      for (const adapter of adapters.values()) adapter.close()
    },
  }
}

type Report = (channel: ChannelOptions) => void

/** The web chat is there as long as the process is. */
function openWebChannel(name: ChannelName, report: Report): Adapter {
  const status: ChannelStatus = { name, state: 'connected', detail: 'POST /api/chat', simulated: false }
  const set = (state: ChannelStatus['state']) => {
    status.state = state
    report({ state, detail: status.detail })
  }
  set('connected')
  return {
    isConnected: () => status.state === 'connected',
    status: () => status,
    drop() {},
    close: () => set('disconnected'),
  }
}

function simulateAdapter(
  name: ChannelName,
  report: Report,
  log: FastifyBaseLogger,
  random: () => number,
): Adapter {
  const status: ChannelStatus = { name, state: 'connecting', detail: '', simulated: true }
  let attempt = 0
  let timer: NodeJS.Timeout | undefined

  function enter(state: ChannelStatus['state'], what: string, next?: () => void, delay = 0): void {
    clearTimeout(timer)
    status.state = state
    status.detail = `simulated · ${what}`
    report({ state, detail: status.detail })
    timer = next && setTimeout(next, delay).unref()
  }

  function connect(): void {
    attempt += 1
    const refused = attempt > 1 && random() < REFUSED_SHARE
    enter(
      'connecting',
      attempt > 1 ? `attempt ${attempt}` : 'first attempt',
      refused ? refuse : succeed,
      HANDSHAKE,
    )
  }

  function succeed(): void {
    log.info(attempt > 1 ? `connected after ${attempt} attempts` : 'connected')
    attempt = 0
    const [from, to] = HOLDS
    enter('connected', 'long poll open', drop, from + random() * (to - from))
  }

  function drop(): void {
    if (status.state !== 'connected') return
    const pause = backoff()
    log.warn(`connection closed by peer, reconnecting in ${toSeconds(pause)}`)
    attempt = 1
    enter('disconnected', `closed by peer, next attempt in ${toSeconds(pause)}`, connect, pause)
  }

  function refuse(): void {
    const pause = backoff()
    log.warn(`connection refused, attempt ${attempt}, next in ${toSeconds(pause)}`)
    enter('error', `attempt ${attempt} refused, next in ${toSeconds(pause)}`, connect, pause)
  }

  /** Doubles with each attempt; the jitter keeps adapters from returning in step. */
  function backoff(): number {
    return Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** attempt) * (0.75 + random() / 2)
  }

  connect()
  return {
    isConnected: () => status.state === 'connected',
    status: () => status,
    drop,
    close: () => enter('disconnected', 'closed'),
  }
}

function toSeconds(duration: number): string {
  return `${(duration / 1000).toFixed(1)} s`
}
