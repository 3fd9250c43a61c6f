import { hostname } from 'node:os'
import { JoulemarkError } from '../../errors.ts'
import { fateOfWriter, ownMark } from '../../telemetry/host/process-mark.ts'
import { restoringHands } from '../settings/rights.ts'
import { limitCall, typedLine, unlockCall } from '../settings/typed.ts'
import { CardWriter, type RestoredBy, type RestoreEnd } from '../settings/writer.ts'
import { dropClaims } from './claim.ts'
import { isClosed, notePath, type RestoreNote, readNote } from './note.ts'
import { trustedProgram } from './trusted-program.ts'

export interface RestoreOptions {
  /** Another nvidia-smi than the one of the note. */
  readonly nvidiaSmi?: string | undefined
  /** Gives the cards back; for tests. */
  readonly byNote?: typeof restoreNote
}

/**
 * Gives back the cards that an ended tuning left set: `joulemark tune --restore FOLDER`. May be called again. Throws `bad-input` without
 * a note of this machine, and `environment` while the tuning runs, without rights, or where the cards cannot be read.
 */
export async function restoreFolder(
  folder: string,
  { nvidiaSmi, byNote = restoreNote }: RestoreOptions = {},
): Promise<RestoreEnd> {
  const path = notePath(folder)
  const note = readNote(path)
  if (note === null) {
    throw new JoulemarkError('bad-input', `${path}: there is no such file: no tuning set limits or clocks there`)
  }
  if (isClosed(note)) return { said: ['nothing to do: the cards were given back', ...note.said], isDone: true }
  refuseRunning(note)
  return byNote(path, note, nvidiaSmi ?? trustedProgram(note.nvidiaSmi, path), 'restore')
}

/** Gives the cards of an open note back, whoever wrote it. Throws `environment`. */
export async function restoreNote(
  path: string,
  note: RestoreNote,
  nvidiaSmi: string,
  by: RestoredBy,
): Promise<RestoreEnd> {
  const isSameBoot = note.watchdog.bootId === ownMark().bootId
  const end = await new CardWriter(note, path, restoringHands(nvidiaSmi)).restoreAfterKill(by, { isSameBoot })
  if (end.isDone) {
    const cards = note.cards.map(({ uuid, name }) => ({ uuid, name, nvidiaSmi: note.nvidiaSmi }))
    dropClaims(cards, path)
  }
  return end
}

/** Throws while the tuning or its watchdog runs, or may run where this machine cannot see it. */
function refuseRunning(note: RestoreNote): void {
  if (note.host.hostname !== hostname() && note.watchdog.bootId !== ownMark().bootId) {
    throw new JoulemarkError('bad-input', `the cards are those of ${note.host.hostname}: restore them there`)
  }
  const tuning = fateOfWriter(note)
  if (tuning.state === 'running') {
    throw new JoulemarkError(
      'environment',
      `the tuning goes on: ${tuning.reason}; stop it with Ctrl-C, and it gives the cards back itself`,
    )
  }
  const watchdog = fateOfWriter({ process: note.watchdog, host: note.host })
  if (watchdog.state === 'running') {
    throw new JoulemarkError('environment', `the cards are being given back: ${watchdog.reason}; wait for it`)
  }
  if (watchdog.state === 'unknown') {
    throw new JoulemarkError(
      'environment',
      `the tuning may run ${watchdog.reason}; if it has ended, type: ${byHand(note).join('; ')}`,
    )
  }
}

/** What a person types to give the cards back. */
function byHand({ cards, nvidiaSmi }: RestoreNote): string[] {
  const typist = { program: 'sudo', before: [nvidiaSmi] }
  return cards.flatMap(({ uuid, powerLimitW, limitsSetW, clockWasLocked }) => [
    ...(powerLimitW === null || limitsSetW.length === 0 ? [] : [typedLine(typist, limitCall(uuid, powerLimitW))]),
    ...(clockWasLocked ? [typedLine(typist, unlockCall(uuid))] : []),
  ])
}
