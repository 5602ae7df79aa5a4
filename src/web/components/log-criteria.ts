import { LogFilter, toPattern } from '../log-filter.js'
import { toLevels } from '../log-levels.js'

/** What attributes and properties may hold: an empty one filters nothing, as one that is not there. */
export interface CriteriaAttributes {
  level: string | null | undefined
  source: string | null | undefined
  filter: string | null | undefined
  request: string | null | undefined
}

/** The filter that they say. A text that is no filter is said to be none; the pattern before it stays. */
export function readCriteria(
  { level, source, filter, request }: CriteriaAttributes,
  before: LogFilter,
): { filter: LogFilter; fault: string | undefined } {
  let { pattern } = before.criteria
  let fault: string | undefined
  try {
    pattern = toPattern(filter ?? '')
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/^.*: /, '')
    fault = `Not a regular expression: ${reason}. The filter before it still holds.`
  }
  const criteria = {
    levels: toLevels(level),
    ...(source ? { source } : {}),
    ...(request ? { requestId: request } : {}),
    ...(pattern === undefined ? {} : { pattern }),
  }
  return { filter: new LogFilter(criteria), fault }
}
