import { spawn } from 'node:child_process'
import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { JoulemarkError } from '../../errors.ts'
import { secretsIn, strictMaskOf } from '../../secret-mask.ts'
import { guardOrphan } from '../../telemetry/host/orphan-guard.ts'
import { directFetch, type Send } from '../access/direct-fetch.ts'
import { exitOf, owned, ownerText, removeLeftover, removeOfOwner, removeOwn } from './container.ts'
import { handedValues } from './container-env.ts'
import { containerEnd } from './engine/container-end.ts'
import { imageOf } from './image/identity.ts'
import type { ServePlan } from './plan.ts'
import type { StartProgress } from './start/phases.ts'
import { type StartRecord, startRecord } from './start/record.ts'
import { StartWatch } from './start/watch.ts'
import { type StartFailure, startFailure } from './start-failure.ts'
import { type StartFacts, StartLog } from './start-log.ts'

export interface StartOptions {
  readonly clock: Clock
  /** Environment of the engine; its PATH selects the binary. */
  readonly env: NodeJS.ProcessEnv
  /** Time without a sign of life after which a start is given up: no line, no downloaded byte, no CPU work. */
  readonly timeoutMs: number
  /** Ends the start; the container is removed. */
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
  /** What the start does, about once a second, and at once when another phase begins. */
  readonly onPhase?: ((progress: StartProgress) => void) | undefined
  readonly fetchHealth?: Send
}

/** A server that answers. Its container is removed by `stop`, which may be called twice. */
export interface RunningServer {
  readonly url: string
  readonly facts: StartFacts
  /** What a record says of this start: command, engine, image and phases. */
  readonly record?: StartRecord
  /** Resolves when the container exits, with how: its exit code, and whether the kernel killed it for lack of memory. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/** A start that failed: `environment`, with its cause. */
export class StartError extends JoulemarkError {
  readonly failure: StartFailure

  constructor(failure: StartFailure) {
    super('environment', `the server did not start (${failure.cause}): ${failure.line}; ${failure.advice}`)
    this.failure = failure
  }
}

const POLL_MS = 1000
/** Tries, one per second, before a `docker run` client whose container is gone is killed. */
const GRACEFUL_TRIES = 10

/**
 * Starts the container of a plan and waits until it answers /health. On every failure after `docker` has been spawned
 * (exit, timeout, interrupt, exception, a kill of this process) the container is removed. One that a start of before left is
 * removed first. Throws `StartError` with the cause, or `environment` when another server uses the port or the name.
 */
export async function startServer(plan: ServePlan, options: StartOptions): Promise<RunningServer> {
  const { containerName, engine } = plan
  const at = { engine, env: options.env }
  await removeLeftover(containerName, at)
  const url = `http://127.0.0.1:${plan.port}`
  if (await isHealthy(url + plan.readyPath, options.fetchHealth ?? directFetch)) {
    // a server that already answers would be mistaken for the new one
    throw new JoulemarkError(
      'environment',
      `another server already answers at ${url}: stop it, or choose another --port`,
    )
  }
  const mask = strictMaskOf([...secretsIn(options.env), ...handedValues(plan.argv, options.env)])
  const log = new StartLog(mask)
  const watch = new StartWatch(plan, options)
  // in a session of its own: Ctrl-C and a lost terminal reach joulemark, which ends the run before its server
  const owner = ownerText()
  const child = spawn(engine, owned(kept(plan.argv), owner), {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: options.env,
  })
  const guard = guardOrphan(removeOfOwner, [String(child.pid ?? ''), owner, engine], options.env)
  const exited = exitOf(child, engine)
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      for (const line of log.write(text)) {
        watch.line(line)
        options.onLine(line)
      }
    })
  }
  // before anybody removes it
  const ended = exited.then((client) => containerEnd(containerName, client, at))
  let isGone = false
  void exited.then(() => {
    isGone = true
  })
  const stop = onlyOnce(async () => {
    // `docker run` creates its container some time after its start. A removal before that has no effect, and the
    // client then waits for the container and ignores SIGTERM.
    for (let tries = 0; !isGone; tries += 1) {
      await removeOwn(containerName, owner, at)
      child.kill(tries < GRACEFUL_TRIES ? 'SIGTERM' : 'SIGKILL')
      await Promise.race([exited, options.clock.sleep(POLL_MS)])
    }
    // the client is gone: no container can be created after this removal
    await removeOwn(containerName, owner, at)
    guard.release()
  })
  try {
    await untilReady({ plan, log, watch, ended, url }, options)
    const phases = watch.ready()
    const image = await imageOf(containerName, plan.image, at)
    const record = startRecord(plan, { image, phases, mask })
    return { url, facts: log.facts, record, ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Starting {
  readonly plan: ServePlan
  readonly log: StartLog
  readonly watch: StartWatch
  /** Resolves with a line on how the container ended. */
  readonly ended: Promise<string>
  readonly url: string
}

/** The arguments of `docker run` without the removal at the end: an engine then says why the container ended. */
const kept = ([run = 'run', ...rest]: readonly string[]): string[] => [
  run,
  ...rest.filter((word, at) => at > 0 || word !== '--rm'),
]

async function untilReady({ plan, log, watch, ended, url }: Starting, options: StartOptions): Promise<void> {
  const { clock, signal, timeoutMs, fetchHealth = directFetch } = options
  let ending: string | null = null
  void ended.then((how) => {
    ending = how
  })
  for (;;) {
    if (signal.aborted) throw new JoulemarkError('environment', 'interrupted while the server was starting')
    if (ending !== null) {
      log.end()
      throw new StartError(startFailure([...log.lines, ending], log.facts, plan))
    }
    if (await isHealthy(url + plan.readyPath, fetchHealth)) return
    await watch.look()
    if (watch.isOver()) {
      const minutes = Math.round(timeoutMs / 60_000)
      const last = log.lines.at(-1) ?? 'the log is empty'
      throw new JoulemarkError(
        'environment',
        `the server gave no sign of life for ${minutes} minutes (no log line, no downloaded byte, no CPU work) in phase ${watch.phase}; its last line: ${last}`,
      )
    }
    await Promise.race([ended, sleepUnlessAborted(clock, POLL_MS, signal)])
  }
}

async function isHealthy(readyUrl: string, fetchHealth: Send): Promise<boolean> {
  try {
    const response = await fetchHealth(readyUrl, { signal: AbortSignal.timeout(5000) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work()
    return done
  }
}
