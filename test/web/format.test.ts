import { describe, expect, it } from 'vitest'
import * as format from '../../src/web/format.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('unknown', () => {
  it.each([
    'toCount',
    'toCompact',
    'toMilliseconds',
    'toLatency',
    'toDuration',
    'toUptime',
    'toPercent',
    'toRate',
    'toAgo',
    'toBytes',
    'toDelay',
    'toWholePercent',
    'toClockTime',
  ] as const)('is an en dash in %s, never 0', (name) => {
    for (const value of [undefined, null, NaN, Infinity]) expect(format[name](value)).toBe('–')
  })
})

describe('figures', () => {
  it.each([
    [format.toCount, 48216, '48,216'],
    [format.toCount, 0, '0'],
    [format.toCompact, 999, '999'],
    [format.toCompact, 1000, '1k'],
    [format.toCompact, 9400, '9.4k'],
    [format.toCompact, 402_300, '402k'],
    [format.toCompact, 999_900, '1M'],
    [format.toMilliseconds, 8412.4, '8,412 ms'],
    [format.toLatency, 410, '410 ms'],
    [format.toLatency, 999.9, '1.00 s'],
    [format.toLatency, 1420, '1.42 s'],
    [format.toLatency, 12_340, '12.3 s'],
    [format.toLatency, 108_000, '1 m 48 s'],
    [format.toRate, 70.6, '71'],
    [format.toRate, 3.24, '3.2'],
    [format.toRate, 3, '3'],
    [format.toBytes, 640, '640 B'],
    [format.toBytes, 999_700, '1 MB'],
    [format.toBytes, 82.4e6, '82 MB'],
    [format.toBytes, 1.44e9, '1.4 GB'],
    [format.toDelay, 0, '0 ms'],
    [format.toDelay, 1.23, '1.2 ms'],
    [format.toDelay, 48.6, '49 ms'],
    [format.toWholePercent, 1.316, '132 %'],
  ] as const)('%o of %d is %s', (convert, value, words) => {
    expect(convert(value)).toBe(words)
  })

  it.each([
    [0, '0 %'],
    [0.0001, '< 0.1 %'],
    [0.005, '0.5 %'],
    [0.02, '2.0 %'],
    [0.1463, '14.6 %'],
    [1, '100 %'],
  ])('ratio %d is %s', (ratio, words) => {
    expect(format.toPercent(ratio)).toBe(words)
  })
})

describe('a pair of figures', () => {
  it.each([
    [412, 96, '412 / 96'],
    [412, undefined, '412 / –'],
    [undefined, 0, '– / 0'],
    [undefined, undefined, '–'],
  ])('of %d and %d is %s', (first, second, words) => {
    expect(format.toPair(first, second, format.toCount)).toBe(words)
  })
})

describe('spans', () => {
  it.each([
    [-5, '0.0 s'],
    [400, '0.4 s'],
    [32_400, '32.4 s'],
    [59_940, '59.9 s'],
    [59_960, '1 m 0 s'],
    [108_000, '1 m 48 s'],
    [2 * HOUR + 5 * MINUTE, '2 h 5 m'],
    [3 * DAY + 4 * HOUR, '3 d 4 h'],
  ])('%d ms lasts %s', (span, words) => {
    expect(format.toDuration(span)).toBe(words)
  })

  it.each([
    [0, '0s'],
    [4 * MINUTE + 5 * SECOND, '4m 5s'],
    [HOUR, '1h 0m 0s'],
    [2 * DAY + 3 * HOUR + 4 * MINUTE + 5 * SECOND, '2d 3h 4m 5s'],
    [2 * DAY, '2d 0h 0m 0s'],
  ])('%d ms of uptime is %s', (span, words) => {
    expect(format.toUptime(span)).toBe(words)
  })

  it.each([
    [200, 'now'],
    [3200, '3s ago'],
    [4 * MINUTE, '4m ago'],
    [2 * HOUR, '2h ago'],
    [5 * DAY, '5d ago'],
  ])('%d ms is %s', (span, words) => {
    expect(format.toAgo(span)).toBe(words)
  })
})

describe('times', () => {
  it('are local', () => {
    const time = new Date(2026, 10, 23, 4, 5, 6).getTime()
    expect(format.toClockTime(time)).toBe('04:05:06')
  })

  it('since when is told by clock today and yesterday, by date before', () => {
    const now = new Date(2026, 10, 23, 15, 0).getTime()
    expect(format.toSince(new Date(2026, 10, 23, 9, 48).getTime(), now)).toBe('09:48')
    expect(format.toSince(new Date(2026, 10, 22, 9, 48).getTime(), now)).toBe('yesterday 09:48')
    expect(format.toSince(new Date(2026, 9, 2, 9, 48).getTime(), now)).toBe('2026-10-02')
  })
})

describe('fields', () => {
  it('are key=value words, quoted where a blank would split them', () => {
    const words = format.toFieldWords({ depth: 104, who: 's1', why: 'too long', at: { a: 1 }, none: null })
    expect(words).toBe('depth=104 who=s1 why="too long" at={"a":1} none=null')
  })

  it('that JSON cannot hold are still shown', () => {
    expect(format.toFieldWords({ gone: undefined })).toBe('gone=undefined')
  })
})
