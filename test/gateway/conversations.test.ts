import { describe, expect, test } from 'vitest'
import { createConversations } from '../../examples/gateway/conversations.js'
import { createUsageTally } from '../../examples/gateway/usage.js'

const said = (text: string, time = 0) => ({ role: 'user' as const, text, time })

describe('what the gateway remembers', () => {
  test('conversations are bounded: the longest silent one goes, and the oldest messages of one', () => {
    const conversations = createConversations({ sessions: 2, messages: 3 })
    for (let i = 1; i <= 5; i++) conversations.add('long', 'web', said(`m${i}`, i))
    conversations.add('short', 'slack', said('hi', 6))
    expect(conversations.history('long').map(({ text }) => text)).toEqual(['m3', 'm4', 'm5'])
    expect(conversations.history('long', 1).map(({ text }) => text)).toEqual(['m5'])
    expect(conversations.list()).toEqual([
      { session: 'short', channel: 'slack', messages: 1, lastActivity: 6 },
      { session: 'long', channel: 'web', messages: 5, lastActivity: 5 },
    ])
    conversations.add('long', 'web', said('again', 7))
    conversations.add('third', 'web', said('new', 8))
    expect(conversations.list().map(({ session }) => session)).toEqual(['third', 'long'])
    expect(conversations.history('short')).toEqual([])
  })

  test('usage is summed per model, and says what was not counted', () => {
    const usage = createUsageTally()
    const route = { provider: 'local-fast', model: 'sample-fast' }
    usage.record({ ...route, failed: false, inputTokens: 10, outputTokens: 20 })
    usage.record({ ...route, failed: false })
    usage.record({ ...route, failed: true })
    expect(usage.report().models).toEqual([
      { ...route, calls: 3, failed: 1, inputTokens: 10, outputTokens: 20, uncounted: 1 },
    ])
  })
})
