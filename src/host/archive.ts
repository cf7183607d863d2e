import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { TREE, TarGate } from '../plan/tar-gate.ts'
import type { TarLimits, TarTotals } from '../plan/tar-gate.ts'
import { inputOf, isBrokenPipe, outputOf, printed, startProgram, together } from './programs.ts'

/** How an archive is compressed; a host without zstd neither reads nor writes zstd. */
export type Compression = 'zstd' | 'gzip'

const PACK: Record<Compression, readonly string[]> = {
  zstd: ['-q', '-c', '-T0', '-3'],
  gzip: ['-c', '-1'],
}
const UNPACK: Record<Compression, readonly string[]> = {
  zstd: ['-q', '-d', '-c'],
  gzip: ['-d', '-c'],
}

/**
 * GNU tar is asked for pax headers, since in its own format times are whole seconds, and Cargo would
 * build everything again; for the content of hard links, and for names as the list has them.
 */
const PACKING = [
  '--create',
  '--file=-',
  '--format=posix',
  '--pax-option=delete=atime,delete=ctime',
  '--hard-dereference',
  '--numeric-owner',
  '--owner=0',
  '--group=0',
  '--mode=u+rwX,a-st',
  '--no-recursion',
  '--null',
]

const UNPACKING = [
  '--extract',
  '--file=-',
  '--no-same-owner',
  '--no-same-permissions',
  '--keep-old-files',
  '--delay-directory-restore',
]

/** What this host can pack with; null without GNU tar, which alone keeps times to the nanosecond. */
export async function findCompression(signal: AbortSignal): Promise<Compression | null> {
  const [tar, zstd] = await Promise.all([
    printed('tar', ['--version'], signal),
    printed('zstd', ['--version'], signal),
  ])
  if (!tar.includes('GNU tar')) return null
  return zstd === '' ? 'gzip' : 'zstd'
}

/** Packs files of a folder, by a list of names relative to it, each ended by NUL. */
export async function pack(
  work: { folder: string; list: string; archive: string; compression: Compression },
  signal: AbortSignal,
): Promise<void> {
  const { folder, list, archive, compression } = work
  const output = openSync(archive, 'wx', 0o600)
  try {
    const piped = { input: 'pipe', output } as const
    const packer = startProgram(compression, PACK[compression], piped, signal)
    const tar = startProgram(
      'tar',
      [...PACKING, '-C', folder, '-T', list],
      { input: 'ignore', output: 'pipe' },
      signal,
    )
    await together([tar, packer], async () => {
      await pipeline(outputOf(tar), inputOf(packer), { signal })
    })
  } finally {
    closeSync(output)
  }
}

/**
 * Unpacks into a folder, which must be new and this user's alone. Nothing of the archive reaches tar
 * before the gate has looked at it.
 *
 * @throws TarRefusal where the gate refuses; other errors where it is damaged or the disk is full.
 *   Either way there may be half a tree in the folder.
 */
export async function unpack(
  work: { archive: string; folder: string; compression: Compression; limits: TarLimits },
  signal: AbortSignal,
): Promise<TarTotals> {
  const { archive, folder, compression, limits } = work
  mkdirSync(join(folder, TREE), 0o700)
  const gate = new TarGate(limits)
  const source = startProgram(
    compression,
    [...UNPACK[compression], '--', archive],
    { input: 'ignore', output: 'pipe' },
    signal,
  )
  const tar = startProgram(
    'tar',
    [...UNPACKING, '-C', folder],
    { input: 'pipe', output: 'ignore' },
    signal,
  )
  let whole: TarTotals | null = null
  async function* inspected(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let held: Uint8Array | null = null
    for await (const chunk of chunks) {
      gate.accept(chunk)
      if (held !== null) yield held
      held = chunk
    }
    // Only then does tar see the end: half an archive is none.
    await source.ended
    whole = gate.finish()
    if (held !== null) yield held
  }
  return together([source, tar], async () => {
    await pipeline(outputOf(source), inspected, inputOf(tar), { signal }).catch(
      (error: unknown) => {
        // With the end of the archive read, tar may be gone before the pipe is closed.
        if (whole === null || !isBrokenPipe(error)) throw error
      },
    )
    await tar.ended
    return gate.finish()
  })
}
