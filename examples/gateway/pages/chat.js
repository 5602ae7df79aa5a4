import { ask } from '/assets/api.js'
import { byId, create } from '/assets/elements.js'

const [form, text, session, send, messages, empty] = [
  'form',
  'text',
  'session',
  'send',
  'messages',
  'empty',
].map(byId)
let running

session.value = new URLSearchParams(location.search).get('session') ?? session.value
session.addEventListener('change', showConversation)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (running) running.abort()
  else void sendMessage()
})
text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  if (!running && text.reportValidity()) void sendMessage()
})
await showConversation()

async function showConversation() {
  messages.replaceChildren()
  try {
    const { messages: held } = await ask(`/api/sessions/${encodeURIComponent(session.value || ' ')}`)
    for (const { role, text } of held) add(role, text)
  } catch (error) {
    add('assistant failed', error.message)
  }
  empty.hidden = messages.childElementCount > 0
}

async function sendMessage() {
  const said = text.value.trim()
  if (said === '') return
  running = new AbortController()
  empty.hidden = true
  add('user', said)
  const answer = add('assistant waiting', 'Waiting for the answer…')
  text.value = ''
  send.textContent = 'Stop'
  text.required = false
  try {
    const { reply } = await ask('/api/chat', {
      method: 'POST',
      body: { session: session.value, text: said },
      signal: running.signal,
    })
    show(answer, 'assistant', reply)
  } catch (error) {
    show(answer, 'assistant failed', error.name === 'AbortError' ? 'Stopped.' : error.message)
  } finally {
    running = undefined
    send.textContent = 'Send'
    text.required = true
    text.focus()
  }
}

function add(role, said) {
  const who = create('span', { text: role === 'user' ? 'You' : 'flynn', className: 'who' })
  const message = create('li', { children: [who, create('p')] })
  show(message, role, said)
  messages.append(message)
  messages.scrollTop = messages.scrollHeight
  return message
}

function show(message, role, said) {
  message.className = role
  message.lastChild.textContent = said
  messages.scrollTop = messages.scrollHeight
}
