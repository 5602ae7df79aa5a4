import http from 'node:http'

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

/** Sends what `fetch` would not: any method, and the path of `options` as it is written. */
export function send(
  url: string,
  options: http.RequestOptions = {},
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, ...options }, (response) => {
      const chunks: string[] = []
      response.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: chunks.join('') }),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}
