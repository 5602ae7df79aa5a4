import { encodeData } from '../bus/codec.js'
import type { Ops } from '../bus/ops.js'
import type { CallRecord, RequestRecord, Snapshot } from '../bus/protocol.js'
import type { Filter } from './filter.js'

/** Bytes of a full snapshot at the most. */
const LIMIT = 512 * 1024
/** Ended ones that it tells of: what a page shows at first. The JSON routes hold more. */
const RECENT = { requests: 5, calls: 20 } as const
/** Kept free for the snapshot's own punctuation and the counts of `truncated`. */
const RESERVE = 256

type WorkRecord = RequestRecord | CallRecord

/** Sections in the order in which they are given room. */
const SECTIONS = ['channels', 'requests', 'calls', 'log'] as const

/**
 * The JSON of a full snapshot as `filter` lets it through, at most 512 KiB. When there is more, what is in flight comes
 * before what has ended, the longest in flight first, else the newest; `truncated` counts by section what was left out.
 */
export function encodeFullSnapshot(ops: Ops, filter: Filter, history: number): string {
  const snapshot = filter.apply(ops.snapshot(), history)
  const { time, metrics, series } = snapshot
  const head = `{"time":${time}${metrics === undefined ? '' : `,"metrics":${encodeData(metrics)}`}`
  const tail = series === undefined ? '' : `,"series":${encodeData(series)}`
  const truncated: Snapshot['truncated'] = {}
  let room = LIMIT - Buffer.byteLength(head) - Buffer.byteLength(tail) - RESERVE
  let sections = ''
  for (const name of SECTIONS) {
    const all = snapshot[name]
    if (all === undefined) continue
    const items =
      name === 'requests' || name === 'calls' ? withoutOlder(all as WorkRecord[], RECENT[name]) : all
    const texts = new Array<string>(items.length)
    let kept = 0
    for (const index of byWorth(items)) {
      const text = encodeData(items[index])
      const size = Buffer.byteLength(text) + 1
      if (size > room) break
      room -= size
      texts[index] = text
      kept++
    }
    if (kept < items.length) truncated[name] = items.length - kept
    sections += `,"${name}":[${texts.filter((text) => text !== undefined).join(',')}]`
  }
  const counts = Object.keys(truncated).length === 0 ? '' : `,"truncated":${encodeData(truncated)}`
  return `${head}${sections}${tail}${counts}}`
}

/** The items' indices: those in flight from the oldest, then the others from the newest. */
function byWorth(items: readonly object[]): number[] {
  const indices = items.map((_, index) => index)
  const isActive = (index: number): boolean => (items[index] as { state?: unknown }).state === 'active'
  return [...indices.filter(isActive), ...indices.filter((index) => !isActive(index)).reverse()]
}

/** What is in flight, and the newest `limit` that ended before it. */
function withoutOlder(records: readonly WorkRecord[], limit: number): readonly WorkRecord[] {
  const ended = records.findIndex(({ state }) => state === 'active')
  const count = ended === -1 ? records.length : ended
  return records.slice(Math.max(0, count - limit))
}
