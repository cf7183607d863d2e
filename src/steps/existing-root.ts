import { findRoot, hasRoot, openRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { GuardError } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import { misplacedWarnings } from '../report/misplaced.ts'
import type { Voice } from '../report/voice.ts'
import { preciousOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

/** The root, which a command that only looks does not make. */
export function existingRoot(settings: Settings, { environment, voice }: Runtime): Root {
  const root = findRoot(settings.root, preciousOf(environment))
  if (root === null) throw noRoot(settings)
  warnOfMisplaced(root, voice)
  return root
}

/**
 * The root with what it lacks by now made again; null where there is none. A sweep makes none: by root it
 * would belong to root, and no job could write in it.
 */
export function rootToSweep(settings: Settings, { environment, voice }: Runtime): Root | null {
  const precious = preciousOf(environment)
  if (!hasRoot(settings.root, precious)) return null
  const root = openRoot(settings.root, precious)
  warnOfMisplaced(root, voice)
  return root
}

function warnOfMisplaced(root: Root, voice: Voice): void {
  for (const text of misplacedWarnings(root)) voice.warning(text)
}

export function noRoot(settings: Settings): GuardError {
  return new GuardError(
    `There is no root at ${settings.root}.`,
    'The first job makes it; name another with --root.',
  )
}
