import { describe, expect, it } from 'vitest'
import { toFailureText } from '../../src/server/otlp/failure-text.js'

describe('the text of a failure', () => {
  it('is what the span says, in one line', () => {
    expect(toFailureText('429 rate limit reached')).toBe('429 rate limit reached')
    expect(toFailureText('{\n  "error": "overloaded"\n}\n')).toBe('{ "error": "overloaded" }')
    expect(toFailureText('the model was\nat fault')).toBe('the model was at fault')
  })

  it('leaves out the stack, and what else follows the first paragraph', () => {
    expect(toFailureText('no model\n    at answer (file:///srv/app/model.js:1:1)')).toBe('no model')
    expect(toFailureText('429 limit\n\nSee https://example.com\n\nError: 429 limit\n    at x')).toBe(
      '429 limit',
    )
    expect(toFailureText('ValueError(\'no\')\n\nTraceback (most recent call last):\n  File "a.py"')).toBe(
      "ValueError('no')",
    )
  })

  it('is empty when there is only a stack', () => {
    expect(toFailureText('Traceback (most recent call last):\n  File "/srv/app.py", line 3')).toBe('')
    expect(toFailureText(' \n ')).toBe('')
  })
})
