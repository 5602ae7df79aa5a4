import { describe, expect, it } from 'vitest'
import type { CallRecord, RequestRecord } from '../../src/bus/protocol.js'
import { toDoing } from '../../src/web/components/request-doing.js'

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
    expect(toDoing(request({ activity: 'queued', name: 'GET /' }), undefined).words).toBe('queued GET /')
  })

  it('halts in the step where it got stuck', () => {
    const stuck = request({ activity: 'stuck', step: tool(3000) })
    expect(toDoing(stuck, call)).toEqual({ tag: 'stuck', words: 'tool: search' })
    expect(toDoing({ ...stuck, step: model }, call)).toEqual({ tag: 'stuck', words: 'gpt-5' })
  })
})
