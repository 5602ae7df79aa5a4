/** What concerns one connection and not the message. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** Of a request: this host's own, what was answered already, and who asks. */
const OWN = /^(?:host|expect|cookie|forwarded|x-forwarded-.*|x-real-ip|x-opswire-.*|:.*)$/

/** The headers of a request to pass on, as they came. `raw`: names and values in turn. */
export function toUpstreamHeaders(raw: string[]): string[] {
  const headers = withoutHops(raw).filter(({ name }) => !OWN.test(name))
  // A body of unknown length goes on as one.
  if (valueOf(raw, 'transfer-encoding') !== undefined) headers.push(CHUNKED)
  return headers.flatMap(({ pair }) => pair)
}

/** The headers of a response to pass on, as they came. */
export function toClientHeaders(raw: string[]): string[] {
  return withoutHops(raw).flatMap(({ pair }) => pair)
}

interface Header {
  /** In lower case. */
  name: string
  pair: [name: string, value: string]
}

const CHUNKED: Header = { name: 'transfer-encoding', pair: ['Transfer-Encoding', 'chunked'] }

function withoutHops(raw: string[]): Header[] {
  const named = new Set((valueOf(raw, 'connection') ?? '').toLowerCase().split(/\s*,\s*/))
  const headers: Header[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase()
    if (!HOP_BY_HOP.has(name) && !named.has(name)) headers.push({ name, pair: [raw[at]!, raw[at + 1]!] })
  }
  return headers
}

/** All values of a header, joined. */
function valueOf(raw: string[], wanted: string): string | undefined {
  const values = raw.filter((_, at) => at % 2 === 1 && raw[at - 1]!.toLowerCase() === wanted)
  return values.length === 0 ? undefined : values.join(',')
}
