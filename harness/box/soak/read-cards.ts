import { allAt, parseSmiXml, textAt } from '../../telemetry/inventory/smi-xml.ts'
import type { SmiExec } from '../../telemetry/smi/exec.ts'
import { parseSmiNumber } from '../../telemetry/smi/values.ts'
import { healthOf } from '../../telemetry/snapshot/health.ts'
import { type CardSnapshot, numberIn, readSnapshot } from '../../telemetry/snapshot/snapshot.ts'
import type { CardReading } from './tally.ts'

/** A card that is busier than this is under load, in percent. */
const LOADED_PCT = 50

/**
 * One look at the cards of a soak besides their samples: counters, link, and what means a card that does not work. A card
 * that nvidia-smi no longer lists is one. `reason` where nvidia-smi answers for no card.
 */
export async function readCards(
  exec: SmiExec,
  knownFields: ReadonlySet<string>,
  uuids: readonly string[],
): Promise<readonly CardReading[] | { readonly reason: string }> {
  const [snapshot, replays] = await Promise.all([readSnapshot(exec, knownFields), readReplays(exec)])
  if (snapshot.kind === 'failed') return { reason: snapshot.reason }
  return uuids.map((uuid) => {
    const card = snapshot.cards.find((each) => each.uuid === uuid)
    if (card === undefined) return { ...nothing(uuid), faults: ['nvidia-smi no longer lists the card'] }
    const { eccCorrected, eccUncorrected } = healthOf(card)
    return {
      uuid,
      isLoaded: (numberIn(card, 'utilization.gpu') ?? 0) > LOADED_PCT,
      corrected: eccCorrected,
      uncorrected: eccUncorrected,
      replays: replays.get(uuid) ?? null,
      width: numberIn(card, 'pcie.link.width.current'),
      widthMax: numberIn(card, 'pcie.link.width.max'),
      generation: numberIn(card, 'pcie.link.gen.current'),
      generationMax: numberIn(card, 'pcie.link.gen.max'),
      faults: faultsOf(card),
    }
  })
}

const nothing = (uuid: string): CardReading => ({
  uuid,
  isLoaded: false,
  ...{ corrected: null, uncorrected: null, replays: null },
  ...{ width: null, widthMax: null, generation: null, generationMax: null },
  faults: [],
})

/** Texts of a cell that mean a card which no longer works; other error texts are those of a sensor. */
const BROKEN = /GPU is lost|requires reset/i

function faultsOf(card: CardSnapshot): string[] {
  const { sick, recoveryAction, remapFailure, remapPending, retirementPending } = healthOf(card)
  const broken = sick.find(({ text }) => BROKEN.test(text))
  return [
    ...(broken === undefined ? [] : [`nvidia-smi: ${broken.text.replace(/^\[|\]$/g, '')}`]),
    ...((recoveryAction ?? 'None') === 'None' ? [] : [`the driver requires a recovery: ${recoveryAction}`]),
    ...(remapFailure ? ['memory rows could not be replaced'] : []),
    ...(remapPending || retirementPending ? ['memory rows are pending replacement (reboot)'] : []),
  ]
}

/** Replay counters of the PCIe links by UUID, which only the long form of nvidia-smi prints. Empty where it does not. */
async function readReplays(exec: SmiExec): Promise<ReadonlyMap<string, number>> {
  const result = await exec(['-q', '-x'])
  if (result.kind === 'failed') return new Map()
  try {
    const log = parseSmiXml(result.stdout) as { readonly nvidia_smi_log?: Parameters<typeof allAt>[0] }
    return new Map(
      allAt(log.nvidia_smi_log, 'gpu').flatMap((gpu) => {
        const uuid = textAt(gpu, 'uuid')
        const { value } = parseSmiNumber(textAt(gpu, 'pci', 'replay_counter'))
        return uuid === undefined || value === null ? [] : [[uuid, value] as const]
      }),
    )
  } catch {
    return new Map()
  }
}
