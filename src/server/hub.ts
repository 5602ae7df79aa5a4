import type { Cancel, Clock } from '../bus/clock.js'
import type { Ops } from '../bus/ops.js'
import {
  HEARTBEAT_INTERVAL,
  PROTOCOL_VERSION,
  type Bye,
  type GapReason,
  type Topic,
} from '../bus/protocol.js'
import { DeltaRing } from './delta-ring.js'
import { FeedGroup } from './feed-group.js'
import { FeedMeter } from './feed-meter.js'
import type { Filter } from './filter.js'
import { parseEventId, toEventId, toFrame, toRetryLine, toRuns } from './frames.js'
import { Session, type ByteStream } from './session.js'

/** Deltas held for sessions that lag or come back. */
const RING_CAPACITY = 8192
/** A session whose socket stays full for longer, in milliseconds, is ended. */
const LAGGING_LIMIT = 30_000
/** Milliseconds over which ended clients are spread when they come back. */
const RETRY_SPREAD = 2000

export interface Hub {
  /** Serves `stream` from now on. `lastEventId` is where the client's last stream ended. Never throws. */
  attach(stream: ByteStream, filter: Filter, lastEventId?: string): void
  /** Open streams. */
  readonly viewers: number
  /** Ends every stream with `bye`. Streams attached later get it at once. */
  close(): void
}

/** Fans the deltas and snapshots of one bus out to all open streams. */
export function createHub(ops: Ops, clock: Clock): Hub {
  const ring = new DeltaRing(RING_CAPACITY, ops.position)
  const groups = new Map<string, FeedGroup>()
  const sessions = new Set<Session>()
  const meter = new FeedMeter(clock)
  let closed = false

  const groupOf = (filter: Filter): FeedGroup => {
    let group = groups.get(filter.key)
    if (group === undefined) {
      group = new FeedGroup({
        ...{ filter, ring, clock, meter },
        epoch: ops.epoch,
        fault: (place, error) => ops.fault(place, error),
        heal: (session) => heal(session, 'lagging', session.cursor + 1),
      })
      groups.set(filter.key, group)
    }
    return group
  }

  const send = (session: Session, frames: string): void => session.write(Buffer.from(frames))

  /** Sends what is after the session's `position`, all of which the ring must hold. */
  const sendAfter = (session: Session, position: number): void => {
    const { frames, items } = toRuns(ring, session.filter, ops.epoch, position + 1, ring.last)
    session.cursor = ring.last
    if (items > 0) send(session, frames)
    meter.countItems(items)
  }

  const sendSnapshot = (session: Session): void => {
    const snapshot = session.filter.apply(ops.snapshot())
    send(session, toFrame('snapshot', snapshot, toEventId(ops.epoch, session.cursor)))
  }

  /** Tells what is missing between the session's cursor and now, and makes it whole by a full snapshot. */
  const heal = (session: Session, reason: GapReason, from?: number): void => {
    session.cursor = ring.last
    const gap =
      from === undefined ? { reason } : { from, to: ring.last, missed: ring.last - from + 1, reason }
    meter.countGap(gap.missed ?? 0)
    send(session, toFrame('gap', gap, toEventId(ops.epoch, session.cursor)))
    sendSnapshot(session)
  }

  const greet = (session: Session, resumed: boolean): void => {
    const { service, version, environment, instance, epoch } = ops
    const hello = {
      protocol: PROTOCOL_VERSION,
      epoch,
      instance,
      service,
      ...(version !== undefined && { version }),
      ...(environment !== undefined && { environment }),
      time: clock.now(),
      heartbeat: HEARTBEAT_INTERVAL,
      resumed,
      topics: [...session.filter.topics] as Topic[],
    } as const
    send(session, toRetryLine(1000 + Math.random() * RETRY_SPREAD) + toFrame('hello', hello))
  }

  const begin = (session: Session, lastEventId: string | undefined): void => {
    const resumePoint = lastEventId === undefined ? undefined : parseEventId(lastEventId)
    const sameEpoch = resumePoint?.epoch === ops.epoch && resumePoint.seq <= ring.last
    const resumed = sameEpoch && ring.holdsAfter(resumePoint.seq)
    greet(session, resumed)
    session.cursor = ring.last
    if (resumed) sendAfter(session, resumePoint.seq)
    else if (lastEventId === undefined) sendSnapshot(session)
    else if (sameEpoch) heal(session, 'evicted', resumePoint.seq + 1)
    else heal(session, 'epoch')
  }

  const catchUp = (session: Session): void => {
    if (ring.holdsAfter(session.cursor)) sendAfter(session, session.cursor)
    else heal(session, 'lagging', session.cursor + 1)
  }

  const bye = (session: Session, reason: Bye['reason']): void => {
    const retry = Math.round(500 + Math.random() * RETRY_SPREAD)
    session.end(toRetryLine(retry) + toFrame('bye', { reason, retry }))
  }

  const guard = (place: string, work: () => void): void => {
    try {
      work()
    } catch (error) {
      ops.fault(place, error)
    }
  }

  const cancels: Cancel[] = [
    ops.bus.subscribe('delta', (delta) => {
      ring.push(delta)
      for (const group of groups.values()) group.schedule()
    }),
    ops.bus.subscribe('tick', (tick) => {
      const now = clock.monotonic()
      const frames = new Map<boolean, Uint8Array>()
      for (const group of groups.values()) {
        const withMetrics = group.filter.topics.has('metrics')
        let data = frames.get(withMetrics)
        if (data === undefined) {
          const snapshot = withMetrics ? tick : { time: tick.time }
          data = Buffer.from(toFrame('snapshot', snapshot, toEventId(ops.epoch, ring.last)))
          frames.set(withMetrics, data)
        }
        group.beat(data)
      }
      for (const session of sessions) {
        if (session.fullSince === undefined || now - session.fullSince < LAGGING_LIMIT) continue
        bye(session, 'lagging')
        session.destroy()
      }
    }),
    ops.sample('feed', () => meter.sample(sessions)),
  ]

  return {
    get viewers() {
      return sessions.size
    },
    attach(stream, filter, lastEventId) {
      const session = new Session(stream, filter, meter)
      // Without a listener, a reset connection would be an uncaught error in the host.
      stream.on('error', () => undefined)
      if (closed) return bye(session, 'shutdown')
      const group = groupOf(filter)
      stream.on('close', () => {
        sessions.delete(session)
        if (group.remove(session) === 0) groups.delete(filter.key)
      })
      stream.on('drain', () => {
        if (session.fullSince === undefined || !sessions.has(session)) return
        session.fullSince = undefined
        guard('A session that catches up', () => {
          group.flush()
          catchUp(session)
          group.add(session)
        })
      })
      sessions.add(session)
      guard('A new session', () => {
        group.flush()
        begin(session, lastEventId)
        group.add(session)
      })
    },
    close() {
      if (closed) return
      closed = true
      for (const cancel of cancels) cancel()
      for (const group of groups.values()) guard('The last flush', () => group.flush())
      for (const session of sessions) guard('A farewell', () => bye(session, 'shutdown'))
    },
  }
}
