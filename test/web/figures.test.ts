import { describe, expect, it } from 'vitest'
import type { Metrics } from '../../src/bus/protocol.js'
import { toLeadingCount, toLeadingGauge } from '../../src/web/components/leading-figures.js'
import { toProcessFigures } from '../../src/web/components/process-figures.js'

describe('a gauge', () => {
  it('follows what the page sees while it is the built-in one', () => {
    expect(toLeadingGauge(3, 3, 4)).toBe(4)
    expect(toLeadingGauge(3, 3, 0)).toBe(0)
  })

  it('that the host sets to something else is shown as it was sampled', () => {
    expect(toLeadingGauge(17, 3, 4)).toBe(17)
  })

  it('whose callback failed stays unknown', () => {
    expect(toLeadingGauge(undefined, 3, 4)).toBeUndefined()
  })
})

describe('a counter', () => {
  it('runs ahead by what was seen since, also when the host has added to it', () => {
    expect(toLeadingCount(1007, 2)).toBe(1009)
    expect(toLeadingCount(undefined, 2)).toBeUndefined()
  })
})

describe('the line about the process', () => {
  const process = (p99: number) => ({
    cpu: 0.043,
    rss: 82.4e6,
    heapUsed: 21e6,
    eventLoopDelay: { p50: 0.1, p99, max: 300 },
  })
  const feed: Metrics['feed'] = {
    viewers: 3,
    lagging: 0,
    bytesPerSecond: 12_345,
    messagesPerSecond: 9,
    dropped: 0,
    sampled: 0,
    gaps: 0,
  }
  const words = (metrics: Partial<Metrics>) =>
    toProcessFigures(metrics).map(({ label, value }) => [label, value].join(' ').trim())

  it('says what the process uses and what the feed costs', () => {
    expect(words({ process: process(1.23), feed })).toEqual([
      'CPU 4 %',
      'memory 82 MB',
      'heap 21 MB',
      'loop delay p99 1.2 ms',
      '3 viewers, 12 kB/s',
    ])
  })

  it('leaves out what nobody measures', () => {
    expect(words({ feed: { ...feed, viewers: 1 } })).toEqual(['1 viewer, 12 kB/s'])
    expect(words({})).toEqual([])
  })

  it('warns of a loop that is late by more than 50 ms, and of viewers that lag', () => {
    const warned = (metrics: Partial<Metrics>) =>
      toProcessFigures(metrics)
        .filter(({ tone }) => tone === 'warn')
        .map(({ value }) => value)
    expect(warned({ process: process(50), feed })).toEqual([])
    expect(warned({ process: process(50.1), feed: { ...feed, lagging: 2 } })).toEqual(['50 ms', '2 lagging'])
  })
})
