/** What a job finds that is not as it was when its seed was built. */
export interface Change {
  /** what changes, as a test's title has it */
  readonly title: string
  /** the revision: the first one with these files put, or removed; else the first one */
  readonly files?: Readonly<Record<string, string | null>>
  /** the revision before the first one, with these files put in the first one only */
  readonly older?: true
  /** shell after the checkout, in the workspace */
  readonly afterCheckout?: string
  /** whether Cargo.lock names a newer release of a crate */
  readonly lock?: 'updated'
  /** whether another rustc is first on the build's PATH: after the guard, which does not see it */
  readonly compiler?: 'another'
  /** which archive of generated files is unpacked; default 1 */
  readonly archive?: 1 | 2
  /** which value the crate outside the repository has; default 1 */
  readonly outside?: 1 | 2
  /** further words for Cargo */
  readonly words?: string
  readonly rustflags?: string
  /** the one package that is built where the change has everything compiled; default all of them */
  readonly only?: 'varied'
  /** packages of the registry that are compiled again */
  readonly registry?: readonly string[]
  /** the program's line that shows the change */
  readonly shows: string
  /** the tests that fail by it, sorted */
  readonly fails: readonly string[]
}

const valueOf = (value: number): string => `pub const VALUE: u32 = ${value};\n`
export const OLD = '2001-02-03 04:05:06'

export const NOTHING: Change = { title: 'nothing', shows: 'root 1 same 1 leaf 1', fails: [] }

/** What differs from the first revision in the one before it. */
export const OLDER = { 'plain/src/root.rs': valueOf(9), 'varied/number.txt': '9' }

/** Those that have most compiled again come last: jobs inherit from each other in this order. */
export const CHANGES: readonly Change[] = [
  {
    title: 'a leaf crate',
    files: { 'varied/src/leaf.rs': valueOf(2) },
    shows: 'root 1 same 1 leaf 2',
    fails: ['values'],
  },
  {
    title: 'the root crate',
    files: { 'plain/src/root.rs': valueOf(2) },
    shows: 'root 2 same 1 leaf 1',
    fails: ['root_is_one', 'values'],
  },
  {
    title: 'a file, to other content of the same size, with an older mtime',
    files: { 'varied/src/same.rs': valueOf(2) },
    afterCheckout: `touch -d '${OLD}' varied/src/same.rs`,
    shows: 'root 1 same 2 leaf 1',
    fails: ['values'],
  },
  {
    title: 'files, which are removed',
    files: {
      'counting/pieces/two.txt': null,
      'varied/pieces/two.txt': null,
      'varied/tests/extra.rs': null,
    },
    shows: 'number 1 pieces 1 1',
    fails: ['made'],
  },
  {
    title: 'a build script’s input',
    files: { 'varied/number.txt': '2' },
    shows: 'number 2 pieces 2 2',
    fails: ['made'],
  },
  {
    title: 'Cargo.lock, which is updated',
    lock: 'updated',
    shows: 'unicode (16, 0, 0)',
    fails: [],
    registry: ['unicode-xid'],
  },
  {
    title: 'the features',
    words: '--features varied/loud',
    shows: 'loud true tuned false',
    fails: [],
  },
  {
    title: 'the branch, back to older content',
    older: true,
    shows: 'root 9 same 1 leaf 1',
    fails: ['made', 'root_is_one', 'values'],
  },
  {
    title: 'the workspace, whose old files have older content',
    older: true,
    afterCheckout: `find . -path ./.git -prune -o -type f -exec touch -d '${OLD}' {} +`,
    shows: 'number 9 pieces 2 2',
    fails: ['made', 'root_is_one', 'values'],
  },
  {
    title: 'an untracked input, from an archive with its old mtime',
    archive: 2,
    shows: 'generated 2',
    fails: ['generated'],
  },
  {
    title: 'a crate outside the repository',
    outside: 2,
    shows: 'outside 2',
    fails: ['outside_is_one'],
  },
  {
    title: 'RUSTFLAGS',
    rustflags: '--cfg tuned',
    only: 'varied',
    shows: 'loud false tuned true',
    fails: [],
    registry: ['unicode-xid'],
  },
  {
    title: 'the toolchain',
    compiler: 'another',
    only: 'varied',
    shows: `commit-hash: ${'0'.repeat(40)}`,
    fails: [],
    registry: ['unicode-xid'],
  },
]
