import type { Gpu } from '../../record/schema/gpu.ts'
import { parseSmiNumber, parseSmiText } from '../smi/values.ts'
import { nodeAt, textAt, type XmlNode } from './smi-xml.ts'

/**
 * The block with limits and draw, over the history of the DTD: `power_readings` up to 525, `gpu_power_readings` from 535
 * on. The version number of the DTD does not distinguish them: it stayed v12 while the block changed.
 */
const powerBlocks = ['gpu_power_readings', 'power_readings'] as const
/** Requested limit by its names over the generations. */
const limitNames = ['current_power_limit', 'power_limit', 'requested_power_limit'] as const
/** Mean draw by its names over the generations; the first with a value is used (Turing: average N/A, instant set). */
const drawNames = ['average_power_draw', 'power_draw', 'instant_power_draw'] as const

/** One `<gpu>` of `nvidia-smi -q -x` as a record entry; a value that the card does not report is null. */
export function gpuFromXml(gpu: XmlNode, index: number | null, driver: string | null): Gpu | null {
  const uuid = parseSmiText(textAt(gpu, 'uuid')).value
  if (uuid === null) return null
  const number = (...path: readonly string[]) => parseSmiNumber(textAt(gpu, ...path)).value
  const text = (...path: readonly string[]) => parseSmiText(textAt(gpu, ...path)).value
  const link = ['pci', 'pci_gpu_link_info'] as const
  return {
    index,
    uuid,
    name: text('product_name') ?? 'unknown',
    driver,
    vbios: text('vbios_version'),
    powerLimitW: powerOf(gpu, ['enforced_power_limit', ...limitNames]),
    powerDefaultLimitW: powerOf(gpu, ['default_power_limit']),
    powerMaxLimitW: powerOf(gpu, ['max_power_limit']),
    virtualization: text('gpu_virtualization_mode', 'virtualization_mode'),
    memoryTotalMiB: number('fb_memory_usage', 'total'),
    memoryReservedMiB: number('fb_memory_usage', 'reserved'),
    eccMode: text('ecc_mode', 'current_ecc'),
    persistenceMode: text('persistence_mode'),
    pcie: {
      genCurrent: number(...link, 'pcie_gen', 'current_link_gen'),
      genMax: number(...link, 'pcie_gen', 'max_link_gen'),
      widthCurrent: number(...link, 'link_widths', 'current_link_width'),
      widthMax: number(...link, 'link_widths', 'max_link_width'),
    },
    maxSmClockMHz: number('max_clocks', 'sm_clock'),
    maxMemClockMHz: number('max_clocks', 'mem_clock'),
    serving: true,
  }
}

/** The board's power draw in W at the time of the snapshot, from any generation of the block. */
export const drawFromXml = (gpu: XmlNode): number | null => powerOf(gpu, drawNames)

function powerOf(gpu: XmlNode, names: readonly string[]): number | null {
  for (const block of powerBlocks) {
    for (const name of names) {
      const { value } = parseSmiNumber(textAt(nodeAt(gpu, block), name))
      if (value !== null) return value
    }
  }
  return null
}
