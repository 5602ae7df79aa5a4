import { describe, expect, it } from 'vitest'
import type { CallRecord, RequestRecord } from '../../src/bus/protocol.js'
import { toDoing } from '../../src/web/components/request-doing.js'
import { toHalted } from '../../src/web/components/request-health.js'

const request = (over: Partial<RequestRecord> = {}): RequestRecord => ({
  id: 'r1',
  kind: 'message',
  startedAt: 1000,
  state: 'active',
  instance: 'a',
  ...over,
})

const call: CallRecord = {
  id: 'c1',
  provider: 'openai',
  model: 'gpt-5',
  operation: 'chat',
  streaming: true,
  startedAt: 2000,
  state: 'active',
  source: 'api',
  instance: 'a',
}

const model = { kind: 'model', name: 'gpt-5', since: 2000 }
const tool = (since: number) => ({ kind: 'tool', name: 'search', since })

describe('what a request is doing', () => {
  it('is its call', () => {
    expect(toDoing(request({ step: model }), call).words).toBe('waiting for gpt-5')
    expect(toDoing(request({ step: model }), { ...call, firstTokenAt: 2500 }).words).toBe('streaming gpt-5')
    expect(toDoing(request({ step: tool(1500) }), call).words).toBe('waiting for gpt-5')
  })

  it('is a step of any kind that began while its call runs', () => {
    expect(toDoing(request({ step: tool(3000) }), call).words).toBe('tool: search')
    expect(toDoing(request({ step: { kind: 'review', name: '', since: 3000 } }), call).words).toBe('review')
  })

  it('is its step, or its activity and name, without a call', () => {
    expect(toDoing(request({ step: tool(3000) }), undefined).words).toBe('tool: search')
    expect(toDoing(request({ step: model }), undefined).words).toBe('gpt-5')
    expect(toDoing(request({ activity: 'queued', name: 'GET /' }), undefined)).toEqual({
      tag: 'queued',
      words: 'GET /',
    })
    expect(toDoing(request({ activity: 'working', name: 'GET /' }), undefined).words).toBe('working GET /')
  })

  it('halts in the step where it got stuck', () => {
    const stuck = request({ activity: 'stuck', step: tool(3000) })
    expect(toDoing(stuck, call)).toEqual({ tag: 'stuck', words: 'tool: search' })
    expect(toDoing({ ...stuck, step: model }, call)).toEqual({ tag: 'stuck', words: 'gpt-5' })
  })
})

describe('what has halted', () => {
  const active = (...activities: RequestRecord['activity'][]) =>
    activities.map((activity) => (activity === undefined ? {} : { activity }))

  it('is counted by the word of the server, the worst first', () => {
    expect(toHalted(active('stalled', 'stuck', 'working', 'stalled', undefined))).toEqual({
      words: '1 stuck, 2 stalled',
      tone: 'error',
    })
    expect(toHalted(active('stalled'))).toEqual({ words: '1 stalled', tone: 'warn' })
  })

  it('is nothing, however long it runs, while the server finds nothing wrong', () => {
    expect(toHalted(active('working', 'queued', undefined))).toEqual({ words: '', tone: '' })
  })
})
