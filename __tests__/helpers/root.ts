import { openRoot } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import type { Scene } from '../e2e/scene.ts'

/** Paths that no root of a test lies above. */
export const PRECIOUS = { home: '/root', workspace: null }

/** A new root, in a temporary directory of the scene unless it is said where. */
export function aRoot(scene: Scene, directory = scene.directory('root')): Root {
  return openRoot(`${directory}/targets`, PRECIOUS)
}
