import { ask } from '/assets/api.js'
import { byId, count, create, numberCell, say } from '/assets/elements.js'

byId('refresh').addEventListener('click', showSessions)
await showSessions()

async function showSessions() {
  try {
    const { items } = await ask('/api/sessions')
    byId('rows').replaceChildren(...items.map(toRow))
    byId('finding').textContent = count(items.length, 'conversation')
    byId('empty').hidden = items.length > 0
    say(byId('problem'))
  } catch (error) {
    say(byId('problem'), error.message)
  }
}

function toRow({ session, channel, messages, lastActivity }) {
  const link = create('a', { text: session })
  link.href = `/chat?session=${encodeURIComponent(session)}`
  const time = create('time', { text: new Date(lastActivity).toLocaleTimeString() })
  time.dateTime = new Date(lastActivity).toISOString()
  return create('tr', {
    children: [
      create('td', { children: [link] }),
      create('td', { text: channel, className: 'muted' }),
      numberCell(messages),
      create('td', { className: 'number', children: [time] }),
    ],
  })
}
