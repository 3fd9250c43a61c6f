import { messageOf } from '../../errors.ts'
import { outcomeOf } from '../settings/answer.ts'
import type { CardState } from '../settings/cards.ts'
import { type CardHands, limitIs, untilEnforced } from '../settings/hands.ts'
import { limitCall, rangeCall, unlockCall } from '../settings/typed.ts'
import type { NotedCard, RestoreNote } from './note.ts'

/** What became of the cards of a note. */
export interface GivenBack {
  readonly cards: readonly NotedCard[]
  /** One line per card. */
  readonly said: readonly string[]
}

/** Whether limits and clock locks of the tuning may still hold: a restart of the machine removes them. */
export interface LockFacts {
  readonly isSameBoot: boolean
}

/**
 * Gives every open card of a note back as it was found. May be called again, and by two at once: what is done is seen on the card. A
 * card whose limit is none that the tuning set is left alone. Never throws: a card that fails stays open, with its reason.
 */
export async function giveBack(note: RestoreNote, hands: CardHands, facts: LockFacts): Promise<GivenBack> {
  const cards: NotedCard[] = []
  const said: string[] = []
  for (const card of note.cards) {
    if (card.end !== 'open') {
      cards.push(card)
      continue
    }
    try {
      const end = await giveBackCard(card, hands, facts)
      cards.push({ ...card, end: end.end })
      said.push(`${card.uuid}: ${end.said.join('; ')}`)
    } catch (error) {
      cards.push(card)
      said.push(`${card.uuid}: not given back: ${messageOf(error)}`)
    }
  }
  return { cards, said }
}

/** A call that a killed process had begun ends within this time, or with the driver. */
const LATE_MS = 1000

/**
 * Gives the cards of a note back whose watchdog was killed: a call that it had begun may end later than the first look, so that there
 * is a second one.
 */
export async function giveBackTwice(note: RestoreNote, hands: CardHands, facts: LockFacts): Promise<GivenBack> {
  const first = await giveBack(note, hands, facts)
  await hands.wait(LATE_MS)
  const second = await giveBack(note, hands, facts)
  // what the second found in order was done by the first
  const said = second.said.map((line, index) => (line.includes('as it was found') ? (first.said[index] ?? line) : line))
  return { cards: second.cards, said }
}

const LEFT_ALONE = 'left alone: '

/** Whether a line says that a card was left at a limit that someone else set. */
export const isLeftAlone = (line: string): boolean => line.includes(LEFT_ALONE)

interface CardEnd {
  readonly end: 'given-back' | 'left-alone'
  readonly said: readonly string[]
}

async function giveBackCard(card: NotedCard, hands: CardHands, facts: LockFacts): Promise<CardEnd> {
  // the clock first: it has no state that could be someone else's, and a failure must not keep the limit from its turn
  const clock = await giveClockBack(card, hands, facts).catch((error: unknown) => error)
  const limit = await giveLimitBack(card, hands, facts)
  if (clock instanceof Error) throw clock
  const ends = [limit, ...(clock === null ? [] : [clock as CardEnd])]
  const said = ends.flatMap((end) => end.said)
  return { end: limit.end, said: said.length > 0 ? said : ['nothing was set'] }
}

async function giveLimitBack(card: NotedCard, hands: CardHands, facts: LockFacts): Promise<CardEnd> {
  const { uuid, powerLimitW, limitsSetW } = card
  if (powerLimitW === null || limitsSetW.length === 0) return { end: 'given-back', said: [] }
  const [now] = await hands.read([uuid])
  const current = now?.powerLimitW ?? null
  if (current !== null && limitIs(current, powerLimitW)) {
    return { end: 'given-back', said: [`its limit is ${powerLimitW} W, as it was found`] }
  }
  const forgotten = now !== undefined && mayForget(card, now, facts) ? [now.defaultLimitW ?? Number.NaN] : []
  if (current !== null && ![...limitsSetW, ...forgotten].some((set) => limitIs(set, current))) {
    return { end: 'left-alone', said: [`${LEFT_ALONE}its limit is ${current} W, which tune did not set`] }
  }
  if (!(await type(hands, limitCall(uuid, powerLimitW)))) throw new Error('the card says that it takes no limit')
  const enforced = await untilEnforced(hands, [uuid], (state) => limitIs(state.powerLimitW ?? Number.NaN, powerLimitW))
  if (!enforced) throw new Error(`its limit is not back at ${powerLimitW} W`)
  return { end: 'given-back', said: [`its limit is back at ${powerLimitW} W, from ${current ?? 'an unknown one'}`] }
}

/** Whether the driver may have gone back to the default limit by itself: after a restart, and without persistence mode. */
const mayForget = (card: NotedCard, now: CardState, { isSameBoot }: LockFacts): boolean =>
  !isSameBoot || card.isPersistent === false || now.isPersistent !== true

async function giveClockBack(card: NotedCard, hands: CardHands, facts: LockFacts): Promise<CardEnd | null> {
  const { uuid, clockWasLocked, clockBefore } = card
  if (!clockWasLocked) return null
  if (!facts.isSameBoot) {
    return { end: 'given-back', said: ['the restart of the machine removed its clock lock'] }
  }
  const isLockable = await type(hands, clockBefore === null ? unlockCall(uuid) : rangeCall(uuid, clockBefore))
  if (!isLockable) return { end: 'given-back', said: ['its clock takes no lock, so that there is none to undo'] }
  const what = clockBefore === null ? 'its clock is unlocked' : `its clock is locked to ${rangeText(clockBefore)} again`
  return { end: 'given-back', said: [what] }
}

const rangeText = ({ minMHz, maxMHz }: NonNullable<NotedCard['clockBefore']>): string => `${minMHz} to ${maxMHz} MHz`

/** Types a call; false where the card does not support what it sets. Throws what else was answered. */
async function type(hands: CardHands, call: readonly string[]): Promise<boolean> {
  const outcome = outcomeOf(await hands.type(call))
  if (outcome.kind === 'unsupported') return false
  if (outcome.kind !== 'set') throw new Error(`${hands.line(call)} answered: ${outcome.said}`)
  return true
}
