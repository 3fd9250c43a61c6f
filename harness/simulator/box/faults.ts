import { suggestion } from '../../catalogue/nearest.ts'
import { JoulemarkError } from '../../errors.ts'

/** Faults of one card of a simulated box, by the name that switches them on. */
export const boxFaults = {
  weak: '10 % less memory bandwidth',
  hot: 'its cooler has lost contact: thermal slowdown under load',
  'narrow-link': 'its PCIe link has half its lanes: copies from and to the host take twice as long',
  'ecc-errors': 'corrected memory errors count up under load',
  'pcie-replays': 'its PCIe link sends packets again under load',
  dead: 'falls off the bus under load (Xid 79), and its servers end',
  fading: 'becomes slower and slower under load',
} as const
export type BoxFaultName = keyof typeof boxFaults
const boxFaultNames = Object.keys(boxFaults) as BoxFaultName[]

/** The faults of each card, by its index. */
export type FaultsOfCards = ReadonlyMap<number, readonly BoxFaultName[]>

/** Parses `0=weak,1=hot,1=dead`. Throws `bad-input` with the nearest name, and for a card that the box does not have. */
export function readBoxFaults(text: string, gpus: number): FaultsOfCards {
  const faults = new Map<number, BoxFaultName[]>()
  for (const entry of text.split(',').map((word) => word.trim())) {
    const [, digits, given = ''] = /^(\d+)=(\S+)$/.exec(entry) ?? []
    const name = boxFaultNames.find((known) => known === given)
    const index = Number(digits)
    if (digits === undefined || name === undefined) {
      const why = digits === undefined ? 'expected CARD=FAULT' : `no such fault; ${suggestion(given, boxFaultNames)}`
      throw new JoulemarkError('bad-input', `--box-fault "${entry}": ${why}`)
    }
    if (index >= gpus) throw new JoulemarkError('bad-input', `--box-fault "${entry}": the cards are 0 to ${gpus - 1}`)
    faults.set(index, [...(faults.get(index) ?? []), name])
  }
  return faults
}
