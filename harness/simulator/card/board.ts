import type { Card } from '../../catalogue/types.ts'

/** Values that a board shows in nvidia-smi besides those of the catalogue. They affect only the output, no result. */
export interface Board {
  readonly pciDeviceId: string
  readonly pciSubDeviceId: string
  readonly vbiosVersion: string
  readonly totalMiB: number
  readonly reservedMiB: number
  readonly bar1MiB: number
  /** State under compute load: P2 on GeForce, P1 on the workstation editions, P0 on data-centre cards. */
  readonly loadPstate: string
  /** Without any process. */
  readonly deepIdleW: number
  readonly clocks: {
    readonly idleSmMHz: number
    readonly idleMemoryMHz: number
    readonly loadSmMHz: number
    readonly loadMemoryMHz: number
    readonly maxSmMHz: number
    readonly maxMemoryMHz: number
    readonly videoMHz: number
  }
  /** Null on passive boards. */
  readonly fan: { readonly idlePct: number; readonly loadPct: number } | null
}

/** Values from public nvidia-smi captures, for the boards that have one. */
const captured: Readonly<Record<string, Partial<Omit<Board, 'clocks'>> & { clocks?: Partial<Board['clocks']> }>> = {
  'rtx-4090': {
    pciDeviceId: '0x268410DE',
    reservedMiB: 346,
    bar1MiB: 256,
    loadPstate: 'P2',
    deepIdleW: 22,
    clocks: { loadSmMHz: 2820, loadMemoryMHz: 10_251, maxSmMHz: 3105, maxMemoryMHz: 10_501, videoMHz: 1185 },
  },
  'rtx-pro-6000-max-q': {
    pciDeviceId: '0x2BB410DE',
    pciSubDeviceId: '0x204C10DE',
    reservedMiB: 637,
    bar1MiB: 131_072,
    loadPstate: 'P1',
    deepIdleW: 4,
    clocks: { idleSmMHz: 180, loadSmMHz: 1927, loadMemoryMHz: 13_365, maxSmMHz: 3090, maxMemoryMHz: 14_001 },
  },
  'rtx-pro-6000-workstation': {
    reservedMiB: 637,
    bar1MiB: 131_072,
    loadPstate: 'P1',
    deepIdleW: 12,
    clocks: { idleSmMHz: 180, loadMemoryMHz: 13_365, maxSmMHz: 3090, maxMemoryMHz: 14_001 },
  },
  'rtx-pro-6000-server': {
    reservedMiB: 637,
    bar1MiB: 131_072,
    loadPstate: 'P0',
    clocks: { loadMemoryMHz: 12_481, maxMemoryMHz: 12_481 },
    fan: null,
  },
}

/** The board of a card: as captured, or derived from the catalogue. */
export function boardOf(card: Card): Board {
  const known = captured[card.key] ?? {}
  const boostMHz = Math.round(card.boostGhz.value * 1000)
  const memoryMHz = Math.round(card.memoryDataRateGbps.value * 500)
  const cudaMiB = Math.floor(card.cudaBytes.value / 2 ** 20)
  // a GB10 prints "Not Supported" here; the simulator prints the memory available to CUDA
  const totalMiB = card.smiMemoryMiB?.value ?? cudaMiB
  const { clocks, ...rest } = known
  return {
    pciDeviceId: '0x000010DE',
    pciSubDeviceId: '0x000010DE',
    vbiosVersion: '00.00.00.00.51',
    totalMiB,
    reservedMiB: totalMiB - cudaMiB,
    bar1MiB: 2 ** Math.ceil(Math.log2(totalMiB)),
    loadPstate: card.smiName.includes('GeForce') ? 'P2' : 'P0',
    deepIdleW: card.idleW.value * 0.5,
    fan: { idlePct: 30, loadPct: 60 },
    ...rest,
    clocks: {
      idleSmMHz: 210,
      idleMemoryMHz: 405,
      loadSmMHz: boostMHz,
      loadMemoryMHz: memoryMHz,
      maxSmMHz: boostMHz + 300,
      maxMemoryMHz: memoryMHz,
      videoMHz: 1200,
      ...clocks,
    },
  }
}
