import { startInBackground } from './background.ts'
import type { Root } from './root.ts'

/** Starts the reaper, and does not wait for it. */
export function startReaper(
  root: Root,
  script: string,
  settings: { privilegedHelper: string; helperImage: string | null },
): void {
  const helper = ['--privileged-helper', settings.privilegedHelper]
  if (settings.helperImage !== null) helper.push('--helper-image', settings.helperImage)
  startInBackground(script, ['reap', '--root', root.path, ...helper])
}
