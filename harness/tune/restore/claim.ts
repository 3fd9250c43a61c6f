import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'
import { jsonOf } from '../../json-text.ts'
import { diskError } from '../../record/disk/disk-error.ts'
import { processMarkSchema } from '../../record/schema/origin.ts'
import { fateOfWriter, ownMark } from '../../telemetry/host/process-mark.ts'
import { isClosed, readNote } from './note.ts'

const claimSchema = z.object({
  process: processMarkSchema,
  host: z.object({ hostname: z.string() }),
  note: z.string().describe('path of the restore.json of that tuning'),
})

/** A card that a tuning holds: a second one would take the limit of the first for the one to give back. */
export interface CardToClaim {
  readonly uuid: string
  readonly name: string
  /** Simulators give cards of the same UUID: each has a program of its own. */
  readonly nvidiaSmi: string
}

/** Where claims of this machine are: every user sees the same folder. */
const claimsFolder = (): string => (process.platform === 'linux' ? '/tmp' : tmpdir())

function claimPath({ uuid, name, nvidiaSmi }: CardToClaim, folder = claimsFolder()): string {
  const key = name.endsWith(' (SIMULATED)') ? `${uuid} ${nvidiaSmi}` : uuid
  return join(folder, `joulemark-tune-${createHash('sha256').update(key).digest('hex').slice(0, 24)}.json`)
}

/**
 * Claims cards for the tuning of a note, for this process. Returns what gives them up. Throws `environment` while another tuning
 * runs, and where an earlier one did not give a card back.
 */
export function claimCards(cards: readonly CardToClaim[], note: string, folder?: string): () => void {
  const own = JSON.stringify({ process: ownMark(), host: { hostname: hostname() }, note })
  const held: string[] = []
  const giveUp = (): void => {
    for (const path of held.splice(0)) if (textOf(path) === own) rmSync(path, { force: true })
  }
  try {
    for (const card of cards) held.push(claim(card, own, folder))
  } catch (error) {
    giveUp()
    throw error
  }
  return giveUp
}

/** Removes the claims that an ended tuning of this note left on its cards. */
export function dropClaims(cards: readonly CardToClaim[], note: string, folder?: string): void {
  for (const card of cards) {
    const path = claimPath(card, folder)
    const claimed = claimSchema.safeParse(jsonOf(textOf(path) ?? ''))
    if (claimed.success && claimed.data.note === note) rmSync(path, { force: true })
  }
}

/**
 * Throws `environment` where a tuning holds one of these cards, or did not give it back: the limit that the card has now is then no
 * evidence of the one that it will keep.
 */
export function refuseClaimed(cards: readonly CardToClaim[], folder?: string): void {
  for (const card of cards) refuseHeld(card, textOf(claimPath(card, folder)))
}

function claim(card: CardToClaim, own: string, folder: string | undefined): string {
  const path = claimPath(card, folder)
  if (made(path, own)) return path
  const stale = textOf(path)
  refuseHeld(card, stale)
  takeAway(path, stale)
  if (made(path, own)) return path
  throw new JoulemarkError('environment', `${card.uuid} (${card.name}) is being tuned by another process`)
}

/** Throws where a claim counts: its tuning runs, or it ended without giving the card back. */
function refuseHeld({ uuid, name }: CardToClaim, text: string | null): void {
  const claimed = claimSchema.safeParse(jsonOf(text ?? ''))
  // no claim, as an older version left it after a crash: nothing was written to a card yet
  if (!claimed.success) return
  const { state, reason } = fateOfWriter(claimed.data)
  const what = `${uuid} (${name})`
  if (state === 'running') throw new JoulemarkError('environment', `${what} is being tuned: ${reason}`)
  const folder = claimed.data.note.replace(/\/restore\.json$/, '')
  const note = readNote(claimed.data.note)
  if (note === null || isClosed(note)) return
  throw new JoulemarkError(
    'environment',
    `${what} was not given back by an earlier tuning (${reason}); first run joulemark tune --restore ${folder}`,
  )
}

/**
 * Takes a stale claim away, and no other: one that was made since it was read is put back. Throws `environment` where the folder does
 * not allow it.
 */
export function takeAway(path: string, stale: string | null): void {
  const taken = `${path}.${randomUUID()}`
  try {
    renameSync(path, taken)
  } catch (error) {
    // another took it away
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new JoulemarkError('environment', `${path} was left by an ended tuning of another user; remove it`, {
      cause: error,
    })
  }
  try {
    if (textOf(taken) !== stale) linkSync(taken, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw diskError(path, error)
  } finally {
    rmSync(taken, { force: true })
  }
}

/** Makes the file, which appears whole or not at all; false where it exists. */
function made(path: string, text: string): boolean {
  const whole = `${path}.${randomUUID()}`
  try {
    writeFileSync(whole, text, { flag: 'wx', mode: 0o644 })
    linkSync(whole, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw diskError(path, error)
  } finally {
    rmSync(whole, { force: true })
  }
}

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
