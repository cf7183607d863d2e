import { describe, expect, test } from '@jest/globals'
import {
  countFrom,
  oidsInReflog,
  parseGitStatus,
  parseGraph,
  stashesOn,
  tipsOf,
} from '../../src/plan/git-status.ts'

const oid = (digit: string): string => digit.repeat(40)
const said = (...lines: string[]): string => lines.map((line) => `${line}\0`).join('')

describe('git status', () => {
  test('of a branch with an upstream, and all kinds of files', () => {
    const status = parseGitStatus(
      said(
        `# branch.oid ${oid('a')}`,
        '# branch.head topic/it',
        '# branch.upstream origin/topic/it',
        '# branch.ab +? -?',
        `1 .M N... 100644 100644 100644 ${oid('b')} ${oid('b')} a file\nof two lines`,
        `u UU N... 100644 100644 100644 100644 ${oid('b')} ${oid('b')} ${oid('b')} conflict`,
        '? new file',
        '! target/',
      ),
    )
    expect(status).toStrictEqual({
      head: oid('a'),
      branch: 'topic/it',
      upstream: { name: 'origin/topic/it', isGone: false },
      dirty: 2,
      untracked: ['new file'],
      ignored: ['target/'],
    })
  })

  test('of an upstream that is gone, a detached head, and no commit', () => {
    const gone = said(`# branch.oid ${oid('a')}`, '# branch.head b', '# branch.upstream origin/b')
    expect(parseGitStatus(gone).upstream).toStrictEqual({ name: 'origin/b', isGone: true })
    const detached = said(`# branch.oid ${oid('a')}`, '# branch.head (detached)')
    expect(parseGitStatus(detached).branch).toBeNull()
    expect(parseGitStatus(said('# branch.oid (initial)', '# branch.head b')).head).toBeNull()
  })

  test.each([[''], ['? file\0'], [said(`# branch.oid ${oid('a')}`, 'X what is this')]])(
    'that is none: %p',
    (text) => {
      expect(() => parseGitStatus(text)).toThrow(/git status/)
    },
  )
})

test('un-pushed commits are counted from each head', () => {
  // d → c → b → (pushed), and e → b.
  const graph = parseGraph(
    `${oid('d')} ${oid('c')}\n${oid('c')} ${oid('b')}\n${oid('b')} ${oid('a')}\n${oid('e')} ${oid('b')}\n`,
  )
  expect(['a', 'b', 'c', 'd', 'e'].map((each) => countFrom(oid(each), graph))).toStrictEqual([
    0, 1, 2, 3, 2,
  ])
  expect(tipsOf(graph)).toStrictEqual([oid('d'), oid('e')])
})

test('a reflog names objects, and none by zeros', () => {
  const reflog = `${oid('0')} ${oid('a')} me <me@example.com> 1 +0000\tcommit\n${oid('a')} ${oid('b')} me <> 2 +0000\tx\nbroken\n`
  expect(oidsInReflog(reflog)).toStrictEqual([oid('a'), oid('b')])
})

const line = (text: string): string => `${oid('0')} ${oid('a')} me <> 1 +0000\t${text}\n`

test('stashes belong to the branch they were made on', () => {
  const reflog =
    line('WIP on work: abc first') + line('On work: words') + line('WIP on (no branch): x')
  expect(stashesOn('work', reflog)).toBe(2)
  expect(stashesOn(null, reflog)).toBe(1)
  expect(stashesOn('wor', reflog)).toBe(0)
})
