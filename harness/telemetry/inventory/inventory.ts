import { messageOf } from '../../errors.ts'
import type { Gpu } from '../../record/schema/gpu.ts'
import { fixFor } from '../host/advice.ts'
import { readTextFile, runSystemProgram } from '../host/read-host.ts'
import { readSurroundings } from '../host/surroundings.ts'
import { runNvidiaSmi, type SmiExec } from '../smi/exec.ts'
import { type SmiFailure, smiFailure } from '../smi/failures.ts'
import { documentIn } from '../smi/rows.ts'
import { parseSmiText } from '../smi/values.ts'
import { gpuFromXml } from './gpu-from-xml.ts'
import { aboutCards, listCards } from './list-cards.ts'
import { readThroughPackage } from './package-reader.ts'
import { allAt, nodeAt, parseSmiXml, textAt, type XmlNode } from './smi-xml.ts'

export interface Inventory {
  readonly gpus: readonly Gpu[]
  readonly driver: string | null
  /** The CUDA version that the driver supports. */
  readonly cudaVersion: string | null
  /** Why `gpus` is empty; absent when it is not. */
  readonly reason?: string
  /** There is no such program as the nvidia-smi that was named. */
  readonly absent?: boolean
  /** UUIDs to name in every query, because one over all cards fails; absent where all can be read. */
  readonly only?: readonly string[]
  /** Cards that cannot be read, and what else nvidia-smi reported besides them. */
  readonly warnings?: readonly string[]
}

/** The program that node-nvidia-smi runs: it accepts no path. */
const NAME_ON_PATH = 'nvidia-smi'

/**
 * The cards of this machine, read through node-nvidia-smi where `nvidiaSmi` is the one on PATH, or through our own reader
 * where a path was given or the package fails. Never throws: a failure is an empty list with its reason.
 */
export async function readInventory(nvidiaSmi: string): Promise<Inventory> {
  const exec: SmiExec = (args) => runNvidiaSmi(nvidiaSmi, args)
  // listed first because that returns the reason for a dead driver; the package would wait or lose the reason
  const listed = await listCards(exec)
  if ('failure' in listed) return { ...none(await reasonHere(listed.failure)), absent: listed.absent }
  const { indices, only, warnings } = listed
  const document = nvidiaSmi === NAME_ON_PATH && only === null ? await readThroughPackage() : null
  const found = document === null ? await readXml(aboutCards(exec, only), indices) : inventoryFrom(document, indices)
  return { ...found, ...(only === null ? {} : { only }), ...(warnings.length === 0 ? {} : { warnings }) }
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

/** The failure in one line, with what helps on this machine. */
async function reasonHere(failure: SmiFailure): Promise<string> {
  const fix = fixFor(failure, await readSurroundings(readTextFile, runSystemProgram))
  return smiFailure(failure.fault, failure.said, fix).reason
}

const none = (reason: string): Inventory => ({ gpus: [], driver: null, cudaVersion: null, reason })

async function readXml(exec: SmiExec, indices: ReadonlyMap<string, number>): Promise<Inventory> {
  const result = await exec(['-q', '-x'])
  if (result.kind === 'failed') return none(result.reason)
  try {
    return inventoryFrom(parseSmiXml(documentIn(result.stdout)), indices)
  } catch (error) {
    return none(`nvidia-smi -q -x printed no XML: ${messageOf(error).slice(0, 120)}`)
  }
}
