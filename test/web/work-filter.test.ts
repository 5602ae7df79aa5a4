import { expect, it } from 'vitest'
import { WorkFilter } from '../../src/web/work-filter.js'

const row = {
  provider: ['openai'],
  model: ['gpt-5 mini', 'llama3:8b'],
  state: ['stalled'],
  session: [undefined],
}
const accepts = (text: string): boolean =>
  new WorkFilter(text, ['provider', 'model', 'state', 'session']).accepts(row)

it.each([
  ['', true],
  ['STALLED', true],
  ['openai mini', true],
  ['openai claude', false],
  ['provider:openai', true],
  ['model:openai', false],
  ['-openai', false],
  ['-state:ok openai', true],
  ['-state:stalled', false],
  ['"gpt-5 mini"', true],
  ['model:"gpt-5 mini"', true],
  ['"gpt-5  mini"', false],
  ['llama3:8b', true],
  ['session:x', false],
  ['-', true],
  ['provider:', true],
  ['"', true],
])('the filter %j takes the row: %s', (text, taken) => {
  expect(accepts(text)).toBe(taken)
})
