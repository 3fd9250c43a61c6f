import { messageOf } from '../../errors.ts'
import { type CounterResult, faultOf } from './states.ts'

/** The part of koffi that is used: load a library and declare its functions. */
export interface Koffi {
  load(path: string): { func(prototype: string): (...args: unknown[]) => number }
}

/** Loads koffi; rejects where it is not installed. */
export type LoadKoffi = () => Promise<Koffi>

const importKoffi: LoadKoffi = async () => {
  // The name is a variable, so that a build without the optional dependency still type-checks and runs.
  const name = 'koffi'
  const loaded = (await import(name)) as { default: Koffi }
  return loaded.default
}

/** The open library: one reading per call. */
export interface CounterLibrary {
  read(): CounterResult
}

/**
 * Loads NVML and finds the cards by UUID (indices differ between NVML, CUDA and boots). Only stable, documented symbols.
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
    const devices: { uuid: string; device: unknown }[] = []
    for (const uuid of uuids) {
      const device: unknown[] = [null]
      const found = handleOf(uuid, device)
      if (found !== 0) return faultOf(found)
      devices.push({ uuid, device: device[0] })
    }
    return {
      read: () => {
        const energyMj: Record<string, number> = {}
        for (const { uuid, device } of devices) {
          // koffi returns a number below 2^53 and a bigint above: as a number it is exact for 285,000 years at 1 kW
          const energy: (number | bigint)[] = [0]
          const code = energyOf(device, energy)
          if (code !== 0) return faultOf(code)
          energyMj[uuid] = Number(energy[0])
        }
        return { state: 'ok', energyMj }
      },
    }
  } catch (error) {
    return { state: 'no-library', reason: `${libraryPath}: ${messageOf(error).slice(0, 160)}` }
  }
}
