import { spawn, spawnSync } from 'node:child_process'
import { onTestFinished } from 'vitest'

/** Whether a program can be started here. */
export const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).error === undefined

export interface RunningLine {
  /** Lines printed so far. */
  printed: string[]
  errors: () => string
  /** Its exit code, once it has ended. */
  code: () => number | null
}

/** Runs a line in a shell, as somebody who pastes it into a terminal; ended with the test if it has not ended itself. */
export function runLine(line: string, env: NodeJS.ProcessEnv = {}): RunningLine {
  const shell = spawn('sh', ['-c', line], { detached: true, env: { ...process.env, ...env } })
  onTestFinished(() => {
    // The whole pipe: a group of its own.
    if (shell.exitCode === null && shell.pid !== undefined) process.kill(-shell.pid)
  })
  const printed: string[] = []
  let [rest, errors] = ['', '']
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    printed.push(...lines)
  })
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  return { printed, errors: () => errors, code: () => shell.exitCode }
}
