import type { Metrics } from '../../bus/protocol.js'
import { toBytes, toDelay, toPlural, toWholePercent } from '../format.js'
import type { Tone } from './request-health.js'

/** A loop this late holds everything up. Milliseconds. */
const LATE_LOOP = 50

export interface ProcessFigure {
  label: string
  value: string
  tone: Tone
}

/** What is known of the server's own process and of what the feed costs it. */
export function toProcessFigures({ process, feed }: Partial<Metrics>): ProcessFigure[] {
  const figures: ProcessFigure[] = []
  const add = (label: string, value: string, tone: Tone = '') => figures.push({ label, value, tone })
  if (process) {
    const { cpu, rss, heapUsed, eventLoopDelay } = process
    add('CPU', toWholePercent(cpu))
    add('memory', toBytes(rss))
    add('heap', toBytes(heapUsed))
    add('loop delay p99', toDelay(eventLoopDelay.p99), eventLoopDelay.p99 > LATE_LOOP ? 'warn' : '')
  }
  if (feed) {
    add('', `${toPlural(feed.viewers, 'viewer')}, ${toBytes(feed.bytesPerSecond)}/s`)
    if (feed.lagging > 0) add('', `${feed.lagging} lagging`, 'warn')
  }
  return figures
}
