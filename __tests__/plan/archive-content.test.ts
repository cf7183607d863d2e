import { describe, expect, test } from '@jest/globals'
import { archiveContent } from '../../src/plan/archive-content.ts'
import type { ArchiveContent, ContentPolicy, TreeEntry } from '../../src/plan/archive-content.ts'

const H = '0123456789abcdef'
const POLICY: ContentPolicy = {
  groups: ['incremental', 'binaries'],
  globs: [],
  members: ['my-app'],
  maxBytes: 1e6,
}

function file(path: string, bytes = 1): TreeEntry {
  return { path, kind: 'file', bytes, isExecutable: false, target: '' }
}

function program(path: string, bytes = 1): TreeEntry {
  return { ...file(path, bytes), isExecutable: true }
}

function link(path: string, target: string): TreeEntry {
  return { ...file(path, 0), kind: 'link', target }
}

/** Entries with all folders that they lie in. */
function tree(...entries: readonly TreeEntry[]): TreeEntry[] {
  const folders = new Set(
    entries.flatMap(({ path }) =>
      path.split('/').map((_, depth, names) => names.slice(0, depth).join('/')),
    ),
  )
  folders.delete('')
  for (const { path } of entries) folders.delete(path)
  return [
    ...Array.from(folders, (path) => ({ ...file(path, 0), kind: 'folder' as const })),
    ...entries,
  ]
}

/** Paths that are carried, folders left away. */
function carried(entries: readonly TreeEntry[], policy: Partial<ContentPolicy> = {}): string[] {
  const content = archiveContent(entries, { ...POLICY, ...policy })
  if (content.kind === 'unfit') throw new Error(content.reason)
  return content.entries.filter(({ kind }) => kind !== 'folder').map(({ path }) => path)
}

const FINGERPRINT = `debug/.fingerprint/serde-${H}/dep-lib-serde`

describe('left out by default', () => {
  test.each<[string, TreeEntry]>([
    ['incremental state', file('debug/incremental/x/y')],
    ['Cargo’s lock', file('debug/.cargo-lock')],
    ['its newer locks', file('debug/.cargo-artifact-lock')],
    ['a lock beside the profiles', file('.cargo-lock')],
    ['what Cargo knows of rustc', file('.rustc_info.json')],
    ['documentation', file('doc/serde/index.html')],
    ['packages', file('package/x.crate')],
    ['what tests wrote', file('tmp/x')],
    ['a program', program(`debug/deps/my_app-${H}`)],
    ['an example', program(`debug/examples/show-${H}`)],
    ['a socket', { ...file('debug/build/x/socket'), kind: 'other' }],
  ])('is %s', (_, entry) => {
    expect(carried(tree(file(FINGERPRINT), entry))).toEqual([FINGERPRINT])
  })

  test('is another name of an output, but nothing else directly in a profile', () => {
    const outputs = [
      file(`debug/deps/libmy_lib-${H}.rlib`, 7),
      program('debug/deps/libplug.so', 8),
      program(`debug/deps/my_app-${H}`, 9),
    ]
    const linked = [
      file('debug/libmy_lib.rlib', 7),
      program('debug/libplug.so', 8),
      program('debug/my-app', 9),
    ]
    const placed = [program('debug/libonnx.so', 5), program('debug/my-tool', 9)]
    expect(carried(tree(file(FINGERPRINT), ...outputs, ...linked, ...placed))).toEqual([
      FINGERPRINT,
      `debug/deps/libmy_lib-${H}.rlib`,
      'debug/deps/libplug.so',
      'debug/libonnx.so',
      'debug/my-tool',
    ])
  })

  test('is nothing that only looks like it', () => {
    const kept = [
      FINGERPRINT,
      `debug/build/a-${H}/out/doc/x`,
      `debug/build/a-${H}/out/incremental/x`,
      `debug/build/a-${H}/out/.cargo-lock`,
      `debug/build/a-${H}/out/tmp/x`,
      `debug/deps/serde_derive-${H}.d`,
    ]
    const proc = program(`debug/deps/libserde_derive-${H}.so`)
    const paths = carried(tree(...kept.map((path) => file(path)), proc))
    expect(paths.toSorted()).toEqual([...kept, proc.path].toSorted())
  })

  test('is the same below a target triple', () => {
    const of = (path: string): TreeEntry => file(`x86_64-unknown-linux-musl/${path}`)
    const entries = tree(file(FINGERPRINT), of(FINGERPRINT), of('debug/incremental/x'), of('doc/x'))
    expect(carried(entries)).toEqual([FINGERPRINT, of(FINGERPRINT).path])
  })
})

