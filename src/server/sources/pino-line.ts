import type { LogMessage } from '../../bus/messages.js'
import { LEVELS, type Fields, type Level } from '../../bus/protocol.js'

/** What a logger calls the parts of its lines. */
export interface PinoKeys {
  message: string
  error: string
  /** Where it puts what a call was given, when not beside the rest. */
  nested: string | undefined
}

/** A parsed line. */
export interface PinoRecord {
  [key: string]: unknown
}

type Parts = Omit<LogMessage, 'level' | 'source'> & { source: string | undefined }

/** Bindings that name the part of the program a line comes from, best first. */
const SOURCE_KEYS = ['name', 'source', 'module', 'component', 'plugin']
const REQUEST_KEYS = ['requestId', 'reqId']
const TIME_KEYS = ['time', 'timestamp', '@timestamp', 'ts']
/** Told by the level itself, or the same in every line of a process. */
const LEFT_OUT = new Set(['level', 'severity', 'log.level', 'pid', 'hostname', 'v'])

/** Numbers below it are seconds: in milliseconds they would be before 1973. */
const LEAST_MILLISECONDS = 1e11
/** Times before this one or more than a day ahead are something else. Milliseconds: the year 2000. */
const LEAST_TIME = 946_684_800_000
const DAY = 86_400_000

/** The parts of a parsed line; what has no place of its own becomes a field. */
export function readPinoLine(line: PinoRecord, keys: PinoKeys): Parts {
  const nested = keys.nested === undefined ? undefined : line[keys.nested]
  const record: PinoRecord = isRecord(nested) ? { ...nested, ...line } : line
  const used = new Set<string>()
  if (isRecord(nested)) used.add(keys.nested!)

  const take = <Value>(names: readonly string[], read: (value: unknown) => Value | undefined) => {
    for (const name of names) {
      const value = read(record[name])
      if (value === undefined) continue
      used.add(name)
      return value
    }
    return undefined
  }
  const parts = {
    source: take(SOURCE_KEYS, toText),
    time: take(TIME_KEYS, toTime),
    message: take([keys.message, 'msg', 'message'], toText) ?? messageOf(record[keys.error] ?? record['err']),
    requestId: take(REQUEST_KEYS, toId),
    callId: take(['callId'], toId),
    session: take(['session'], toId),
  }
  const fields: Fields = {}
  let hasFields = false
  for (const key of Object.keys(record)) {
    if (used.has(key) || LEFT_OUT.has(key)) continue
    fields[key] = record[key]
    hasFields = true
  }
  return { ...parts, fields: hasFields ? fields : undefined }
}

const LEVEL_BY_NAME = new Map<string, Level>([
  ...LEVELS.map((level): [string, Level] => [level, level]),
  ['notice', 'info'],
  ['warning', 'warn'],
  ['err', 'error'],
  ['crit', 'fatal'],
  ['critical', 'fatal'],
  ['alert', 'fatal'],
  ['emerg', 'fatal'],
])
const LEVEL_BY_NUMBER: [number, Level][] = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [20, 'debug'],
]

/** By its label when that is a usual one; a host may number its levels as it likes. */
export function toLevel(label: string | undefined, number: number): Level {
  const named = label === undefined ? undefined : LEVEL_BY_NAME.get(label.toLowerCase())
  return named ?? LEVEL_BY_NUMBER.find(([least]) => number >= least)?.[1] ?? 'trace'
}

function toTime(value: unknown): number | undefined {
  const time =
    typeof value === 'number'
      ? value < LEAST_MILLISECONDS
        ? value * 1000
        : value
      : typeof value === 'string'
        ? Date.parse(value)
        : NaN
  return time >= LEAST_TIME && time <= Date.now() + DAY ? time : undefined
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function toId(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function messageOf(error: unknown): string {
  return (isRecord(error) ? toText(error['message']) : undefined) ?? ''
}

function isRecord(value: unknown): value is PinoRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
