import type { Topic } from '../bus/protocol.js'
import { LEVEL_GROUPS, type LevelGroup } from './log-book.js'
import type { LogCriteria } from './log-filter.js'
import { toTerms, type Term } from './work-filter.js'

/** Where a line is to read. */
export interface CurlFeed {
  /** Absolute address of the feed. */
  src: string
  /** Whether it asks for a bearer token. The line then names a variable: a token has no place in a clipboard. */
  hasToken: boolean
}

/** Each is a line for a shell that prints what a panel shows, and goes on printing what comes. */
export const curlLines = {
  /** @param pick what of the snapshot's `data`, as a jq expression */
  metrics: (feed: CurlFeed, pick: string): string =>
    toLine(feed, { topics: 'metrics' }, `select(.event=="snapshot").data|${pick}`),

  channels: (feed: CurlFeed): string =>
    toLine(feed, { topics: 'channel' }, itemsOf(['channels', 'channel'], [])),

  log: (feed: CurlFeed, criteria: LogCriteria): string => {
    const { levels, source } = criteria
    const least = LEVEL_GROUPS.find((group) => levels.has(group))
    const query = {
      topics: 'log',
      // One that the address has asks for at least what is shown.
      ...(least === undefined || levels.size === LEVEL_GROUPS.length ? {} : { level: least }),
      ...(source === undefined ? {} : { source }),
    }
    return toLine(feed, query, itemsOf(['log', 'log'], toLogTests(criteria)))
  },

  /** @param sessions those of the calls shown */
  calls: (feed: CurlFeed, filter: string, sessions: readonly (string | undefined)[]): string => {
    const terms = toTerms(filter, Object.keys(CALL_FIELDS))
    const query = { topics: 'call', ...toSession(terms, sessions) }
    return toLine(feed, query, itemsOf(['calls', 'call'], toTests(terms, CALL_FIELDS)))
  },

  /** @param sessions those of the requests shown */
  requests: (feed: CurlFeed, filter: string, sessions: readonly (string | undefined)[]): string => {
    const terms = toTerms(filter, Object.keys(REQUEST_FIELDS))
    const tests = ['.state=="active"', ...toTests(terms, REQUEST_FIELDS)]
    const needsCalls = terms.some(({ field }) => field === undefined || CALL_OF_REQUEST.includes(field))
    if (needsCalls) return toSnapshotLine(feed, `${WITH_CALL}|select(${tests.join(' and ')})|del(.call)`)
    const query = { topics: 'request', ...toSession(terms, sessions) }
    return toLine(feed, query, itemsOf(['requests', 'request'], tests))
  },

  /** All that is told of one request: its own changes, its calls, its log lines. */
  request: (feed: CurlFeed, id: string): string =>
    toLine(
      feed,
      { topics: 'request,call,log' },
      `(select(.event=="snapshot").data|.requests[]?,.calls[]?,.log[]?),(select(.event|IN("request","call","log")).data)|` +
        `select([.id,.requestId]|any(.==${JSON.stringify(id)}))`,
    ),
}

export type CurlLines = typeof curlLines

type Fields = Readonly<Record<string, string>>

/** Where the words of each filter field stand, as in the tables themselves. */
const CALL_FIELDS: Fields = {
  provider: '.provider',
  model: '.model,.requestedModel',
  session: '.session',
  state: '.activity//.state',
  error: '.error,.errorType,(.httpStatus//empty|tostring)',
  source: '.source',
  id: '.id,.requestId',
}
const REQUEST_FIELDS: Fields = {
  session: '.session',
  channel: '.channel',
  kind: '.kind',
  name: '.name,.step.name',
  state: '.activity//"working"',
  provider: '.call.provider',
  model: '.call.model',
  id: '.id',
}
/** What a request's own record does not tell. */
const CALL_OF_REQUEST = ['provider', 'model']
/** Each request with its newest call in flight. */
const WITH_CALL =
  '.calls as $calls|.requests[]|' +
  '.call=(. as $r|[$calls[]|select(.state=="active" and .requestId==$r.id and .instance==$r.instance)]|max_by(.startedAt))'

