import http from 'node:http'
import { onTestFinished } from 'vitest'

export interface Upload {
  /** Resolves when the bytes have left this side. */
  write(bytes: string | Buffer): Promise<void>
  end(): void
  /** Breaks the connection. */
  abort(): void
  /** The answer, which may come before the end. */
  answer: Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Record<string, unknown> }>
}

/** Opens a POST whose body the test sends piece by piece; broken off with the test. */
export function openUpload(url: string, headers: Record<string, string>): Upload {
  const request = http.request(url, { method: 'POST', agent: false, headers })
  onTestFinished(() => void request.destroy())
  const answer = new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.on('error', reject)
  }).then(async (response) => {
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
    return { status: response.statusCode ?? 0, headers: response.headers, body }
  })
  // A test that aborts does not wait for it.
  answer.catch(() => undefined)
  request.flushHeaders()
  return {
    write: (bytes) => new Promise((resolve) => request.write(bytes, () => resolve())),
    end: () => request.end(),
    abort: () => request.destroy(),
    answer,
  }
}
