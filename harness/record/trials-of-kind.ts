import type { Trial } from './schema/trial.ts'

/** The trials of one kind, with the fields of that kind. All trials of a run have the kind of its scenario. */
export const trialsOfKind = <Kind extends Trial['kind']>(
  trials: readonly Trial[],
  kind: Kind,
): Extract<Trial, { kind: Kind }>[] =>
  trials.filter((trial): trial is Extract<Trial, { kind: Kind }> => trial.kind === kind)
