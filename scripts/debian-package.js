import { spawnSync } from 'node:child_process'
import { capture } from './run.js'

/** Whether packages of the system may be installed: on Debian and its kin, by root. */
export function canInstall() {
  return process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).error === undefined
}

/**
 * Installs a package of the system. Does not throw.
 * @param {string} name
 * @returns {Promise<string>} what was printed
 */
export async function installPackage(name) {
  process.stderr.write(`installing ${name}…\n`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const update = await capture(['apt-get', 'update'], env)
  const install = await capture(['apt-get', 'install', '-y', '--no-install-recommends', name], env)
  return `${update.output}\n${install.output}`
}
