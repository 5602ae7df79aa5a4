import { ask } from '/assets/api.js'
import { byId, count, create, numberCell, say } from '/assets/elements.js'

byId('refresh').addEventListener('click', showUsage)
await showUsage()

async function showUsage() {
  try {
    const { since, models } = await ask('/api/usage')
    const sum = (name) => models.reduce((total, model) => total + model[name], 0)
    byId('rows').replaceChildren(...models.map((model) => toRow(toName(model), model)))
    const total = { calls: sum('calls'), failed: sum('failed'), inputTokens: sum('inputTokens') }
    total.outputTokens = sum('outputTokens')
    byId('total').replaceChildren(...(models.length > 1 ? [toRow(['All'], total)] : []))
    byId('finding').textContent =
      `${count(total.calls, 'call')} since ${new Date(since).toLocaleTimeString()}`
    byId('empty').hidden = models.length > 0
    say(byId('problem'))
  } catch (error) {
    say(byId('problem'), error.message)
  }
}

function toName({ provider, model, uncounted }) {
  const note = uncounted > 0 ? ` (${count(uncounted, 'call')} without token counts)` : ''
  return [`${provider} `, create('span', { text: model + note, className: 'muted optional' })]
}

function toRow(name, { calls, failed, inputTokens, outputTokens }) {
  return create('tr', {
    children: [
      create('td', { children: name }),
      numberCell(calls),
      numberCell(failed, failed > 0 ? 'bad' : ''),
      numberCell(inputTokens),
      numberCell(outputTokens),
    ],
  })
}
