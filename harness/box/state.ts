import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError } from '../errors.ts'
import { makeFolder, replaceFile, toJson } from '../record/json-file.ts'

/** Progress of an unattended run: one file, replaced after every scenario, so that a reboot loses at most one scenario. */
const stateSchema = z.object({
  version: z.literal(1),
  card: z.string(),
  steps: z.array(
    z.object({
      name: z.string(),
      /** Which start of its server, from 1. */
      start: z.int().positive().default(1),
      sha256: z.string(),
      outcome: z.enum(['done', 'failed', 'left-out']),
      /** Folder of the run; null if there is none. */
      run: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
})
export type BoxState = z.infer<typeof stateSchema>
export type BoxOutcome = BoxState['steps'][number]

export const boxStatePath = (outDir: string): string => join(outDir, 'box.json')

/** Starts an unattended run or resumes one on the same card. Completed scenarios are kept; failed ones run again. */
export function openBoxState(outDir: string, card: string, resume: boolean): BoxState {
  const fresh: BoxState = { version: 1, card, steps: [] }
  if (!resume) return fresh
  const path = boxStatePath(outDir)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fresh
    throw error
  }
  const parsed = stateSchema.safeParse(safeJson(text))
  if (!parsed.success)
    throw new JoulemarkError('bad-input', `${path}: not the state of an unattended run; start without --resume`)
  if (parsed.data.card !== card) {
    throw new JoulemarkError(
      'bad-input',
      `${path}: that run was on ${parsed.data.card}, this server has ${card}; start without --resume`,
    )
  }
  return { ...parsed.data, steps: parsed.data.steps.filter((step) => step.outcome === 'done') }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Writes the state with one more outcome, and returns it. It replaces the earlier outcome of the same start. Throws `DiskError`. */
export function keepOutcome(outDir: string, state: BoxState, outcome: BoxOutcome): BoxState {
  const isReplaced = ({ name, start, sha256 }: BoxOutcome) =>
    name === outcome.name && (start === outcome.start || sha256 !== outcome.sha256)
  const next = { ...state, steps: [...state.steps.filter((step) => !isReplaced(step)), outcome] }
  makeFolder(outDir)
  replaceFile(boxStatePath(outDir), toJson(next))
  return next
}
