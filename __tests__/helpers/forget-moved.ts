import { mkdtempSync, rmSync } from 'node:fs'
import { forgetJudged, judgeMovedUnits } from '../../src/steps/forget-units.ts'
import type { Forgotten, MovedTarget } from '../../src/steps/forget-units.ts'

/** Has Cargo build again what could see a former path, in the target directory that was judged. */
export function forgetMovedUnits(moved: MovedTarget): Forgotten {
  const place = moved.place ?? moved.target
  const aside = mkdtempSync(`${place}.aside-`)
  try {
    return forgetJudged(place, judgeMovedUnits(moved), aside)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}
