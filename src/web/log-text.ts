import type { LogLine } from '../bus/protocol.js'
import { toClockTime, toCount, toFieldWords, toPlural } from './format.js'
import type { GapRow } from './log-book.js'

export interface LinePart {
  name: 'time' | 'level' | 'source' | 'message' | 'fields' | 'request'
  text: string
}

/** Line breaks are shown as a sign, so that a line stays a line. */
const toOneLine = (text: string) => text.replace(/\r\n|[\n\r\u2028\u2029]/g, ' ⏎ ')

/** What a line is shown as: `[HH:MM:SS] [LEVEL] source: message key=value request=id`, in parts. */
export function toLineParts(line: LogLine): LinePart[] {
  const parts: LinePart[] = [
    { name: 'time', text: `[${toClockTime(line.time)}]` },
    { name: 'level', text: `[${line.level.toUpperCase()}]` },
    { name: 'source', text: `${toOneLine(line.source)}:` },
    { name: 'message', text: toOneLine(line.message) },
  ]
  if (line.fields !== undefined) parts.push({ name: 'fields', text: toOneLine(toFieldWords(line.fields)) })
  if (line.requestId !== undefined)
    parts.push({ name: 'request', text: `request=${toOneLine(line.requestId)}` })
  return parts
}

export const toLineText = (line: LogLine): string =>
  toLineParts(line)
    .map(({ text }) => text)
    .join(' ')

const texts = new WeakMap<LogLine, string>()

/**
 * The text that filters look at, made once for each line: what is shown but for the time, in which nearly every
 * number would be found.
 */
export function toSearchedText(line: LogLine): string {
  let text = texts.get(line)
  if (text === undefined) {
    text = `[${line.level.toUpperCase()}] ${line.source}: ${line.message}`
    if (line.fields !== undefined) text += ` ${toFieldWords(line.fields)}`
    if (line.requestId !== undefined) text += ` request=${line.requestId}`
    text = toOneLine(text)
    texts.set(line, text)
  }
  return text
}

const GAP_REASONS = {
  lagging: 'this page could not keep up',
  evicted: 'this page was away for too long',
  epoch: 'the server restarted',
  broker: 'the connection between instances was down',
}

/** What was missed, how much, why and when. */
export function toGapText({ gap, from, until }: GapRow): string {
  const reason = GAP_REASONS[gap.reason] ?? gap.reason
  const span = from === undefined ? `until ${toClockTime(until)}` : toSpan(from, until)
  if (gap.missed === 0) return `Nothing missing, ${span}: ${reason}`
  const missed = gap.missed === undefined ? 'Some items' : toPlural(gap.missed, 'item')
  return `${missed} not received, ${span}: ${reason}`
}

function toSpan(from: number, until: number): string {
  const [start, end] = [toClockTime(from), toClockTime(until)]
  return start === end ? `at ${end}` : `${start} to ${end}`
}

/** What is said at the head of the log of lines that were let go. */
export const toEvictedText = (count: number): string =>
  `${toCount(count)} earlier ${count === 1 ? 'line is' : 'lines are'} no longer held`
