import type { PartKind } from '../../harness/record/schema/box.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { BoxInput } from '../box/result/box-input.ts'
import { type SimulatedServer, simulatedNight } from './simulated-servers.ts'

/** A card of a simulated box: what it has lost, alone and beside the others under load. */
export type SimulatedCard = Omit<Partial<SimulatedServer>, 'uuid'> & {
  /** What is different of it while all cards are under load. */
  readonly beside?: Partial<SimulatedServer>
}

/** The input of a verdict on such a box; each card alone and all of them together. `live` unless said otherwise. */
export function simulatedBox(
  cards: readonly SimulatedCard[],
  shared: Pick<SimulatedServer, 'spread' | 'normal'> & Partial<SimulatedServer>,
  over: Partial<BoxInput> = {},
): BoxInput {
  const uuids = cards.map((_, index) => `GPU-${index}`)
  const records = cards.flatMap(({ beside, ...card }, index) => {
    const server = { ...shared, ...card, uuid: uuids[index]! }
    const night = (part: PartKind, as: SimulatedServer) =>
      simulatedNight(as).map(({ cardProbe, ...run }) =>
        // the cards are measured without a server once, before the first part
        inBox(part === 'alone' && cardProbe ? { ...run, cardProbe } : run, part, { index, uuids }),
      )
    return [...night('alone', server), ...(cards.length > 1 ? night('together', { ...server, ...beside }) : [])]
  })
  return {
    cards: uuids.map((uuid, index) => ({ index, uuid, entry: { label: records[0]!.card.name ?? 'card' } })),
    records,
    earlier: [],
    outcomes: [],
    leftOut: [],
    checks: [],
    findingsOf: () => [],
    ends: null,
    at: new Date('2026-11-02T06:00:00Z'),
    ...over,
  }
}

function inBox(
  run: RunRecord,
  part: PartKind,
  { index, uuids }: { readonly index: number; readonly uuids: readonly string[] },
): RunRecord {
  return {
    ...run,
    id: `${run.id}-${part}`,
    gpus: run.gpus.map((gpu) => ({ ...gpu, index })),
    box: { part, cards: [...uuids] },
  }
}
