import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** `docker rm -f` kills immediately; a daemon that takes longer than this hangs. */
const REMOVE_TIMEOUT_MS = 30_000

/**
 * Removes a container whose joulemark was killed: a container that nobody uses would keep the card. The client ($1) goes
 * first, and a second removal finds the container ($2) that the daemon was still creating.
 */
export const removeOrphan = 'kill -s KILL "$1"; docker rm --force "$2"; sleep 10; docker rm --force "$2"'

/** Resolves with a line on how a child ended, once its output has been read; never rejects. */
export function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ENOENT' ? 'Cannot connect to the Docker daemon: no docker on PATH' : error.message)
    })
    child.once('close', (code, signal) => resolve(`docker ended with ${signal ?? `exit code ${code}`}`))
  })
}

/** Removes a container if it exists. Never throws, because it runs on every exit path. */
export async function removeContainer(name: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('docker', ['rm', '--force', name], { stdio: 'ignore', env, timeout: REMOVE_TIMEOUT_MS })
  // without docker there is no container
  await once(child, 'close').catch(() => undefined)
}
