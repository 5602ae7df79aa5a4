// node examples/express-openai/main.js: the model server, the app under `opswire/register`, and a few visitors.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const QUESTIONS = [
  'Where is my parcel?',
  'How do I return a lamp?',
  'Which bulb fits?',
  'Tell me about the warranty.',
]
const TOPICS = ['returns', 'warranty', 'delivery']
const VISITORS = 5

const models = await start('models.js', [], {})
const app = await start('app.js', ['--import', 'opswire/register'], {
  OPENAI_BASE_URL: models,
  OPENAI_API_KEY: 'none',
})
for (let i = 0; i < VISITORS; i++) void visit()

/**
 * Starts a program of this folder and resolves with the address that it prints. It ends with this one.
 * @param {string} file
 * @param {string[]} flags
 * @param {Record<string, string>} env
 * @returns {Promise<string>}
 */
function start(file, flags, env) {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [...flags, path], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill())
  child.once('exit', (code) => process.exit(code ?? 1))
  return new Promise((resolve) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text = (text + String(chunk)).slice(-1000)
      const address = /(?:app|models): (http:\S+)/.exec(text)?.[1]
      if (address !== undefined) resolve(address)
    })
  })
}

async function visit() {
  for (;;) {
    await pause(500 + Math.random() * 3000)
    try {
      await (Math.random() < 0.3 ? ask() : chat())
    } catch {
      // A visitor who got no answer comes back later.
    }
  }
}

async function ask() {
  await (await fetch(`${app}topics/${pick(TOPICS)}`)).text()
}

async function chat() {
  const body = JSON.stringify({ question: pick(QUESTIONS), model: pick(['sample-large', 'sample-fast']) })
  // One in eight leaves before the end.
  const signal = Math.random() < 0.12 ? AbortSignal.timeout(1800) : null
  const headers = { 'content-type': 'application/json' }
  await (await fetch(`${app}chat`, { method: 'POST', headers, body, signal })).text()
}

/** @param {string[]} list */
function pick(list) {
  return list[Math.floor(Math.random() * list.length)] ?? ''
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(0))
