import { encodeData } from '../bus/codec.js'
import type { Ops } from '../bus/ops.js'
import type { Snapshot } from '../bus/protocol.js'
import type { Filter } from './filter.js'

/** Characters of a full snapshot at the most. */
const LIMIT = 512 * 1024

/** Sections in the order in which they are given room, each with what matters most in it last. */
const SECTIONS = ['channels', 'requests', 'calls', 'log'] as const

/**
 * The JSON of a full snapshot as `filter` lets it through, at most 512 KiB. When there is more, each section keeps its
 * newest items, those in flight before those that ended, and `truncated` counts what was left out.
 */
export function encodeFullSnapshot(ops: Ops, filter: Filter, history: number): string {
  const snapshot = filter.apply(ops.snapshot(), history)
  const { time, metrics, series } = snapshot
  let text = `{"time":${time}`
  if (metrics !== undefined) text += `,"metrics":${encodeData(metrics)}`
  const truncated: Snapshot['truncated'] = {}
  let room = LIMIT - text.length - 256
  const end = series === undefined ? '' : `,"series":${encodeData(series)}`
  room -= end.length
  for (const name of SECTIONS) {
    const items = snapshot[name]
    if (items === undefined) continue
    const kept: string[] = []
    let index = items.length - 1
    for (; index >= 0; index--) {
      const json = encodeData(items[index])
      if (json.length + 1 > room) break
      room -= json.length + 1
      kept.push(json)
    }
    if (index >= 0) truncated[name] = index + 1
    text += `,"${name}":[${kept.reverse().join(',')}]`
  }
  text += end
  return Object.keys(truncated).length === 0 ? `${text}}` : `${text},"truncated":${encodeData(truncated)}}`
}