describe('a setting', () => {
  const entries = tree(
    file(FINGERPRINT),
    file('debug/incremental/x'),
    program(`debug/deps/my_app-${H}`),
    file(`debug/deps/libmy_app-${H}.rlib`),
    file(`debug/.fingerprint/my-app-${H}/x`),
    file(`debug/build/my-app-${H}/out/x`),
    file(`debug/deps/my_app_too-${H}.d`),
  )

  test('can leave nothing out', () => {
    expect(carried(entries, { groups: [] })).toHaveLength(7)
  })

  test('can leave out all of the workspace’s own', () => {
    expect(carried(entries, { groups: ['members'] })).toEqual([
      FINGERPRINT,
      `debug/deps/my_app_too-${H}.d`,
      'debug/incremental/x',
    ])
  })

  test('can name paths', () => {
    expect(carried(entries, { groups: [], globs: ['debug/deps/*'] })).toEqual([
      `debug/.fingerprint/my-app-${H}/x`,
      FINGERPRINT,
      `debug/build/my-app-${H}/out/x`,
      'debug/incremental/x',
    ])
  })
})

describe('what a build script wrote', () => {
  const own = [file(`debug/.fingerprint/a-${H}/run`), file(`debug/build/a-${H}/out/kept`)]
  const other = file(`debug/build/b-${H}/out/kept`)

  test.each(['/home/x', '../../x', 'y/../../x'])(
    'goes with the record of its run where a link leads to %s',
    (target) => {
      const entries = tree(...own, other, link(`debug/build/a-${H}/out/link`, target))
      expect(carried(entries)).toEqual([other.path])
    },
  )

  test('goes with the record of its run where a part is named to be left out', () => {
    const big = file(`debug/build/a-${H}/out/deep/big.bin`)
    const entries = tree(...own, other, big)
    expect(carried(entries, { globs: ['debug/build/**/big.bin'] })).toEqual([other.path])
  })

  test('stays with links inside', () => {
    const inner = link(`debug/build/a-${H}/out/link`, 'kept')
    expect(carried(tree(...own, inner))).toHaveLength(3)
  })
})

function judged(
  entries: readonly TreeEntry[],
  policy: Partial<ContentPolicy> = {},
): ArchiveContent {
  return archiveContent(entries, { ...POLICY, ...policy })
}

describe('unfit', () => {
  test('is a tree with a link that leads out and that nothing would make again', () => {
    expect(judged(tree(file(FINGERPRINT), link('debug/libonnx.so', '/home/x/libonnx.so')))).toEqual(
      {
        kind: 'unfit',
        reason: 'the link debug/libonnx.so leads out of the target dir',
      },
    )
  })

  test('is none whose link is left out anyway', () => {
    const entries = tree(file(FINGERPRINT), link('tmp/x', '/etc'))
    expect(judged(entries).kind).toBe('content')
  })

  test('is one that is too large, without what is left out', () => {
    const entries = tree(file(FINGERPRINT, 10), file('debug/incremental/x', 1000))
    expect(judged(entries, { maxBytes: 10 })).toMatchObject({ kind: 'content', bytes: 10 })
    expect(judged(entries, { maxBytes: 9 })).toEqual({
      kind: 'unfit',
      reason: 'it is 10 bytes, above the 9 allowed',
    })
  })
})

test('folders come before what lies in them', () => {
  const content = archiveContent(tree(file('debug/a/b'), file('debug/a-b/c'), file('x')), POLICY)
  if (content.kind === 'unfit') throw new Error(content.reason)
  const seen = new Set([''])
  for (const { path } of content.entries) {
    expect(seen).toContain(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    seen.add(path)
  }
})
