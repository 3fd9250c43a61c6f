import type { BoxJob, EngineBox, FleetEngine, JobHandle, JobState } from '../fleet/engine.ts'
import type { Fleet } from '../scenario/fleet/load-fleet.ts'
import { fleetFileSchema } from '../scenario/fleet/schema.ts'

/** A fleet of these boxes as a fleet file describes it. */
export function fleetOf(boxes: readonly string[], over: Partial<Fleet> = {}): Fleet {
  const file = fleetFileSchema.parse({
    name: 'rack-7',
    engine: 'slurm',
    boxes: [...boxes],
    scenarios: ['rag-8b-200-mau'],
  })
  return {
    ...{ ...file, path: 'fleet.yaml', boxes, exclude: [], canary: null, command: ['joulemark'], scenarioFiles: [] },
    ...over,
  }
}

/** What becomes of the tries of a box: one state for each look at its job, the last of them from then on. */
export type Script = Readonly<Record<string, readonly (readonly JobState[])[]>>

export const ended = (exitCode: number): readonly JobState[] => [{ state: 'running' }, { state: 'ended', exitCode }]

/** An engine that plays a script, and counts what it was asked. */
export function scriptedEngine(script: Script, unusable: Readonly<Record<string, string>> = {}) {
  const submitted: BoxJob[] = []
  const cancelled: string[] = []
  const looks = new Map<string, number>()
  let most = 0
  const stateOf = ({ id, box }: JobHandle): JobState => {
    const tries = script[box] ?? [ended(0)]
    const attempt = Number(id.split('-').at(-1))
    const states = tries[Math.min(attempt, tries.length) - 1]!
    const look = looks.get(id) ?? 0
    looks.set(id, look + 1)
    return states[Math.min(look, states.length - 1)]!
  }
  const handleOf = ({ id, box, outFolder, logFolder }: BoxJob): JobHandle => ({
    ...{ id, box, outFolder, logFolder, native: String(submitted.findIndex((job) => job.id === id) + 1) },
  })
  const engine: FleetEngine = {
    name: 'slurm',
    boxes: async (names) =>
      names.map((name): EngineBox => ({ name, usable: !(name in unusable), reason: unusable[name] ?? null, gpus: 8 })),
    submit: async (jobs, _, take) =>
      jobs.map((job) => {
        if (!submitted.some(({ id }) => id === job.id)) submitted.push(job)
        const one = { handle: handleOf(job), reason: null }
        take?.(job.id, one)
        return one
      }),
    find: async (jobs) => jobs.map((job) => (submitted.some(({ id }) => id === job.id) ? handleOf(job) : null)),
    follow: async (handles) => {
      most = Math.max(most, handles.length)
      return handles.map(stateOf)
    },
    cancel: async (handles) => {
      cancelled.push(...handles.map(({ box }) => box))
      return handles.map(() => null)
    },
    collect: async () => {},
  }
  return { engine, submitted, cancelled, most: () => most }
}
