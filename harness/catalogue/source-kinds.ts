/**
 * What kind of source a value has. `derived` values name what they are derived from; `recalled` ones need a better source;
 * `own` ones are the user's, from joulemark.yaml.
 */
export const sourceKinds = ['datasheet', 'measured', 'press', 'derived', 'recalled', 'assumed', 'own'] as const
