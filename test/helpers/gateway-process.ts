import { spawn } from 'node:child_process'

export interface GatewayProcess {
  /** Address of the admin, with a slash at its end; the dashboard is at `ops/` below it. */
  url: string
  /** Makes an adapter lose its connection. */
  drop(channel: string): Promise<void>
  /** The feed's own count of open streams. */
  viewers(): Promise<number>
  stop(): Promise<void>
}

/** Starts the built sample gateway as its own process, without simulated users and without trouble by chance. */
export async function startGateway(env: Record<string, string> = {}): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['build/gateway/main.js'], {
    env: { PATH: process.env['PATH'], PORT: '0', SAMPLE_TRAFFIC: 'off', SAMPLE_TROUBLE: 'off', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += String(chunk)
      const match = /\(admin: (http:\S+)\)/.exec(text)
      if (match) resolve(match[1]!)
    })
    child.once('close', (code) =>
      reject(new Error(`The gateway ended with code ${code} before it listened.`)),
    )
  })
  return {
    url,
    async drop(channel) {
      const response = await fetch(`${url}api/channels/${channel}/drop`, { method: 'POST' })
      if (!response.ok) throw new Error(`Dropping ${channel} was answered ${response.status}.`)
    },
    async viewers() {
      const response = await fetch(`${url}ops/api/metrics`)
      return ((await response.json()) as { feed: { viewers: number } }).feed.viewers
    },
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
