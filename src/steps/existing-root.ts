import { findRoot, hasRoot, openRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { GuardError } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import { preciousOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/** The root, which a command that only looks does not make. */
export function existingRoot(settings: Settings, { environment }: Runtime): Root {
  const root = findRoot(settings.root, preciousOf(environment))
  if (root !== null) return root
  throw noRoot(settings)
}

/**
 * The root with what it lacks by now made again; null where there is none. A sweep makes none: by root it
 * would belong to root, and no job could write in it.
 */
export function rootToSweep(settings: Settings, { environment }: Runtime): Root | null {
  const precious = preciousOf(environment)
  return hasRoot(settings.root, precious) ? openRoot(settings.root, precious) : null
}

export function noRoot(settings: Settings): GuardError {
  return new GuardError(
    `There is no root at ${settings.root}.`,
    'The first job makes it; name another with --root.',
  )
}
