import { send } from './send.js'

export interface IngestAnswer {
  status: number
  headers: Record<string, unknown>
  accepted?: number
  rejected?: { index: number; code: string; message: string }[]
  rejectedCount?: number
  error?: { code: string; message: string }
}

/** Posts `body` to `/api/ingest` of the dashboard at `url`; what is no text or bytes goes as JSON. */
export async function ingest(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<IngestAnswer> {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const answer = await send(
    `${url}/api/ingest`,
    { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
    bytes,
  )
  return { status: answer.status, headers: answer.headers, ...(JSON.parse(answer.body) as object) }
}

export const ndjson = { 'content-type': 'application/x-ndjson' }

export const toLines = (messages: unknown[]): string =>
  messages.map((message) => `${JSON.stringify(message)}\n`).join('')
