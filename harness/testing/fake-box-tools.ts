import type { MeasureTools, RunEnd, RunPlace, UpServer } from '../box/measure/tools.ts'
import type { PlannedRun, PlannedServer } from '../box/plan/box-plan.ts'
import { makeRun } from './record-builder.ts'

/** Fakes of the side effects of measuring a box. */
export interface FakeBox {
  readonly tools: MeasureTools
  /** What was called, in order: `serve 0`, `begin 0 name`, `end 0 name`, `stop 0`; by the index of the card. */
  readonly diary: string[]
  /** What was said. */
  readonly said: string[]
  /** Places of the runs, in order. */
  readonly places: RunPlace[]
  /** Ends the server of a card, as a crash does. */
  crash(card: number, reason: string): void
}

export interface FakeBoxOptions {
  /** Fails the start of a server where it returns an error. */
  readonly startFails?: (server: PlannedServer) => Error | null
  /** What a run does; without it, it completes at once. */
  readonly run?: (run: PlannedRun, place: RunPlace, box: FakeBox) => Promise<RunEnd | null>
  readonly more?: Partial<MeasureTools>
}

export const gpuOf = ({ cards }: PlannedServer): string => cards.map(({ index }) => index).join('+')

/** A box whose servers start and whose runs complete at once, unless the options say otherwise. */
export function fakeBox({ startFails = () => null, run = async () => null, more = {} }: FakeBoxOptions = {}): FakeBox {
  const diary: string[] = []
  const said: string[] = []
  const places: RunPlace[] = []
  const ends = new Map<string, (reason: string) => void>()
  let nowMs = 0
  const box: FakeBox = {
    diary,
    said,
    places,
    crash: (card, reason) => ends.get(String(card))?.(reason),
    tools: {
      serve: async (server): Promise<UpServer> => {
        const gpu = gpuOf(server)
        diary.push(`serve ${gpu}`)
        await Promise.resolve()
        const failure = startFails(server)
        if (failure) throw failure
        const { promise: ended, resolve } = Promise.withResolvers<string>()
        ends.set(gpu, resolve)
        diary.push(`ready ${gpu}`)
        return {
          url: `http://127.0.0.1:${server.launch.port}`,
          record: { command: [...server.launch.serverCommand] },
          ended,
          stop: async () => void diary.push(`stop ${gpu}`),
        }
      },
      probe: async (server) => {
        diary.push(`probe ${gpuOf(server)}`)
        return { reason: 'no torch in this image' }
      },
      calibrate: async (planned, lanes) => {
        diary.push(`calibrate ${planned.name} ${lanes}`)
        return null
      },
      run: async (planned, place) => {
        const gpu = gpuOf(place.server)
        diary.push(`begin ${gpu} ${planned.name}`)
        places.push(place)
        const end = (await run(planned, place, box)) ?? completed(planned, place)
        diary.push(`end ${gpu} ${planned.name}`)
        return end
      },
      say: (line) => void said.push(line),
      nowMs: () => (nowMs += 1000),
      signal: new AbortController().signal,
      ...more,
    },
  }
  return box
}

/** A run that left one complete record. */
export function completed(planned: PlannedRun, { server, part, serverStart }: RunPlace): RunEnd {
  const directory = `/results/${part}-${gpuOf(server)}-${planned.name}-${serverStart.number}`
  return { finished: [{ directory, record: makeRun({ card: 'rtx-4090', scenario: planned.name }) }], error: null }
}
