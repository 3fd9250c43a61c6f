import { JoulemarkError } from '../../errors.ts'
import type { OperatingSetting } from '../../operating/point.ts'
import { type GivenBack, giveBack, giveBackTwice, type LockFacts } from '../restore/give-back.ts'
import { isClosed, type NotedCard, type RestoreNote, writeNote } from '../restore/note.ts'
import { outcomeOf } from './answer.ts'
import type { CardState } from './cards.ts'
import { type CardHands, limitIs, untilEnforced } from './hands.ts'
import { isLock, limitCall, rangeCall, type SettingCall, unlockCall } from './typed.ts'
import type { EnforcedSetting } from './types.ts'

/** The calls that one card needs, and what they are noted as before they are typed. */
interface CardWork {
  readonly noted: NotedCard
  readonly calls: readonly SettingCall[]
  /** The limit that the card must enforce afterwards; null: whatever it enforces. */
  readonly limitW: number | null
}

/** What a restore did. */
export interface RestoreEnd {
  /** One line per card. */
  readonly said: readonly string[]
  /** Whether every card is back, or was left alone for a reason that is said. */
  readonly isDone: boolean
}

export type RestoredBy = NonNullable<RestoreNote['endedBy']>

/**
 * The only writer of the settings of cards. Every value is in the note on disk before it is typed, so that whoever reads the note
 * later knows which limits are the tuning's.
 */
export class CardWriter {
  #note: RestoreNote
  readonly #path: string
  readonly #hands: CardHands

  constructor(note: RestoreNote, path: string, hands: CardHands) {
    this.#note = note
    this.#path = path
    this.#hands = hands
  }

