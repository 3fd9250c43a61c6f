import { cardBySmiName } from '../catalogue/cards.ts'
import { cardsNamed } from '../catalogue/find.ts'
import type { Card } from '../catalogue/types.ts'
import { JoulemarkError } from '../errors.ts'
import { openTelemetry } from '../telemetry/open.ts'

/** The cards of one server: their model, and how many serve. */
export interface ServerCards {
  readonly card: Card
  readonly count: number
}

/** The cards of a server that is only planned: one card of that name, or as many as `gpus` names. */
export function plannedCards(name: string, gpus: readonly string[] | undefined): ServerCards {
  const [card] = cardsNamed(name)
  if (card === undefined) throw new JoulemarkError('bad-input', `--card ${name}: no such card in the catalogue`)
  return { card, count: gpus?.length ?? 1 }
}

/**
 * The cards that nvidia-smi reports; the edition decides what is expected of them. Throws `bad-input` when the catalogue
 * does not know the card, or when it is not the `expected` one.
 */
export async function cardsHere(
  nvidiaSmi: string,
  expected: string | undefined,
  gpus: readonly string[] | undefined,
): Promise<ServerCards> {
  const inventory = await openTelemetry({ path: nvidiaSmi, required: true })
  const name = inventory.gpus[0]?.name ?? null
  const card = name === null ? null : cardBySmiName(name)
  if (card === null) {
    throw new JoulemarkError('bad-input', name === null ? 'no GPU found' : `"${name}" is not in the catalogue`)
  }
  if (expected !== undefined && !cardsNamed(expected).some((each) => each.key === card.key)) {
    throw new JoulemarkError('bad-input', `--card ${expected}: found ${card.key} ("${name}")`)
  }
  return { card, count: gpus?.length ?? inventory.gpus.length }
}
