/** One card as its driver would report it at this moment. Null is what nvidia-smi prints as `[N/A]`. */
export interface SmiGpu {
  readonly index: number
  readonly uuid: string
  readonly name: string
  readonly architecture: string
  readonly computeCapability: string
  readonly vbiosVersion: string
  readonly pci: {
    readonly busId: string
    readonly deviceId: string
    readonly subDeviceId: string
    readonly gen: number
    readonly genMax: number
    readonly width: number
    readonly widthMax: number
  }
  readonly memory: {
    readonly totalMiB: number
    readonly reservedMiB: number
    readonly usedMiB: number
    readonly freeMiB: number
  }
  /** Packets that the PCIe link had to send again, since the last reset. */
  readonly pcieReplays?: number
  readonly bar1MiB: number
  readonly power: {
    readonly drawW: number
    readonly instantW: number
    readonly limitW: number
    readonly defaultLimitW: number
    readonly minLimitW: number
    readonly maxLimitW: number
  }
  readonly utilization: { readonly gpuPct: number; readonly memoryPct: number }
  readonly clocks: {
    readonly smMHz: number
    readonly memoryMHz: number
    readonly videoMHz: number
    readonly maxSmMHz: number
    readonly maxMemoryMHz: number
  }
  readonly temperatureC: number
  readonly fanPct: number | null
  readonly pstate: string
  /** The bit mask of `clocks_event_reasons.active`. */
  readonly eventReasons: number
  readonly powerCapUs: number
  readonly hwThermalUs: number
  readonly hwPowerBrakeUs: number
  readonly eccMode: 'Enabled' | 'Disabled' | null
  /** Errors since the driver was loaded; counted only where ECC is on. */
  readonly eccCorrected: number
  readonly eccUncorrected: number
  /** Null on a card without MIG. */
  readonly migMode: 'Enabled' | 'Disabled' | null
  readonly virtualization: 'None' | 'VGPU'
  /** Texts in the place of values, by the first name of the field. */
  readonly cells?: Readonly<Record<string, string>>
  readonly processes: readonly SmiProcess[]
}

export interface SmiProcess {
  readonly pid: number
  readonly name: string
  readonly usedMiB: number
}

/** The state that the simulator passes to its nvidia-smi. */
export interface SmiState {
  /** The moment that it describes, in ms since the epoch. */
  readonly atMs: number
  readonly driverVersion: string
  readonly cudaVersion: string
  readonly gpus: readonly SmiGpu[]
  /** Lines that are printed among the rows of a loop. */
  readonly lines: readonly string[]
}