/** The words of a log line that its filter looks at: all but the time. */
const LOG_TEXT =
  '"[\\(.level|ascii_upcase)] \\(.source): \\(.message)"+' +
  '([.fields//{}|to_entries[]|" \\(.key)=\\(.value|if type=="string" and . != "" and (test("[\\\\s\\"=]")|not) then . else tojson end)"]|add//"")+' +
  '(if .requestId then " request=\\(.requestId)" else "" end)'

const WIRE_LEVELS: Record<LevelGroup, readonly string[]> = {
  debug: ['trace', 'debug'],
  info: ['info'],
  warn: ['warn'],
  error: ['error', 'fatal'],
}

function toLogTests({ levels, requestId, pattern }: LogCriteria): string[] {
  const tests: string[] = []
  // The address has the least level; only a choice with holes needs more.
  const shown = LEVEL_GROUPS.filter((group) => levels.has(group))
  if (shown.length < LEVEL_GROUPS.length - LEVEL_GROUPS.indexOf(shown[0] ?? 'debug')) {
    const names = shown.flatMap((group) => WIRE_LEVELS[group])
    tests.push(`(.level|IN(${names.map((name) => JSON.stringify(name)).join(',')}))`)
  }
  if (requestId !== undefined) tests.push(`.requestId==${JSON.stringify(requestId)}`)
  if (pattern !== undefined) tests.push(`(${LOG_TEXT}|${toMatch(pattern.source, pattern.ignoreCase)})`)
  return tests
}

function toTests(terms: readonly Term[], fields: Fields): string[] {
  return terms.map(({ field, text, isExcluded }) => {
    const places = field === undefined ? Object.values(fields).map((place) => `(${place})`) : [fields[field]!]
    const literal = text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    const test = `([${places.join(',')}]|any(strings|${toMatch(literal, true)}))`
    return isExcluded ? `(${test}|not)` : test
  })
}

const toMatch = (source: string, ignoresCase: boolean): string =>
  `test(${JSON.stringify(source)}${ignoresCase ? ';"i"' : ''})`

/** A session that was asked for by its whole name, which the server can look for. */
function toSession(terms: readonly Term[], sessions: readonly (string | undefined)[]): { session?: string } {
  const term = terms.find(({ field, isExcluded }) => field === 'session' && !isExcluded)
  const session = sessions.find((name) => name?.toLowerCase() === term?.text)
  return session === undefined || session.includes(',') ? {} : { session }
}

/** The items of a section, those of the first snapshot and those that come, that pass every test. */
function itemsOf([section, event]: [string, Topic], tests: readonly string[]): string {
  const items = `(select(.event=="snapshot").data.${section}[]?),(select(.event=="${event}").data)`
  return tests.length === 0 ? items : `${items}|select(${tests.join(' and ')})`
}

function toLine(feed: CurlFeed, query: Readonly<Record<string, string>>, jq: string): string {
  const url = new URL(feed.src)
  for (const [name, value] of Object.entries({ ...query, format: 'ndjson' }))
    url.searchParams.set(name, value)
  // Commas mean themselves in a query, and are easier to read.
  const address = url.href.replaceAll('%2C', ',')
  return `curl -sN${toHeader(feed)} ${quote(address)} | jq --unbuffered -c ${quote(jq)}`
}

/** What needs more than one item at a time is asked of the snapshot: it is printed once. */
function toSnapshotLine(feed: CurlFeed, jq: string): string {
  const address = new URL('api/snapshot', feed.src).href
  return `curl -s${toHeader(feed)} ${quote(address)} | jq -c ${quote(jq)}`
}

const toHeader = ({ hasToken }: CurlFeed): string => (hasToken ? ' -H "Authorization: Bearer $TOKEN"' : '')

/** As one word of a shell, whatever is in it. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
