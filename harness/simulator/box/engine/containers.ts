import { createHash, randomBytes } from 'node:crypto'
import type { RunArguments } from './run-arguments.ts'

/** One container of the simulated engine. */
export interface Container {
  readonly id: string
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly image: string
  readonly startedAt: Date
  /** Everything that it printed. */
  log: string
  /** Null while it runs. */
  exitCode: number | null
  /** The kernel killed a process of it for lack of memory. */
  oomKilled: boolean
  /** Ends what runs in it. */
  readonly end: (exitCode: number) => void
  readonly ended: Promise<number>
}

/** Exit code of a process that was killed. */
export const KILLED = 137

/** The containers of a box. One that ended is there until it is removed; with `--rm` it is gone at once. */
export class Containers {
  readonly #all = new Map<string, Container>()

  /** A new container; `null` if its name is taken. `onEnd` runs once, when it ends. */
  start(run: RunArguments, onEnd: () => void): Container | null {
    const id = randomBytes(32).toString('hex')
    const name = run.name ?? `simulated-${id.slice(0, 8)}`
    if (this.find(name) !== null) return null
    const ending = Promise.withResolvers<number>()
    const container: Container = {
      id,
      name,
      labels: run.labels,
      image: run.image,
      startedAt: new Date(),
      log: '',
      exitCode: null,
      oomKilled: false,
      end: (exitCode) => {
        if (container.exitCode !== null) return
        container.exitCode = exitCode
        if (run.isRemoved) this.#all.delete(id)
        onEnd()
        ending.resolve(exitCode)
      },
      ended: ending.promise,
    }
    this.#all.set(id, container)
    return container
  }

  /** By name, by id, or by the start of an id. */
  find(which: string): Container | null {
    return this.#list().find(({ name, id }) => name === which || id.startsWith(which)) ?? null
  }

  /** Those that match every filter: `name=^text$`, `label=key` or `label=key=value`, and `id=`. Others match nothing. */
  matching(filters: readonly string[]): Container[] {
    return this.#list().filter((container) => filters.every((filter) => matches(container, filter)))
  }

  remove(container: Container): void {
    container.end(KILLED)
    this.#all.delete(container.id)
  }

  endAll(): void {
    for (const container of this.#list()) container.end(KILLED)
  }

  #list(): Container[] {
    return [...this.#all.values()]
  }
}

function matches({ name, id, labels }: Container, filter: string): boolean {
  const [, kind, value = ''] = /^(\w+)=(.*)$/s.exec(filter) ?? []
  if (kind === 'name') return new RegExp(value).test(name)
  if (kind === 'id') return id.startsWith(value)
  if (kind !== 'label') return false
  return [...labels].some(([key, text]) => value === key || value === `${key}=${text}`)
}

/** A digest that depends on the name of the image only. No registry has it. */
export const digestOf = (image: string): string => `sha256:${createHash('sha256').update(image).digest('hex')}`
