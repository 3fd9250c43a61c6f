import { type ChildProcess, execFile } from 'node:child_process'
import { hostname } from 'node:os'
import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'
import { jsonOf } from '../../json-text.ts'
import { processMarkSchema } from '../../record/schema/origin.ts'
import { fateOfWriter, ownMark } from '../../telemetry/host/process-mark.ts'
import type { ContainerEngine } from './engine/engine.ts'

/** An engine, and the environment in which its program is started; its PATH selects the binary. */
export interface EngineAt {
  readonly engine: ContainerEngine
  readonly env: NodeJS.ProcessEnv
}

/** Label of a container with the process that started it, as JSON. */
const OWNER_LABEL = 'joulemark.owner'
const ownerSchema = z.object({ process: processMarkSchema, host: z.object({ hostname: z.string() }) })

/** This process, as the label of its containers names it. */
export const ownerText = (): string => JSON.stringify({ process: ownMark(), host: { hostname: hostname() } })

/** The arguments of `docker run` with the label of their owner. */
export const owned = ([run = 'run', ...rest]: readonly string[], owner: string): string[] => [
  run,
  ...['--label', `${OWNER_LABEL}=${owner}`],
  ...rest,
]

/**
 * A shell script that removes the containers of an owner ($2) of an engine ($3), and ends the client that may still start one ($1). A second
 * removal finds the container that the daemon was still creating. Others of the same name stay: a new start may have one.
 */
export const removeOfOwner =
  'kill -s KILL "$1"; for seconds in 0 10; do sleep $seconds; ' +
  `"$3" rm --force $("$3" ps --all --quiet --filter "label=${OWNER_LABEL}=$2"); done`

/** Resolves with a line on how a child ended, once its output has been read; never rejects. */
export function exitOf(child: ChildProcess, engine: ContainerEngine): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ENOENT' ? `no ${engine} on PATH` : error.message)
    })
    child.once('close', (code, signal) => resolve(`${engine} ended with ${signal ?? `exit code ${code}`}`))
  })
}

/** `docker rm -f` kills immediately, podman waits ten seconds; an engine that takes longer than this hangs. */
const TIMEOUT_MS = 30_000

/** Removes the container of this name if this owner started it. Never throws, because it runs on every exit path. */
export async function removeOwn(name: string, owner: string, { engine, env }: EngineAt): Promise<void> {
  const filters = ['--filter', `name=^${name}$`, '--filter', `label=${OWNER_LABEL}=${owner}`]
  const listed = await asked(engine, ['ps', '--all', '--quiet', ...filters], env)
  const ids = (listed ?? '').split(/\s+/).filter((id) => id !== '')
  if (ids.length > 0) await asked(engine, ['rm', '--force', ...ids], env)
}

/** What `leftover` is asked of: the state of a container, and its label. */
export const LEFTOVER_FORMAT = `{{.State.Status}} {{index .Config.Labels "${OWNER_LABEL}"}}`

/**
 * Removes what a start of before left under this name. Throws `environment` for a container that may be in use: one that is up
 * or about to be, and whose owner still runs or is not known.
 */
export async function removeLeftover(name: string, at: EngineAt): Promise<void> {
  const { engine, env } = at
  const found = await inspected(name, LEFTOVER_FORMAT, at)
  if (found === null) return
  const inUse = inUseBy(found)
  if (inUse === null) {
    await asked(engine, ['rm', '--force', name], env)
    return
  }
  const remedy = `choose another --port, or remove it: ${engine} rm --force ${name}`
  throw new JoulemarkError('environment', `container ${name} ${inUse}; ${remedy}`)
}

/** States of a container that has ended, in the words of Docker and of Podman. */
const ENDED: ReadonlySet<string> = new Set(['exited', 'dead', 'stopped', 'removing'])

/** Why a container may be in use, from what its engine printed by `LEFTOVER_FORMAT`: `is up, and …`; null where it is not. */
export function inUseBy(printed: string): string | null {
  const [, status = '', label = ''] = /^([a-z]+) ?(.*)$/m.exec(printed) ?? []
  const reason = whyKept(label, status)
  return reason === null ? null : `is ${status === 'running' || status === '' ? 'up' : status}, and ${reason}`
}

/**
 * Why a container with this label may be in use; null if its owner is gone. A container that was created is not up yet, and that of
 * another start which runs now. One that has ended is kept for an owner that is known to run only.
 */
function whyKept(label: string, status: string): string | null {
  const hasEnded = ENDED.has(status)
  const owner = ownerSchema.safeParse(jsonOf(label))
  if (!owner.success) return hasEnded ? null : 'not started by this version of joulemark'
  // this process starts one container of a name at a time
  if (status !== 'running' && label.trim() === ownerText()) return null
  const { state, reason } = fateOfWriter(owner.data)
  if (state === 'running') return reason
  return state === 'abandoned' || hasEnded ? null : `its process may run ${reason}`
}

/** What an engine says of a container by a template of Go; null where there is none, or no answer. */
export const inspected = (name: string, format: string, { engine, env }: EngineAt): Promise<string | null> =>
  asked(engine, ['container', 'inspect', '--format', format, name], env)

/** What an engine says of an image on this machine; null where there is none, or no answer. */
export const inspectedImage = (name: string, format: string, { engine, env }: EngineAt): Promise<string | null> =>
  asked(engine, ['image', 'inspect', '--format', format, name], env)

/** What an engine prints; null if it fails, is absent or hangs: without an engine there is no container. */
const asked = (engine: ContainerEngine, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(engine, [...args], { env, timeout: TIMEOUT_MS }, (error, stdout) => resolve(error ? null : stdout))
  })
