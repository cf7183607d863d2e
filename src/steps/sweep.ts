import { observeOwner } from '../host/runner.ts'
import { helpers } from '../host/privilege.ts'
import { openRoot } from '../host/root.ts'
import type { Settings } from '../plan/settings.ts'
import { pass } from './pass.ts'
import type { PassResult } from './pass.ts'
import { preciousOf, selfOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/**
 * The pass for the whole host: stale slots of every runner, orphans among them, and the trash.
 *
 * @param adopted paths, absolute or relative to the root, that an administrator gives up for deletion
 */
export async function sweep(
  settings: Settings,
  adopted: readonly string[],
  runtime: Runtime,
): Promise<PassResult> {
  const root = openRoot(settings.root, preciousOf(runtime.environment))
  const inRoot = adopted.map((path) =>
    path.startsWith(`${root.path}/`) ? path.slice(root.path.length + 1) : path,
  )
  return pass(
    {
      root,
      self: selfOf(observeOwner(runtime.environment), null),
      scope: 'host',
      retention: settings,
      ways: helpers(settings),
      dryRun: settings.dryRun,
      deletes: 'now',
      by: 'sweep',
      adopted: inRoot,
    },
    runtime,
  )
}
