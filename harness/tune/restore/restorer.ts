import { JoulemarkError } from '../../errors.ts'
import type { OperatingSetting } from '../../operating/point.ts'
import { makeFolder } from '../../record/json-file.ts'
import type { RestoreEnd } from '../settings/writer.ts'
import type { Keeper } from './keeper.ts'
import { isClosed, notePath, type RestoreNote, readNote } from './note.ts'
import { restoreNote } from './restore-folder.ts'

export interface RestorerOptions {
  readonly keeper: Pick<Keeper, 'ask' | 'isGone' | 'release'>
  /** Folder of the tuning. */
  readonly folder: string
  readonly nvidiaSmi: string
  /** Gives the cards back without the keeper; for tests. */
  readonly byNote?: typeof restoreNote
}

/**
 * Gives the cards of an open tuning back: through its keeper, or by this process where the keeper is gone, at whatever moment it died.
 * What may have been set is kept in memory too, so that a note that was deleted meanwhile loses nothing.
 */
export class Restorer {
  readonly #options: RestorerOptions
  readonly #path: string
  #known: RestoreNote | null

  constructor(options: RestorerOptions) {
    this.#options = options
    this.#path = notePath(options.folder)
    this.#known = readNote(this.#path)
  }

  /** Runs what sets the cards, and remembers that it may have. */
  async watched<Result>(setting: OperatingSetting, apply: () => Promise<Result>): Promise<Result> {
    if (this.#known !== null) this.#known = withSetting(this.#known, setting)
    return apply()
  }

  /** Returns one line per card. May be called again; throws `environment` where a card is not back. */
  async restore(): Promise<readonly string[]> {
    const { keeper, folder } = this.#options
    const note = this.#note()
    if (note === null || isClosed(note)) {
      keeper.release()
      return note?.said ?? []
    }
    const { isDone, said } = await this.#given(note)
    keeper.release()
    if (isDone) {
      this.#known = null
      return said
    }
    throw new JoulemarkError(
      'environment',
      `the cards are not as they were found: ${said.join('; ')}; it is tried again for ten minutes, then run joulemark tune --restore ${folder}`,
    )
  }

  async #given(note: RestoreNote): Promise<RestoreEnd> {
    const { keeper, folder, nvidiaSmi, byNote = restoreNote } = this.#options
    // the folder may have been deleted; whoever gives the cards back writes the note
    makeFolder(folder)
    if (!keeper.isGone) {
      try {
        return await keeper.ask({ ask: 'restore' }, 'restored')
      } catch (error) {
        if (!keeper.isGone) throw error
      }
    }
    return await byNote(this.#path, this.#note() ?? note, nvidiaSmi, 'tune')
  }

  /** The note on disk, else what this process knows of it. */
  #note(): RestoreNote | null {
    try {
      return readNote(this.#path) ?? this.#known
    } catch (error) {
      if (this.#known === null) throw error
      return this.#known
    }
  }
}

const withSetting = (note: RestoreNote, { powerLimitW, smClockMHz }: OperatingSetting): RestoreNote => ({
  ...note,
  cards: note.cards.map((card) => ({
    ...card,
    limitsSetW: powerLimitW === null ? card.limitsSetW : [...card.limitsSetW, powerLimitW],
    clockWasLocked: card.clockWasLocked || smClockMHz !== null,
  })),
})
