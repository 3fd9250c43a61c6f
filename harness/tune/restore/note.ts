import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'
import { jsonOf } from '../../json-text.ts'
import { replaceFile, toJson } from '../../record/json-file.ts'
import { processMarkSchema } from '../../record/schema/origin.ts'

const watts = z.number().positive()
const clockRange = z.object({ minMHz: z.int().nonnegative(), maxMHz: z.int().positive() })

/** One card of the note: how it was found, what tune may have set, and whether it was given back. */
const notedCardSchema = z.object({
  uuid: z.string(),
  name: z.string(),
  index: z.int().nonnegative().nullable(),
  powerLimitW: watts.nullable().describe('the limit that was found; null: the card reports none, and none is set'),
  limitsSetW: z.array(watts).describe('every limit that tune set or was about to set'),
  clockWasLocked: z.boolean().describe('whether tune locked the clock or was about to'),
  clockBefore: clockRange.nullable().describe('the lock to return to, as the user gave it; null: none'),
  isPersistent: z
    .boolean()
    .nullable()
    .optional()
    .describe('persistence mode as it was found: without it the driver forgets a limit'),
  end: z.enum(['open', 'given-back', 'left-alone']),
})

export const restoreNoteSchema = z.object({
  version: z.literal(1),
  tune: z.string(),
  startedAt: z.iso.datetime(),
  host: z.object({ hostname: z.string() }),
  nvidiaSmi: z.string(),
  process: processMarkSchema.describe('the tuning'),
  watchdog: processMarkSchema.describe('the process that sets the cards, and gives them back when the tuning is gone'),
  cards: z.array(notedCardSchema).min(1),
  endedAt: z.iso.datetime().nullable(),
  endedBy: z.enum(['tune', 'watchdog', 'restore']).nullable(),
  said: z.array(z.string()).describe('what was done with each card, in words'),
})

export type NotedCard = z.infer<typeof notedCardSchema>
export type RestoreNote = z.infer<typeof restoreNoteSchema>

/** Absolute, because whoever reads it later may work in another folder. */
export const notePath = (folder: string): string => resolve(folder, 'restore.json')

/** Replaces the note; it is on disk, with its name, when this returns. Throws `environment`. */
export const writeNote = (path: string, note: RestoreNote): void => replaceFile(path, toJson(note))

/** Whether every card of a note was given back or left alone for a reason. */
export const isClosed = ({ cards }: RestoreNote): boolean => cards.every(({ end }) => end !== 'open')

/** Reads a note; null where there is none. Throws `bad-input` on a file that is no such note. */
export function readNote(path: string): RestoreNote | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new JoulemarkError('environment', `${path}: cannot be read`, { cause: error })
  }
  const note = restoreNoteSchema.safeParse(jsonOf(text))
  if (note.success) return note.data
  const [issue] = note.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : `, ${issue.path.join('.')}`
  throw new JoulemarkError('bad-input', `${path}${where}: this is no note of joulemark tune; set the cards by hand`)
}
