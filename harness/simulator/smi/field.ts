import type { SmiGpu, SmiState } from './state.ts'

/** One property of `--query-gpu`. */
export interface SmiField {
  /** The name that the header prints, then the other accepted names. */
  readonly names: readonly [string, ...string[]]
  readonly unit: string | null
  readonly help: string
  /** The text without its unit; null prints as `[N/A]`. */
  readonly read: (gpu: SmiGpu, state: SmiState) => string | null
}

/** A property from its names, unit, help and value. */
export const field = (
  names: readonly [string, ...string[]],
  unit: string | null,
  help: string,
  read: (gpu: SmiGpu, state: SmiState) => string | number | null,
): SmiField => ({
  names,
  unit,
  help,
  read: (gpu, state) => {
    const value = read(gpu, state)
    return value === null ? null : String(value)
  },
})

/** A value with two decimals, as in nvidia-smi. */
export const fixed = (value: number): string => value.toFixed(2)
