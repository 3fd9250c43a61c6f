import { metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import { isKnown } from '../../harness/record/measured.ts'
import { NO_P99 } from '../../harness/run/expectation.ts'
import { CANNOT_BE_QUOTED } from '../../harness/run/not-quotable.ts'
import type { Progress, Tick } from '../../harness/run/progress.ts'
import { brokenAtWords, oneRow, type View } from './view.ts'

/**
 * Progress of several simulated runs at once: one shared live line on a terminal, one line per trial elsewhere. What no
 * simulated run can be (quotable), and how many requests its short trials have, is no news here.
 */
export function sharedProgress(view: View): { lane(name: string): Progress; done(): void } {
  const lanes = new Map<string, string>()
  const clear = view.isTTY ? '\r\u001b[2K' : ''
  const line = (text: string) => view.write(`${clear}${brokenAtWords(view, text)}\n`)
  const draw = () => {
    if (!view.isTTY) return
    const states = [...lanes].map(([name, state]) => `${name}: ${state}`).join('  |  ')
    view.write(`${clear}${oneRow(view, `  ${states}`)}`)
  }
  return {
    lane: (name) => ({
      started(scenario) {
        lanes.set(name, 'starting')
        line(`${name}: ${scenario.title}`)
      },
      tick(tick) {
        lanes.set(name, shown(tick))
        draw()
      },
      trialDone(trial, record) {
        const key = headlineMetric(record.scenario)
        const value = metrics[key].of(trial)
        const result = isKnown(value) ? `${value.toFixed(1)} ${metrics[key].unit}` : `not measured (${value.reason})`
        const power = isKnown(trial.meanPowerW) ? ` at ${trial.meanPowerW.toFixed(0)} W` : ''
        line(`${name}:   trial ${trial.index + 1}: ${result}${power} (SIMULATED)`)
      },
      note: (message) => {
        if (!IS_EXPECTATION.test(message)) line(`${name}: ${message}`)
      },
      warn: (message) => {
        if (!message.startsWith(CANNOT_BE_QUOTED) && !message.startsWith(NO_P99)) line(`${name}: warning: ${message}`)
      },
    }),
    done: () => view.write(clear),
  }
}

const IS_EXPECTATION = /^about \d+ requests? in the window/

const shown = (tick: Tick): string =>
  `${tick.label} ${(tick.elapsedMs / 1000).toFixed(0)}/${(tick.totalMs / 1000).toFixed(0)} s, ${tick.waitingFor ?? `${tick.inFlight} in flight, ~${tick.eventsPerS.toFixed(0)} tokens/s`}${tick.powerW === null ? '' : `, ${tick.powerW.toFixed(0)} W`}`
