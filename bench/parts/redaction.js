import { readFileSync } from 'node:fs'
import { Redaction } from '../../dist/bus/redaction.js'

const RECORDING = new URL('../recordings/gateway.ndjson', import.meta.url)
const ROUNDS = 40

/**
 * What it costs to look for secrets in the messages of a recorded gateway, which hold none.
 * @returns {{ message: number, line: number }} microseconds for one message of any kind, and for one log line
 */
export function timeRedaction() {
  const redaction = new Redaction()
  const messages = readFileSync(RECORDING, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const time = (/** @type {{ message: object }[]} */ all) => {
    const times = []
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      for (const { message } of all) redaction.message(message)
      times.push(((performance.now() - start) * 1000) / all.length)
    }
    return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN
  }
  return { message: time(messages), line: time(messages.filter(({ type }) => type === 'log')) }
}
