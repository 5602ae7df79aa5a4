import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

/**
 * Gives each process a core of its own, where the system has `taskset` and cores enough. Left alone, the scheduler puts
 * a client that was just woken onto the core of the server that woke it, where it waits until the server has written to
 * everyone; a viewer is on another machine.
 * @param {number[]} pids
 * @returns {boolean} whether they are apart now
 */
export function setApart(pids) {
  if (process.platform !== 'linux' || cpus().length < pids.length) return false
  return pids.every((pid, core) => {
    const { status } = spawnSync('taskset', ['-a', '-c', '-p', `${core}`, `${pid}`], { stdio: 'ignore' })
    return status === 0
  })
}
