import { mayStop } from '../metrics/stopping.ts'
import { coolBefore, runTrial } from './measure.ts'
import { requireSuccess, type Session } from './session.ts'

/** Runs trials until the headline metric is precise enough, the maximum number is reached, or something ends the run. */
export async function runTrials(session: Session): Promise<void> {
  const { journal, options, events } = session
  while (!isDone(session)) {
    await coolDownFirst(session)
    if (options.drain.aborted) break
    const end = await runTrial(session, journal.record.trials.length)
    if (end.cutAfterMs !== null) {
      const number = end.trial.index + 1
      journal.cutTrial(end, `trial ${number} was cut after ${(end.cutAfterMs / 1000).toFixed(1)} s and gives no result`)
      break
    }
    journal.trial(end)
    options.progress.trialDone(end.trial, journal.record)
    requireSuccess(session)
  }
  if (events.oom !== null) journal.outOfMemory(events.oom)
}

function isDone({ journal, options, events }: Session): boolean {
  const { record } = journal
  const stops = record.trialBounds !== undefined && mayStop(record, record.trialBounds)
  return stops || options.drain.aborted || events.oom !== null
}

/** Waits for the cards to cool before the next trial, where the scenario asks for it. */
async function coolDownFirst({ journal, ...session }: Session): Promise<void> {
  const { record } = journal
  const wait = await coolBefore({ journal, ...session }, record.trials.length)
  if (wait === null) return
  // a card that reports no temperature warns once, not before every trial
  const isNews =
    wait.outcome !== 'temperature-unknown' || (record.coolDowns ?? []).every(({ outcome }) => outcome !== wait.outcome)
  if (wait.finding !== undefined && isNews) session.options.progress.warn(wait.finding)
  journal.coolDown(wait)
}
