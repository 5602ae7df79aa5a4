import type { Gap, Level, LogLine } from '../bus/protocol.js'
import { LogRowStore, type LogRows } from './log-rows.js'

/** A place in the log where items are missing. */
export interface GapRow {
  gap: Gap
  /** Where it stands in the log: the time of the line before it. */
  time: number
  /** When something was last received before it, and when it was told, by the server's clock. */
  from?: number
  until: number
}

export type LogRow = LogLine | GapRow

export const isGapRow = (row: LogRow): row is GapRow => 'gap' in row

/** The four levels a reader filters by; trace counts as debug, fatal as error. */
export const LEVEL_GROUPS = ['debug', 'info', 'warn', 'error'] as const
export type LevelGroup = (typeof LEVEL_GROUPS)[number]

export function toLevelGroup(level: Level): LevelGroup {
  if (level === 'trace') return 'debug'
  return level === 'fatal' ? 'error' : level
}

export interface LogView {
  /** A row keeps its number while only the tail grows. */
  readonly rows: LogRows
  /** Changes when rows came between others, so that numbers no longer hold. */
  readonly revision: number
  readonly counts: Readonly<Record<LevelGroup, number>>
  /** Every source of the lines held, by name; replaced only when it has changed. */
  readonly sources: readonly string[]
}

/** The newest `limit` log lines, each held once by (instance, epoch, seq), in the order of their time. */
export class LogBook {
  readonly #limit: number
  readonly #rows = new LogRowStore()
  /** The key of each row, empty for gaps. */
  #keys: string[] = []
  readonly #held = new Set<string>()
  #revision = 0
  #counts: Record<LevelGroup, number> = { debug: 0, info: 0, warn: 0, error: 0 }
  /** Lines held of each source. */
  readonly #sources = new Map<string, number>()
  #sourceNames: readonly string[] | undefined = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Adds lines at the tail, in the order they came, but for those held already. Answers those added. */
  append(lines: readonly LogLine[], epoch: string): LogLine[] {
    const added: LogLine[] = []
    for (const line of lines) {
      const key = `${epoch} ${line.instance} ${line.seq}`
      if (this.#held.has(key)) continue
      this.#push(line, key)
      added.push(line)
      this.#counts[toLevelGroup(line.level)]++
      this.#countSource(line.source, 1)
    }
    this.#trim()
    return added
  }

  /** Adds those lines of a snapshot that are not held yet, each where its time belongs. */
  unite(lines: readonly LogLine[], epoch: string): LogLine[] {
    const tail = this.#rows.newest?.time ?? -Infinity
    const isLate = lines.some(
      (line) => line.time < tail && !this.#held.has(`${epoch} ${line.instance} ${line.seq}`),
    )
    const added = this.append(lines, epoch)
    if (isLate) this.#sort()
    return added
  }

  addGap(gap: Gap, until: number, from?: number): void {
    const time = this.#rows.newest?.time ?? until
    this.#push({ gap, time, until, ...(from === undefined ? {} : { from }) }, '')
    this.#trim()
  }

  /** The lines held of one run, oldest first. */
  linesOf(epoch: string): LogLine[] {
    const isOfRun = (row: LogRow, index: number) =>
      this.#keys[index]!.startsWith(`${epoch} `) && !isGapRow(row)
    return [...this.#rows.view()].filter(isOfRun) as LogLine[]
  }

  /** Whether there are lines here and there, and none that is both: some may be missing between them. */
  isApartFrom(lines: readonly LogLine[], epoch: string): boolean {
    if (this.#held.size === 0 || lines.length === 0) return false
    return !lines.some((line) => this.#held.has(`${epoch} ${line.instance} ${line.seq}`))
  }

  view(): LogView {
    this.#sourceNames ??= [...this.#sources.keys()].sort()
    return {
      rows: this.#rows.view(),
      revision: this.#revision,
      counts: { ...this.#counts },
      sources: this.#sourceNames,
    }
  }

  #countSource(source: string, count: 1 | -1): void {
    const held = this.#sources.get(source)
    const left = (held ?? 0) + count
    if (left === 0) this.#sources.delete(source)
    else this.#sources.set(source, left)
    if (held === undefined || left === 0) this.#sourceNames = undefined
  }

  #push(row: LogRow, key: string): void {
    this.#rows.push(row)
    this.#keys.push(key)
    if (key !== '') this.#held.add(key)
  }

  #sort(): void {
    const order = [...this.#rows.view()].map((row, index) => ({ row, key: this.#keys[index]! }))
    order.sort((a, b) => a.row.time - b.row.time)
    this.#rows.reorder(order.map(({ row }) => row))
    this.#keys = order.map(({ key }) => key)
    this.#revision++
  }

  #trim(): void {
    const over = this.#rows.length - this.#limit
    if (over <= 0) return
    for (const key of this.#keys.splice(0, over)) this.#held.delete(key)
    for (let left = over; left > 0; left--) {
      const row = this.#rows.shift()
      if (isGapRow(row)) continue
      this.#counts[toLevelGroup(row.level)]--
      this.#countSource(row.source, -1)
    }
  }
}
