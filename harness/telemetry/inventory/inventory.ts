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

/** The program that node-nvidia-smi runs: it accepts no path. */
const NAME_ON_PATH = 'nvidia-smi'

/**
 * The cards of this machine, read through node-nvidia-smi where `nvidiaSmi` is the one on PATH, or through our own reader
 * where a path was given or the package fails. Never throws: a failure is an empty list with its reason.
 */
export async function readInventory(nvidiaSmi: string): Promise<Inventory> {
  // Queried first because it returns the reason for a dead driver; the package would wait or lose the reason.
  const listed = await runNvidiaSmi(nvidiaSmi, ['--query-gpu=index,uuid', '--format=csv,noheader'])
  if (listed.kind === 'failed') return none(listed.reason)
  const indices = indicesOf(listed.stdout)
  const document = nvidiaSmi === NAME_ON_PATH ? await readThroughPackage() : null
  return document === null ? readXml(nvidiaSmi, indices) : inventoryFrom(document, indices)
}

/** The inventory in a parsed `nvidia-smi -q -x`; `indices` maps UUIDs to nvidia-smi's own numbers. */
export function inventoryFrom(document: XmlNode, indices: ReadonlyMap<string, number>): Inventory {
  const log = nodeAt(document, 'nvidia_smi_log')
  if (log === undefined) return none('nvidia-smi -q -x printed no <nvidia_smi_log> (run it by hand to see its output)')
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

async function readXml(nvidiaSmi: string, indices: ReadonlyMap<string, number>): Promise<Inventory> {
  const result = await runNvidiaSmi(nvidiaSmi, ['-q', '-x'])
  if (result.kind === 'failed') return none(result.reason)
  try {
    return inventoryFrom(parseSmiXml(result.stdout), indices)
  } catch (error) {
    return none(`nvidia-smi -q -x printed no XML: ${messageOf(error).slice(0, 120)}`)
  }
}
