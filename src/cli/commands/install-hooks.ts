import { environmentTwin } from '../../plan/input.ts'
import { hooksText } from '../../report/texts.ts'
import { installHooks } from '../../steps/install-hooks.ts'
import { print, settings } from '../command.ts'
import type { Command } from '../command.ts'
import {
  ADMISSION,
  DISK,
  HELP,
  JSON_FLAG,
  ON_CRITICAL,
  OWNER,
  RESERVE,
  RETENTION,
  ROOT,
  SNAPSHOTS,
  WARM,
  flag,
} from '../flags.ts'

export const installHooksCommand: Command = {
  name: 'install-hooks',
  summary: 'give every job of these runners a slot, without a change to any workflow',
  about: `Writes both hook scripts of each runner and names them in its .env; hooks that are there already
are run as well. Running it again changes nothing. Restart the runners afterwards: they read .env
when they start. Settings given here are written into the scripts, which anybody may read: what is
secret (TARGET_GUARD_ALERT_WEBHOOK) belongs into the .env of the runner.`,
  operands: 'RUNNER_DIR…',
  operandCount: { least: 1, most: 1000 },
  flags: [
    flag('remove', null, 'take the hooks away, and put back what was there before'),
    flag('scripts', 'DIR', 'where the scripts go; default RUNNER_DIR/target-guard'),
    ROOT,
    OWNER,
    ...RETENTION,
    ...DISK,
    RESERVE,
    ...ADMISSION,
    ON_CRITICAL,
    WARM,
    SNAPSHOTS,
    ...HELP,
    JSON_FLAG,
  ],
  run: async (invocation) => {
    const { operands, values, switches, runtime } = invocation
    // Checked now, so that no hook carries a setting that every job would complain of.
    settings(invocation)
    const request = {
      runners: operands,
      remove: switches.has('remove'),
      scripts: values.get('scripts')?.at(-1) ?? null,
      variables: [...invocation.settings].map(
        ([name, text]) => [environmentTwin(name), text] as const,
      ),
    }
    const installed = installHooks(request, runtime.script)
    print(invocation, installed, () => hooksText(installed))
    return 0
  },
}