  get #uuids(): string[] {
    return this.#note.cards.map(({ uuid }) => uuid)
  }

  /** Sets every card and waits until each enforces it. Throws `environment` in one line; what was written is in the note. */
  async apply(setting: OperatingSetting): Promise<EnforcedSetting> {
    const states = await this.#hands.read(this.#uuids)
    const works = this.#note.cards.map((card, index) => workFor(card, states[index] as CardState, setting))
    const before = this.#note.cards
    const todo = works.flatMap(({ noted: { uuid }, calls }) => calls.map((call) => ({ uuid, call })))
    this.#keep({ ...this.#note, cards: works.map(({ noted }) => noted) })
    let lockedMHz: number | null = null
    for (const [at, { call }] of todo.entries()) {
      const outcome = outcomeOf(await this.#hands.type(call))
      if (outcome.kind === 'set') {
        lockedMHz = outcome.lockedMHz ?? lockedMHz
        continue
      }
      this.#unlockNoted(before, todo.slice(outcome.kind === 'failed' ? at + 1 : at))
      throw new JoulemarkError('environment', `\`${this.#hands.line(call)}\` answered: ${outcome.said}`)
    }
    await this.#enforced(works)
    return this.#readBack(setting, lockedMHz)
  }

  /** Gives the cards back. Never throws for a card: one that fails stays open in the note, with its reason. */
  async restore(by: RestoredBy, facts: LockFacts): Promise<RestoreEnd> {
    return this.#ended(by, await giveBack(this.#note, this.#hands, facts))
  }

  /** The same where a killed process may have begun a call that ends later. */
  async restoreAfterKill(by: RestoredBy, facts: LockFacts): Promise<RestoreEnd> {
    return this.#ended(by, await giveBackTwice(this.#note, this.#hands, facts))
  }

  #ended(by: RestoredBy, { cards, said }: GivenBack): RestoreEnd {
    const note = { ...this.#note, cards: [...cards], said: [...this.#note.said, ...said] }
    const isDone = isClosed(note)
    this.#keep(isDone ? { ...note, endedAt: new Date().toISOString(), endedBy: by } : note)
    return { said, isDone }
  }

  #keep(note: RestoreNote): void {
    writeNote(this.#path, note)
    this.#note = note
  }

  /** Takes back that clocks were locked by calls that were refused or never typed: there is no lock to undo. */
  #unlockNoted(
    before: readonly NotedCard[],
    untaken: readonly { readonly uuid: string; readonly call: SettingCall }[],
  ) {
    const unlocked = new Set(untaken.flatMap(({ uuid, call }) => (isLock(call) ? [uuid] : [])))
    const cards = this.#note.cards.map((card, index) =>
      unlocked.has(card.uuid) ? { ...card, clockWasLocked: before[index]?.clockWasLocked ?? true } : card,
    )
    this.#keep({ ...this.#note, cards })
  }

  async #enforced(works: readonly CardWork[]): Promise<void> {
    const wanted = new Map(works.map(({ noted, limitW }) => [noted.uuid, limitW]))
    const isEnforced = (card: CardState): boolean => {
      const limitW = wanted.get(card.uuid) ?? null
      return limitW === null || limitIs(card.enforcedLimitW ?? card.powerLimitW ?? Number.NaN, limitW)
    }
    if (await untilEnforced(this.#hands, this.#uuids, isEnforced)) return
    const off = (await this.#hands.read(this.#uuids)).find((card) => !isEnforced(card))
    if (off === undefined) return
    throw new JoulemarkError(
      'environment',
      `${off.uuid}: asked for ${wanted.get(off.uuid)} W, but the card enforces ${off.enforcedLimitW ?? 'an unknown limit'} W`,
    )
  }

  async #readBack({ smClockMHz }: OperatingSetting, lockedMHz: number | null): Promise<EnforcedSetting> {
    const limits = (await this.#hands.read(this.#uuids)).map((card) => card.enforcedLimitW ?? card.powerLimitW)
    const [first = null] = limits
    const isAlike = first !== null && limits.every((limit) => limit !== null && limitIs(limit, first))
    const reasons = [
      ...(isAlike
        ? []
        : [first === null ? 'the driver reports no enforced limit' : `limits of ${limits.join(' and ')} W`]),
      ...(smClockMHz !== null && lockedMHz === null ? ['nvidia-smi did not say which clock it locked'] : []),
    ]
    return {
      powerLimitW: isAlike ? first : null,
      smClockMHz: smClockMHz === null ? null : lockedMHz,
      ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    }
  }
}

/** What one card needs for a setting. Throws `environment` where another has changed its limit. */
function workFor(card: NotedCard, now: CardState, { powerLimitW, smClockMHz }: OperatingSetting): CardWork {
  refuseChanged(card, now)
  const limitW = powerLimitW ?? (card.limitsSetW.length > 0 ? card.powerLimitW : null)
  const isNew = powerLimitW !== null && !card.limitsSetW.includes(powerLimitW)
  const calls = [
    ...(limitW === null ? [] : [limitCall(card.uuid, limitW)]),
    ...(smClockMHz === null ? [] : [rangeCall(card.uuid, { minMHz: smClockMHz, maxMHz: smClockMHz })]),
    ...(smClockMHz === null && card.clockWasLocked ? [unlocked(card)] : []),
  ]
  return {
    limitW,
    calls,
    noted: {
      ...card,
      limitsSetW: isNew ? [...card.limitsSetW, powerLimitW] : card.limitsSetW,
      clockWasLocked: card.clockWasLocked || smClockMHz !== null,
    },
  }
}

const unlocked = ({ uuid, clockBefore }: NotedCard): SettingCall =>
  clockBefore === null ? unlockCall(uuid) : rangeCall(uuid, clockBefore)

function refuseChanged(card: NotedCard, { uuid, powerLimitW, defaultLimitW, isPersistent }: CardState): void {
  if (powerLimitW === null || card.powerLimitW === null) return
  // without persistence mode the driver returns to the default when no process holds the card
  const own = [card.powerLimitW, ...card.limitsSetW, ...(isPersistent === true ? [] : [defaultLimitW ?? Number.NaN])]
  if (own.some((limit) => limitIs(limit, powerLimitW))) return
  throw new JoulemarkError(
    'environment',
    `${uuid}: its limit is ${powerLimitW} W, which joulemark did not set: someone else is changing it, so it is left alone`,
  )
}
