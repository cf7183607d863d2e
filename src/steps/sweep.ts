import { observeOwner } from '../host/runner.ts'
import { helpers } from '../host/privilege.ts'
import { inRoot } from '../host/root.ts'
import { isSlotPath } from '../plan/naming.ts'
import { messageOf } from '../plan/guard-error.ts'
import type { Root } from '../host/root.ts'
import { withRelief } from '../plan/relief.ts'
import type { Action } from '../plan/reclaim.ts'
import type { Settings } from '../plan/settings.ts'
import { guardDisk, keepReserve } from './guard-disk.ts'
import type { Guarded } from './guard-disk.ts'
import { noRoot, rootToSweep } from './existing-root.ts'
import { afterPass } from './after-pass.ts'
import type { FailedPass } from './after-pass.ts'
import { keepBudget } from './keep-budget.ts'
import { pass } from './pass.ts'
import type { PassResult } from './pass.ts'
import { selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { sweepWorktrees, watchedDirectories } from './watched-worktrees.ts'

/** What a sweep did: its pass, and what the disk guard found after it. */
export interface Swept extends PassResult {
  guarded: Guarded
  /** what was to be adopted and is no slot without a lease, as it was named */
  unadoptable: readonly string[]
}

/**
 * The pass for the whole host: stale slots of every runner, orphans among them, and the trash.
 *
 * @param adopted paths, absolute or relative to the root, that an administrator gives up for deletion
 * @returns null where there is no root, and only worktrees were looked after
 * @throws GuardError where there is no root, and nothing else to look after
 */
export async function sweep(
  settings: Settings,
  adopted: readonly string[],
  runtime: Runtime,
): Promise<Swept | null> {
  const root = rootToSweep(settings, runtime)
  if (root !== null) return sweepRoot(root, settings, adopted, runtime)
  const isWatching = watchedDirectories(runtime.environment).length > 0
  if (!isWatching || adopted.length > 0) throw noRoot(settings)
  runtime.voice.warning(
    `There is no root at ${settings.root}: only the worktrees are looked after.`,
  )
  await sweepWorktrees(null, settings, runtime)
  return null
}

async function sweepRoot(
  root: Root,
  settings: Settings,
  adopted: readonly string[],
  runtime: Runtime,
): Promise<Swept> {
  const self = selfOf(observeOwner(runtime.environment), null)
  // A pass that fails is told like any other, and the disk looked after all the same.
  const tried = await settled(
    pass(
      {
        root,
        self,
        scope: 'host',
        retention: settings,
        ways: helpers(settings),
        dryRun: settings.dryRun,
        deletes: 'now',
        by: 'sweep',
        adopted: adopted.map((path) => inRoot(root, path)),
      },
      runtime,
    ),
  )
  if (!settings.dryRun) await evictOverBudget(root, settings, runtime)
  const guarded = await guardDisk({ root, self, settings, scope: 'host' }, runtime)
  if (!settings.dryRun) keepReserve(root, guarded, runtime)
  for (const { level, reading, why } of guarded.assessments) {
    if (level !== 'ok') runtime.voice.warning(`The disk of ${reading.path} is ${level}: ${why}.`)
  }
  const done: PassResult | FailedPass =
    'error' in tried ? { scope: 'host', why: messageOf(tried.error) } : tried.value
  const isNoted = await afterPass({ root, settings, done, guarded, jobs: [] }, runtime)
  // Last, since it may take long: nobody shall take the guard for dead meanwhile.
  await sweepWorktrees(root, settings, runtime)
  if ('error' in tried) throw tried.error
  const merged = withPlanned(tried.value, guarded.planned)
  return {
    ...merged,
    isNoted,
    guarded,
    unadoptable: tellUnadoptable(root, adopted, merged.actions, runtime),
  }
}

/** What was named and cannot be adopted; somebody waits for it to go, so that it is told. */
function tellUnadoptable(
  root: Root,
  adopted: readonly string[],
  actions: readonly Action[],
  { voice }: Runtime,
): string[] {
  const known = new Set(
    actions.flatMap((each) =>
      each.kind === 'adopt' || (each.kind === 'foreign' && isSlotPath(each.path))
        ? [each.path]
        : [],
    ),
  )
  const unknown = adopted.filter((path) => !known.has(inRoot(root, path)))
  for (const path of unknown) {
    voice.error(
      `--adopt ${path}: no slot without a lease is there, so nothing of it was done. ` +
        '“target-guard explain” lists what there is.',
    )
  }
  return unknown
}

/** What a dry run would take for room is told once, as that, and not as kept, too. */
function withPlanned(done: PassResult, planned: readonly Action[]): PassResult {
  const actions = withRelief(done.actions, planned)
  const goes = new Set(planned.flatMap((each) => (each.kind === 'retire' ? [each.slot] : [])))
  const kept = done.heartbeat.kept.filter(({ path }) => !goes.has(path))
  return { ...done, actions, heartbeat: { ...done.heartbeat, kept } }
}

async function evictOverBudget(root: Root, settings: Settings, { voice }: Runtime): Promise<void> {
  const tried = await settled(keepBudget(root, settings.snapshotMaxBytes))
  if ('error' in tried) {
    voice.warning(`The snapshots were not kept within their budget: ${messageOf(tried.error)}`)
    return
  }
  for (const { id, why } of tried.value.left) {
    voice.warning(`${id} could not be taken out of service: ${why}`)
  }
  for (const name of tried.value.evicted) {
    voice.info(`snapshot ${name} evicted: the snapshots are over their budget`)
  }
}

async function settled<Value>(
  work: Promise<Value>,
): Promise<{ value: Value } | { error: unknown }> {
  try {
    return { value: await work }
  } catch (error) {
    return { error }
  }
}
