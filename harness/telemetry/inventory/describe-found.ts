import { cardByKey } from '../../catalogue/cards.ts'
import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { filled } from '../../catalogue/own/complete.ts'
import { cardEntryBySmiName } from '../../catalogue/own/own-cards.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import type { BoxFingerprint } from '../../record/schema/telemetry.ts'
import { cardAttributes } from '../nvml/attributes.ts'
import { describeCard } from './describe-card.ts'

/** A card that was found: where its description is from, and the description. */
export interface FoundCard {
  readonly from: 'bundled' | 'own' | 'reported'
  readonly entry: CardEntry
  /** Why NVML was not read; null where it was, or was not needed. */
  readonly nvmlReason: string | null
}

/** What else is read for a card that is not bundled; replaced in tests. */
interface DescribeOptions {
  readonly fingerprint: BoxFingerprint | null
  readonly now: Date
  readonly attributes?: typeof cardAttributes
}

/**
 * The catalogue's description of a card by its name and memory or, for one that is not bundled, the user's own entry with
 * what nvidia-smi and NVML report for the rest. NVML is asked for such cards only.
 */
export async function describeFound(gpu: Gpu, options: DescribeOptions): Promise<FoundCard> {
  const known = cardEntryBySmiName(gpu.name, gpu.memoryTotalMiB)
  if (known !== null && cardByKey(known.key) !== null) return { from: 'bundled', entry: known, nvmlReason: null }
  const { fingerprint, now, attributes: read = cardAttributes } = options
  // the simulator has no NVML, and a card of this machine is not asked in its place
  const isSimulated = gpu.name.endsWith(' (SIMULATED)')
  const result = isSimulated ? null : await read([gpu.uuid])
  const attributes = result?.state === 'ok' ? (result.cards[gpu.uuid] ?? null) : null
  const date = now.toISOString().slice(0, 10)
  const reported = describeCard({ gpu, fingerprint, attributes, date })
  return {
    from: known === null ? 'reported' : 'own',
    entry: known === null ? reported : filled(known, reported),
    nvmlReason: attributes !== null ? null : nvmlReason(result),
  }
}

function nvmlReason(result: Awaited<ReturnType<typeof cardAttributes>> | null): string {
  if (result === null) return 'a simulated card has no NVML'
  return result.state === 'ok' ? 'NVML found no card with that UUID' : result.reason
}
