import { messageOf } from '../../errors.ts'
import { importKoffi, type LoadKoffi } from './counter-library.ts'
import { faultOf, type NoCounter } from './states.ts'

/** What NVML reports of a card that nvidia-smi does not print; null where this driver or card does not report it. */
export interface CardAttributes {
  readonly memoryBusBits: number | null
  readonly cudaCores: number | null
  readonly maxMemoryClockMHz: number | null
  /** Such as `8.9`. */
  readonly computeCapability: string | null
}

/** The attributes of each card by UUID, or why NVML could not be read. A card that NVML does not find is absent. */
export type AttributesResult =
  | { readonly state: 'ok'; readonly cards: Readonly<Record<string, CardAttributes>> }
  | NoCounter

/** nvmlClockType_t (nvml.h): NVML_CLOCK_MEM. */
const MEMORY_CLOCK = 2

/**
 * Reads the attributes of cards from NVML, by the prototypes of nvml.h. A function that this NVML lacks (bus width and cores
 * came with driver 495) leaves its value null. A wrong library can crash the process, so this runs in a child process.
 */
export async function readAttributes(
  libraryPath: string,
  uuids: readonly string[],
  loadKoffi: LoadKoffi = importKoffi,
): Promise<AttributesResult> {
  try {
    const koffi = await loadKoffi()
    const library = koffi.load(libraryPath)
    const started = library.func('int nvmlInit_v2()')()
    if (started !== 0) return faultOf(started)
    const handleOf = library.func('int nvmlDeviceGetHandleByUUID(const char *uuid, _Out_ void **device)')
    const declared = (prototype: string) => {
      try {
        return library.func(prototype)
      } catch {
        return null
      }
    }
    const busWidth = declared('int nvmlDeviceGetMemoryBusWidth(void *device, _Out_ unsigned int *busWidth)')
    const cores = declared('int nvmlDeviceGetNumGpuCores(void *device, _Out_ unsigned int *numCores)')
    const maxClock = declared('int nvmlDeviceGetMaxClockInfo(void *device, int type, _Out_ unsigned int *clock)')
    const capability = declared(
      'int nvmlDeviceGetCudaComputeCapability(void *device, _Out_ int *major, _Out_ int *minor)',
    )
    const found = uuids.flatMap((uuid) => {
      const device: unknown[] = [null]
      if (handleOf(uuid, device) !== 0) return []
      const number = (call: ((...args: unknown[]) => number) | null, ...args: unknown[]): number | null => {
        const value = [0]
        return call !== null && call(device[0], ...args, value) === 0 ? (value[0] ?? null) : null
      }
      const [major, minor] = [[0], [0]]
      const hasCapability = capability !== null && capability(device[0], major, minor) === 0
      const attributes: CardAttributes = {
        memoryBusBits: aboveZero(number(busWidth)),
        cudaCores: aboveZero(number(cores)),
        maxMemoryClockMHz: aboveZero(number(maxClock, MEMORY_CLOCK)),
        computeCapability: hasCapability ? `${major[0]}.${minor[0]}` : null,
      }
      return [[uuid, attributes] as const]
    })
    return { state: 'ok', cards: Object.fromEntries(found) }
  } catch (error) {
    return { state: 'no-library', reason: `${libraryPath}: ${messageOf(error).slice(0, 160)}` }
  }
}

const aboveZero = (value: number | null): number | null => (value !== null && value > 0 ? value : null)
