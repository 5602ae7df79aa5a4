import type { LogLine } from '../bus/protocol.js'
import { isGapRow, LEVEL_GROUPS, toLevelGroup, type LevelGroup, type LogRow } from './log-book.js'
import { toSearchedText } from './log-text.js'

/** What a reader wants to see of the log. Each part that is there narrows it down. */
export interface LogCriteria {
  levels: ReadonlySet<LevelGroup>
  source?: string
  requestId?: string
  /** Finds what is searched for; with the flag `g`. */
  pattern?: RegExp
}

/** From and to, within the searched text. */
export type TextRange = readonly [from: number, to: number]

/** Places marked in one line. */
const RANGES_LIMIT = 50

/**
 * The pattern of what was typed: `/…/flags` is a regular expression, everything else is text, found whatever its
 * case. Nothing typed is no pattern.
 * @throws {SyntaxError} when the expression is not one
 */
export function toPattern(typed: string): RegExp | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  const expression = /^\/(.+)\/([dgimsuvy]*)$/.exec(text)
  if (expression === null) return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi')
  // Sticky would tie every match to the one before.
  const flags = expression[2]!.replace(/[gy]/g, '')
  return new RegExp(expression[1]!, `g${flags}`)
}

/**
 * Levels by name: one name is the least level shown, as in the feed's address; a list names exactly those
 * (`info,error`, or `warn,` for a single one). Without a usable name all are shown.
 */
export function toLevels(words: string | null | undefined): ReadonlySet<LevelGroup> {
  const names = (words ?? '').toLowerCase().split(',')
  const groups = names.map((name) => toGroup(name.trim())).filter((group) => group !== undefined)
  if (groups.length === 0) return new Set(LEVEL_GROUPS)
  return new Set(names.length > 1 ? groups : LEVEL_GROUPS.slice(LEVEL_GROUPS.indexOf(groups[0]!)))
}

const toGroup = (name: string): LevelGroup | undefined =>
  name === 'trace' ? 'debug' : name === 'fatal' ? 'error' : LEVEL_GROUPS.find((group) => group === name)

/** The shortest words that `toLevels` reads as these levels. Empty: all of them. */
export function toLevelWords(levels: ReadonlySet<LevelGroup>): string {
  const names = LEVEL_GROUPS.filter((group) => levels.has(group))
  if (names.length === LEVEL_GROUPS.length) return ''
  const isTail = names.length > 0 && LEVEL_GROUPS.indexOf(names[0]!) === LEVEL_GROUPS.length - names.length
  if (isTail) return names[0]!
  return names.length === 1 ? `${names[0]!},` : names.join(',')
}

/** Decides which rows of a log are shown, and where in them is what was searched for. */
export class LogFilter {
  readonly criteria: LogCriteria
  /** Whether it lets everything through. */
  readonly isOpen: boolean

  constructor(criteria: LogCriteria = { levels: new Set(LEVEL_GROUPS) }) {
    this.criteria = criteria
    const { levels, source, requestId, pattern } = criteria
    this.isOpen =
      levels.size === LEVEL_GROUPS.length &&
      source === undefined &&
      requestId === undefined &&
      pattern === undefined
  }

  /** A gap is shown whatever the filter: what was missed could have been anything. */
  shows(row: LogRow): boolean {
    if (this.isOpen || isGapRow(row)) return true
    const { levels, source, requestId, pattern } = this.criteria
    if (!levels.has(toLevelGroup(row.level))) return false
    if (source !== undefined && row.source !== source) return false
    if (requestId !== undefined && row.requestId !== requestId) return false
    return pattern === undefined || this.#finds(pattern, row)
  }

  #finds(pattern: RegExp, line: LogLine): boolean {
    pattern.lastIndex = 0
    return pattern.test(toSearchedText(line))
  }

  /** Where in the line's searched text the matches are. */
  ranges(line: LogLine): TextRange[] {
    const { pattern } = this.criteria
    if (pattern === undefined) return []
    const ranges: TextRange[] = []
    pattern.lastIndex = 0
    for (const match of toSearchedText(line).matchAll(pattern)) {
      if (match[0] === '') continue
      ranges.push([match.index, match.index + match[0].length])
      if (ranges.length === RANGES_LIMIT) break
    }
    return ranges
  }
}
