import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { beforeEach, expect, test } from '@jest/globals'
import { findVacantTexts } from '../../src/host/vacant-paths.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

const FORMER = '/old/slot/debug/build/native-fedcba9876543210/out'
const ALLOWANCE = { bytes: 1024 ** 2, entries: 1000 }

let out = ''
beforeEach(() => {
  out = scene().directory('vacant')
})

/** Compiles these strings of C, each into a member of its own of `install/lib/libnative.a`. */
function compile(...texts: readonly string[]): void {
  const lib = path.join(out, 'install/lib')
  mkdirSync(lib, { recursive: true })
  const objects = texts.map((text, index) => {
    const object = path.join(out, `${index}.o`)
    const code = `const char *f${index}(void) { return ${JSON.stringify(text)}; }`
    const words = ['-x', 'c', '-g', `-fdebug-prefix-map=${process.cwd()}=${FORMER}`, '-c', '-']
    execFileSync('cc', [...words, '-o', object], { input: code })
    return object
  })
  execFileSync('ar', ['crs', path.join(lib, 'libnative.a'), ...objects])
  for (const object of objects) execFileSync('rm', [object])
}

function find(allowance = { ...ALLOWANCE }): string[] {
  const folder = openSync(out, 'r')
  try {
    return findVacantTexts(folder, FORMER, allowance)
  } finally {
    closeSync(folder)
  }
}

needs('cargo').describe('what a build script compiled', () => {
  test('may name places of its installation where nothing lies, in any member', () => {
    const modules = `${FORMER}/install/lib/modules-3`
    compile(modules, 'nothing', `MODULES: "${modules}"`, `${FORMER}/install/etc/a/b.conf`)
    expect(find()).toEqual([`${modules}\0`, `${modules}"\0`, `${FORMER}/install/etc/a/b.conf\0`])
  })

  test('may name several in a list', () => {
    const [lib, etc] = [`${FORMER}/install/lib/modules`, `${FORMER}/install/etc/native`]
    compile(`${lib}:${etc}`)
    expect(find()).toEqual([`${lib}:`, `${etc}\0`])
  })

  test.each([
    ['what is there', 'install/lib/libnative.a'],
    ['a folder that is there', 'install/lib'],
    ['what may be made of it', 'install/lib/libnat'],
    ['below a file', 'install/lib/libnative.a/more'],
    ['behind a link', 'install/lib/link/modules'],
    ['a link that leads nowhere', 'install/lib/link'],
    ['where programs write', 'install/var/lib/modules'],
    ['no part of an installation', 'modules'],
    ['upwards', 'install/lib/../../../modules'],
    ['twice parted', 'install/lib//modules'],
    ['a pattern', 'install/lib/%s.so'],
    ['paths that are parted otherwise', 'install/lib/a;install/lib/b'],
    ['a list with one that is there', `install/lib:${FORMER}/install`],
    ['more behind it', 'install/lib/modules and more'],
    ['what is too long to be told', `install/lib/${'m'.repeat(600)}`],
  ])('counts where it names %s', (_, named) => {
    compile(`${FORMER}/${named}`)
    symlinkSync('/nonexistent', path.join(out, 'install/lib/link'))
    expect(find()).toEqual([])
  })

  test('is looked for in compiled files alone, through no link, and within bounds', () => {
    const named = `${FORMER}/install/lib/modules`
    compile(named)
    writeFileSync(path.join(out, 'text'), `${FORMER}/install/lib/other\0`)
    const elsewhere = scene().directory('elsewhere')
    execFileSync('cp', ['-r', path.join(out, 'install'), elsewhere])
    expect(find()).toEqual([`${named}\0`])
    expect(find({ ...ALLOWANCE, bytes: 1000 })).toEqual([])
    expect(find({ ...ALLOWANCE, entries: 2 })).toEqual([])
    execFileSync('rm', ['-r', path.join(out, 'install')])
    symlinkSync(path.join(elsewhere, 'install'), path.join(out, 'install'))
    expect(find()).toEqual([])
  })
})
