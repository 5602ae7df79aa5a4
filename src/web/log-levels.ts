import { LEVEL_GROUPS, type LevelGroup } from './log-book.js'

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
