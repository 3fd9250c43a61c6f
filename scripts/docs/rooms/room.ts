/** One room of the code: files that share one reason to exist. */
export interface Room {
  /** Folders, or files without `.ts`. */
  readonly paths: readonly string[]
  readonly reason: string
  /** What the folders inside it are for, by their path from the room. */
  readonly folders?: Readonly<Record<string, string>>
}
