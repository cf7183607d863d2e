import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { readCheckout, readingAhead } from '../../src/host/checkout.ts'
import { readWorkTree } from '../../src/host/git.ts'
import { stubProgram } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

/** A folder with one file in it. */
function aWorkspace(): string {
  const workspace = scene().directory('workspace')
  writeFileSync(`${workspace}/before`, '')
  return workspace
}

const add = (workspace: string): void => writeFileSync(`${workspace}/meanwhile`, '')

const git = (...words: readonly string[]): string =>
  execFileSync('git', words, { encoding: 'utf8' }).trim()

/** The names of what is in a checkout. */
async function sourcesIn(workspace: string, excluded: readonly string[] = []): Promise<string[]> {
  const { sources } = await readCheckout(workspace, excluded)
  return [...sources.keys()].toSorted()
}

afterEach(() => {
  jest.restoreAllMocks()
})

describe('a checkout that is read ahead', () => {
  test('is what it was when the work began', async () => {
    const workspace = aWorkspace()
    const found = await readingAhead(workspace, async () => {
      add(workspace)
      return sourcesIn(workspace)
    })
    expect(found).toEqual(['before'])
  })

  test('is read anew after the work, however that ended', async () => {
    const workspace = aWorkspace()
    const failing = readingAhead(workspace, async () => {
      add(workspace)
      throw new Error('in vain')
    })
    await expect(failing).rejects.toThrow('in vain')
    expect(await sourcesIn(workspace)).toEqual(['before', 'meanwhile'])
  })

  test('is read anew for who passes over parts of it, and for another one', async () => {
    const workspace = aWorkspace()
    const other = aWorkspace()
    mkdirSync(`${workspace}/part`)
    writeFileSync(`${workspace}/part/file`, '')
    await readingAhead(workspace, async () => {
      add(workspace)
      add(other)
      expect(await sourcesIn(workspace, ['part'])).toEqual(['before', 'meanwhile'])
      expect(await sourcesIn(other)).toEqual(['before', 'meanwhile'])
    })
  })

  test('is read anew for who comes late', async () => {
    const workspace = aWorkspace()
    await readingAhead(workspace, async () => {
      add(workspace)
      const late = performance.now() + 1000
      jest.spyOn(performance, 'now').mockReturnValue(late)
      expect(await sourcesIn(workspace)).toEqual(['before', 'meanwhile'])
    })
  })

  test('that cannot be read harms nobody but who asks for it', async () => {
    const workspace = `${aWorkspace()}/${'x'.repeat(300)}`
    const unhandled: unknown[] = []
    const note = (reason: unknown): unknown => unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      const found = await readingAhead(workspace, async () => {
        await turn()
        await turn()
        return sourcesIn(workspace).catch(String)
      })
      expect(found).toMatch('ENAMETOOLONG')
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', note)
    }
  })
})

test('git says in words that it cannot tell, whatever keeps it from that', async () => {
  expect(await readWorkTree(`${aWorkspace()}/${'x'.repeat(300)}`, [])).toMatch('ENAMETOOLONG')
})

/** A work tree whose file was changed since it was added; its git does this before it compares. */
async function aChanged(script: string): Promise<string> {
  const workspace = aWorkspace()
  git('-C', workspace, 'init', '-q')
  git('-C', workspace, 'add', 'before')
  writeFileSync(`${workspace}/before`, 'two')
  const before = `case "$*" in *diff-files*) ${script} ;; esac`
  const PATH = await stubProgram(scene(), 'git', `${before}\nexec "$REAL" "$@"`)
  jest.replaceProperty(process, 'env', { ...process.env, PATH })
  return workspace
}

describe('a file that somebody adds to git’s index while that is read', () => {
  test('has the content that it has now', async () => {
    const go = `${scene().directory('go')}/go`
    const workspace = await aChanged(`until test -e ${go}; do sleep 0.01; done`)
    // The index has been read when this returns, and git waits.
    const reading = readCheckout(workspace, [])
    git('-C', workspace, 'add', 'before')
    writeFileSync(go, '')
    const { sources } = await reading
    const blob = git('hash-object', `${workspace}/before`)
    expect(sources.get('before')).toMatchObject({ id: `git:${blob}` })
  })

  test('is read itself where there is no end of it', async () => {
    const workspace = await aChanged('touch "$GIT_INDEX_FILE"')
    git('-C', workspace, 'add', 'before')
    const { sources } = await readCheckout(workspace, [])
    expect([...sources]).toEqual([['before', null]])
  })
})

test('a linked work tree has the attributes of its repository: what a filter made is no blob', async () => {
  const [main, linked] = [scene().directory('main'), `${scene().directory('linked')}/tree`]
  const inMain = (...words: readonly string[]): string =>
    git('-C', main, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...words)
  inMain('init', '--quiet')
  for (const name of ['plain.rs', 'made.rs']) writeFileSync(`${main}/${name}`, 'word\n')
  inMain('add', '--all')
  inMain('commit', '--quiet', '--message', 'first')
  writeFileSync(`${main}/.git/info/attributes`, 'made.rs filter=upper\n')
  inMain('config', 'filter.upper.smudge', 'tr a-z A-Z')
  inMain('config', 'filter.upper.clean', 'tr A-Z a-z')
  inMain('worktree', 'add', '--quiet', linked)
  expect(readFileSync(`${linked}/made.rs`, 'utf8')).toBe('WORD\n')
  // Older than the index, whose word counts then.
  for (const name of ['plain.rs', 'made.rs']) utimesSync(`${linked}/${name}`, 1, 1)
  git('-C', linked, 'update-index', '--refresh')
  const { sources } = await readCheckout(linked, [])
  expect(sources.get('made.rs')).toBeNull()
  expect(sources.get('plain.rs')).toMatchObject({ id: expect.stringMatching(/^git:/) })
})
