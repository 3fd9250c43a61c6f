import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** A program that waits for the end of this process. */
export interface OrphanGuard {
  /** Ends the guard without its script. May be called twice. */
  release(): void
}

/**
 * Runs a shell script when this process ends without calling `release`: after `kill -9`, or a crash. Its arguments are $1,
 * $2 and so on. The guard is a shell in a session of its own that waits on a pipe, which the kernel closes with this
 * process. Never throws: without a shell there is no guard.
 */
export function guardOrphan(script: string, args: readonly string[], env: NodeJS.ProcessEnv): OrphanGuard {
  const whole = `trap '' HUP INT TERM; read -r released || { ${script}; }`
  const child = spawn('/bin/sh', ['-c', whole, 'joulemark-guard', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env,
  })
  // a shell that cannot be started, or was killed, leaves this process as it would be without a guard
  child.on('error', () => undefined)
  child.stdin?.on('error', () => undefined)
  // the guard must not keep a finished program alive
  child.unref()
  ;(child.stdin as Socket | null)?.unref()
  return {
    release: () => {
      if (child.stdin?.writable) child.stdin.end('released\n')
    },
  }
}
