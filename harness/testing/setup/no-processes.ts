import childProcess, { ChildProcess } from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { Server, Socket } from 'node:net'

/**
 * Unit tests start no process and open no socket, because they would depend on how busy the machine is. One exception is
 * not caught: esbuild, which bundles the script of the report's page in a thread. It computes only and waits for no clock.
 */
function refuse(what: string): () => never {
  return () => {
    throw new Error(`a unit test may not ${what}: name the file *.e2e.test.ts`)
  }
}

// `spawn`, `exec`, `execFile` and `fork` all go through this method.
Object.assign(ChildProcess.prototype, { spawn: refuse('start a process') })
for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const) childProcess[name] = refuse('start a process')
syncBuiltinESMExports()
Socket.prototype.connect = refuse('open a socket')
Server.prototype.listen = refuse('listen on a socket')
