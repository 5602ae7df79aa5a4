// node scripts/register-picture.js: the README's picture of an ordinary app under `opswire/register`. The first argument is
// how long the app runs before, in seconds; default 60.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { ensureBrowser } from './browser.js'
import { build, install, requireNode } from './prepare.js'
import { fail, root } from './run.js'

const seconds = Number(process.argv[2] ?? 60)
if (!(seconds >= 0)) fail(`The time to run before the picture must be in seconds, not ${process.argv[2]}.`)

requireNode()
await install()
const executablePath = await ensureBrowser()
await build()

const app = spawn(process.execPath, [join(root, 'examples/express-openai/main.js')], {
  cwd: root,
  env: { ...process.env, PORT: '0', OPSWIRE_PORT: '0', OPSWIRE_SERVICE: 'assistant' },
  stdio: ['ignore', 'inherit', 'pipe'],
})
const browser = await chromium.launch({ executablePath, args: ['--disable-gpu', '--disable-quic'] })
try {
  const url = await addressOf(app)
  await pause(seconds)
  const viewport = { width: 1440, height: 1064 }
  const page = await (await browser.newContext({ viewport, colorScheme: 'dark' })).newPage()
  await page.goto(url)
  await pause(4)
  const path = join(root, 'docs/pictures/register.png')
  await page.screenshot({ path })
  console.log(`the picture is ${path}`)
} finally {
  await browser.close()
  app.kill('SIGTERM')
}

/**
 * The dashboard's address, as the app's standard error tells it.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string>}
 */
function addressOf(child) {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (chunk) => {
      text += String(chunk)
      const address = /dashboard: (http:\S+)/.exec(text)?.[1]
      if (address !== undefined) resolve(address)
    })
    child.once('exit', (code) => reject(new Error(`The app ended with code ${code}.\n${text}`)))
  })
}

/** @param {number} time in seconds */
function pause(time) {
  return new Promise((resolve) => setTimeout(resolve, time * 1000))
}
