import { environmentTwin } from '../plan/settings.ts'
import type { Settings } from '../plan/settings.ts'
import { GuardError } from '../plan/guard-error.ts'
import {
  doctorText,
  explainText,
  hooksText,
  reapText,
  statusText,
  sweepText,
} from '../report/texts.ts'
import { settingsOf } from '../steps/settings-of.ts'
import { doctor } from '../steps/doctor.ts'
import { existingRoot, explain } from '../steps/explain.ts'
import { hookCompleted, hookStarted } from '../steps/hook.ts'
import { installHooks } from '../steps/install-hooks.ts'
import { emptyTrash } from '../steps/reap.ts'
import { runHook } from '../steps/run-step.ts'
import { workflowRuntime } from '../steps/runtime.ts'
import type { Runtime } from '../steps/runtime.ts'
import { status } from '../steps/status.ts'
import { sweep } from '../steps/sweep.ts'
import type { ParsedWords } from './words.ts'

/** One flag; `value` names what it takes, null for a switch. */
export interface Flag {
  name: string
  value: string | null
  about: string
  /** whether it is one of the action's inputs, with an environment twin */
  setting: boolean
}

/** One command of the tool. */
export interface Command {
  name: string
  /** one line for the overview */
  summary: string
  /** what its help says */
  about: string
  /** its operands, for the usage line */
  operands: string
  operandCount: { least: number; most: number }
  flags: readonly Flag[]
  /** @returns the exit code */
  run: (invocation: Invocation) => Promise<number>
}

/** A command with its arguments and where it speaks. */
export interface Invocation extends ParsedWords {
  runtime: Runtime
  out: (text: string) => void
}

function setting(name: string, value: string | null, about: string): Flag {
  return { name, value, about: `${about} (${environmentTwin(name)})`, setting: true }
}

const ROOT = setting('root', 'DIR', 'the root; default ~/.cache/target-guard')
const HELPER = setting(
  'privileged-helper',
  'WAY',
  'auto, sudo, docker or none: how root-owned leftovers go',
)
const IMAGE = setting('helper-image', 'IMAGE', 'local image for the docker helper')
const RETENTION = setting('retention-hours', 'N', 'how long ended slots are kept; default 24')
const KEEP = setting(
  'keep-per-pr',
  'N',
  'how many ended slots are kept for a job and PR; default 1',
)
const DRY_RUN = setting('dry-run', null, 'say what would be done, and delete nothing')
const OWNER = setting('owner', 'UID:GID', 'who builds; default the runner’s user')
const JSON_FLAG: Flag = { name: 'json', value: null, about: 'print JSON', setting: false }
const NONE = { least: 0, most: 0 }

function flag(name: string, value: string | null, about: string): Flag {
  return { name, value, about, setting: false }
}

/** Prints as JSON or as text. */
function print({ switches, out }: Invocation, value: unknown, text: () => string): void {
  out(switches.has('json') ? `${JSON.stringify(value, null, 2)}\n` : text())
}

function settings(invocation: Invocation): Settings {
  return settingsOf(invocation.runtime.environment, invocation.settings)
}

const hook: Command = {
  name: 'hook',
  summary: 'what a runner’s hook scripts call',
  about: `job-started gives the job a slot and exports CARGO_TARGET_DIR to all its steps; job-completed
ends it. Settings come from the environment. A hook never fails its job: whatever goes wrong is an
error annotation and exit code 0.`,
  operands: 'job-started|job-completed',
  operandCount: { least: 1, most: 1 },
  flags: [],
  run: async ({ operands, runtime, out }) => {
    const event = operands[0]
    const hooks = { 'job-started': hookStarted, 'job-completed': hookCompleted }
    if (event !== 'job-started' && event !== 'job-completed') {
      throw new GuardError(
        `There is no hook “${event ?? ''}”.`,
        'Use job-started or job-completed.',
        {
          usage: true,
        },
      )
    }
    const { environment, script } = runtime
    return runHook(hooks[event], workflowRuntime(environment, script, out))
  },
}

