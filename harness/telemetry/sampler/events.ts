/** What happened to the sampling besides rows. Times are milliseconds on the run's clock. */
export type SamplerNews =
  /** No rows between the two times: the child died or hung, and was started again. */
  | { readonly kind: 'gap'; readonly fromMs: number; readonly toMs: number; readonly reason: string }
  /** The wall clock, by which nvidia-smi stamps, moved by more than 50 ms. Positive is forward. */
  | { readonly kind: 'clock-step'; readonly atMs: number; readonly stepMs: number }
  /** An ECC or Xid line that nvidia-smi printed into its stream. */
  | { readonly kind: 'device-line'; readonly atMs: number; readonly text: string }
  /** A column whose text means a card in trouble, such as `[GPU requires reset]`; once a card and column. */
  | {
      readonly kind: 'sick-value'
      readonly atMs: number
      readonly uuid: string
      readonly field: string
      readonly text: string
    }
  /** A line that is neither a row nor known news. */
  | { readonly kind: 'malformed'; readonly atMs: number; readonly text: string }
  /** Sampling is over: the child could not be kept alive. */
  | { readonly kind: 'gave-up'; readonly atMs: number; readonly reason: string }

/** News with its line for people. */
export type SamplerEvent = SamplerNews & { readonly message: string }

/** What the sampler did, once it has stopped. */
export interface SamplerReport {
  /** nvidia-smi's names of the columns that were asked for. */
  readonly fields: readonly string[]
  /** Our names of the columns that this driver does not have. */
  readonly missingFields: readonly string[]
  readonly intervalMs: number
  readonly rows: number
  readonly restarts: number
  /** All events in order, the first thousand of them. */
  readonly events: readonly SamplerEvent[]
  /** Why sampling ended early; null when it went on until it was stopped. */
  readonly gaveUp: string | null
}

/** One event as a line for people. */
export function describeEvent(event: SamplerNews): string {
  switch (event.kind) {
    case 'gap':
      return `no power samples from ${seconds(event.fromMs)} to ${seconds(event.toMs)} s: ${event.reason}`
    case 'clock-step':
      return `the wall clock stepped by ${Math.round(event.stepMs)} ms at ${seconds(event.atMs)} s`
    case 'device-line':
      return `printed at ${seconds(event.atMs)} s: ${event.text}`
    case 'sick-value':
      return `${event.uuid} gives ${event.text} for ${event.field} at ${seconds(event.atMs)} s`
    case 'malformed':
      return `unknown line at ${seconds(event.atMs)} s: ${event.text}`
    case 'gave-up':
      return `sampling ended at ${seconds(event.atMs)} s: ${event.reason}`
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1)
