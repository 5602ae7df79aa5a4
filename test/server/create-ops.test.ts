import { expect, it, onTestFinished } from 'vitest'
import { createOps } from '../../src/index.js'

it('takes the thresholds of activity, and refuses those that make no sense', async () => {
  const ops = createOps({ activity: { stalledAfter: 50 } })
  onTestFinished(() => ops.close())
  ops.startRequest()
  await expect.poll(() => ops.requests()[0]?.activity, { timeout: 3000 }).toBe('stalled')
  expect(() => createOps({ activity: { staleAfter: 0 } })).toThrow('staleAfter must be a number')
})
