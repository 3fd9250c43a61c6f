import { bundledServedAs } from '../../harness/catalogue/models.ts'
import { nearest } from '../../harness/catalogue/nearest.ts'
import { modelByKey } from '../../harness/catalogue/own-models.ts'
import type { Model } from '../../harness/catalogue/types.ts'
import type { Address } from '../../harness/endpoint/address.ts'
import { listServed } from '../../harness/endpoint/discover.ts'
import { type ModelCard, type ServedModels, shownModels } from '../../harness/endpoint/model-list.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import type { Asked, Given } from './asked.ts'
import type { AskedModel } from './scenario-text.ts'

/**
 * The model of a question: the one that is named, by the name that is served where both are stated, or the one that the
 * server serves. Throws `bad-input` where it serves another, or several and none is named; `environment` where it serves
 * none or cannot be reached.
 */
export async function askedModel(
  { model: named, servedAs }: Asked,
  server: { readonly address: Address; readonly apiKey: string | null } | null,
): Promise<AskedModel> {
  const known = named === undefined ? null : (modelByKey(named.text) ?? ofCatalogue([named.text]))
  if (named !== undefined && known !== null) return ofKey(known, named.flag)
  if (server === null) {
    // the reader of scenario files names what there is
    if (named !== undefined) return { name: named.text, label: lastPart(named.text), from: named.flag }
    throw new JoulemarkError('bad-input', '--simulate without a scenario file requires --model KEY')
  }
  const { address, apiKey } = server
  return chosenModel(address.url, await listServed(address, apiKey), servedAs ?? named)
}

/** The model to ask, of those that a server lists: pure. Throws as `askedModel` does. */
export function chosenModel(url: string, served: ServedModels, named?: Given): AskedModel {
  const { models: cards } = served
  if (named !== undefined) {
    const card = cards.find(({ id }) => id === named.text)
    if (card !== undefined) return ofServed(card, named.flag)
    const near = nearest(named.text, served.names)
    const advice = near === null ? '' : `; did you mean "${near}"?`
    throw new JoulemarkError(
      'bad-input',
      `${named.flag} ${named.text}: endpoint ${url} serves ${shownModels(served)}${advice}`,
    )
  }
  const [first, ...others] = cards
  if (first === undefined) throw new JoulemarkError('environment', `endpoint ${url}: serves no model`)
  if (others.every((card) => isSameModel(card, first))) return ofServed(first, `model of ${url}`)
  throw new JoulemarkError(
    'bad-input',
    `endpoint ${url}: serves ${cards.length} models: ${shownModels(served)}; name one with --model`,
  )
}

/** Several names of one checkpoint (`--served-model-name A B`) have the same root; an adapter has one of its own. */
const isSameModel = (card: ModelCard, other: ModelCard): boolean =>
  card.root !== null && card.root === other.root && card.parent === null && other.parent === null

function ofServed({ id, root }: ModelCard, from: string): AskedModel {
  const known = ofCatalogue(root === null ? [id] : [id, root])
  return known === null ? { name: id, label: lastPart(id), from } : ofKey(known, from)
}

const ofKey = ({ key, label }: Model, from: string): AskedModel => ({ name: key, label, from })

/** The text model of the catalogue that is served under one of these names. */
const ofCatalogue = (names: readonly string[]): Model | null => bundledServedAs(...names)

/** `Qwen3-8B` of `Qwen/Qwen3-8B` or of `/data/Qwen3-8B/`. */
const lastPart = (name: string): string => plainText(name.split('/').filter(Boolean).at(-1) ?? name)
