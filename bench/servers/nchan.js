import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../listen.js'

const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path))
const MODULE = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules', '/usr/share/nginx/modules']
  .map((folder) => join(folder, 'ngx_nchan_module.so'))
  .find((path) => existsSync(path))
/** Microseconds in a tick of /proc/PID/stat. */
const CPU_TICK = 10_000

/** What to do when it is missing. */
export const INSTALL = 'apt-get install nginx libnginx-mod-nchan'

export const isInstalled = NGINX !== undefined && MODULE !== undefined

/**
 * nginx with nchan, one worker. This process publishes to it over one pipelined HTTP connection.
 * @returns {Promise<import('../host.js').Server>}
 */
export async function start() {
  if (NGINX === undefined || MODULE === undefined) throw new Error(`nchan is not installed: ${INSTALL}`)
  const folder = mkdtempSync(join(tmpdir(), 'opswire-bench-'))
  const port = await findFreePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, toConfiguration(MODULE, folder, port))
  const nginx = spawn(NGINX, ['-p', folder, '-e', join(folder, 'error.log'), '-c', file], { stdio: 'ignore' })
  const publisher = await connectWhenUp(port)
  publisher.setNoDelay(true)
  publisher.resume()
  const worker = readFileSync(`/proc/${nginx.pid}/task/${nginx.pid}/children`, 'utf8').trim().split(' ')[0]
  let posts = ''
  return {
    port,
    path: '/events',
    pids: nginx.pid === undefined ? [] : [nginx.pid],
    publish(line) {
      const body = JSON.stringify(line)
      posts += `POST /publish HTTP/1.1\r\nHost: bench\r\nContent-Length: ${body.length}\r\nX-EventSource-Event: log\r\n\r\n${body}`
    },
    endTurn() {
      if (posts !== '') publisher.write(posts)
      posts = ''
    },
    cpu() {
      const fields = readFileSync(`/proc/${worker}/stat`, 'utf8').split(') ', 2)[1].split(' ')
      return (Number(fields[11]) + Number(fields[12])) * CPU_TICK
    },
    async stop() {
      const gone = once(nginx, 'exit')
      nginx.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** nginx takes no port 0. */
async function findFreePort() {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}

/** @param {number} port */
async function connectWhenUp(port) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return socket
    } catch {
      await sleep(50)
    }
  }
  throw new Error('nginx did not listen within 5 s')
}

/**
 * @param {string} module
 * @param {string} folder
 * @param {number} port
 */
function toConfiguration(module, folder, port) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
load_module ${module};
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  tcp_nodelay on;
  nchan_shared_memory_size 128M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /publish {
      nchan_publisher;
      nchan_channel_id bench;
      nchan_message_buffer_length 1000;
      nchan_message_timeout 30s;
    }
    location = /events {
      nchan_subscriber eventsource;
      nchan_channel_id bench;
      nchan_subscriber_first_message newest;
    }
  }
}
`
}
