import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'
import { jsonOf } from '../../json-text.ts'
import { makeFolder, replaceFile, toJson } from '../../record/json-file.ts'
import type { PlannedSoak } from '../plan/box-plan.ts'
import { cardTallySchema, emptyTally } from './tally.ts'

/** Progress of a soak: one file, replaced after every round, so that a reboot loses at most one round. */
const soakStateSchema = z.strictObject({
  version: z.literal(1),
  hours: z.number().positive(),
  roundSeconds: z.number().positive(),
  scenarioSha256: z.string(),
  startedAt: z.iso.datetime(),
  sessions: z.int().positive(),
  xidsReason: z.string().nullable(),
  /** Rounds that were played, by whatever end of theirs. */
  played: z.int().nonnegative(),
  tallies: z.array(cardTallySchema),
  rounds: z.array(
    z.strictObject({
      card: z.string(),
      round: z.int().nonnegative(),
      outputTokensPerS: z.number(),
      tokens: z.number(),
      record: z.strictObject({ id: z.string(), manifestSha256: z.string().nullable() }),
    }),
  ),
})
export type SoakState = z.infer<typeof soakStateSchema>

const SOAK_STATE_FILE = 'soak-state.json'
const statePath = (outDir: string): string => join(outDir, SOAK_STATE_FILE)

/**
 * A new soak, or with `resume` the one of this folder, if it was the same soak of the same cards. Throws `bad-input` for a
 * file that is none, and for another soak.
 */
export function openSoakState(outDir: string, plan: PlannedSoak, resume: boolean, startedAt: Date): SoakState {
  const uuids = plan.lanes.map(({ card }) => card.uuid)
  const scenarioSha256 = plan.lanes[0]?.run.sha256 ?? ''
  const fresh: SoakState = {
    version: 1,
    hours: plan.hours,
    roundSeconds: plan.roundSeconds,
    scenarioSha256,
    startedAt: startedAt.toISOString(),
    sessions: 1,
    xidsReason: null,
    played: 0,
    tallies: uuids.map(emptyTally),
    rounds: [],
  }
  const text = resume ? readIfThere(statePath(outDir)) : null
  if (text === null) return fresh
  const parsed = soakStateSchema.safeParse(jsonOf(text))
  const refuse = (why: string) =>
    new JoulemarkError('bad-input', `${statePath(outDir)}: ${why}; start without --resume`)
  if (!parsed.success) throw refuse('not the state of a soak of this version')
  const { hours, tallies, scenarioSha256: before } = parsed.data
  if (hours !== plan.hours) throw refuse(`that soak was of ${hours} hours, this one is of ${plan.hours}`)
  if (before !== scenarioSha256) throw refuse('that soak had another load')
  if (tallies.map(({ uuid }) => uuid).join() !== uuids.join()) throw refuse('that soak was of other cards')
  return { ...parsed.data, sessions: parsed.data.sessions + 1 }
}

/** Writes the state. Throws `DiskError`. */
export function keepSoakState(outDir: string, state: SoakState): void {
  makeFolder(outDir)
  replaceFile(statePath(outDir), toJson(state))
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
