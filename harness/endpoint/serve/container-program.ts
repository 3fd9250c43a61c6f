import { spawn } from 'node:child_process'
import { guardOrphan } from '../../telemetry/host/orphan-guard.ts'
import { type EngineAt, exitOf, owned, ownerText, removeLeftover, removeOfOwner, removeOwn } from './container.ts'
import type { StartLog } from './start-log.ts'

/** A program that an image runs, given on stdin. */
export interface ContainerProgram {
  readonly containerName: string
  /** Arguments of the engine. */
  readonly argv: readonly string[]
  readonly stdin: string
}

/** How a program ended. */
export interface ProgramEnd {
  /** Whether it was cut by the signal. */
  readonly isCut: boolean
  /** Whether it ended with exit code 0. */
  readonly isWell: boolean
  /** How its client ended, in a line; empty where it was cut. */
  readonly how: string
}

/**
 * Runs a program in a container until it ends, or `signal` aborts. What it prints goes to `onText`, in pieces. The container
 * is removed in any case, also when this process is killed. Rejects with `environment` where a container of its name is in use.
 */
export async function runContainerProgram(
  { containerName, argv, stdin }: ContainerProgram,
  at: EngineAt,
  { onText, signal }: { readonly onText: (text: string) => void; readonly signal: AbortSignal },
): Promise<ProgramEnd> {
  await removeLeftover(containerName, at)
  const owner = ownerText()
  // in a session of its own: Ctrl-C and a lost terminal reach joulemark, which ends it in good order
  const child = spawn(at.engine, owned(argv, owner), { stdio: 'pipe', detached: true, env: at.env })
  const guard = guardOrphan(removeOfOwner, [String(child.pid ?? ''), owner, at.engine], at.env)
  const exited = exitOf(child, at.engine)
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', onText)
  }
  // a client that ended before it read the program closes the pipe, and its exit says why
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  const cut = new Promise<'cut'>((resolve) => {
    if (signal.aborted) resolve('cut')
    signal.addEventListener('abort', () => resolve('cut'), { once: true })
  })
  const how = await Promise.race([exited, cut])
  if (how === 'cut') {
    child.kill('SIGKILL')
    await removeOwn(containerName, owner, at)
    // the engine may still be creating it: the guard stays, and removes it with the end of this process
    return { isCut: true, isWell: false, how: '' }
  }
  guard.release()
  return { isCut: false, isWell: child.exitCode === 0, how }
}

/** The same, with its lines in `log` and `onLine`. Resolves with whether it ended with exit code 0. */
export async function runLoggedProgram(
  program: ContainerProgram,
  at: EngineAt,
  {
    log,
    onLine,
    signal,
  }: { readonly log: StartLog; readonly onLine: (line: string) => void; readonly signal: AbortSignal },
): Promise<boolean> {
  const onText = (text: string) => {
    for (const line of log.write(text)) onLine(line)
  }
  const { isCut, isWell, how } = await runContainerProgram(program, at, { onText, signal })
  if (!isCut) for (const line of log.write(`\n${how}\n`)) if (line !== how) onLine(line)
  return isWell
}
