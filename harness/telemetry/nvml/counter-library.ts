import { messageOf } from '../../errors.ts'
import { built } from '../../version.ts'
import { type CounterResult, faultOf, type NoCounter } from './states.ts'

/** The part of koffi that is used: load a library and declare its functions. */
export interface Koffi {
  load(path: string): { func(prototype: string): (...args: unknown[]) => number }
}

/** Loads koffi; rejects where it is not installed. */
export type LoadKoffi = () => Promise<Koffi>

export const importKoffi: LoadKoffi = async () => {
  // The name is a variable, so that a build without the optional dependency still type-checks and runs.
  const name = built?.koffi ?? 'koffi'
  const loaded = (await import(name)) as { default: Koffi }
  return loaded.default
}

/** The open library: one reading per call. */
export interface CounterLibrary {
  read(): CounterResult
}

/**
 * Loads NVML and finds the cards by UUID (indices differ between NVML, CUDA and boots). A card that
 * cannot be found or read does not affect the others. Only stable, documented symbols.
 * A wrong library can crash the process, so this runs in a child process.
 */
export async function openCounterLibrary(
  libraryPath: string,
  uuids: readonly string[],
  loadKoffi: LoadKoffi = importKoffi,
): Promise<CounterLibrary | CounterResult> {
  let koffi: Koffi
  try {
    koffi = await loadKoffi()
  } catch (error) {
    return { state: 'no-koffi', reason: `koffi cannot be loaded: ${messageOf(error).slice(0, 120)}` }
  }
  try {
    const library = koffi.load(libraryPath)
    const init = library.func('int nvmlInit_v2()')
    const handleOf = library.func('int nvmlDeviceGetHandleByUUID(const char *uuid, _Out_ void **device)')
    const energyOf = library.func(
      'int nvmlDeviceGetTotalEnergyConsumption(void *device, _Out_ unsigned long long *energy)',
    )
    const started = init()
    if (started !== 0) return faultOf(started)
    const opened = uuids.map((uuid) => openCard(uuid, handleOf))
    const faults = opened.flatMap((card) => ('fault' in card ? [card.fault] : []))
    if (faults[0] !== undefined && faults.length === opened.length) return faults[0]
    return { read: () => readingOf(opened, energyOf) }
  } catch (error) {
    return { state: 'no-library', reason: `${libraryPath}: ${messageOf(error).slice(0, 160)}` }
  }
}

type Call = (...args: unknown[]) => number
/** A card with its handle, or why there is none. */
type OpenedCard = { readonly uuid: string } & ({ readonly device: unknown } | { readonly fault: NoCounter })

function openCard(uuid: string, handleOf: Call): OpenedCard {
  // NVML finds a slice by its UUID, and counts energy for whole boards only
  if (uuid.startsWith('MIG-')) return { uuid, fault: { state: 'not-supported', reason: 'a MIG slice has no counter' } }
  const device: unknown[] = [null]
  const code = handleOf(uuid, device)
  return code === 0 ? { uuid, device: device[0] } : { uuid, fault: faultOf(code) }
}

/** One reading of all cards: the fault of the first only where no card has a reading. */
function readingOf(cards: readonly OpenedCard[], energyOf: Call): CounterResult {
  const energyMj: Record<string, number> = {}
  const without: Record<string, NoCounter> = {}
  for (const card of cards) {
    if ('fault' in card) {
      without[card.uuid] = card.fault
      continue
    }
    // koffi returns a number below 2^53 and a bigint above: as a number it is exact for 285,000 years at 1 kW
    const energy: (number | bigint)[] = [0]
    const code = energyOf(card.device, energy)
    if (code === 0) energyMj[card.uuid] = Number(energy[0])
    else without[card.uuid] = faultOf(code)
  }
  const [fault] = Object.values(without)
  if (fault !== undefined && Object.keys(energyMj).length === 0) return fault
  return { state: 'ok', energyMj, ...(fault === undefined ? {} : { without }) }
}
