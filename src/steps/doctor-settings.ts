import { changedTwins } from '../github/inputs.ts'
import { MEASURING } from '../host/measuring.ts'
import { environmentTwin } from '../plan/input.ts'
import { OUTER } from '../plan/outer-leases.ts'
import { INPUTS } from '../plan/settings.ts'
import type { Finding } from './doctor.ts'
import { INSIDE } from './guard-disk.ts'
import { RUN } from './local-run.ts'
import { WATCHED } from './watched-worktrees.ts'

/** What jobs and commands tell those that they start; no settings. */
const OWN = ['TARGET_GUARD_LEASE', INSIDE, MEASURING, OUTER, RUN, WATCHED]

const PREFIX = environmentTwin('')

/** Every variable of ours that means anything. */
export const KNOWN: ReadonlySet<string> = new Set([
  ...INPUTS.map(({ name }) => environmentTwin(name)),
  ...OWN,
])

/** What the environment sets otherwise than it would be, and what in it nobody reads. */
export function checkSettings(environment: NodeJS.ProcessEnv): Finding[] {
  const check = 'settings'
  const changed = changedTwins(environment).map(({ name, text }) => `${name} ${text ?? '(set)'}`)
  const text =
    changed.length === 0
      ? 'no variable sets any other than its default'
      : `other than their defaults: ${changed.join('; ')}`
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith(PREFIX) && !KNOWN.has(name),
  )
  return [
    { check, level: 'ok', text, mend: '' },
    ...unknown.map((name): Finding => ({
      check,
      level: 'warn',
      text: `${name} is no setting, and nobody reads it`,
      mend: `Correct its name, or take it away: ${PREFIX} and the name of an input, in upper case with “_”.`,
    })),
  ]
}
