import type { LoopEnd, StartLoop } from '../telemetry/sampler/smi-loop.ts'
import { resultOf, type SmiExec } from '../telemetry/smi/exec.ts'
import { type FakeSmi, fakeFields550 } from './fake-nvidia-smi.ts'
import { answerTo, askedFields, type Played, selectedOf, tickText } from './fake-nvidia-smi-answers.ts'

/** Runs a fake nvidia-smi inside the process, for tests of its output and not of processes. */
export function inlineNvidiaSmi(spec: FakeSmi, nowMs: () => number): { exec: SmiExec; startLoop: StartLoop } {
  const played: Played = { ...spec, fields: spec.fields ?? fakeFields550 }
  return {
    exec: async (args) => {
      const { stdout = '', stderr = '', returnCode = 0 } = answerTo(played, args, nowMs()) ?? {}
      return resultOf(args, { returnCode, stdout, stderr })
    },
    startLoop: (args, onLine) => {
      const asked = askedFields(args) ?? []
      const selected = selectedOf(played, args)
      const ended = Promise.withResolvers<LoopEnd>()
      const end = (): void =>
        ended.resolve({ returnCode: 0, signal: 'SIGTERM', startError: null, stderr: '', tail: '' })
      let tick = 0
      const turn = (): void => {
        const lines = tickText({ spec: played, asked, selected }, tick, nowMs()).trimEnd().split('\n')
        for (const line of lines) onLine(line, nowMs())
        tick += 1
      }
      const timer = setInterval(turn, Number(args.at(-1)))
      setImmediate(turn)
      const stop = (): void => {
        clearInterval(timer)
        end()
      }
      return { ended: ended.promise, kill: stop, stop: async () => stop() }
    },
  }
}
