import type { CallRecord, LogLine, RequestRecord } from '../bus/protocol.js'
import { isGapRow, type LogRow } from './log-book.js'

/** One thing that happened in a request. */
export type Moment =
  | { kind: 'start' | 'end'; time: number; request: RequestRecord }
  | { kind: 'step'; time: number; request: RequestRecord }
  | { kind: 'call' | 'first token' | 'call end'; time: number; call: CallRecord }
  | { kind: 'line'; time: number; line: LogLine }

export interface Timeline {
  /** Oldest first. */
  moments: readonly Moment[]
  /** Oldest first. */
  calls: readonly CallRecord[]
}

/** When the work is known to have ended; undefined while it runs. */
export function endOf(work: CallRecord | RequestRecord): number | undefined {
  if (work.state === 'active') return undefined
  return work.endedAt ?? (work.duration === undefined ? undefined : work.startedAt + work.duration)
}

/** When the first token of a call came, whichever way it was told. */
export function firstTokenOf({ firstTokenAt, timeToFirstToken, startedAt }: CallRecord): number | undefined {
  return firstTokenAt ?? (timeToFirstToken === undefined ? undefined : startedAt + timeToFirstToken)
}

/** What is known of one request, in the order of its time. */
export function toTimeline(
  request: RequestRecord,
  calls: readonly CallRecord[],
  rows: Iterable<LogRow>,
): Timeline {
  const isOwn = (item: { requestId?: string; instance: string }): boolean =>
    item.requestId === request.id && item.instance === request.instance
  const own = calls.filter(isOwn).sort((a, b) => a.startedAt - b.startedAt)
  const ids = new Set(own.map(({ id }) => id))
  const moments: Moment[] = []
  for (const call of own) {
    moments.push({ kind: 'call', time: call.startedAt, call })
    const first = firstTokenOf(call)
    if (first !== undefined) moments.push({ kind: 'first token', time: first, call })
    const end = endOf(call)
    if (end !== undefined) moments.push({ kind: 'call end', time: end, call })
  }
  // What a request does now; the call that it waits for says so itself.
  if (request.state === 'active' && request.step && request.step.kind !== 'model')
    moments.push({ kind: 'step', time: request.step.since, request })
  for (const row of rows) {
    if (isGapRow(row)) continue
    const isOfCall = row.callId !== undefined && row.instance === request.instance && ids.has(row.callId)
    if (isOwn(row) || isOfCall) moments.push({ kind: 'line', time: row.time, line: row })
  }
  moments.sort((a, b) => a.time - b.time)
  // The start comes first and the end last, whatever the clocks of others say.
  moments.unshift({ kind: 'start', time: request.startedAt, request })
  const end = endOf(request)
  if (end !== undefined) moments.push({ kind: 'end', time: end, request })
  return { moments, calls: own }
}
