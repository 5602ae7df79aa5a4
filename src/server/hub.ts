import type { Cancel, Clock } from '../bus/clock.js'
import type { Tick } from '../bus/messages.js'
import type { Ops } from '../bus/ops.js'
import { HEARTBEAT_INTERVAL, PROTOCOL_VERSION, type Topic } from '../bus/protocol.js'
import { DeltaRing } from './delta-ring.js'
import { sayBye } from './farewell.js'
import type { FeedEncoding } from './feed-encoding.js'
import { FeedGroup } from './feed-group.js'
import { parseEventId, toEventId, toFrame, type FeedFormat } from './feed-format.js'
import type { FeedLimits } from './feed-limits.js'
import { FeedMeter } from './feed-meter.js'
import { FeedWriter } from './feed-writer.js'
import type { Filter } from './filter.js'
import { FlushTimer } from './flush-timer.js'
import { Session, type ByteStream } from './session.js'

/** A session whose socket takes nothing for so many milliseconds is destroyed. */
const STALLED_LIMIT = 15_000
/** A session that has not caught up for so many milliseconds is ended. */
const LAGGING_LIMIT = 30_000
/** Milliseconds between two looks for such sessions. */
const LOOK_INTERVAL = 1000
/** Milliseconds over which clients are spread that come back after a cut connection. */
const RETRY_SPREAD = 2000

/** Bytes of slices that a group keeps at the least. */
const LEAST_KEPT = 64 * 1024

export interface Connection {
  readonly destroyed: boolean
  on(event: 'close', listener: () => void): unknown
  removeListener(event: 'close', listener: () => void): unknown
}

export interface AttachOptions {
  filter: Filter
  format: FeedFormat
  encoding: FeedEncoding
  /** Log lines in a full snapshot. */
  history: number
  /** Where the client's last stream ended. */
  lastEventId?: string | undefined
  /** The socket below the stream: a response that waits for its turn on it does not notice when it closes. */
  connection: Connection | undefined
  /** Whom the stream counts for in the limit of streams for one address. */
  address: string
}

export interface Hub {
  /** Serves `stream` from now on. Over the limits it is told `bye`, and ended. Never throws. */
  attach(stream: ByteStream, options: AttachOptions): void
  /** Ends every stream with `bye`. Streams attached later get it at once. */
  close(): void
}

