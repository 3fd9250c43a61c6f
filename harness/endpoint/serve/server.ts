import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Clock, sleepUnlessAborted } from '../../clock.ts'
import { JoulemarkError } from '../../errors.ts'
import type { ServePlan } from './plan.ts'
import { type StartFailure, startFailure } from './start-failure.ts'
import { type StartFacts, StartLog } from './start-log.ts'

export interface StartOptions {
  readonly clock: Clock
  /** Environment of `docker`: its PATH decides which one. */
  readonly env: NodeJS.ProcessEnv
  readonly timeoutMs: number
  /** Ends the start; the container is removed. */
  readonly signal: AbortSignal
  readonly onLine: (line: string) => void
  readonly fetchHealth?: typeof fetch
}

/** A server that answers. Its container is gone after `stop`, which may be called twice. */
export interface RunningServer {
  readonly url: string
  readonly facts: StartFacts
  /** Resolves when the container ends by itself. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/** A start that failed: `environment`, with its cause. */
export class StartError extends JoulemarkError {
  readonly failure: StartFailure

  constructor(failure: StartFailure) {
    super('environment', `vLLM did not start (${failure.cause}): ${failure.line}; ${failure.advice}`)
    this.failure = failure
  }
}

const POLL_MS = 1000
/** `docker rm -f` kills at once; a daemon that takes longer than this hangs. */
const REMOVE_TIMEOUT_MS = 30_000
/** Seconds that a client may take to end when its container is gone. */
const PATIENT_TRIES = 10

/**
 * Starts the container of a plan and waits until it answers /health. Whatever happens after `docker` has been spawned
 * (failure, timeout, interrupt, a throw), the container is removed; one of the same name from a run that was killed is
 * removed first. Throws `StartError` with the cause, or `environment` when there is no docker.
 */
export async function startServer(plan: ServePlan, options: StartOptions): Promise<RunningServer> {
  await removeContainer(plan, options.env)
  const url = `http://127.0.0.1:${plan.port}`
  if (await isHealthy(url, options.fetchHealth ?? fetch)) {
    // what answers already would be taken for ours
    throw new JoulemarkError(
      'environment',
      `another server answers at ${url} already: stop it, or choose another --port`,
    )
  }
  const log = new StartLog()
  const child = spawn('docker', plan.argv, { stdio: ['ignore', 'pipe', 'pipe'], env: options.env })
  const exited = exitOf(child)
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      for (const line of log.write(text)) options.onLine(line)
    })
  }
  let isGone = false
  void exited.then(() => {
    isGone = true
  })
  const stop = onlyOnce(async () => {
    // `docker run` makes its container when it gets to it: removed too soon, it comes to be after its removal, and the
    // client waits for it whatever it is told
    for (let tries = 0; !isGone; tries += 1) {
      await removeContainer(plan, options.env)
      child.kill(tries < PATIENT_TRIES ? 'SIGTERM' : 'SIGKILL')
      await Promise.race([exited, options.clock.sleep(POLL_MS)])
    }
    // now nobody is left who could make it
    await removeContainer(plan, options.env)
  })
  try {
    await untilReady({ plan, log, exited, url }, options)
    return { url, facts: log.facts, ended: exited.then(() => undefined), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Starting {
  readonly plan: ServePlan
  readonly log: StartLog
  /** Resolves with how the container ended. */
  readonly exited: Promise<string>
  readonly url: string
}

async function untilReady({ plan, log, exited, url }: Starting, options: StartOptions): Promise<void> {
  const { clock, signal, timeoutMs, fetchHealth = fetch } = options
  const deadlineMs = clock.nowMs() + timeoutMs
  let ending: string | null = null
  void exited.then((how) => {
    ending = how
  })
  for (;;) {
    if (signal.aborted) throw new JoulemarkError('environment', 'interrupted while vLLM was starting')
    if (ending !== null) {
      log.end()
      throw new StartError(startFailure([...log.lines, ending], log.facts, plan.fit))
    }
    if (await isHealthy(url, fetchHealth)) return
    if (clock.nowMs() > deadlineMs) {
      const minutes = Math.round(timeoutMs / 60_000)
      const last = log.lines.at(-1) ?? 'nothing was logged'
      throw new JoulemarkError('environment', `vLLM was not ready after ${minutes} minutes; its last line: ${last}`)
    }
    await Promise.race([exited, sleepUnlessAborted(clock, POLL_MS, signal)])
  }
}

async function isHealthy(url: string, fetchHealth: typeof fetch): Promise<boolean> {
  try {
    const response = await fetchHealth(`${url}/health`, { signal: AbortSignal.timeout(5000), redirect: 'error' })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}

/** Resolves with how a child ended, once its output has been read; never rejects. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ENOENT' ? 'Cannot connect to the Docker daemon: no docker on PATH' : error.message)
    })
    child.once('close', (code, signal) => resolve(`docker ended with ${signal ?? `exit code ${code}`}`))
  })
}

/** Removes the container of a plan if it is there. Never throws: it stands on every way out. */
async function removeContainer(plan: ServePlan, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('docker', ['rm', '--force', plan.containerName], {
    stdio: 'ignore',
    env,
    timeout: REMOVE_TIMEOUT_MS,
  })
  // no docker, no container
  await once(child, 'close').catch(() => undefined)
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work()
    return done
  }
}
