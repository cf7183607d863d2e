import Sequencer from '@jest/test-sequencer'

/**
 * The test files that take longest, in that order. Where jest has no record of an earlier run, as in
 * CI, it goes by size, and one of these that is begun last is waited for by everybody.
 */
const LONGEST = [
  'warm-matrix',
  'write-faults',
  'crash',
  'seed-faults',
  'signals',
  'full-disk',
  'remote-cache',
  'clone',
  'isolation',
  'warm-isolation',
].map((name) => `/__tests__/e2e/${name}.test.ts`)

function rankOf({ path }) {
  const found = LONGEST.findIndex((each) => path.endsWith(each))
  return found < 0 ? LONGEST.length : found
}

/** Begins with those, and leaves the order of the rest to jest. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const usual = Sequencer.prototype.sort.call(this, tests)
    return usual.toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}
