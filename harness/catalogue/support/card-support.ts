import { from } from '../sourced.ts'
import type { Sourced } from '../types.ts'

/** What makers promise about a card besides its figures: warranty, licence of the driver, life of the driver, links. */

/** When these pages were read. */
const READ = '2026-11-27'

const pnyWarranty = from('PNY, warranty terms for Europe (pny.com/en-eu/legal/warranty-emea)', 'press', READ)
const driverBranches = from(
  'NVIDIA Data Center Drivers, supported drivers (docs.nvidia.com/datacenter/tesla/drivers/620)',
  'datasheet',
  READ,
)
const geforceLicence = from(
  'licence of the GeForce driver, section 2.1.3, as quoted by Lambda in 2018 (deeptalk.lambdalabs.com/t/138)',
  'press',
  READ,
)
const pcieOnly = from('MantraVid, NVLink vs PCIe on RTX PRO Blackwell, 27 April 2026 (mantravid.com)', 'press', READ)

/** What identifies a card; an own card may have no name of a driver. */
export interface NamedCard {
  readonly key: string
  readonly smiName?: string | undefined
}

/** Which line of products a card belongs to: what its maker promises follows from it. */
export type CardLine = 'geforce' | 'professional' | 'data-centre'

/** The line of a card, by the name that its driver reports. */
function lineOf({ key, smiName = key }: NamedCard): CardLine {
  if (/geforce/i.test(smiName)) return 'geforce'
  return /\bRTX\b|quadro/i.test(smiName) ? 'professional' : 'data-centre'
}

/** One promise, and whether it covers a card in a server of a data centre; null where the source leaves that open. */
export interface Support {
  readonly topic: 'warranty' | 'licence' | 'driver' | 'nvlink'
  readonly statement: Sourced<string>
  readonly coversServers: boolean | null
}

const driver: Support = {
  topic: 'driver',
  statement: driverBranches(
    'NVIDIA maintains branch R580 of its driver until June 2028 and R620 until September 2029 (long term support).',
  ),
  coversServers: null,
}

const byLine: Readonly<Record<CardLine, readonly Support[]>> = {
  geforce: [
    {
      topic: 'warranty',
      statement: pnyWarranty(
        'PNY gives 3 years in Europe, and none for a GeForce card in a data centre or a commercial GPU cluster. Other makers have terms of their own.',
      ),
      coversServers: false,
    },
    {
      topic: 'licence',
      statement: geforceLicence(
        'The licence of the GeForce driver excluded data centres when it was quoted; read the licence of the version that you install.',
      ),
      coversServers: false,
    },
    driver,
  ],
  professional: [
    {
      topic: 'warranty',
      statement: pnyWarranty('PNY gives 3 years in Europe for professional cards, without an exclusion of servers.'),
      coversServers: true,
    },
    driver,
  ],
  'data-centre': [
    {
      topic: 'warranty',
      statement: pnyWarranty('PNY gives 3 years in Europe for GPU servers; for a card alone, ask its seller.'),
      coversServers: null,
    },
    driver,
  ],
}

const byCard: Readonly<Record<string, readonly Support[]>> = Object.fromEntries(
  ['rtx-pro-6000-max-q', 'rtx-pro-6000-workstation', 'rtx-pro-6000-server'].map((key) => [
    key,
    [
      {
        topic: 'nvlink' as const,
        statement: pcieOnly('It has no NVLink: several cards share a model over PCIe 5.0.'),
        coversServers: null,
      },
    ],
  ]),
)

/** What is promised about a card, each with its source and date. */
export const supportOf = (card: NamedCard): readonly Support[] => [...byLine[lineOf(card)], ...(byCard[card.key] ?? [])]

/**
 * Whether the warranty of a card covers it in a server. False where a source excludes it; null where none says so.
 */
export function warrantyCoversServers(card: NamedCard): boolean | null {
  return supportOf(card).find(({ topic }) => topic === 'warranty')?.coversServers ?? null
}