const installHooksCommand: Command = {
  name: 'install-hooks',
  summary: 'give every job of these runners a slot, without a change to any workflow',
  about: `Writes both hook scripts of each runner and names them in its .env; hooks that are there already
are run as well. Running it again changes nothing. Restart the runners afterwards: they read .env
when they start. Settings given here are written into the scripts.`,
  operands: 'RUNNER_DIR…',
  operandCount: { least: 1, most: 1000 },
  flags: [
    flag('remove', null, 'take the hooks away, and put back what was there before'),
    flag('scripts', 'DIR', 'where the scripts go; default RUNNER_DIR/target-guard'),
    ROOT,
    OWNER,
    RETENTION,
    KEEP,
    HELPER,
    IMAGE,
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

const sweepCommand: Command = {
  name: 'sweep',
  summary: 'the pass for the whole host: stale slots of all runners, orphans, the trash',
  about: `Takes stale slots of every runner out of service, on conclusive evidence only, and empties the
trash. What is in use, unknown or not target-guard’s stays, and is reported with the reason.`,
  operands: '',
  operandCount: NONE,
  flags: [
    ROOT,
    RETENTION,
    KEEP,
    HELPER,
    IMAGE,
    DRY_RUN,
    flag('adopt', 'PATH', 'also take this slot, which has no lease; may be given several times'),
    JSON_FLAG,
  ],
  run: async (invocation) => {
    const adopted = invocation.values.get('adopt') ?? []
    const done = await sweep(settings(invocation), adopted, invocation.runtime)
    const { dryRun } = settings(invocation)
    print(invocation, { actions: done.actions, ...done.heartbeat, reaped: done.reaped }, () =>
      sweepText(done.actions, done.reaped, dryRun),
    )
    return done.failures.length > 0 ? 1 : 0
  },
}

const statusCommand: Command = {
  name: 'status',
  summary: 'disk, leases with their evidence, trash, last pass',
  about: 'Shows everything that is in the root, and what speaks for and against each lease.',
  operands: '',
  operandCount: NONE,
  flags: [ROOT, JSON_FLAG],
  run: async (invocation) => {
    const found = await status(settings(invocation), invocation.runtime)
    print(invocation, found, () => statusText(found))
    return 0
  },
}

const explainCommand: Command = {
  name: 'explain',
  summary: 'what a sweep would do to each slot and why; touches nothing',
  about: 'With PATH: only what lies there, absolute or relative to the root.',
  operands: '[PATH]',
  operandCount: { least: 0, most: 1 },
  flags: [ROOT, RETENTION, KEEP, JSON_FLAG],
  run: async (invocation) => {
    const path = invocation.operands[0] ?? null
    const actions = await explain(settings(invocation), path, invocation.runtime)
    print(invocation, actions, () => explainText(actions))
    return 0
  },
}

const reapCommand: Command = {
  name: 'reap',
  summary: 'delete what is in the trash (what the background process runs)',
  about: `Deletes what passes have taken out of service. What cannot be deleted stays in quarantine, with
the command that would remove it.`,
  operands: '',
  operandCount: NONE,
  flags: [ROOT, HELPER, IMAGE, JSON_FLAG],
  run: async (invocation) => {
    const chosen = settings(invocation)
    const reaped = await emptyTrash(existingRoot(chosen, invocation.runtime), chosen)
    print(invocation, reaped, () => reapText(reaped))
    return reaped.quarantined.length > 0 ? 1 : 0
  },
}

const doctorCommand: Command = {
  name: 'doctor',
  summary: 'check everything the guard relies on, and say how to mend what is not in place',
  about: 'Exit code 1 when something keeps the guard from its work.',
  operands: '',
  operandCount: NONE,
  flags: [ROOT, HELPER, IMAGE, JSON_FLAG],
  run: async (invocation) => {
    const findings = await doctor(settings(invocation), invocation.runtime)
    print(invocation, findings, () => doctorText(findings))
    return findings.some((each) => each.level === 'fail') ? 1 : 0
  },
}

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Command[] = [
  hook,
  installHooksCommand,
  sweepCommand,
  statusCommand,
  explainCommand,
  reapCommand,
  doctorCommand,
]
