/** One scenario of a planned qualification. */
export interface PlannedScenario {
  readonly name: string
  /** Why it is skipped; null when it runs. */
  readonly leftOut: string | null
  /** From starting the server to the end of the last trial, at most; without downloads. */
  readonly minutes: number
  /** Changes to its server settings for this card. */
  readonly corrections: readonly string[]
}

/** The plan of a qualification, before anything is started: one line per scenario under a line with the total time. */
export function planText(card: string, planned: readonly PlannedScenario[], restarts: number): string {
  const minutes = restarts * planned.reduce((sum, each) => sum + each.minutes, 0)
  const starts = restarts === 1 ? '' : `, ${restarts} server starts each`
  const running = planned.filter((each) => each.leftOut === null).length
  const lines = planned.map((each) =>
    each.leftOut === null
      ? `  ${each.name}: at most ${Math.ceil(each.minutes)} min${each.corrections.map((text) => `; ${text}`).join('')}`
      : `  ${each.name}: skipped: ${each.leftOut}`,
  )
  const total = `at most ${Math.ceil(minutes)} min without downloads`
  return `${[`${card}: ${running} of ${planned.length} scenarios${starts}, ${total}`, ...lines].join('\n')}\n`
}
