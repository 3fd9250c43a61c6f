import { from } from '../sourced.ts'
import type { Sourced } from '../types.ts'

/** General advice to a buyer, independent of any measurement, each with its source and date. */

const READ = '2026-11-27'
const chaos = from('Chaos, ECC state of NVIDIA GPUs (support.chaos.com)', 'press', READ)
const notebookcheck = from('notebookcheck.net, RTX 5090 drops the ECC switch', 'press', READ)
const anyscale = from('Anyscale, GPU memory requirements (docs.anyscale.com)', 'press', READ)
const nvidiaBranches = from(
  'NVIDIA Data Center Drivers (docs.nvidia.com/datacenter/tesla/drivers/620)',
  'datasheet',
  READ,
)

export interface Advice {
  readonly id: string
  /** A few words that stand before it. */
  readonly lead: string
  readonly statement: Sourced<string>
}

export const buyerAdvice: readonly Advice[] = [
  {
    id: 'ecc-cost',
    lead: 'ECC has a cost.',
    statement: chaos(
      'A maker of renderers measured 15 % less speed with ECC on an RTX 4090 and an A40, and found it off by default on GeForce and RTX cards, on by default on Tesla cards.',
    ),
  },
  {
    id: 'ecc-kind',
    lead: 'ECC is not the same on every card.',
    statement: notebookcheck(
      'On an RTX 4090 the driver switches on error correction in ordinary memory; it has no memory chip for it, and the RTX 5090 has no such switch.',
    ),
  },
  {
    id: 'usable-memory',
    lead: 'Not all memory is yours.',
    statement: anyscale(
      'vLLM takes a set share of the memory of a card, and weights, KV cache, activations and CUDA graphs all come out of it.',
    ),
  },
  {
    id: 'driver-branches',
    lead: 'Choose the driver branch before the driver.',
    statement: nvidiaBranches(
      'New-feature branches have no long life; long-term branches get fixes for years. Re-measure after each change of branch.',
    ),
  },
]
