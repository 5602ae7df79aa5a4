// node bench/record-gateway.js: starts the sample gateway and writes what happens there, as bus messages with their
// times, to bench/recordings/gateway.ndjson. Takes about eight minutes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createParser } from 'eventsource-parser'

const MESSAGES = 2000
const FILE = new URL('recordings/gateway.ndjson', import.meta.url)

/** What the gateway writes itself when a request or a call fails: replaying the failure writes it again. */
const DERIVED_SOURCES = new Set(['request', 'model', 'opswire'])
/** Requests whose step was set by a model call; replaying the call sets and ends it again. */
const inModelStep = new Set()

const gateway = spawn(process.execPath, [new URL('../build/gateway/main.js', import.meta.url).pathname], {
  env: { ...process.env, PORT: '0', HOST: '127.0.0.1', SAMPLE_TRAFFIC: 'on' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
process.once('exit', () => gateway.kill())
const [greeting] = await once(gateway.stdout, 'data')
const address = /http:\S+\/ops\//.exec(String(greeting))?.[0]
if (address === undefined) throw new Error(`the gateway did not say where it listens: ${greeting}`)

const begin = performance.now()
/** @type {string[]} */
const lines = []
const parser = createParser({
  onEvent({ event = '', data }) {
    if (event === 'snapshot') {
      if (lines.length === 0) for (const channel of JSON.parse(data).channels ?? []) keep('channel', channel)
      return
    }
    const items = JSON.parse(data)
    if (Array.isArray(items)) for (const item of items) keep(event, item)
  },
})
const response = await fetch(`${address}events?batch=0&level=info`)
const decoder = new TextDecoder()
for await (const chunk of response.body ?? []) {
  parser.feed(decoder.decode(chunk, { stream: true }))
  if (lines.length >= MESSAGES) break
}
writeFileSync(FILE, `${lines.slice(0, MESSAGES).join('\n')}\n`)
process.exit()

/**
 * @param {string} topic
 * @param {any} item
 */
function keep(topic, item) {
  const converted = toMessage(topic, item)
  if (converted === undefined) return
  const [type, message] = converted
  lines.push(JSON.stringify({ at: Math.round(performance.now() - begin), type, message }))
}

/**
 * The bus message from which an item of the feed came; undefined if it came from another one that is kept too.
 * @param {string} topic
 * @param {any} item
 * @returns {[type: string, message: object] | undefined}
 */
function toMessage(topic, item) {
  const { id, phase, state } = item
  if (topic === 'log') {
    const { level, source, message, requestId, callId, session, fields } = item
    return DERIVED_SOURCES.has(source)
      ? undefined
      : ['log', { level, source, message, requestId, callId, session, fields }]
  }
  if (topic === 'channel') {
    return ['channel', { name: item.name, kind: item.kind, state, detail: item.detail }]
  }
  if (topic === 'request') {
    const { kind, name, session, channel, activity, error } = item
    if (phase === 'start') return ['request.start', { id, kind, name, session, channel, activity }]
    if (phase === 'end') return ['request.end', { id, state, error }]
    const derived = item.step === undefined && inModelStep.delete(id)
    if (item.step?.kind === 'model') inModelStep.add(id)
    if (derived || item.step?.kind === 'model') return undefined
    const step = item.step ? { kind: item.step.kind, name: item.step.name } : null
    return ['request.update', { id, name, session, channel, activity, step }]
  }
  const { inputTokens, outputTokens, cachedTokens, reasoningTokens, estimated } = item
  const tokens = { inputTokens, outputTokens, cachedTokens, reasoningTokens, estimated }
  if (phase === 'start') {
    const { provider, model, requestId, session, operation, streaming, source } = item
    return ['call.start', { id, provider, model, requestId, session, operation, streaming, source }]
  }
  if (phase === 'progress') return ['call.progress', { id, ...tokens }]
  const { finishReason, httpStatus, errorType, error } = item
  return ['call.end', { id, state, ...tokens, finishReason, httpStatus, errorType, error }]
}
