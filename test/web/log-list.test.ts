import { describe, expect, it, vi } from 'vitest'
import type { LogLine } from '../../src/bus/protocol.js'
import { LogBook } from '../../src/web/log-book.js'
import { LogFilter, toPattern } from '../../src/web/log-filter.js'
import { LogList, type ShownRow } from '../../src/web/log-list.js'

const line = (seq: number): LogLine => ({
  seq,
  time: seq,
  level: 'info',
  source: 'app',
  message: `line ${seq}`,
  instance: 'a',
})

const lines = (from: number, to: number): LogLine[] =>
  Array.from({ length: to - from }, (_, index) => line(from + index))
const seqs = (rows: Iterable<ShownRow>): unknown[] => [...rows].map((row) => ('seq' in row ? row.seq : row))
const range = (from: number, to: number): number[] => lines(from, to).map(({ seq }) => seq)

const filterFor = (text: string): LogFilter =>
  new LogFilter({ levels: new Set(['info']), pattern: toPattern(text)! })

describe('a view of the book', () => {
  it('keeps what it showed while rows come and go', () => {
    const book = new LogBook(1000)
    book.append(lines(0, 950), 'e')
    const { rows } = book.view()
    book.append(lines(950, 2600), 'e')
    expect([rows.start, rows.end, rows.length]).toEqual([0, 950, 950])
    expect(seqs(rows)).toEqual(range(0, 950))
    const later = book.view().rows
    expect([later.start, later.end, later.length]).toEqual([1600, 2600, 1000])
    expect(seqs(later)).toEqual(range(1600, 2600))
    expect(later.at(1987)).toBe([...later][387])
  })
})

describe('the list of shown rows', () => {
  it('begins with the newest and finds the others in turns, each within its time', () => {
    const book = new LogBook(10_000)
    book.append(lines(0, 10_000), 'e')
    const log = book.view()
    const list = new LogList()
    // Time goes on by a millisecond at each look at the clock: a turn has room for eight of them.
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now++)
    list.begin(log, filterFor('/[05]$/'))
    let found = list.search(log)
    let turns = 1
    expect(seqs(found).at(-1)).toBe(9995)
    expect(found.length).toBeLessThanOrEqual(200)
    for (; !list.isSearched(log); turns++) {
      const before = now
      found = list.search(log)
      expect(now - before).toBeLessThanOrEqual(11)
      expect(seqs(list.rows).slice(0, found.length)).toEqual(seqs(found))
    }
    clock.mockRestore()
    expect(turns).toBeGreaterThan(10)
    expect(seqs(list.rows)).toEqual(range(0, 10_000).filter((seq) => seq % 5 === 0))
  })

  it('takes what comes during a search, each row once, and lets go of what the log does not hold', () => {
    const book = new LogBook(400)
    book.append(lines(0, 400), 'e')
    const list = new LogList()
    const first = book.view()
    list.begin(first, new LogFilter())
    expect(seqs(list.search(first))).toEqual(range(200, 400))
    book.append(lines(400, 500), 'e')
    const second = book.view()
    expect(list.follows(second)).toBe(true)
    expect(seqs(list.take(second))).toEqual(range(400, 500))
    // Meanwhile the oldest 100 have gone.
    expect(seqs(list.search(second))).toEqual(range(100, 200))
    expect(list.isSearched(second)).toBe(true)
    expect(seqs(list.rows)).toEqual(range(100, 500))
    book.append(lines(500, 550), 'e')
    list.take(book.view())
    list.drop(list.countBefore(book.view().rows.start))
    expect(seqs(list.rows)).toEqual(range(150, 550))
  })

  it('looks at each new row once, whatever it has already', () => {
    const book = new LogBook(10_000)
    book.append(lines(0, 5000), 'e')
    const filter = filterFor('line')
    const list = new LogList()
    list.begin(book.view(), filter)
    while (!list.isSearched(book.view())) list.search(book.view())
    const looked = vi.spyOn(filter, 'shows')
    book.append(lines(5000, 5010), 'e')
    list.take(book.view())
    expect(looked).toHaveBeenCalledTimes(10)
  })

  it('does not go on with rows that were put in another order', () => {
    const book = new LogBook(100)
    book.append([line(5)], 'e')
    const list = new LogList()
    list.begin(book.view(), new LogFilter())
    book.unite([line(1)], 'e')
    expect(list.follows(book.view())).toBe(false)
  })
})
