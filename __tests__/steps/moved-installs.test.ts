import { existsSync, renameSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect } from '@jest/globals'
import { moveRules } from '../../src/steps/move-rules.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { PRINTS_WORD, buildAndRun, writeNativeProject } from '../fixtures/native-project.ts'
import { forgetMovedUnits } from '../helpers/forget-moved.ts'

const scene = useScene()

/** Configures once, as it takes long, and installs what make builds where it was told then. */
const SCRIPT = `
use std::{env, fs, path::Path, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=word");
    let out = env::var("OUT_DIR").unwrap();
    let makefile = format!("{out}/Makefile");
    if !Path::new(&makefile).exists() {
        let native = format!("{}/native", env::var("CARGO_MANIFEST_DIR").unwrap());
        let text = fs::read_to_string(format!("{native}/Makefile.in")).unwrap();
        fs::write(&makefile, text.replace("@prefix@", &format!("{out}/install"))).unwrap();
    }
    let word = fs::read_to_string("word").unwrap();
    fs::write(format!("{out}/word.c"), format!("int word(void) {{ return {word}; }}")).unwrap();
    assert!(Command::new("make").arg("install").current_dir(&out).status().unwrap().success());
    println!("cargo:rustc-link-search=native={out}/install/lib");
    println!("cargo:rustc-link-lib=static=native");
}
`
const MAKEFILE = `
prefix = @prefix@
install: libnative.a
\tmkdir -p $(prefix)/lib
\tcp libnative.a $(prefix)/lib
libnative.a: word.o
\tar crs $@ $^
`

needs('cargo', 'make').test(
  'a build script that configured once installs nothing into the slot where it did',
  () => {
    const base = scene().directory('installs')
    const at = (name: string): string => path.join(base, name)
    const [workspace, former, target] = [at('workspace'), at('former'), at('target')]
    writeNativeProject(workspace, {
      'build.rs': SCRIPT,
      'main.rs': PRINTS_WORD,
      word: '1',
      'native/Makefile.in': MAKEFILE,
    })
    expect(buildAndRun(workspace, former)).toBe('1')
    renameSync(former, target)
    const moved = { target, aliases: [], formerTargets: [former], formerWorkspaces: [] }
    expect(forgetMovedUnits(moved)).toEqual({ units: [], whole: null })
    const rules = moveRules({ place: target, target, aliases: [], former: [former] }, base)
    expect(rules.moved).toHaveLength(1)
    expect(buildAndRun(workspace, target)).toBe('1')
    writeFileSync(path.join(workspace, 'word'), '2')
    expect(buildAndRun(workspace, target)).toBe('2')
    expect(existsSync(former)).toBe(false)
  },
)
