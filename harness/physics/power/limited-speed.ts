/** A load and the limit that the driver enforces, in W. */
export interface PowerBudget {
  /** What the load would draw without a limit (`demandW` in demand.ts). */
  readonly demandW: number
  readonly limitW: number
  readonly idleW: number
}

/** Speed gained per watt by the lower voltage of a lower clock, and how abruptly the gain ends. */
export const GAIN = 1.58
export const BEND = 9.5

const curve = (share: number): number => (share * GAIN) / (1 + (share * GAIN) ** BEND) ** (1 / BEND)

/**
 * Share of its power above idle that a load draws with its SM clock locked at this share of the full one: the same curve read
 * backwards, because a chip at a limit runs at the clock whose power is that limit; half of the clock costs 0.32 of the power. An
 * assumption: no public sweep of locked clocks under a serving load was found to fit it to.
 */
export function powerShareAtClock(clockShare: number): number {
  if (clockShare >= 1) return 1
  const speed = Math.max(0, clockShare) * curve(1)
  return speed / (1 - speed ** BEND) ** (1 / BEND) / GAIN
}

/**
 * Share of its unlimited speed that a load keeps at a power limit, 1 where the limit does not bind. With y = (limit - idle) /
 * (demand - idle): far below the demand the chip runs at its lowest voltage, energy per token is 1/1.58 of that at full
 * clock, and speed is proportional to y; near the demand clock and voltage rise together and the last watts buy almost nothing.
 * Fitted to 18 points of four loads on one RTX PRO 6000 Workstation under vLLM, 300 to 500 W (github.com/Light-Heart-Labs/
 * MMBT-Messy-Model-Bench-Tests, hardware-tests/vllm-power-sweep-2026-04-29, April 2026): within 4 %.
 */
export function speedShare({ demandW, limitW, idleW }: PowerBudget): number {
  if (demandW <= limitW) return 1
  return curve(Math.max(0, limitW - idleW) / (demandW - idleW)) / curve(1)
}
