import { forgetJudged, judgeMovedUnits } from '../../src/steps/forget-units.ts'
import type { Forgotten, MovedTarget } from '../../src/steps/forget-units.ts'

/** Has Cargo build again what could see a former path, in the target directory that was judged. */
export function forgetMovedUnits(moved: MovedTarget): Forgotten {
  return forgetJudged(moved.place ?? moved.target, judgeMovedUnits(moved))
}
