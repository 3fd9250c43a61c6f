import { cardsNamed } from '../catalogue/find.ts'
import type { CardEntry } from '../catalogue/own/card-entry.ts'
import { JoulemarkError } from '../errors.ts'
import { describeFound } from '../telemetry/inventory/describe-found.ts'
import { openTelemetry } from '../telemetry/open.ts'

/** The cards of one server: their model, and how many serve. */
export interface ServerCards {
  readonly card: CardEntry
  readonly count: number
}

/** The cards of a server that is only planned: one card of that name, or as many as `gpus` names. */
export function plannedCards(name: string, gpus: readonly string[] | undefined): ServerCards {
  const [card] = cardsNamed(name)
  if (card === undefined) throw new JoulemarkError('bad-input', `--card ${name}: no such card in the catalogue`)
  return { card, count: gpus?.length ?? 1 }
}

/**
 * The cards that nvidia-smi reports; the edition decides what is expected of them. One that the catalogue does not know is
 * described by what it reports. Throws `bad-input` without a card, or when it is not the `expected` one.
 */
export async function cardsHere(
  nvidiaSmi: string,
  expected: string | undefined,
  gpus: readonly string[] | undefined,
): Promise<ServerCards> {
  const inventory = await openTelemetry({ path: nvidiaSmi, required: true })
  const [first] = inventory.gpus
  if (first === undefined) throw new JoulemarkError('bad-input', 'no GPU found')
  const { name } = first
  const { entry: card } = await describeFound(first, { fingerprint: inventory.fingerprint, now: new Date() })
  if (expected !== undefined && !cardsNamed(expected).some((each) => each.key === card.key)) {
    throw new JoulemarkError('bad-input', `--card ${expected}: found ${card.key} ("${name}")`)
  }
  return { card, count: gpus?.length ?? inventory.gpus.length }
}
