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
