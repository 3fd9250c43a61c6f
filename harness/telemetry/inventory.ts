import { basename, delimiter, dirname, isAbsolute, resolve, sep } from 'node:path'
import readThroughPackage from 'node-nvidia-smi'
import { messageOf } from '../errors.ts'
import type { Gpu } from '../record/schema/run.ts'
import { gpuFromXml } from './inventory-gpu.ts'
import { runNvidiaSmi } from './smi-exec.ts'
import { parseSmiText } from './smi-values.ts'
import { allAt, nodeAt, parseSmiXml, textAt, type XmlNode } from './smi-xml.ts'

export interface Inventory {
  readonly gpus: readonly Gpu[]
  readonly driver: string | null
  /** The CUDA version that the driver supports. */
  readonly cudaVersion: string | null
  /** The whole snapshot, for what the record does not hold: clocks, counters, processes. */
  readonly document: XmlNode
  /** Why `gpus` is empty; absent when it is not. */
  readonly reason?: string
}

/** node-nvidia-smi has no timeout of its own. */
const PACKAGE_TIMEOUT_MS = 20_000

/**
 * What cards are here, through node-nvidia-smi where it can: that package always runs `nvidia-smi -q -x` from PATH, gives
 * up on a single byte of stderr and on more than 1 MiB of output, and loses the text of a failure. Where it cannot, the
 * same command is run by us and read by the same parser. Never throws: a failure is an empty list with its reason.
 */
export async function readInventory(nvidiaSmi: string): Promise<Inventory> {
  // Asked first because it answers a dead driver with a reason, where the package would wait or lose it.
  const listed = await runNvidiaSmi(nvidiaSmi, ['--query-gpu=index,uuid', '--format=csv,noheader'])
  if (listed.kind === 'failed') return none(listed.reason)
  const indices = indicesOf(listed.stdout)
  const given = await throughPackage(nvidiaSmi)
  if (given !== null) return inventoryFrom(given, indices)
  const own = await byOurselves(nvidiaSmi)
  return own.failure === null ? inventoryFrom(own.document, indices) : none(own.failure)
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
  const found = { gpus, driver, cudaVersion, document }
  return gpus.length > 0 ? found : { ...found, reason: 'nvidia-smi -q -x lists no GPU' }
}

const none = (reason: string): Inventory => ({ gpus: [], driver: null, cudaVersion: null, document: undefined, reason })

function indicesOf(csv: string): Map<string, number> {
  const pairs = csv.split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()))
  return new Map(
    pairs.flatMap(([index, uuid]) => (uuid && /^\d+$/.test(index ?? '') ? [[uuid, Number(index)] as const] : [])),
  )
}

/** The package's answer, or null where it cannot answer for this executable. */
function throughPackage(nvidiaSmi: string): Promise<XmlNode | null> {
  if (basename(nvidiaSmi) !== 'nvidia-smi') return Promise.resolve(null)
  return new Promise((done) => {
    const timer = setTimeout(() => done(null), PACKAGE_TIMEOUT_MS)
    onPathOf(nvidiaSmi, () =>
      readThroughPackage((error, document) => {
        clearTimeout(timer)
        done(error ? null : document)
      }),
    )
  })
}

/**
 * Calls with the executable's folder first on PATH. The package's `exec` reads the environment before it returns, so the
 * change lasts for one synchronous call and no other code can see it.
 */
function onPathOf(nvidiaSmi: string, call: () => void): void {
  if (!nvidiaSmi.includes(sep)) {
    call()
    return
  }
  const folder = dirname(isAbsolute(nvidiaSmi) ? nvidiaSmi : resolve(nvidiaSmi))
  const before = process.env['PATH']
  process.env['PATH'] = before === undefined ? folder : `${folder}${delimiter}${before}`
  try {
    call()
  } finally {
    if (before === undefined) delete process.env['PATH']
    else process.env['PATH'] = before
  }
}

async function byOurselves(nvidiaSmi: string): Promise<{ document: XmlNode; failure: string | null }> {
  const result = await runNvidiaSmi(nvidiaSmi, ['-q', '-x'])
  if (result.kind === 'failed') return { document: undefined, failure: result.reason }
  try {
    return { document: await parseSmiXml(result.stdout), failure: null }
  } catch (error) {
    return { document: undefined, failure: `nvidia-smi -q -x gave no XML: ${messageOf(error).slice(0, 120)}` }
  }
}
