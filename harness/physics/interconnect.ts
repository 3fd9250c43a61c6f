import type { EngineCard } from '../catalogue/own/known.ts'
import type { Model, PcieLink } from '../catalogue/types.ts'

/** An all-reduce over NVLink takes 5 to 15 us before the first byte; over PCIe five times that. */
const NVLINK_LATENCY_MS = 0.01
const PCIE_LATENCY_MS = 0.05

/** One direction of a PCIe 5 x16 slot, measured at 50 to 57 GB/s between two RTX PRO 6000; half of it per generation below. */
const PCIE5_X16_GBS = 53

/**
 * Communication of one tensor-parallel step, in ms: two all-reduces per layer, each a latency and twice the activations
 * (2 bytes per element) times `(gpus - 1) / gpus` over the link. Zero for one card. An estimate, not fitted.
 */
export function allReduceMs(card: EngineCard, model: Model, tokens: number, gpus: number): number {
  if (gpus === 1) return 0
  const latencyMs = card.nvlinkGBs === null ? PCIE_LATENCY_MS : NVLINK_LATENCY_MS
  const bytes = (2 * tokens * model.hiddenSize * 2 * (gpus - 1)) / gpus
  return 2 * model.layers * (latencyMs + bytes / (linkGBs(card) * 1e6))
}

/** One direction of a PCIe link as copies reach it, in GB/s. */
export const pcieGBs = ({ gen, lanes }: PcieLink): number => PCIE5_X16_GBS * 2 ** (gen - 5) * (lanes / 16)

const linkGBs = (card: EngineCard): number =>
  // NVLink is rated for both directions together
  card.nvlinkGBs === null ? pcieGBs(card.pcie.value) : card.nvlinkGBs.value / 2