/** Fans the deltas and snapshots of one bus out to all open streams. */
export function createHub(ops: Ops, clock: Clock, limits: FeedLimits): Hub {
  const ring = new DeltaRing(limits, ops.position)
  const meter = new FeedMeter(clock)
  const writer = new FeedWriter({ ops, ring, clock, meter })
  const groups = new Map<string, { group: FeedGroup; timer: FlushTimer }>()
  const sessions = new Set<Session>()
  const addresses = new Map<string, number>()
  let closed = false

  const guard = (place: string, work: () => void): void => {
    try {
      work()
    } catch (error) {
      ops.fault(place, error)
    }
  }

  const flush = (group: FeedGroup, timer: FlushTimer): void => {
    group.encode()
    const now = clock.monotonic()
    for (const session of group.sessions) if (!group.hasAll(session)) session.behindSince ??= now
    writer.serve(group.sessions)
    if (group.isBehind) timer.scheduleNow()
  }

  /** All groups together keep about as much as the ring does, however many views are asked for. */
  const keptBytes = (): number => Math.max(LEAST_KEPT, limits.bytes / Math.max(1, groups.size))

  const groupOf = (filter: Filter, format: FeedFormat, encoding: FeedEncoding): FeedGroup => {
    const key = keyOf(filter, format, encoding)
    let entry = groups.get(key)
    if (entry === undefined) {
      const group = new FeedGroup({ filter, format, encoding, ring, epoch: ops.epoch, keptBytes })
      const timer: FlushTimer = new FlushTimer(clock, filter.batch, () =>
        guard('A flush of the feed', () => flush(group, timer)),
      )
      groups.set(key, (entry = { group, timer }))
    }
    return entry.group
  }

  const leave = (session: Session, address: string): void => {
    if (!sessions.delete(session)) return
    writer.forget(session)
    const left = addresses.get(address)! - 1
    if (left === 0) addresses.delete(address)
    else addresses.set(address, left)
    const { group } = session
    group.sessions.delete(session)
    if (group.sessions.size > 0) return
    const key = keyOf(group.filter, group.format, group.encoding)
    groups.get(key)?.timer.cancel()
    groups.delete(key)
  }

  const greet = (session: Session, resumed: boolean): void => {
    const { service, version, environment, instance, epoch } = ops
    const { format, filter } = session.group
    const hello = toFrame(format, 'hello', {
      protocol: PROTOCOL_VERSION,
      epoch,
      instance,
      service,
      ...(version !== undefined && { version }),
      ...(environment !== undefined && { environment }),
      time: clock.now(),
      heartbeat: HEARTBEAT_INTERVAL,
      resumed,
      topics: [...filter.topics] as Topic[],
    })
    writer.open(session, format.retry(Math.round(1000 + Math.random() * RETRY_SPREAD)) + hello)
  }

  const begin = (session: Session, lastEventId: string | undefined): void => {
    const resumePoint = lastEventId === undefined ? undefined : parseEventId(lastEventId)
    const sameEpoch = resumePoint?.epoch === ops.epoch && resumePoint.seq <= ring.last
    const resumed = sameEpoch && ring.holdsAfter(resumePoint.seq)
    greet(session, resumed)
    if (resumed) session.cursor = resumePoint.seq
    else if (lastEventId === undefined) writer.sendSnapshot(session)
    else if (sameEpoch) writer.heal(session, 'evicted', resumePoint.seq + 1)
    else writer.heal(session, 'epoch')
    session.group.encode(true)
    // The first bytes fill a socket for a moment; what is left goes on when it drains.
    writer.write(session)
  }

  const beat = (tick: Tick): void => {
    const encoded = new Map<string, Uint8Array>()
    for (const { group } of groups.values()) {
      const { format, filter } = group
      const withMetrics = filter.topics.has('metrics')
      const key = `${format.name} ${withMetrics}`
      let bytes = encoded.get(key)
      if (bytes === undefined) {
        const id = toEventId(ops.epoch, ring.last)
        bytes = Buffer.from(toFrame(format, 'snapshot', withMetrics ? tick : { time: tick.time }, id))
        encoded.set(key, bytes)
      }
      group.beat(bytes)
      writer.serve(group.sessions)
    }
  }

  const cutSlow = (): void => {
    const now = clock.monotonic()
    for (const session of sessions) {
      if (session.isFull) session.fullSince ??= now
      if (session.fullSince !== undefined && now - session.fullSince >= STALLED_LIMIT)
        session.stream.destroy()
      else if (
        session.isOpen &&
        session.behindSince !== undefined &&
        now - session.behindSince >= LAGGING_LIMIT
      ) {
        writer.end(session, 'lagging')
      }
    }
  }

  const close = (): void => {
    if (closed) return
    closed = true
    for (const cancel of cancels) cancel()
    for (const { group, timer } of groups.values()) {
      timer.cancel()
      guard('The last flush', () => group.encode(true))
    }
    for (const session of [...sessions]) {
      guard('A farewell', () => {
        writer.write(session)
        writer.end(session, 'shutdown')
      })
    }
    writer.close()
  }

  const cancels: Cancel[] = [
    ops.bus.subscribe('delta', (delta) => {
      ring.push(delta)
      for (const { timer } of groups.values()) timer.schedule()
    }),
    ops.bus.subscribe('closed', () => close()),
    ops.bus.subscribe('tick', (tick) => guard('A heartbeat', () => beat(tick))),
    ops.sample('feed', () => meter.sample(sessions)),
    clock.setInterval(() => guard('The look for slow clients', cutSlow), LOOK_INTERVAL),
  ]

  return {
    attach(stream, { filter, format, encoding, history, lastEventId, connection, address }) {
      // Without a listener, a reset connection would be an uncaught error in the host.
      stream.on('error', () => undefined)
      if (stream.destroyed || stream.closed || connection?.destroyed === true) return
      const held = addresses.get(address) ?? 0
      const refusal = { format, encoding, isOpen: false, clock }
      if (closed) return sayBye(stream, 'shutdown', refusal)
      if (sessions.size >= limits.sessions || held >= limits.sessionsPerAddress) {
        return sayBye(stream, 'full', refusal)
      }
      const session = new Session(stream, groupOf(filter, format, encoding), history)
      sessions.add(session)
      session.group.sessions.add(session)
      addresses.set(address, held + 1)
      const gone = (): void => {
        connection?.removeListener('close', gone)
        leave(session, address)
      }
      stream.on('close', gone)
      connection?.on('close', gone)
      stream.on('drain', () => {
        session.fullSince = undefined
        writer.serveSoon(session)
      })
      guard('A new session', () => begin(session, lastEventId))
    },
    close,
  }
}

function keyOf(filter: Filter, format: FeedFormat, encoding: FeedEncoding): string {
  return `${format.name} ${encoding.name} ${filter.key}`
}
