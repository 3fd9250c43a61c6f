import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError } from '../errors.ts'
import { jsonOf } from '../json-text.ts'
import { makeFolder, replaceFile, toJson } from '../record/json-file.ts'

/** Progress of measuring a box: one file, replaced after every run, so that a reboot loses at most what was running. */
const stateSchema = z.object({
  version: z.literal(2),
  /** UUIDs of the cards. */
  cards: z.array(z.string()),
  /** W per GPU, by UUID, that the night sets; absent: the cards are measured as found. */
  limitsW: z.record(z.string(), z.number()).optional(),
  steps: z.array(
    z.object({
      part: z.enum(['alone', 'together', 'joined']),
      /** UUIDs of the cards that served. */
      cards: z.array(z.string()),
      /** Id of the server in the plan: other flags are another server. */
      server: z.string(),
      name: z.string(),
      /** Which start of its server, from 1. */
      start: z.int().positive(),
      sha256: z.string(),
      outcome: z.enum(['done', 'failed', 'left-out']),
      /** Folders of its records: none, one, or those of a search. */
      runs: z.array(z.string()),
      reason: z.string().nullable(),
      /** Of one that failed: its server did not start, or it failed under load. */
      failedIn: z.enum(['start', 'load']).optional(),
    }),
  ),
})
export type BoxState = z.infer<typeof stateSchema>
/** One run of the plan, and what became of it. */
export type BoxStep = BoxState['steps'][number]

export const boxStatePath = (outDir: string): string => join(outDir, 'box.json')

/**
 * Starts the state of a box, or resumes it on the same cards. What was done is kept; what failed runs again. A new state is
 * written at once, so that a box that is cut before its first run does not resume an older one. Throws `bad-input` for the
 * state of other cards, other limits or another version, and `DiskError`.
 */
export function openBoxState(
  outDir: string,
  cards: readonly string[],
  resume: boolean,
  limitsW: Readonly<Record<string, number>> = {},
): BoxState {
  const isLimited = Object.keys(limitsW).length > 0
  const fresh: BoxState = {
    version: 2,
    cards: [...cards],
    ...(isLimited ? { limitsW: { ...limitsW } } : {}),
    steps: [],
  }
  if (!resume) return keepState(outDir, fresh)
  const path = boxStatePath(outDir)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return keepState(outDir, fresh)
    throw error
  }
  const refused = (why: string) => new JoulemarkError('bad-input', `${path}: ${why}; start without --resume`)
  const json = jsonOf(text)
  if (isOlder(json)) throw refused('written by an earlier version of joulemark, which measured one card')
  const parsed = stateSchema.safeParse(json)
  if (!parsed.success) throw refused('not the state of a box')
  const found = parsed.data
  if (found.cards.toSorted().join() !== cards.toSorted().join()) {
    throw refused(`that was measured on ${found.cards.join(', ')}; the cards here are ${cards.join(', ')}`)
  }
  if (limitsText(found.limitsW) !== limitsText(limitsW)) {
    throw refused(`that was measured at ${limitsText(found.limitsW)}, and this is to be at ${limitsText(limitsW)}`)
  }
  return { ...found, steps: found.steps.filter((step) => step.outcome === 'done') }
}

/** The limits of a night in words, the same text for the same limits. */
function limitsText(limitsW: Readonly<Record<string, number>> = {}): string {
  const each = Object.entries(limitsW).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const watts = new Set(each.map(([, limitW]) => limitW))
  if (each.length === 0) return 'the limits of the cards as they were found'
  return watts.size === 1 ? `${each[0]![1]} W` : each.map(([uuid, limitW]) => `${uuid} ${limitW} W`).join(', ')
}

const isOlder = (json: unknown): boolean =>
  typeof json === 'object' && json !== null && 'version' in json && json.version === 1

/** Writes the state with one more step, in place of an earlier outcome of the same one, and returns it. Throws `DiskError`. */
export function keepStep(outDir: string, state: BoxState, step: BoxStep): BoxState {
  return keepState(outDir, { ...state, steps: [...state.steps.filter((each) => !isSameStep(each, step)), step] })
}

function keepState(outDir: string, state: BoxState): BoxState {
  makeFolder(outDir)
  replaceFile(boxStatePath(outDir), toJson(state))
  return state
}

/** What names a step: the same run, on the same start of the same server, in the same part. */
export type StepName = Omit<BoxStep, 'outcome' | 'runs' | 'reason' | 'failedIn'>

export const isSameStep = (a: StepName, b: StepName): boolean =>
  a.part === b.part &&
  a.server === b.server &&
  a.name === b.name &&
  a.start === b.start &&
  a.sha256 === b.sha256 &&
  a.cards.join(' ') === b.cards.join(' ')
