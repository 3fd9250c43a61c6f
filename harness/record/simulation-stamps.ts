/** Marks that only the simulator leaves, wherever they stand in a text. No release, card or server has one of them. */
const marksInText: readonly string[] = [
  // the suffix of a card's and of a training model's name
  '(SIMULATED)',
  // the version of driver, NVML and image server
  '0.0-sim',
  // the local part of the version of its vLLM
  '+simulated',
  // the header of every answer
  'x-joulemark-simulated',
  // the first part of the UUID of its cards
  'GPU-51a01a7e-',
]

/** Texts that are a mark only as a whole: the fingerprint of its answers and the owner of its models. */
const wholeMarks: readonly string[] = ['simulated']

/** Fields that hold what a person wrote, not what was measured. */
const freeText: ReadonlySet<string> = new Set(['scenario.title', 'scenario.name', 'endpoint.servedAs'])

/** A mark of the simulator in a record. */
export interface SimulationStamp {
  /** Such as `gpus.0.name`. */
  readonly path: string
  readonly text: string
}

/**
 * Every text of a JSON value that carries a mark of the simulator, in the order of the value. Keys are texts too, because
 * some of a record's are UUIDs. Titles and names that a person chose are not searched: they may speak of a simulation.
 */
export function simulationStamps(value: unknown, path = ''): SimulationStamp[] {
  if (typeof value === 'string') return isStamped(value) ? [{ path, text: value }] : []
  if (typeof value !== 'object' || value === null || freeText.has(path)) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = path === '' ? key : `${path}.${key}`
    if (freeText.has(place)) return []
    return [...(isStamped(key) ? [{ path: place, text: key }] : []), ...simulationStamps(inner, place)]
  })
}

const isStamped = (text: string): boolean =>
  wholeMarks.includes(text) || marksInText.some((mark) => text.includes(mark))
