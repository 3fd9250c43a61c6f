import { cardsNamed } from '../catalogue/find.ts'
import type { CardEntry } from '../catalogue/own/card-entry.ts'
import { JoulemarkError } from '../errors.ts'
import type { Gpu } from '../record/schema/gpu.ts'
import { describeFound } from '../telemetry/inventory/describe-found.ts'
import { openTelemetry } from '../telemetry/open.ts'
import { runNvidiaSmi } from '../telemetry/smi/exec.ts'
import { parseTopology } from '../telemetry/snapshot/topology.ts'
import type { BoxCard } from './plan/box-plan.ts'
import type { Topology } from './plan/card-links.ts'

/**
 * The cards of a box that is only planned: those that `gpus` names, else one, of that model; several models, separated by
 * commas, are one card each. Throws `bad-input` for a name that is not in the catalogue, and for other numbers of both.
 */
export function plannedCards(name: string, gpus: readonly string[] | undefined): BoxCard[] {
  const entries = name.split(',').map((each) => cardsNamed(each)[0] as CardEntry)
  const uuids = gpus ?? entries.map((_, index) => String(index))
  if (entries.length > 1 && entries.length !== uuids.length) {
    throw new JoulemarkError(
      'bad-input',
      `--card ${name}: ${entries.length} cards, --gpus names ${uuids.length}: expected one name for all, or one for each`,
    )
  }
  return uuids.map((uuid, index) => ({ index, uuid, entry: (entries[index] ?? entries[0]) as CardEntry }))
}

/**
 * The cards that nvidia-smi reports, or those of them that `gpus` names by UUID or index; the edition decides what is expected
 * of each. One that the catalogue does not know is described by what it reports. Throws `bad-input` without a card, for a name
 * that none has, and for a card that is not the `expected` one.
 */
export async function cardsHere(
  nvidiaSmi: string,
  expected: string | undefined,
  gpus: readonly string[] | undefined,
): Promise<BoxCard[]> {
  const { gpus: found, fingerprint } = await openTelemetry({ path: nvidiaSmi, required: true })
  if (found.length === 0) throw new JoulemarkError('bad-input', 'no GPU found')
  const named = gpus === undefined ? found : gpus.map((name) => gpuNamed(name, found))
  const now = new Date()
  return Promise.all(
    [...new Set(named)].map(async (gpu, place) => {
      const { entry } = await describeFound(gpu, { fingerprint, now })
      if (expected !== undefined && !cardsNamed(expected).some(({ key }) => key === entry.key)) {
        throw new JoulemarkError('bad-input', `--card ${expected}: found ${entry.key} ("${gpu.name}")`)
      }
      return { index: gpu.index ?? place, uuid: gpu.uuid, entry }
    }),
  )
}

function gpuNamed(name: string, found: readonly Gpu[]): Gpu {
  const gpu = found.find(({ uuid, index }) => uuid === name || String(index) === name)
  if (gpu !== undefined) return gpu
  const list = found.map(({ index, uuid }) => `${index ?? '?'} ${uuid}`).join(', ')
  throw new JoulemarkError('bad-input', `--gpus ${name}: no such GPU; found: ${list}`)
}

/** The paths between the cards of this box, or why they are not known. */
export async function topologyHere(nvidiaSmi: string): Promise<Topology> {
  const result = await runNvidiaSmi(nvidiaSmi, ['topo', '-m'])
  if (result.kind !== 'ok') return { reason: result.reason }
  const links = parseTopology(result.stdout)
  return links.length > 0 ? links : { reason: '`nvidia-smi topo -m` prints no path between cards' }
}
