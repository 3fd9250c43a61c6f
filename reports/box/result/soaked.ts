import type { SoakCard, SoakCertificate } from '../../../harness/record/schema/soak.ts'
import type { BoxResult, CardResult, Reason } from './box-result.ts'
import { type Verdicts, wordOf } from './verdict-of.ts'

/** What became of a soak that was asked for: its certificate, or why there is none. */
export type Soaked = SoakCertificate | { readonly reason: string }

const cardsOf = (soak: Soaked | undefined): readonly SoakCard[] =>
  soak === undefined || 'reason' in soak ? [] : soak.cards

/** What a result keeps of a soak; null where none was asked for. */
export function soakResult(soak: Soaked | undefined): BoxResult['soak'] {
  if (soak === undefined || 'reason' in soak) return soak ?? null
  const { joulemarkSoak: _, tool, source, hostname, records, signature, ...kept } = soak
  return { ...kept, signedBy: signature?.publicKey ?? null }
}

export const isSimulatedSoak = (soak: Soaked | undefined): boolean =>
  soak !== undefined && 'source' in soak && soak.source === 'simulated'

/** A card with what its soak rejects it for, after what its figures do. */
export function withSoakFaults(card: CardResult, soak: Soaked | undefined): CardResult {
  const soaked = cardsOf(soak).find(({ uuid }) => uuid === card.uuid)
  if (soaked === undefined || wordOf(soaked) !== 'rejected') return card
  const isSimulated = card.wouldBe !== null || soaked.wouldBe !== null
  const own = wordOf(card) === 'rejected' ? card.reasons : []
  return {
    ...card,
    verdict: isSimulated ? 'not-measured' : 'rejected',
    wouldBe: isSimulated ? 'rejected' : null,
    reasons: [...own, ...soaked.reasons.map((what) => reasonOf(`soak: ${what}`))],
  }
}

/** The soak as a part of the verdict on the box, which has to be accepted on every card; none where none was asked for. */
export function soakVerdicts(
  soak: Soaked | undefined,
  cards: readonly Pick<CardResult, 'uuid'>[],
  simulated: boolean,
): Verdicts[] {
  if (soak === undefined) return []
  const unknown: Verdicts = { verdict: 'not-measured', wouldBe: simulated ? 'not-measured' : null }
  if ('reason' in soak) return [unknown]
  const isWhole = cards.every(({ uuid }) => soak.cards.some((card) => card.uuid === uuid))
  return isWhole || wordOf(soak) !== 'accepted' ? [soak] : [unknown]
}

/** Why the soak was not measured, each cause once. */
export function unsoakedReasons(
  soak: Soaked | undefined,
  cards: readonly Pick<CardResult, 'uuid' | 'index'>[],
): Reason[] {
  if (soak === undefined) return []
  if ('reason' in soak) return [reasonOf(`soak: ${soak.reason}`)]
  const open = soak.cards.filter((card) => wordOf(card) === 'not-measured').flatMap(({ reasons }) => reasons)
  const absent = cards
    .filter(({ uuid }) => soak.cards.every((card) => card.uuid !== uuid))
    .map(({ index }) => `GPU ${index ?? '?'} had no load`)
  return [...new Set([...open, ...absent])].map((what) => reasonOf(`soak: ${what}`))
}

const reasonOf = (what: string): Reason => ({ what, cause: null, fix: null })
