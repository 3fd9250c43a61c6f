import { styleText } from 'node:util'
import { leadingMetric, type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import { relativeHalfWidth } from '../../harness/metrics/result.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import { plainText } from '../../harness/plain-text.ts'
import { isKnown, type Measured } from '../../harness/record/measured.ts'
import { type Progress, silentProgress, type Tick } from '../../harness/run/progress.ts'
import { brokenAtWords, oneRow, type View } from './view.ts'

/** Progress as text: one live line on a terminal, plain lines elsewhere, nothing if switched off. */
export function progressView(view: View, isShown: boolean): Progress {
  if (!isShown) {
    return {
      ...silentProgress,
      note: (message) => view.write(`${brokenAtWords(view, plainText(message))}\n`),
      warn: (message) => view.write(`${brokenAtWords(view, `warning: ${plainText(message)}`)}\n`),
    }
  }
  const live = view.isTTY
  const line = (text: string, style?: Parameters<typeof styleText>[0]) => {
    const broken = brokenAtWords(view, text)
    const painted = view.color && style ? styleText(style, broken, { validateStream: false }) : broken
    view.write(`${live ? '\r\u001b[2K' : ''}${painted}\n`)
  }
  let lastLabel = ''
  return {
    started(scenario, directory, gpus) {
      const serving = servingGpus(gpus)
      const where = serving.map((gpu) => gpu.name).join(' + ') || 'no GPU'
      line(`${plainText(scenario.title)} on ${plainText(where)}`, 'bold')
      line(`record: ${plainText(directory)}`, 'dim')
    },
    tick(tick) {
      if (live) view.write(`\r\u001b[2K${oneRow(view, bar(tick))}`)
      else if (tick.label !== lastLabel) line(`${tick.label}: ${plainWords(tick)}`)
      lastLabel = tick.label
    },
    trialDone(trial, record) {
      const key = headlineMetric(record.scenario)
      const half = relativeHalfWidth(record.result[key])
      const target = (record.scenario.certainty.target * 100).toFixed(1)
      const lead = leadingMetric(record.scenario)
      const shown = [...(lead === null ? [] : [lead]), key].map((each) => valueText(each, metrics[each].of(trial)))
      const energy =
        trial.kind === 'text' && isKnown(trial.tokensPerJ) && isKnown(trial.meanPowerW)
          ? `, ${trial.tokensPerJ.toFixed(2)} tokens/J at ${trial.meanPowerW.toFixed(0)} W`
          : ''
      const interval = half === null ? '' : `, mean now ± ${(half * 100).toFixed(2)} % (target ± ${target} %)`
      line(`  trial ${trial.index + 1}: ${shown.join(', ')}${energy}${interval}`)
    },
    note: (message) => line(plainText(message)),
    warn: (message) => line(`warning: ${plainText(message)}`, 'yellow'),
  }
}

/** The value of a metric in one trial, with its name where it is not the headline of every run. */
function valueText(key: MetricKey, value: Measured): string {
  const name = metrics[key].leads === undefined ? '' : `${metrics[key].label} `
  return isKnown(value) ? `${name}${shownValue(value)} ${metrics[key].unit}` : `${name}not measured: ${value.reason}`
}

/** Three or four significant digits, and no more than one decimal for tokens/s. */
const shownValue = (value: number): string => (value < 10 ? value.toFixed(3) : value.toFixed(1))

/** Description of a phase without a live line: what it waits for and for how long, or the duration of its load. */
function plainWords({ totalMs, waitingFor }: Tick): string {
  const seconds = `${(totalMs / 1000).toFixed(0)} s`
  return waitingFor === undefined ? `${seconds} of load` : `${waitingFor}, at most ${seconds}`
}

function bar(tick: Tick): string {
  const share = Math.min(1, tick.elapsedMs / tick.totalMs)
  const width = 20
  const filled = Math.round(share * width)
  const power = tick.powerW === null ? '' : `  ${tick.powerW.toFixed(0)} W`
  const memory = tick.memoryMiB === null ? '' : `  ${(tick.memoryMiB / 1024).toFixed(1)} GiB`
  const seconds = `${(tick.elapsedMs / 1000).toFixed(0)}/${(tick.totalMs / 1000).toFixed(0)} s`
  const doing = tick.waitingFor ?? `${tick.inFlight} in flight  ~${tick.eventsPerS.toFixed(0)} tokens/s`
  return `  ${tick.label.padEnd(9)} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${seconds}  ${doing}${power}${memory}`
}
