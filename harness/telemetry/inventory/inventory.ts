import { messageOf } from '../../errors.ts'
import type { Gpu } from '../../record/schema/run.ts'
import { runNvidiaSmi } from '../smi/exec.ts'
import { parseSmiText } from '../smi/values.ts'
import { gpuFromXml } from './gpu-from-xml.ts'
import { readThroughPackage } from './package-reader.ts'
import { allAt, nodeAt, parseSmiXml, textAt, type XmlNode } from './smi-xml.ts'

export interface Inventory {
  readonly gpus: readonly Gpu[]
  readonly driver: string | null
  /** The CUDA version that the driver supports. */
  readonly cudaVersion: string | null
  /** Why `gpus` is empty; absent when it is not. */
  readonly reason?: string
}

/** The name that node-nvidia-smi runs: it takes no path. */
const NAME_ON_PATH = 'nvidia-smi'

/**
 * The cards of this machine: through node-nvidia-smi where `nvidiaSmi` is the one on PATH, through a reader of our own
 * where a path was named and where the package gives up. Never throws: a failure is an empty list with its reason.
 */
export async function readInventory(nvidiaSmi: string): Promise<Inventory> {
  // Asked first because it answers a dead driver with a reason, where the package would wait or lose it.
  const listed = await runNvidiaSmi(nvidiaSmi, ['--query-gpu=index,uuid', '--format=csv,noheader'])
  if (listed.kind === 'failed') return none(listed.reason)
  const indices = indicesOf(listed.stdout)
  const given = nvidiaSmi === NAME_ON_PATH ? await readThroughPackage() : null
  return given === null ? readOurselves(nvidiaSmi, indices) : inventoryFrom(given, indices)
}

/** The inventory in a parsed `nvidia-smi -q -x`; `indices` maps UUIDs to nvidia-smi's own numbers. */
export function inventoryFrom(document: XmlNode, indices: ReadonlyMap<string, number>): Inventory {
  const log = nodeAt(document, 'nvidia_smi_log')
  if (log === undefined) return none('nvidia-smi -q -x gave no <nvidia_smi_log> (run it by hand to see what it gives)')
  const driver = parseSmiText(textAt(log, 'driver_version')).value
  const gpus = allAt(log, 'gpu').flatMap((node, position) => {
    const gpu = gpuFromXml(node, position, driver)
    return gpu ? [{ ...gpu, index: indices.get(gpu.uuid) ?? position }] : []
  })
  const cudaVersion = parseSmiText(textAt(log, 'cuda_version')).value
  const found = { gpus, driver, cudaVersion }
  return gpus.length > 0 ? found : { ...found, reason: 'nvidia-smi -q -x lists no GPU' }
}

const none = (reason: string): Inventory => ({ gpus: [], driver: null, cudaVersion: null, reason })

function indicesOf(csv: string): Map<string, number> {
  const pairs = csv.split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()))
  return new Map(
    pairs.flatMap(([index, uuid]) => (uuid && /^\d+$/.test(index ?? '') ? [[uuid, Number(index)] as const] : [])),
  )
}

async function readOurselves(nvidiaSmi: string, indices: ReadonlyMap<string, number>): Promise<Inventory> {
  const result = await runNvidiaSmi(nvidiaSmi, ['-q', '-x'])
  if (result.kind === 'failed') return none(result.reason)
  try {
    return inventoryFrom(parseSmiXml(result.stdout), indices)
  } catch (error) {
    return none(`nvidia-smi -q -x gave no XML: ${messageOf(error).slice(0, 120)}`)
  }
}
