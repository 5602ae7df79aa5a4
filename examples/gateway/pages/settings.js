import { ask } from '/assets/api.js'
import { showBanner } from '/assets/banner.js'
import { byId, create, say } from '/assets/elements.js'

const traffic = byId('traffic')
let current = false
traffic.addEventListener('change', () =>
  show(ask('/api/settings', { method: 'POST', body: { sampleTraffic: traffic.checked } })),
)
await show(ask('/api/settings'))

async function show(answer) {
  traffic.disabled = true
  try {
    const { sampleTraffic, models, channels } = await answer
    current = sampleTraffic
    byId('traffic-state').textContent = sampleTraffic ? 'On' : 'Off'
    showBanner(sampleTraffic)
    byId('endpoint').textContent = models.url
    byId('bundled').textContent = models.bundled ? 'bundled model server' : 'from OPENAI_BASE_URL'
    byId('routes').replaceChildren(...models.routes.map(toRoute))
    byId('drops').replaceChildren(...channels.filter(({ simulated }) => simulated).map(toDropButton))
    say(byId('problem'))
  } catch (error) {
    say(byId('problem'), error.message)
  } finally {
    traffic.checked = current
    traffic.disabled = false
  }
}

function toRoute({ provider, model }) {
  return create('li', { children: [`${provider} `, create('span', { text: model, className: 'muted' })] })
}

function toDropButton({ name }) {
  const button = create('button', { text: `Drop ${name}` })
  button.addEventListener('click', async () => {
    try {
      const { state } = await ask(`/api/channels/${name}/drop`, { method: 'POST' })
      // An adapter that is down already stays as it is; the live list below shows how it comes back.
      const said = state === 'disconnected' ? 'dropped' : `is ${state} already`
      say(byId('drop-answer'), `${name} ${said}`)
    } catch (error) {
      say(byId('drop-answer'), error.message)
    }
  })
  return button
}
