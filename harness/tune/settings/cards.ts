import { JoulemarkError } from '../../errors.ts'
import type { SmiExec } from '../../telemetry/smi/exec.ts'
import { parseSmiNumber, parseSmiText } from '../../telemetry/smi/values.ts'
import type { FoundCard } from './types.ts'

/** Known to every driver from 535 to 610. */
const fields = [
  'index',
  'uuid',
  'name',
  'pci.bus_id',
  'power.limit',
  'enforced.power.limit',
  'power.default_limit',
  'power.min_limit',
  'power.max_limit',
  'clocks.max.sm',
  'persistence_mode',
  'mig.mode.current',
] as const

/** A card as it is at a moment. */
export interface CardState extends FoundCard {
  /** `Enabled`, `Disabled`; null on a card without MIG. */
  readonly migMode: string | null
}

/** Reads these cards at this moment, in the order asked for. Throws `environment` where nvidia-smi fails or a card is missing. */
export async function readCards(exec: SmiExec, uuids: readonly string[]): Promise<CardState[]> {
  const result = await exec([`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'])
  if (result.kind === 'failed') throw new JoulemarkError('environment', `the cards cannot be read: ${result.reason}`)
  const rows = result.stdout.split(/\r?\n/).flatMap(cardIn)
  return uuids.map((uuid) => {
    const card = rows.find((each) => each.uuid === uuid)
    if (card === undefined) throw new JoulemarkError('environment', `${uuid} is not listed by nvidia-smi`)
    return card
  })
}

function cardIn(line: string): CardState[] {
  const cells = line.split(',').map((cell) => cell.trim())
  if (cells.length !== fields.length) return []
  const cell = (field: (typeof fields)[number]) => cells[fields.indexOf(field)]
  const number = (field: (typeof fields)[number]) => parseSmiNumber(cell(field)).value
  const text = (field: (typeof fields)[number]) => parseSmiText(cell(field)).value
  const uuid = text('uuid')
  if (uuid === null) return []
  const persistence = text('persistence_mode')
  return [
    {
      uuid,
      index: number('index'),
      name: text('name') ?? 'unknown',
      busId: text('pci.bus_id'),
      powerLimitW: number('power.limit'),
      enforcedLimitW: number('enforced.power.limit'),
      defaultLimitW: number('power.default_limit'),
      minLimitW: number('power.min_limit'),
      maxLimitW: number('power.max_limit'),
      maxSmClockMHz: number('clocks.max.sm'),
      isPersistent: persistence === null ? null : persistence === 'Enabled',
      migMode: text('mig.mode.current'),
    },
  ]
}
