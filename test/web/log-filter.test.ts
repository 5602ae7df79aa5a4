import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../src/bus/protocol.js'
import { LineRate } from '../../src/web/line-rate.js'
import { LogFilter, toPattern } from '../../src/web/log-filter.js'
import { toLevels, toLevelWords } from '../../src/web/log-levels.js'
import { LogBook } from '../../src/web/log-book.js'
import { toGapText, toSearchedText } from '../../src/web/log-text.js'

const line = (over: Partial<LogLine> = {}): LogLine => ({
  seq: 1,
  time: 0,
  level: 'info',
  source: 'gateway',
  message: 'message received',
  instance: 'a',
  ...over,
})

describe('the text of a filter', () => {
  it('is found whatever its case, and means itself', () => {
    expect(toPattern('  ')).toBeUndefined()
    expect(toPattern('a.b(')!.test('xA.B(y')).toBe(true)
    expect(toPattern('a.b')!.test('aXb')).toBe(false)
  })

  it('is an expression between slashes, with flags, and a path is none', () => {
    expect(toPattern('/a.b/')!.test('aXb')).toBe(true)
    expect(toPattern('/a.b/')!.test('AXB')).toBe(false)
    expect(toPattern('/a.b/iy')!.flags).toBe('gi')
    expect(toPattern('/v1/chat')!.test('post /v1/chat')).toBe(true)
    expect(() => toPattern('/(/')).toThrow(SyntaxError)
  })

  it('finds the same places again and again, never an empty one, and never without end', () => {
    const filter = new LogFilter({ levels: toLevels(''), pattern: toPattern('/e?/')! })
    const ranges = () => filter.ranges(line({ message: 'e'.repeat(80) }))
    expect(ranges()).toHaveLength(50)
    expect(ranges()).toEqual(ranges())
    expect(filter.shows(line())).toBe(true)
    expect(filter.shows(line())).toBe(true)
  })
})

describe('levels', () => {
  it.each([
    [undefined, ['debug', 'info', 'warn', 'error'], ''],
    ['nonsense', ['debug', 'info', 'warn', 'error'], ''],
    ['warn', ['warn', 'error'], 'warn'],
    ['fatal', ['error'], 'error'],
    ['info,error', ['info', 'error'], 'info,error'],
    ['info,', ['info'], 'info,'],
    ['trace', ['debug', 'info', 'warn', 'error'], ''],
  ] as const)('written as %s', (words, groups, written) => {
    expect([...toLevels(words)]).toEqual(groups)
    expect(toLevelWords(toLevels(words))).toBe(written)
    expect([...toLevels(written)]).toEqual(groups)
  })
})

describe('a filter', () => {
  it('narrows by each of its parts, and lets every gap through', () => {
    const filter = new LogFilter({
      levels: toLevels('info'),
      source: 'gateway',
      requestId: 'r1',
      pattern: toPattern('received k=v')!,
    })
    const wanted = line({ requestId: 'r1', fields: { k: 'v' } })
    expect(filter.shows(wanted)).toBe(true)
    for (const over of [
      { level: 'debug' },
      { source: 'x' },
      { requestId: 'r2' },
      { message: 'sent' },
    ] as const)
      expect(filter.shows({ ...wanted, ...over })).toBe(false)
    expect(filter.shows({ gap: { reason: 'evicted' }, time: 0, until: 0 })).toBe(true)
    expect(toSearchedText(wanted)).toBe('[INFO] gateway: message received k=v request=r1')
  })
})

describe('a gap', () => {
  it('is told with count, reason and time', () => {
    const at = (clock: string) => new Date(`2026-01-01T${clock}`).getTime()
    const [from, until] = [at('10:00:00'), at('10:00:09')]
    expect(toGapText({ gap: { missed: 41, reason: 'lagging' }, time: from, from, until })).toBe(
      '41 items not received, 10:00:00 to 10:00:09: this page could not keep up',
    )
    expect(toGapText({ gap: { missed: 1, reason: 'broker' }, time: from, from, until: from })).toBe(
      '1 item not received, at 10:00:00: the connection between instances was down',
    )
    expect(toGapText({ gap: { reason: 'epoch' }, time: until, until })).toBe(
      'Some items not received, until 10:00:09: the server restarted',
    )
  })
})

describe('the book of lines', () => {
  it('knows the sources of what it holds', () => {
    const book = new LogBook(2)
    book.append([line({ source: 'b' }), line({ seq: 2, source: 'a' })], 'e')
    const { sources } = book.view()
    expect(sources).toEqual(['a', 'b'])
    book.append([line({ seq: 3, source: 'a' })], 'e')
    expect(book.view().sources).toEqual(['a'])
    expect(book.view().sources).toBe(book.view().sources)
  })
})

describe('the rate of lines', () => {
  it('is busy above 300 a second, and calm after two seconds below 200', () => {
    const rate = new LineRate()
    const feed = (count: number, from: number, to: number) => {
      for (let time = from; time < to; time += 100) rate.add(count, time)
    }
    feed(25, 0, 3000)
    expect(rate.busy).toBe(false)
    feed(40, 3000, 4000)
    expect(rate.busy).toBe(true)
    expect(rate.perSecond).toBe(400)
    feed(25, 4000, 8000)
    expect(rate.busy).toBe(true)
    feed(15, 8000, 10_000)
    expect(rate.busy).toBe(true)
    feed(15, 10_000, 11_500)
    expect(rate.busy).toBe(false)
  })

  it('is not busy for what came while nobody asked', () => {
    const rate = new LineRate()
    rate.add(5000, 0)
    expect(rate.busy).toBe(false)
    rate.add(900, 10_000)
    expect(rate.busy).toBe(false)
  })
})
