import type { LogRow } from './log-book.js'

const CHUNK = 200

/**
 * Rows by their numbers, oldest first, as they were at one moment: rows that come or go later change nothing. Taking such
 * a picture copies no rows: they stand in chunks that only ever grow, and many pictures share them.
 */
export class LogRows implements Iterable<LogRow> {
  readonly #chunks: readonly (readonly LogRow[])[]
  readonly #base: number
  /** Number of the oldest row. */
  readonly start: number
  /** Number of the row after the newest. */
  readonly end: number

  /** @param base number of the first row of the first chunk */
  constructor(chunks: readonly (readonly LogRow[])[], base: number, start: number, end: number) {
    this.#chunks = chunks
    this.#base = base
    this.start = start
    this.end = end
  }

  get length(): number {
    return this.end - this.start
  }

  /** The row with this number, which must be one of those here. */
  at(number: number): LogRow {
    const place = number - this.#base
    return this.#chunks[Math.floor(place / CHUNK)]![place % CHUNK]!
  }

  *[Symbol.iterator](): Iterator<LogRow> {
    for (let number = this.start; number < this.end; number++) yield this.at(number)
  }
}

/** Rows that are added at the end and let go at the beginning. */
export class LogRowStore {
  #chunks: LogRow[][] = []
  #base = 0
  #start = 0
  #end = 0

  get length(): number {
    return this.#end - this.#start
  }

  get newest(): LogRow | undefined {
    return this.#chunks.at(-1)?.at(-1)
  }

  push(row: LogRow): void {
    if ((this.#end - this.#base) % CHUNK === 0) this.#chunks.push([])
    this.#chunks.at(-1)!.push(row)
    this.#end++
  }

  /** Lets the oldest row go. */
  shift(): LogRow {
    const row = this.#chunks[0]![this.#start++ - this.#base]!
    if (this.#start - this.#base === CHUNK) {
      this.#chunks.shift()
      this.#base += CHUNK
    }
    return row
  }

  /** Puts the same rows in another order. Their numbers are others then. */
  reorder(rows: readonly LogRow[]): void {
    this.#chunks = []
    this.#base = this.#end = this.#start
    for (const row of rows) this.push(row)
  }

  view(): LogRows {
    return new LogRows([...this.#chunks], this.#base, this.#start, this.#end)
  }
}
