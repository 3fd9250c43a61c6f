import { z } from 'zod'

/** One event of a pull, as the engine's API streams it; its command line prints id and status only. */
export const pullEventSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
  errorDetail: z.object({ message: z.string() }).optional(),
  error: z.string().optional(),
})
export type PullEvent = z.infer<typeof pullEventSchema>

interface Layer {
  readonly bytes: number
  readonly size: number | null
  readonly isHere: boolean
}

/** Layers of an image while it is pulled. */
export class PullLayers {
  readonly #layers = new Map<string, Layer>()

  /** Reads an event. Returns whether something went on: an event that repeats what is known is no sign of life. */
  read({ id, status = '', progressDetail }: PullEvent): boolean {
    if (id === undefined) return false
    const before = this.#layers.get(id)
    // the tag of the image is an id as well: "Pulling from ..."
    if (before === undefined && !/^(?:Pulling fs layer|Waiting|Downloading|Already exists)/.test(status)) return false
    const { bytes = 0, size = null, isHere = false } = before ?? {}
    const { current = 0, total } = progressDetail ?? {}
    const after =
      status === 'Downloading'
        ? { bytes: Math.max(bytes, current), size: total !== undefined && total > 0 ? total : size, isHere }
        : /^(?:Verifying Checksum|Download complete|Extracting|Pull complete)/.test(status)
          ? { bytes: size ?? bytes, size, isHere: status === 'Pull complete' }
          : { bytes, size: status === 'Already exists' ? 0 : size, isHere: isHere || status === 'Already exists' }
    this.#layers.set(id, after)
    return JSON.stringify(before) !== JSON.stringify(after) || status === 'Extracting'
  }

  get bytes(): number {
    return [...this.#layers.values()].reduce((sum, layer) => sum + layer.bytes, 0)
  }

  /** Bytes of all layers; null while that of one is not known, because layers are asked for a few at a time. */
  get totalBytes(): number | null {
    const layers = [...this.#layers.values()]
    if (layers.length === 0 || layers.some(({ size }) => size === null)) return null
    return layers.reduce((sum, { size }) => sum + (size ?? 0), 0)
  }

  get done(): number {
    return [...this.#layers.values()].filter(({ isHere }) => isHere).length
  }

  get count(): number {
    return this.#layers.size
  }
}

/** An event from a line that `docker pull` prints where it has no terminal: `9824c27679d3: Pull complete`. */
export function eventOfLine(line: string): PullEvent {
  const [, id, status] = /^([0-9a-f]{12}): (.+)$/.exec(line) ?? []
  return id === undefined || status === undefined ? { status: line } : { id, status }
}
