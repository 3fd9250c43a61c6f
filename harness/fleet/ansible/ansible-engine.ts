import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { type Clock, systemClock } from '../../clock.ts'
import { JoulemarkError } from '../../errors.ts'
import type { BoxJob, FleetEngine, JobHandle, JobState, Submitted } from '../engine.ts'
import type { HostAnswer } from './answers.ts'
import { boxesOf, patternsOf } from './hosts.ts'
import { stateOf } from './job-state.ts'
import { startVars } from './job-vars.ts'
import { type AnsibleSetup, type Play, play } from './playbook.ts'
import { placeRuns } from './unpack.ts'

/** What the engine needs besides Ansible itself. */
export interface AnsibleOptions extends AnsibleSetup {
  /** Words of `argv` that call joulemark; they are replaced where the role has installed it. */
  readonly commandWords: number
  /** Seconds without an answer after which a box that was measured is given up. */
  readonly lostAfterS: number
  readonly clock?: Clock
}

const MINUTE_MS = 60_000
/** `ssh` gives up by itself much sooner; installing from a repository takes minutes. */
const TIMEOUT_MS = { boxes: 5, start: 60, status: 5, stop: 10, collect: 60 } as const
/** The last task of start.yml: a connection that is lost in it may have started the job. */
const STARTING = 'Start the job'

/**
 * Ansible as the engine of a fleet. A job is no playbook that runs for hours: `start.yml` hands each box its command, which runs
 * there by itself (`joulemark.fleet.job`), and every later look is a short playbook. So neither an ssh connection that drops nor
 * the end of this machine ends a measurement, and what became of it is kept on the box, by the id of the job.
 */
export function ansibleEngine(options: AnsibleOptions): FleetEngine {
  const { clock = systemClock } = options
  const playThat = (
    name: Play['name'],
    jobs: Readonly<Record<string, object>>,
    signal: AbortSignal,
    hosts: readonly string[] = Object.keys(jobs),
  ) => play(options, { name, hosts, jobs, signal, timeoutMs: TIMEOUT_MS[name] * MINUTE_MS })
  /** When a box that has not answered since was first found so, in ms of the clock. */
  const silentSinceMs = new Map<string, number>()

  const stateFrom = ({ id }: JobHandle, answer: HostAnswer | undefined): JobState => {
    if (answer?.status === 'ok' && answer.job !== null) {
      silentSinceMs.delete(id)
      return stateOf(answer.job)
    }
    const why = answer === undefined || answer.status === 'ok' ? 'no answer of Ansible' : answer.message
    const sinceMs = silentSinceMs.get(id) ?? clock.nowMs()
    silentSinceMs.set(id, sinceMs)
    const silentS = (clock.nowMs() - sinceMs) / 1000
    // it goes on measuring, as far as is known
    if (silentS < options.lostAfterS) return { state: 'running' }
    return { state: 'lost', kind: 'node', reason: `not reached for ${Math.round(silentS)} s: ${why}` }
  }

  return {
    name: 'ansible',
    boxes: async (names, signal) => boxesOf(names, await playThat('boxes', {}, signal, names.flatMap(patternsOf))),
    submit: async (jobs, signal) => {
      const nowS = clock.wall().getTime() / 1000
      const vars = Object.fromEntries(jobs.map((job) => [job.box, startVars(job, options.commandWords, nowS)]))
      const { hosts } = await playThat('start', vars, signal)
      return jobs.map((job) => submitted(job, hosts.get(job.box)))
    },
    find: async (jobs, signal) => {
      const { hosts } = await playThat('status', Object.fromEntries(jobs.map(({ id, box }) => [box, { id }])), signal)
      return jobs.map(({ id, box, outFolder, logFolder }) => {
        const answer = hosts.get(box)
        const isAbsent = answer?.status === 'ok' && answer.job?.state === 'absent'
        // a box that does not answer may have it: to follow it shows that
        return isAbsent ? null : { id, box, native: id, outFolder, logFolder }
      })
    },
    follow: async (handles, signal) => {
      const { hosts } = await playThat('status', byBox(handles), signal)
      return handles.map((handle) => stateFrom(handle, hosts.get(handle.box)))
    },
    cancel: async (handles) => {
      if (handles.length === 0) return []
      const { hosts } = await playThat('stop', byBox(handles), new AbortController().signal)
      return handles.map(({ box }) => {
        const answer = hosts.get(box)
        return answer?.status === 'ok' ? null : (answer?.message ?? 'no answer of Ansible')
      })
    },
    collect: async ({ id, native, box, outFolder, logFolder }, folder, signal) => {
      const temporary = await mkdtemp(join(tmpdir(), 'joulemark-collect-'))
      try {
        const to = join(temporary, 'runs.tar.gz')
        const out = isAbsolute(outFolder) ? outFolder : `~/${outFolder}`
        const vars = { id: native, out, to }
        const answer = (await playThat('collect', { [box]: vars }, signal)).hosts.get(box)
        if (answer?.status !== 'ok') throw notFetched(answer?.message ?? 'no answer of Ansible')
        const problems = await placeRuns(to, { runs: folder, log: join(logFolder, `${id}.log`) })
        if (problems.length > 0) throw notFetched(problems.join('; '))
      } finally {
        await rm(temporary, { recursive: true, force: true })
      }
    },
  }
}

const byBox = (handles: readonly JobHandle[]) =>
  Object.fromEntries(handles.map(({ native, box }) => [box, { id: native }]))

const notFetched = (why: string): JoulemarkError => new JoulemarkError('environment', why)

function submitted({ id, box, outFolder, logFolder }: BoxJob, answer: HostAnswer | undefined): Submitted {
  const isStarted = answer?.status === 'ok' && answer.job !== null
  // the connection ended while the job may have been started: to follow it shows which
  const mayBeStarted = answer?.status === 'unreachable' && answer.task === STARTING
  if (isStarted || mayBeStarted) {
    // an earlier try that still runs, after the box could not be reached for long, is the job
    const running = answer.status === 'ok' && answer.job?.state === 'running' ? answer.job.name : undefined
    return { handle: { id, box, native: running ?? id, outFolder, logFolder }, reason: null }
  }
  const why =
    answer === undefined || answer.status === 'ok' ? 'no answer of Ansible' : `${answer.task}: ${answer.message}`
  return { handle: null, reason: why }
}
