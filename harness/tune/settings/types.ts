import type { OperatingSetting } from '../../operating/point.ts'

/** What the cards enforce, read back after it was set. Null with a reason, and a clock that was not asked for. */
export interface EnforcedSetting {
  readonly powerLimitW: number | null
  /** The clock that nvidia-smi said it locked; clocks under load are in the samples of the run. */
  readonly smClockMHz: number | null
  /** Why the limit is null, or why a clock that was asked for is. */
  readonly reason?: string
}

/** A card as it was found, before anything was set. */
export interface FoundCard {
  readonly uuid: string
  /** Number of nvidia-smi; null where it lists none. */
  readonly index: number | null
  readonly name: string
  /** PCI address as nvidia-smi prints it, which its answers to a setting name. */
  readonly busId: string | null
  /** The limit that a person set, which the driver may not grant whole. */
  readonly powerLimitW: number | null
  readonly enforcedLimitW: number | null
  readonly defaultLimitW: number | null
  readonly minLimitW: number | null
  readonly maxLimitW: number | null
  readonly maxSmClockMHz: number | null
  /** Without it the driver forgets limits and clocks when no process holds the card; null where it is not reported. */
  readonly isPersistent: boolean | null
}

/** What is shown of the cards before they are set. */
export interface AnnouncedSettings {
  readonly found: readonly FoundCard[]
  /** What a person should know before anything is written, one line each: what cannot be read back, what may be forgotten. */
  readonly notices: readonly string[]
  /** Every line that will be typed for a setting, as it would be typed in a shell. */
  readonly commands: (setting: OperatingSetting) => readonly string[]
  /** Every line that gives the cards back; with `clocks`, also their clocks. */
  readonly commandsBack: (clocks: boolean) => readonly string[]
}

/** The settings of the cards of one measurement: announced, written, read back, given back. */
export interface CardSettings extends AnnouncedSettings {
  /** Writes a setting and reads it back until the cards enforce it. Throws `environment` where they do not. */
  apply(setting: OperatingSetting): Promise<EnforcedSetting>
  /**
   * Gives the cards back as they were found and ends the watchdog. Returns one line per card: what was done, or why it was left alone.
   * May be called twice; throws `environment` if it fails.
   */
  restore(): Promise<readonly string[]>
}
