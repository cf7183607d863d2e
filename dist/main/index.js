import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 2613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 9907:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("cluster");

/***/ }),

/***/ 4434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 9896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 8611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 5692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 1421:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3024:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 8161:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");

/***/ }),

/***/ 6760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 643:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");

/***/ }),

/***/ 8500:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");

/***/ }),

/***/ 6928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 2987:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("perf_hooks");

/***/ }),

/***/ 932:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("process");

/***/ }),

/***/ 7016:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("url");

/***/ }),

/***/ 9023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 1493:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("v8");

/***/ }),

/***/ 3106:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("zlib");

/***/ }),

/***/ 739:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Ko: () => (/* binding */ readInputs),
  VY: () => (/* binding */ secretsIn)
});

// UNUSED EXPORTS: changedTwins, readTwins, twinsOf

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
;// CONCATENATED MODULE: external "node:util"
const external_node_util_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");
// EXTERNAL MODULE: ./lib/plan/input.js
var plan_input = __nccwpck_require__(2543);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
;// CONCATENATED MODULE: ./lib/plan/keeper-setting.js
/** Whether a background process watches over each job: `auto` where it can be started. */
const KEEPER = ['auto', 'off'];

// EXTERNAL MODULE: ./lib/plan/admission-setting.js
var admission_setting = __nccwpck_require__(8235);
// EXTERNAL MODULE: ./lib/plan/archive-content.js
var archive_content = __nccwpck_require__(9213);
;// CONCATENATED MODULE: ./lib/plan/remote-setting.js

const REMOTE_CACHE = ['off', 'restore', 'restore-save'];
/**
 * Who saves: a successful push to the default branch, where that is wanted. Whether this host keeps snapshots,
 * or seeds slots, is another question: one that goes after the job does neither.
 */
function maySave(job, result, { remote, dryRun }) {
    return job.trusted && result === 'success' && remote.mode === 'restore-save' && !dryRun;
}
/** What is not saved unless a person says otherwise. */
const EXCLUDED = { groups: ['incremental', 'binaries'], globs: [] };
const EXCLUDE_ALLOWED = `none, or ${archive_content/* CONTENT_GROUPS */.T.join(', ')} and globs with a /, between blanks`;
/** Words between blanks or line breaks: groups by name, and globs, which have a slash. */
function parseExclude(text) {
    const words = text.split(/\s+/).filter((word) => word !== '');
    if (words.join() === 'none')
        return { groups: [], globs: [] };
    const globs = words.filter((word) => word.includes('/'));
    const named = words.filter((word) => !word.includes('/'));
    const groups = archive_content/* CONTENT_GROUPS */.T.filter((group) => named.includes(group));
    const isKnown = named.every((word) => archive_content/* CONTENT_GROUPS */.T.some((group) => group === word));
    return isKnown && globs.every(isGlob) ? { groups, globs } : undefined;
}
/** Relative to the target dir, in names that can be there. */
function isGlob(word) {
    return word.length <= 1024 && word.split('/').every((name) => !['', '.', '..'].includes(name));
}

;// CONCATENATED MODULE: ./lib/plan/constant-paths.js
/** An input that is a path in a container; it need not be there on the host. */
function constantPath(name) {
    return {
        name,
        allowed: 'an absolute path without a “..”, such as /workspace/target',
        parse: (text) => (isConstantPath(text) ? text : undefined),
        whenEmpty: () => null,
    };
}
/** As Cargo writes it: no closing or doubled slash, and not the root of all. */
function isConstantPath(text) {
    const [first, ...parts] = text.split('/');
    const isPlain = parts.every((part) => !['', '.', '..'].includes(part));
    return first === '' && parts.length > 0 && isPlain && !/\p{Cc}/u.test(text) && text.length <= 1024;
}

;// CONCATENATED MODULE: ./lib/plan/root-path.js
/** Whether a text can be a path that means the same wherever it is read. */
function isPath(text) {
    const isRooted = text.startsWith('/') || text === '~' || text.startsWith('~/');
    return isRooted && !/\p{Cc}/u.test(text) && text.length <= 1024;
}
/** The path with `~` expanded. */
function absolute(path, { home }) {
    const expanded = path === '~' || path.startsWith('~/') ? `${home}${path.slice(1)}` : path;
    return normalise(expanded);
}
/** Removes doubled and closing slashes and `.`; a `..` stays, and is refused with the root. */
function normalise(path) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    return `/${parts.join('/')}`;
}

;// CONCATENATED MODULE: ./lib/plan/settings.js







/** What becomes of a job when the disk is still critical after the emergency pass. */
const ON_CRITICAL = ['fail', 'skip', 'warn'];
/** How far a new slot may be seeded: `auto` takes the best there is. */
const WARM = ['auto', 'inherit', 'clone', 'copy', 'off'];
/** Who may publish a build for others. */
const SNAPSHOT = ['trusted', 'never'];
const PRIVILEGED_HELPERS = ['auto', 'sudo', 'docker', 'none'];
const root = {
    name: 'root',
    allowed: 'an absolute path, or one that begins with ~/',
    parse: (text) => (isPath(text) ? text : undefined),
    whenEmpty: ({ home }) => `${home}/.cache/target-guard`,
};
const owner = {
    name: 'owner',
    allowed: 'uid:gid as numbers or names, such as 1000:1000 or builder:builder',
    parse: (text) => {
        const parts = /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,31})(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,31}))?$/.exec(text);
        if (parts?.[1] === undefined)
            return undefined;
        const named = { user: parts[1], group: parts[2] ?? null };
        return [named.user, named.group ?? '0'].every(isIdOrName) ? named : undefined;
    },
    whenEmpty: () => null,
};
const GB = 1e9;
const minFreeGb = {
    ...(0,plan_input/* number */.ai)('min-free-gb', { least: 0, most: 1_000_000, otherwise: 3 }),
    // Without a setting the default depends on the disk; see plan/pressure.ts.
    whenEmpty: () => null,
};
const minFreePercent = (0,plan_input/* number */.ai)('min-free-percent', { least: 0, most: 100, otherwise: 5 });
const minFreeInodesPercent = (0,plan_input/* number */.ai)('min-free-inodes-percent', {
    least: 0,
    most: 100,
    otherwise: 5,
});
const highWatermark = (0,plan_input/* number */.ai)('high-watermark', { least: 1, most: 100, otherwise: 85 });
const lowWatermark = (0,plan_input/* number */.ai)('low-watermark', { least: 1, most: 100, otherwise: 80 });
const onCritical = (0,plan_input/* choice */.Yq)('on-critical', ON_CRITICAL, 'fail');
const admission = (0,plan_input/* choice */.Yq)('admission', admission_setting/* ADMISSION */._, 'wait');
const admissionTimeout = (0,plan_input/* number */.ai)('admission-timeout-minutes', {
    least: 0,
    most: 24 * 60,
    otherwise: 15,
});
const forecastGb = {
    ...(0,plan_input/* number */.ai)('forecast-gb', { least: 0, most: 1_000_000, otherwise: 0 }),
    whenEmpty: () => null,
};
const reserveGb = {
    ...(0,plan_input/* number */.ai)('reserve-gb', { least: 0, most: 1_000_000, otherwise: 5 }),
    // Without a setting the default depends on the disk; see plan/admission-setting.ts.
    whenEmpty: () => null,
};
const alertWebhook = {
    name: 'alert-webhook',
    allowed: 'an http or https address',
    parse: (text) => (/^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text) ? text : undefined),
    whenEmpty: () => null,
    isSecret: true,
};
const alertHours = (0,plan_input/* number */.ai)('alert-hours', { least: 0, most: 24 * 365, otherwise: 6 });
const retentionHours = (0,plan_input/* number */.ai)('retention-hours', { least: 0, most: 24 * 365, otherwise: 24 });
const keepPerPr = (0,plan_input/* number */.ai)('keep-per-pr', { least: 0, most: 1000, otherwise: 1, whole: true });
const warm = (0,plan_input/* choice */.Yq)('warm', WARM, 'auto');
const warmOnFailure = (0,plan_input/* flag */.Jt)('warm-on-failure', false);
const snapshot = (0,plan_input/* choice */.Yq)('snapshot', SNAPSHOT, 'trusted');
const snapshotMaxGb = (0,plan_input/* number */.ai)('snapshot-max-gb', { least: 0, most: 1_000_000, otherwise: 50 });
const remoteCache = (0,plan_input/* choice */.Yq)('remote-cache', REMOTE_CACHE, 'off');
const remoteMaxGb = (0,plan_input/* number */.ai)('remote-max-gb', { least: 0.001, most: 1000, otherwise: 10 });
const remoteExclude = {
    name: 'remote-exclude',
    allowed: EXCLUDE_ALLOWED,
    parse: parseExclude,
    whenEmpty: () => EXCLUDED,
};
const keeper = (0,plan_input/* choice */.Yq)('keeper', KEEPER, 'auto');
const privilegedHelper = (0,plan_input/* choice */.Yq)('privileged-helper', PRIVILEGED_HELPERS, 'auto');
const helperImage = {
    name: 'helper-image',
    allowed: 'the name of a local image, such as registry.example/builder:1 or busybox@sha256:…',
    parse: (text) => (/^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/.test(text) ? text : undefined),
    whenEmpty: () => null,
};
const targetPath = constantPath('target-path');
const workspacePath = constantPath('workspace-path');
const restoreMtimes = (0,plan_input/* flag */.Jt)('restore-mtimes', true);
const dryRun = (0,plan_input/* flag */.Jt)('dry-run', false);
const leg = {
    name: 'leg',
    allowed: 'text of at most 65536 characters (the matrix as JSON)',
    parse: (text) => (text.length <= 65_536 ? text : undefined),
    whenEmpty: () => '',
};
const jobStatus = {
    name: 'job-status',
    allowed: 'success, failure or cancelled',
    parse: (text) => (/^(success|failure|cancelled)$/.test(text) ? text : undefined),
    whenEmpty: () => '',
};
/** Every input by its name in action.yml; a test holds both lists equal. */
const settings_INPUTS = [
    root,
    owner,
    minFreeGb,
    minFreePercent,
    minFreeInodesPercent,
    highWatermark,
    lowWatermark,
    onCritical,
    admission,
    admissionTimeout,
    forecastGb,
    reserveGb,
    retentionHours,
    keepPerPr,
    warm,
    warmOnFailure,
    snapshot,
    snapshotMaxGb,
    remoteCache,
    remoteMaxGb,
    remoteExclude,
    restoreMtimes,
    targetPath,
    workspacePath,
    keeper,
    privilegedHelper,
    helperImage,
    alertWebhook,
    alertHours,
    dryRun,
    leg,
    jobStatus,
];
/**
 * Reads all settings.
 *
 * @throws GuardError that names the input, its value and what is allowed
 */
function settings_parseSettings(lookup, surroundings) {
    const read = (input) => (0,plan_input/* readInput */.R5)(input, lookup, surroundings);
    const watermarks = { high: read(highWatermark), low: read(lowWatermark) };
    if (watermarks.low > watermarks.high) {
        throw new guard_error/* GuardError */.U$(`low-watermark (${watermarks.low}) is above high-watermark (${watermarks.high}).`, 'A pass begins at the high one and stops at the low one.', { usage: true });
    }
    return {
        root: absolute(read(root), surroundings),
        owner: read(owner),
        floors: {
            minFreeBytes: inBytes(read(minFreeGb)),
            minFreePercent: read(minFreePercent),
            minFreeInodesPercent: read(minFreeInodesPercent),
        },
        watermarks,
        onCritical: read(onCritical),
        admission: {
            mode: read(admission),
            timeoutMinutes: read(admissionTimeout),
            forecastBytes: inBytes(read(forecastGb)),
            reserveBytes: inBytes(read(reserveGb)),
        },
        retentionHours: read(retentionHours),
        keepPerPr: read(keepPerPr),
        warm: read(warm),
        warmOnFailure: read(warmOnFailure),
        snapshot: read(snapshot),
        snapshotMaxBytes: read(snapshotMaxGb) * GB,
        remote: {
            mode: read(remoteCache),
            maxBytes: read(remoteMaxGb) * GB,
            exclude: read(remoteExclude),
        },
        restoreMtimes: read(restoreMtimes),
        constantPaths: { target: read(targetPath), workspace: read(workspacePath) },
        keeper: read(keeper),
        privilegedHelper: read(privilegedHelper),
        helperImage: read(helperImage),
        alertWebhook: read(alertWebhook),
        alertHours: read(alertHours),
        dryRun: read(dryRun),
        leg: read(leg),
        jobStatus: read(jobStatus),
    };
}
function inBytes(gb) {
    return gb === null ? null : gb * GB;
}
/** A number is an id as the kernel takes it, a name begins with a letter or an underscore. */
function isIdOrName(text) {
    return /^[0-9]+$/.test(text) ? Number(text) < 4_294_967_295 : /^[A-Za-z_]/.test(text);
}

;// CONCATENATED MODULE: ./lib/github/inputs.js




/** Settings of a step: an input wins over its environment twin. */
function readInputs(environment) {
    return settings_parseSettings((name) => input(name, environment) ?? twin(name, environment), surroundings(environment));
}
/** Settings of a hook or a command: flags win over the environment twins. */
function readTwins(environment, flags = new Map()) {
    const lookup = (name) => {
        const text = flags.get(name);
        return text === undefined ? twin(name, environment) : { text, source: `--${name}` };
    };
    return parseSettings(lookup, surroundings(environment));
}
/** What stays out of every log, as it was set: by input, by twin, or differently by both. */
function secretsIn(environment) {
    const names = settings_INPUTS.filter((each) => 'isSecret' in each).map(({ name }) => name);
    return names
        .flatMap((name) => [input(name, environment), twin(name, environment)])
        .flatMap((each) => (each === null ? [] : [each.text]));
}
/** A step’s settings as the environment twins that a command takes, but for what stays out of every text. */
function twinsOf(environment) {
    const set = INPUTS.flatMap((each) => {
        const read = input(each.name, environment) ?? twin(each.name, environment);
        return read === null || each.isSecret === true ? [] : [[environmentTwin(each.name), read.text]];
    });
    return Object.fromEntries(set);
}
/** The settings that a variable makes other than their defaults; the text of a secret is null. */
function changedTwins(environment) {
    const around = surroundings(environment);
    return INPUTS.flatMap((each) => {
        const set = twin(each.name, environment);
        if (set === null || isDeepStrictEqual(each.parse(set.text), each.whenEmpty(around)))
            return [];
        return [{ name: each.name, text: each.isSecret === true ? null : set.text }];
    });
}
/** The runner passes an input as INPUT_NAME: upper case, blanks as `_`, dashes as they are. */
function input(name, environment) {
    return found(environment[`INPUT_${name.toUpperCase()}`], `The input ${name}`);
}
function twin(name, environment) {
    return found(environment[(0,plan_input/* environmentTwin */.gf)(name)], (0,plan_input/* environmentTwin */.gf)(name));
}
function found(text, source) {
    const trimmed = text?.trim() ?? '';
    return trimmed === '' ? null : { text: trimmed, source };
}
function surroundings(environment) {
    const home = environment['HOME'] ?? '';
    return { home: home.startsWith('/') ? home : (0,external_node_os_.homedir)() };
}


/***/ }),

/***/ 7217:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cl: () => (/* binding */ handOver),
/* harmony export */   S0: () => (/* binding */ addSummary),
/* harmony export */   dK: () => (/* binding */ mask),
/* harmony export */   w7: () => (/* binding */ annotation)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7598);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);



/** One annotation; the runner shows ten of a kind for each step, 4096 characters each. */
function annotation(kind, title, text) {
    const shown = text.length > 3900 ? `${text.slice(0, 3900)}…` : text;
    return `::${kind} title=${escapeProperty(title)}::${escapeData(shown)}\n`;
}
/** Has the runner show asterisks for a text, from now on and in every step of the job. */
function mask(secret) {
    return `::add-mask::${escapeData(secret)}\n`;
}
function escapeData(text) {
    return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
function escapeProperty(text) {
    return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
/**
 * Hands a value to the runner through one of its command files.
 *
 * @throws GuardError where the file is missing or cannot be written
 */
function handOver(environment, file, name, value) {
    // The delimiter is random, so that no value can close it and add commands of its own.
    const delimiter = `target_guard_${(0,node_crypto__WEBPACK_IMPORTED_MODULE_1__.randomUUID)()}`;
    append(environment, file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}
/** Adds Markdown to the job summary; throws GuardError as `handOver` does. */
function addSummary(environment, markdown) {
    append(environment, 'GITHUB_STEP_SUMMARY', markdown);
}
function append(environment, file, text) {
    const path = environment[file] ?? '';
    if (path === '') {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`${file} is not set.`, 'This runs in a workflow job or a runner hook only.');
    }
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.appendFileSync)(path, text);
    }
    catch (error) {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`${file} (${path}) cannot be written: ${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error)}.`, 'Look at the disk of the runner’s work folder and at who owns it.', { cause: error });
    }
}


/***/ }),

/***/ 6160:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Hr: () => (/* binding */ toolBeside),
/* harmony export */   am: () => (/* binding */ ownEnvironment),
/* harmony export */   k5: () => (/* binding */ startInBackground)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6760);



/** What a process in the background needs of the environment; no token of the job goes along. */
const KEPT = new Set(['PATH', 'HOME', 'LANG', 'LC_ALL', 'DOCKER_HOST']);
// Where the kernel groups processes by session, nice(1) counts within the group alone, and this is a
// session of its own: then the group has to be nice.
const YIELDING = `{ echo 19 >/proc/self/autogroup; } 2>/dev/null
command -v ionice >/dev/null 2>&1 && ionice -c 3 true 2>/dev/null && set -- ionice -c 3 "$@"
command -v nice >/dev/null 2>&1 && set -- nice -n 19 "$@"
exec "$@"`;
/**
 * Starts a command of the tool and does not wait for it.
 *
 * It outlives the job: without RUNNER_TRACKING_ID the runner's clean-up passes it over, and with its
 * streams closed the runner does not wait for it. It yields to every build, on disk and CPU.
 *
 * @param script the running entry point, `dist/<entry>/index.js`; the tool lies beside it
 * @param variables what it gets besides, and no list of processes shows
 */
function startInBackground(script, words, variables = {}) {
    // nice and ionice are looked for by the shell: an image may lack one of them.
    const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)('sh', ['-c', YIELDING, 'sh', process.execPath, toolBeside(script), ...words], {
        cwd: '/',
        detached: true,
        env: { ...ownEnvironment(), ...variables },
        stdio: 'ignore',
    });
    // Whatever it would have done is done by the next one that is started.
    child.on('error', () => { });
    child.unref();
}
/** The tool that lies beside an entry point. */
function toolBeside(script) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_2__.resolve)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.dirname)((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.realpathSync)(script)), '..', 'cli', 'index.js');
}
/** What a process in the background gets of this one’s environment. */
function ownEnvironment(more = []) {
    const names = new Set([...KEPT, ...more]);
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.has(name)));
}


/***/ }),

/***/ 6368:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   T$: () => (/* binding */ readMoment),
/* harmony export */   Ze: () => (/* binding */ readPidNamespace),
/* harmony export */   te: () => (/* binding */ readUptime),
/* harmony export */   wV: () => (/* binding */ readBootId)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);



/** The kernel's boot id: the same in every container of the host, another after each start. */
function readBootId() {
    return readProc('/proc/sys/kernel/random/boot_id');
}
/** Seconds since boot, which no clock change touches. */
function readUptime() {
    return Number(readProc('/proc/uptime').split(' ')[0]);
}
/** This process's pid namespace, e.g. `pid:[4026531836]`. */
function readPidNamespace() {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readlinkSync)('/proc/self/ns/pid');
    }
    catch (error) {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .GuardError */ .U$(`The pid namespace cannot be read (${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error)}).`, 'target-guard needs Linux with /proc mounted.', { cause: error });
    }
}
/** All clocks, read together. */
function readMoment() {
    return { bootId: readBootId(), uptimeS: readUptime(), wallMs: Date.now() };
}
function readProc(path) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(path, 'utf8').trim();
    }
    catch (error) {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .GuardError */ .U$(`${path} cannot be read (${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error)}).`, 'target-guard needs Linux with /proc mounted.', { cause: error });
    }
}


/***/ }),

/***/ 658:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  KB: () => (/* binding */ deleteEntry),
  aU: () => (/* binding */ deleteInPlace)
});

// UNUSED EXPORTS: deleteFrom

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __nccwpck_require__(8500);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/host/folders.js
var folders = __nccwpck_require__(1687);
// EXTERNAL MODULE: ./lib/host/mounts.js
var mounts = __nccwpck_require__(7154);
// EXTERNAL MODULE: ./lib/host/privilege.js
var privilege = __nccwpck_require__(3457);
// EXTERNAL MODULE: ./lib/host/rm.js
var rm = __nccwpck_require__(3153);
// EXTERNAL MODULE: ./lib/host/root.js + 2 modules
var host_root = __nccwpck_require__(2063);
;// CONCATENATED MODULE: ./lib/host/thinning.js




/** A profile's folder has a handful of names; more were not made by Cargo, and are left to the end. */
const NAMES_AT_MOST = 1000;
/**
 * Removes the largest of Cargo's folders and the rest of each profile at the same time, by two rm: what
 * takes time is the kernel's work for each file. What stays, for whatever reason, is for the rm of the
 * whole tree, which tells it.
 */
async function thinOut(folder) {
    let profiles = [];
    try {
        profiles = openProfiles(folder);
        for (const profile of profiles)
            await empty(profile, folder);
    }
    catch (error) {
        if (!isPassing(error))
            throw error;
    }
    finally {
        for (const profile of profiles)
            (0,external_node_fs_.closeSync)(profile);
    }
}
/** @param folder what it lies in, whose lock each rm holds */
async function empty(profile, folder) {
    try {
        const names = (0,external_node_fs_.readdirSync)((0,folders.at)(profile, '.'));
        const others = names.filter((name) => name !== DEPS).slice(0, NAMES_AT_MOST);
        const parts = [[DEPS], others].filter((part) => part.length > 0);
        await Promise.all(parts.map((part) => (0,rm.rm)(part.map((name) => `/proc/self/fd/4/${name}`), [folder, profile])));
    }
    catch (error) {
        if (!isPassing(error))
            throw error;
    }
}
/** Another process is at it, too, or this user may not search it: rm will say so in its own words. */
function isPassing(error) {
    return ['ENOENT', 'EACCES'].includes((0,guard_error/* errnoOf */.UQ)(error));
}
const DEPS = 'deps';
/** `<profile>/` and `<triple>/<profile>/`, without following any link. @throws where it cannot be listed */
function openProfiles(folder, depth = 1) {
    return (0,external_node_fs_.readdirSync)((0,folders.at)(folder, '.'), { withFileTypes: true }).flatMap((entry) => {
        if (!entry.isDirectory())
            return [];
        let inside = null;
        let found = [];
        try {
            inside = (0,folders/* openFolder */.NE)((0,folders.at)(folder, entry.name));
            const deps = (0,external_node_fs_.lstatSync)((0,folders.at)(inside, DEPS), { throwIfNoEntry: false });
            if (deps?.isDirectory() === true)
                found = [inside];
            else if (depth < 2)
                found = openProfiles(inside, depth + 1);
        }
        catch {
            // Replaced, gone, or not to be read or searched: it is left to the rm of the whole tree.
        }
        finally {
            if (inside !== null && !found.includes(inside))
                (0,external_node_fs_.closeSync)(inside);
        }
        return found;
    });
}

;// CONCATENATED MODULE: ./lib/host/deletion.js









/** `rm` reports a directory as not empty when somebody writes into it meanwhile. */
const ROUNDS = 5;
const AT_LEISURE = { waitSeconds: 0, inParts: false };
/** Deletes one entry of the trash. */
async function deleteEntry(root, id, ways, pace = AT_LEISURE) {
    const target = {
        folder: root.folders.trash,
        name: id,
        realPath: `${root.realPath}/.target-guard/trash/${id}`,
        shown: (0,host_root/* controlName */.Fu)(root, 'trash', id),
        help: (helper) => helper.remove((0,host_root/* controlName */.Fu)(root, 'trash'), id),
    };
    return deleteTree(target, ways, pace);
}
/**
 * Deletes a slot where it is: for a full disk, on which even the rename into the trash may need a
 * block that is not there. Its parent is held open, so no link on the way can lead elsewhere.
 */
async function deleteInPlace(root, slot) {
    const [parents, name] = (0,folders/* parted */.vx)(slot);
    const folder = (0,host_root/* withinRoot */.m9)(root, parents, (last) => (0,folders/* openFolder */.NE)((0,folders.at)(last, '.')));
    try {
        return await deleteFrom(folder, name, `${root.realPath}/${slot}`);
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
}
/**
 * Deletes a tree that lies in an open directory.
 *
 * @param realPath of the tree, free of links
 */
async function deleteFrom(folder, name, realPath) {
    return deleteTree({ folder, name, realPath, shown: realPath, help: null }, [], AT_LEISURE);
}
/**
 * Deletes a tree, by rm(1), which walks by descriptor (openat) and so cannot be led out of the tree
 * by a directory that is swapped for a link; node's own `fs.rm` can.
 *
 * Mounts below it are never walked into: rm's `--one-file-system` does not see a bind mount of the
 * same file system, so the mount table is asked first.
 */
async function deleteTree(target, ways, pace) {
    const { folder, name, realPath, shown, help } = target;
    const path = (0,folders.at)(folder, name);
    const mounted = (0,mounts/* mountsWithin */.ec)(realPath, (0,mounts/* readMounts */.bq)());
    if (mounted.length > 0) {
        return stuck(`something is mounted in it: ${mounted.join(', ')}`, `umount ${quoted(mounted)}`);
    }
    let why = '';
    for (let round = 1; round <= ROUNDS; round += 1) {
        const removed = await remove(target, pace);
        if (!isThere(path))
            return { kind: 'deleted' };
        if (removed.kind === 'claimed')
            return { kind: 'busy', why: 'another reaper is deleting it' };
        if (removed.kind === 'killed')
            return { kind: 'busy', why: `rm was ended by ${removed.by}` };
        why = removed.why;
        if (isWrittenInto(why))
            continue;
        if (!openUp(path))
            break;
    }
    if (isWrittenInto(why)) {
        return { kind: 'busy', why: 'something keeps writing into it while it is being deleted' };
    }
    const helped = help === null ? { ok: true } : (0,privilege/* withHelp */.il)(ways, help);
    if (!isThere(path))
        return { kind: 'deleted' };
    const command = `sudo rm -rf --one-file-system ${quoted([shown])}`;
    return stuck(helped.ok ? why : `${why}; ${helped.why}`, command);
}
function isThere(path) {
    return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false }) !== undefined;
}
/** What rm says of a directory that was filled, or of a name that became another thing, meanwhile. */
const CHANGED_MEANWHILE = /: (?:Directory not empty|Is a directory|Not a directory)$/m;
/** Whether rm failed on what somebody changes meanwhile, or did its work and it is there again. */
function isWrittenInto(why) {
    return why === '' || CHANGED_MEANWHILE.test(why);
}
function stuck(why, command) {
    return { kind: 'stuck', why, command };
}
/** Words for a shell, for a person to copy. */
function quoted(words) {
    return words.map((word) => `'${word.replaceAll("'", String.raw `'\''`)}'`).join(' ');
}
/**
 * Removes the tree while holding the kernel's lock on its folder, which rm holds too, through
 * descriptor 3: it is given back when rm ends, however it ends. Nothing goes before it is had: who
 * reads the tree, to clone it, has it, too. Without flock(1), or with one that complains, nobody has.
 */
async function remove(target, { waitSeconds, inParts }) {
    const { folder: parent, name } = target;
    const path = (0,folders.at)(parent, name);
    let folder;
    try {
        if (!(0,external_node_fs_.lstatSync)(path).isDirectory()) {
            (0,external_node_fs_.unlinkSync)(path);
            return { kind: 'tried', why: '' };
        }
        folder = (0,folders/* openFolder */.NE)(path);
    }
    catch (error) {
        // Gone at this moment; where it is there again, somebody makes it anew.
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return { kind: 'tried', why: '' };
        // Unreadable for this user: rm will say so in its own words.
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EACCES')
            return { kind: 'tried', why: (0,guard_error/* messageOf */.bD)(error) };
        folder = null;
    }
    try {
        if (folder !== null) {
            if (await isClaimed(folder, waitSeconds))
                return { kind: 'claimed' };
            if (inParts)
                await thinOut(folder);
        }
        // The directory it lies in is descriptor 4: its path may lead elsewhere by now.
        return await (0,rm.rm)([`/proc/self/fd/4/${name}`], [folder ?? 'ignore', parent]);
    }
    finally {
        if (folder !== null)
            (0,external_node_fs_.closeSync)(folder);
    }
}
/** Busybox's flock cannot wait: it is asked again after so long. */
const ASKED_AGAIN_MS = 200;
/** Takes the lock on a folder, for as long as the descriptor is open; true where others keep it. */
async function isClaimed(folder, waitSeconds) {
    const since = performance.now();
    const isHeld = async (patience) => {
        const { status, said } = await (0,rm/* run */.e)('flock', ['-x', ...patience, '3'], [folder]);
        // One that is held is refused without a word.
        return said === '' ? status === 1 : null;
    };
    const told = waitSeconds === 0 ? null : await isHeld(['-w', String(waitSeconds)]);
    if (told !== null)
        return told;
    while ((await isHeld(['-n'])) === true) {
        if (performance.now() - since >= waitSeconds * 1000)
            return true;
        await (0,promises_.setTimeout)(ASKED_AGAIN_MS);
    }
    return false;
}
/** open(2) flag that node does not name: a descriptor on something that may not be read. */
const O_PATH = 0o10_000_000;
/** Deeper than this, a tree with read-only directories is left to the helper. */
const DEPTH_AT_MOST = 500;
/**
 * Makes every directory of this user's in a tree writable for its owner, so that rm can empty it.
 *
 * By descriptor at each step, and directories alone: a file may have another name outside the tree.
 *
 * @returns whether anything was changed
 */
function openUp(path) {
    if (process.geteuid?.() === 0)
        return false;
    let changed = false;
    const visit = (entry, depth) => {
        const folder = openByPath(entry);
        if (folder === null)
            return;
        try {
            const here = `/proc/self/fd/${folder}`;
            if (deletion_open(folder))
                changed = true;
            if (depth === DEPTH_AT_MOST)
                return;
            for (const child of (0,external_node_fs_.readdirSync)(here, { withFileTypes: true, encoding: 'buffer' })) {
                if (child.isDirectory())
                    visit(Buffer.concat([Buffer.from(`${here}/`), child.name]), depth + 1);
            }
        }
        catch (error) {
            // Another user's directory: the helper's part.
            if (!['EACCES', 'EPERM', 'ENOENT'].includes((0,guard_error/* errnoOf */.UQ)(error)))
                throw error;
        }
        finally {
            (0,external_node_fs_.closeSync)(folder);
        }
    };
    visit(path, 0);
    return changed;
}
function openByPath(entry) {
    try {
        return (0,external_node_fs_.openSync)(entry, O_PATH | external_node_fs_.constants.O_DIRECTORY | external_node_fs_.constants.O_NOFOLLOW);
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return null;
        throw error;
    }
}
/** Gives the owner all rights to the directory; false where they are there already. */
function deletion_open(folder) {
    const { mode } = (0,external_node_fs_.statSync)(`/proc/self/fd/${folder}`);
    if ((mode & 0o700) === 0o700)
        return false;
    (0,external_node_fs_.chmodSync)(`/proc/self/fd/${folder}`, (mode & 0o7777) | 0o700);
    return true;
}


/***/ }),

/***/ 8582:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ follow)
/* harmony export */ });
/* unused harmony export LOCAL */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6760);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);
/* harmony import */ var _mounts_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7154);




/** File systems of this kernel alone: no call on them waits for anybody else. */
const LOCAL = new Set('ext2 ext3 ext4 xfs btrfs tmpfs overlay zfs f2fs bcachefs ramfs rootfs reiserfs jfs'.split(' '));
/** As many links as the kernel follows (path_resolution(7)). */
const LINKS_AT_MOST = 40;
/**
 * Follows a path without touching anything that may hang: each step is looked up in the mount table
 * first, and the first one on NFS, FUSE and the like is the last.
 *
 * What is absent counts as it was given.
 *
 * @throws Error as lstatSync does, but not for what is absent; with ELOOP after too many links
 */
function follow(path, mounts) {
    let here = '/';
    let mount = (0,_mounts_js__WEBPACK_IMPORTED_MODULE_3__/* .locate */ .x5)(here, mounts)?.mount ?? null;
    let links = 0;
    const names = path.split('/');
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
        if (name === '' || name === '.')
            continue;
        const next = name === '..' ? (0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(here) : (0,_mounts_js__WEBPACK_IMPORTED_MODULE_3__/* .join */ .fj)(here, `/${name}`);
        mount = (0,_mounts_js__WEBPACK_IMPORTED_MODULE_3__/* .locate */ .x5)(next, mounts)?.mount ?? null;
        if (mount === null || !LOCAL.has(mount.type)) {
            return { path: [next, ...names].join('/'), mount, isLocal: false };
        }
        const link = readLink(next);
        if (link === null)
            here = next;
        else {
            links += 1;
            if (links > LINKS_AT_MOST) {
                throw Object.assign(new Error(`${path} goes through too many links`), { code: 'ELOOP' });
            }
            if (link.startsWith('/'))
                here = '/';
            names.unshift(...link.split('/'));
        }
    }
    return { path: here, mount: (0,_mounts_js__WEBPACK_IMPORTED_MODULE_3__/* .locate */ .x5)(here, mounts)?.mount ?? null, isLocal: true };
}
/** Where a link leads, null where it is none. */
function readLink(path) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path).isSymbolicLink() ? (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readlinkSync)(path) : null;
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error)))
            return null;
        throw error;
    }
}


/***/ }),

/***/ 657:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   C2: () => (/* binding */ dockerDirectory),
/* harmony export */   G9: () => (/* binding */ settle),
/* harmony export */   N6: () => (/* binding */ probeDisks)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);
/* harmony import */ var _plan_lease_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(166);
/* harmony import */ var _plan_pressure_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(8804);
/* harmony import */ var _destination_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(8582);
/* harmony import */ var _mounts_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(7154);
/* harmony import */ var _root_refusal_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(7193);








/** A mount that does not answer within this is passed over. */
const WAIT_MS = 2000;
/**
 * Reads free bytes and inodes of the file systems that hold these paths, of all at the same time.
 *
 * A path may lie on a stuck NFS or FUSE mount, on which any call hangs; the mount table tells the
 * type without touching it, and such mounts are asked by a process that can be left behind.
 *
 * @param rootPath the root, or where it will be
 * @param others further paths; those that are absent are passed over
 */
async function probeDisks(rootPath, others) {
    const mounts = (0,_mounts_js__WEBPACK_IMPORTED_MODULE_6__/* .readMounts */ .bq)();
    const seen = new Map();
    const disks = [rootPath, ...others].flatMap((path, index) => {
        const { mount, ...place } = lookUp(path, mounts);
        return mount === null ? [] : [{ path, place, mount, holdsRoot: index === 0 }];
    });
    const answers = await Promise.all(disks.map(async ({ path, place, holdsRoot }) => readSpace(path, place, holdsRoot)));
    const probe = { readings: [], problems: [] };
    for (const [index, { path, mount, holdsRoot }] of disks.entries()) {
        const raw = answers[index] ?? null;
        // Of a path that is absent nothing is known; another one on its disk may be there.
        if (raw === null)
            continue;
        const { device, point } = mount;
        const places = seen.get(device) ?? [];
        places.push({ path, mount: point });
        if (seen.has(device))
            continue;
        seen.set(device, places);
        const space = typeof raw === 'string' ? null : (0,_plan_pressure_js__WEBPACK_IMPORTED_MODULE_4__/* .plausible */ .oz)(raw);
        if (space === null) {
            const why = typeof raw === 'string' ? raw : 'its numbers make no sense';
            probe.problems.push(`The free space of ${path} is not known (${why}); it counts as ok.`);
        }
        else
            probe.readings.push({ path, device, places, holdsRoot, ...space });
    }
    return probe;
}
/** Where a path leads; one that this user may not follow is taken as it is, and asked outside. */
function lookUp(path, mounts) {
    try {
        return (0,_destination_js__WEBPACK_IMPORTED_MODULE_5__/* .follow */ .e)(path, mounts);
    }
    catch {
        return { path, mount: (0,_mounts_js__WEBPACK_IMPORTED_MODULE_6__/* .locate */ .x5)(path, mounts)?.mount ?? null, isLocal: false };
    }
}
/** @returns null where the path is absent, a text where it cannot be read */
async function readSpace(path, place, holdsRoot) {
    if (!place.isLocal)
        return askOutside(path);
    try {
        const asked = holdsRoot ? (0,_root_refusal_js__WEBPACK_IMPORTED_MODULE_7__/* .nearestExisting */ .Iv)(place.path) : place.path;
        const { bavail, blocks, bsize, ffree, files } = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.statfsSync)(asked);
        return { available: bavail, blocks, blockSize: bsize, freeFiles: ffree, files };
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return null;
        return (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error);
    }
}
/** By stat(1), which may hang for ever without holding us up. */
async function askOutside(path) {
    return new Promise((resolve) => {
        const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.execFile)('stat', ['-f', '-c', '%a %b %S %d %c', '--', path], { timeout: WAIT_MS, killSignal: 'SIGKILL', encoding: 'utf8' }, (error, stdout) => {
            clearTimeout(giveUp);
            if (error !== null) {
                resolve(error.killed === true ? `no answer within ${WAIT_MS} ms` : (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error));
                return;
            }
            const [available, blocks, blockSize, freeFiles, files] = stdout
                .trim()
                .split(' ')
                .map(Number);
            resolve({
                available: available ?? Number.NaN,
                blocks: blocks ?? Number.NaN,
                blockSize: blockSize ?? Number.NaN,
                freeFiles: freeFiles ?? Number.NaN,
                files: files ?? Number.NaN,
            });
        });
        // A process in uninterruptible sleep does not even end by SIGKILL: it is not waited for.
        const giveUp = setTimeout(() => {
            child.unref();
            child.stdout?.destroy();
            child.stderr?.destroy();
            resolve(`no answer within ${WAIT_MS} ms`);
        }, WAIT_MS + 250);
    });
}
/** File systems that count freed space only when their transaction is written: Btrfs, ZFS. */
const LATE = new Set([0x91_23_68_3e, 0x2f_c1_2f_c1]);
const SETTLE_MS = 30_000;
/**
 * Has the file system count what was just freed, where it would do so only seconds later: a pass that
 * believed the old number would take more than it needs.
 */
function settle(path) {
    if (!LATE.has((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.statfsSync)(path).type >>> 0))
        return;
    // Fails or takes too long: then the number is the old one, as it would have been.
    (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawnSync)('sync', ['--file-system', path], { timeout: SETTLE_MS, stdio: 'ignore' });
}
/** Where docker keeps images and containers. */
function dockerDirectory() {
    try {
        const root = (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_3__/* .parseObject */ .lj)((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)('/etc/docker/daemon.json', 'utf8'))?.['data-root'];
        if (typeof root === 'string' && root.startsWith('/'))
            return root;
    }
    catch {
        // No such file, or not for this user: the default then.
    }
    return '/var/lib/docker';
}


/***/ }),

/***/ 1687:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I2: () => (/* binding */ movingTo),
/* harmony export */   NE: () => (/* binding */ openFolder),
/* harmony export */   PD: () => (/* binding */ assertFresh),
/* harmony export */   _j: () => (/* binding */ giveAway),
/* harmony export */   at: () => (/* binding */ at),
/* harmony export */   cX: () => (/* binding */ isDiverted),
/* harmony export */   fc: () => (/* binding */ makeFolder),
/* harmony export */   nx: () => (/* binding */ inside),
/* harmony export */   o$: () => (/* binding */ moveOut),
/* harmony export */   pD: () => (/* binding */ makeOwnersFolder),
/* harmony export */   ux: () => (/* binding */ within),
/* harmony export */   vx: () => (/* binding */ parted),
/* harmony export */   wX: () => (/* binding */ namesIn),
/* harmony export */   wZ: () => (/* binding */ makeFolders),
/* harmony export */   xv: () => (/* binding */ renameFolder)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6760);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);



/**
 * Directories by descriptor. Node has no openat(2); `/proc/self/fd/N/name` is the same thing: the
 * kernel goes on from the directory that is open, whatever has been put at its former path.
 */
const FOLDER = node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_DIRECTORY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NOFOLLOW;
/** The path of `name` in an open directory. */
function at(folder, name) {
    return `/proc/self/fd/${folder}/${name}`;
}
/** Opens a directory; ELOOP or ENOTDIR where it is a link or something else. */
function openFolder(path) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(path, FOLDER);
}
/**
 * Walks down from `base` without following any link, and hands over the last directory.
 *
 * @param step called for each component before it is opened, e.g. to make it
 * @throws as openSync does: ENOENT, and ENOTDIR or ELOOP where a link was planted
 */
function within(base, components, work, step = () => { }) {
    let folder = openFolder(base);
    try {
        for (const name of components) {
            step(folder, name);
            const next = openFolder(at(folder, name));
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(folder);
            folder = next;
        }
        return work(folder);
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(folder);
    }
}
/** A path below a folder, parted into the folders on the way and the last name. */
function parted(path) {
    const folders = path.split('/');
    return [folders, folders.pop() ?? ''];
}
/** Works in a folder below another; null where there is none, or a link stands on the way. */
function inside(base, path, work) {
    try {
        return within(at(base, '.'), path.split('/'), work);
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT' || isDiverted(error))
            return null;
        throw error;
    }
}
/** Renames a directory, and no link; false where it is none. @throws as renameSync does */
function renameFolder(from, to) {
    try {
        // The slash has the kernel refuse all else.
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(`${from}/`, to);
        return true;
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOTDIR')
            return false;
        throw error;
    }
}
/**
 * What moves entries of folders into another one, where they are called by numbers.
 *
 * @param prefix before the numbers
 */
function movingTo(to, prefix) {
    let moved = 0;
    return (folder, name) => {
        try {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(at(folder, name), `${to}/${prefix}${moved}`);
        }
        catch (error) {
            // One with a code of its own would be taken for a folder that is not there.
            throw new Error(`${name} cannot be moved out (${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error)})`, { cause: error });
        }
        moved += 1;
    };
}
/**
 * Moves what lies at a path below `base` out of it; nothing where there is none, or only through a link.
 *
 * @param out of `movingTo`
 */
function moveOut(base, path, out) {
    const [folders, name] = parted(path);
    try {
        within(base, folders, (folder) => {
            if ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(at(folder, name), { throwIfNoEntry: false }) !== undefined)
                out(folder, name);
        });
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) !== 'ENOENT' && !isDiverted(error))
            throw error;
    }
}
/** The names in a folder that an earlier version did not have; none where it is absent. */
function namesIn(path) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)(path);
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return [];
        throw error;
    }
}
/** Whether an error of `within` means that a component is not a directory of ours. */
function isDiverted(error) {
    return ['ELOOP', 'ENOTDIR'].includes((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error));
}
/** Makes a directory; false where it was there already. */
function makeFolder(path) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdirSync)(path, 0o755);
        return true;
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'EEXIST')
            return false;
        throw error;
    }
}
/**
 * Makes a directory in a root, if it is not there. What root makes in another user's (a step in a job
 * container) is given to that user, who could not take it away again.
 */
function makeOwnersFolder(root, path) {
    const isNew = makeFolder(path);
    if (isNew && process.geteuid?.() === 0 && root.uid !== 0)
        giveAway(path, root);
}
/** Makes a directory and those above it. Node's own `recursive` never returns for a path in /proc. */
function makeFolders(path) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdirSync)(path);
    }
    catch (error) {
        const code = (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error);
        if (code === 'EEXIST')
            return;
        if (code !== 'ENOENT' || path === '/')
            throw error;
        makeFolders((0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path));
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdirSync)(path);
    }
}
/**
 * Gives a directory that this process has just made to somebody else, through a descriptor.
 *
 * @throws Error where it is not the empty directory of this user that it must be
 */
function giveAway(path, to) {
    const folder = openFolder(path);
    try {
        assertFresh(folder);
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.fchownSync)(folder, to.uid, to.gid);
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(folder);
    }
}
/** Throws where an open directory is not this user's own, or not empty. */
function assertFresh(folder) {
    const isOwn = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.fstatSync)(folder).uid === process.geteuid?.();
    if (!isOwn || (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)(`/proc/self/fd/${folder}`).length > 0) {
        throw new Error('the directory that was just made has been replaced by another');
    }
}


/***/ }),

/***/ 4512:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $O: () => (/* binding */ linkFormerPath),
/* harmony export */   TQ: () => (/* binding */ removeFormerPath),
/* harmony export */   Vo: () => (/* binding */ isHandedDown),
/* harmony export */   mw: () => (/* binding */ heirOf)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2463);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(1687);
/* harmony import */ var _lease_companions_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(1238);
/* harmony import */ var _slots_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(5647);






/**
 * The path of a slot that was handed down: rustc has compiled it into tests and programs, and it is
 * never handed out again, so a link there makes it mean the heir's files.
 */
/**
 * Has a former path lead to the heir.
 *
 * @param former the former slot, relative to the root
 * @param heir the slot that it leads to from now on, relative to the root
 * @returns false where something else lies there, or its run dir is gone
 */
function linkFormerPath(root, former, heir) {
    try {
        return (0,_slots_js__WEBPACK_IMPORTED_MODULE_5__/* .atSlot */ .Gs)(root, former, (path) => {
            if (isLink(path))
                (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.unlinkSync)(path);
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.symlinkSync)(`${root.path}/${heir}`, path);
            return true;
        });
    }
    catch (error) {
        if (['EEXIST', 'ENOENT'].includes((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error)) || (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .isDiverted */ .cX)(error))
            return false;
        throw error;
    }
}
/**
 * Takes a former path out of the way, with the directories above it as far as they are empty.
 *
 * @param heir only where it leads to this slot
 */
function removeFormerPath(root, former, heir) {
    const found = heirOf(root, former);
    if (found !== null && found !== heir)
        return;
    try {
        if (found !== null) {
            (0,_slots_js__WEBPACK_IMPORTED_MODULE_5__/* .atSlot */ .Gs)(root, former, (path) => {
                if (isLink(path))
                    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.unlinkSync)(path);
            });
        }
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) !== 'ENOENT' && !(0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .isDiverted */ .cX)(error))
            throw error;
    }
    // Also where there is no link: whoever was to make it may have been ended before.
    (0,_slots_js__WEBPACK_IMPORTED_MODULE_5__/* .removeEmptyParents */ .jE)(root, former);
}
/** The slot that a former path leads to, relative to the root; null where it is no such link. */
function heirOf(root, former) {
    try {
        return (0,_slots_js__WEBPACK_IMPORTED_MODULE_5__/* .atSlot */ .Gs)(root, former, (path) => {
            const target = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readlinkSync)(path);
            return target.startsWith(`${root.path}/`) ? target.slice(root.path.length + 1) : null;
        });
    }
    catch (error) {
        // EINVAL: it is no link.
        if (['EINVAL', 'ENOENT'].includes((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error)) || (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .isDiverted */ .cX)(error))
            return null;
        throw error;
    }
}
/** Whether there is a link at a slot’s path that leads to the slot that has taken it over. */
function isHandedDown(root, slot) {
    const heir = heirOf(root, slot);
    const id = heir === null ? null : (0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_2__/* .leaseIdOfSlot */ .T1)(heir.slice(heir.lastIndexOf('/') + 1));
    return id !== null && (0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_4__/* .readSeedRecord */ .VY)(root, id).former.includes(slot);
}
function isLink(path) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}


/***/ }),

/***/ 2121:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I9: () => (/* binding */ readHeartbeatText),
/* harmony export */   Pm: () => (/* binding */ readFoundedAt),
/* harmony export */   hJ: () => (/* binding */ writeHeartbeatText)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2063);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2100);



/** The text of the last heartbeat, null where there is none. */
function readHeartbeatText(root) {
    return (0,_small_file_js__WEBPACK_IMPORTED_MODULE_2__/* .readTextOrNull */ .GR)((0,_root_js__WEBPACK_IMPORTED_MODULE_1__/* .controlPath */ .XL)(root, 'heartbeat.json'));
}
/** Replaces the heartbeat, whole and at once; throws as the file system does. */
function writeHeartbeatText(root, text) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_2__/* .replaceFile */ .fR)((0,_root_js__WEBPACK_IMPORTED_MODULE_1__/* .controlPath */ .XL)(root, 'heartbeat.json'), text);
}
/** When the root was made, by the time of its marker: milliseconds since the epoch. */
function readFoundedAt(root) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)((0,_root_js__WEBPACK_IMPORTED_MODULE_1__/* .controlPath */ .XL)(root, 'root.json')).mtimeMs;
}


/***/ }),

/***/ 3007:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  cG: () => (/* binding */ addLine),
  bx: () => (/* binding */ oldestEndingMs),
  O$: () => (/* binding */ readEnding),
  Le: () => (/* binding */ readEndings),
  Lu: () => (/* binding */ readHistory)
});

// UNUSED EXPORTS: hasEndings, noteEnding

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/plan/build-record.js
var build_record = __nccwpck_require__(6557);
// EXTERNAL MODULE: ./lib/plan/lease.js + 1 modules
var lease = __nccwpck_require__(166);
// EXTERNAL MODULE: ./lib/plan/naming.js
var naming = __nccwpck_require__(2463);
// EXTERNAL MODULE: ./lib/plan/size-sample.js
var size_sample = __nccwpck_require__(3885);
;// CONCATENATED MODULE: ./lib/plan/history.js




/** A line is appended in one write, which is whole up to this size. */
const LONGEST = 4000;
function history_encodeLine(line) {
    const text = `${JSON.stringify(line)}\n`;
    if (Buffer.byteLength(text) <= LONGEST)
        return text;
    // Only a toolchain's text has no bound of its own.
    return `${JSON.stringify({ ...line, toolchain: null })}\n`;
}
/** Reads lines that anybody may have written; damaged and half-written ones are passed over. */
function parseLines(text) {
    return text.split('\n').flatMap((each) => {
        const line = each === '' || each.length > LONGEST ? null : parseLine(each);
        return line === null ? [] : [line];
    });
}
function parseLine(text) {
    const found = (0,lease/* parseObject */.lj)(text);
    if (found?.['version'] !== 1)
        return null;
    const { id, repository, workflow, job, leg, seed, result, savedSeconds, toolchain, wallMs } = found;
    if (typeof id !== 'string' || !(0,naming/* isLeaseId */.cl)(id) || typeof repository !== 'string')
        return null;
    if (typeof job !== 'string' || typeof leg !== 'string')
        return null;
    const amount = (name) => {
        const value = found[name];
        return (0,size_sample/* isAmount */.Pt)(value) ? value : null;
    };
    return {
        version: 1,
        id,
        repository,
        workflow: typeof workflow === 'string' ? workflow : '',
        job,
        leg,
        seed: build_record/* SEED_KINDS */.AN.find((kind) => kind === seed) ?? 'cold',
        result: (0,lease/* resultOf */.Bg)(result),
        bytes: amount('bytes'),
        files: amount('files'),
        peakBytes: amount('peakBytes'),
        peakFiles: amount('peakFiles'),
        seconds: amount('seconds'),
        savedSeconds: typeof savedSeconds === 'number' ? savedSeconds : null,
        toolchain: typeof toolchain === 'string' ? toolchain : null,
        wallMs: (0,size_sample/* isAmount */.Pt)(wallMs) ? wallMs : 0,
    };
}

// EXTERNAL MODULE: ./lib/host/root.js + 2 modules
var host_root = __nccwpck_require__(2063);
// EXTERNAL MODULE: ./lib/host/small-file.js
var small_file = __nccwpck_require__(2100);
;// CONCATENATED MODULE: ./lib/host/history.js






/**
 * What ended jobs left: `history/<owner>--<repo>.jsonl`. A job's end only notes what it knows in
 * `ending/<lease id>`; the reaper measures, and makes that a line.
 */
const LINES_AT_MOST = 2000;
const TRIM_AT = 2500;
/** Notes that a job has ended; once: a second end says nothing. @throws as writeFileSync does */
function noteEnding(root, { line, slot }) {
    if (readEnding(root, line.id) !== null)
        return;
    replaceFile(controlPath(root, 'ending', line.id), `${slot}\n${encodeLine(line)}`);
}
/** The ends that are not told yet; what is damaged goes. */
function readEndings(root) {
    return list(root, 'ending').flatMap((id) => {
        if (!(0,naming/* isLeaseId */.cl)(id))
            return [];
        const ending = readEnding(root, id);
        if (ending !== null)
            return [ending];
        (0,small_file/* removeFile */.nM)((0,host_root/* controlPath */.XL)(root, 'ending', id));
        return [];
    });
}
/** The end of one lease; null where it is told already, or damaged. */
function readEnding(root, id) {
    const [slot = '', text = ''] = ((0,small_file/* readTextOrNull */.GR)((0,host_root/* controlPath */.XL)(root, 'ending', id)) ?? '').split('\n');
    const line = parseLine(text);
    return line?.id === id ? { line, slot } : null;
}
/** When the oldest end that is not told yet was noted, in ms since the epoch; null without any. */
function oldestEndingMs(root) {
    const times = list(root, 'ending')
        .filter(naming/* isLeaseId */.cl)
        .map((id) => (0,external_node_fs_.lstatSync)((0,host_root/* controlPath */.XL)(root, 'ending', id), { throwIfNoEntry: false })?.mtimeMs)
        .filter((time) => time !== undefined);
    return times.length === 0 ? null : Math.min(...times);
}
function hasEndings(root) {
    return list(root, 'ending').some(isLeaseId);
}
/**
 * Adds a line, once for each lease, and forgets its ending; to be done by one at a time.
 *
 * @throws as the file system does: the next reaper tells it then
 */
function addLine(root, line) {
    const path = fileOf(root, line.repository);
    const lines = parseLines((0,small_file/* readTextOrNull */.GR)(path) ?? '');
    if (lines.every(({ id }) => id !== line.id)) {
        if (lines.length >= TRIM_AT || !mayAppend(root, path)) {
            const kept = [...lines.slice(1 - LINES_AT_MOST), line];
            (0,small_file/* replaceFile */.fR)(path, kept.map(history_encodeLine).join(''), root);
        }
        else
            append(root, path, history_encodeLine(line));
    }
    (0,small_file/* removeFile */.nM)((0,host_root/* controlPath */.XL)(root, 'ending', line.id));
}
/**
 * Whether it is absent, or a file whose owner is the root's. Another's (root's, of a step in a job container)
 * is replaced, and so are a link and a FIFO: nobody else could append to it, and as root nothing is written
 * to a link to a file elsewhere.
 */
function mayAppend({ uid }, path) {
    const found = (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false });
    if (found === undefined)
        return true;
    // A directory is no place for a line, which opening it tells.
    return (found.isFile() || found.isDirectory()) && found.uid === uid;
}
/** In one write, after the end of a line that a full disk may have cut short. */
function append(root, path, text) {
    const file = openToAppend(root, path);
    try {
        const isWhole = (0,external_node_fs_.fstatSync)(file).size === 0 || ((0,small_file/* readTextOrNull */.GR)(path)?.endsWith('\n') ?? true);
        (0,external_node_fs_.appendFileSync)(file, isWhole ? text : `\n${text}`);
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
/** What root has just made in another user's root is given to that user, and nothing else. */
function openToAppend(owner, path) {
    const flags = external_node_fs_.constants.O_RDWR | external_node_fs_.constants.O_APPEND | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK;
    try {
        const file = (0,external_node_fs_.openSync)(path, flags | external_node_fs_.constants.O_CREAT | external_node_fs_.constants.O_EXCL, 0o644);
        (0,small_file/* giveFresh */.wl)(file, owner);
        return file;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EEXIST')
            throw error;
        return (0,external_node_fs_.openSync)(path, flags);
    }
}
/** All lines of the host, oldest first; those of each repository as they were written, by any clock. */
function readHistory(root) {
    return names(root)
        .flatMap((name) => dated(parseLines((0,small_file/* readTextOrNull */.GR)((0,host_root/* controlPath */.XL)(root, 'history', name)) ?? '')))
        .toSorted((a, b) => a.atMs - b.atMs)
        .map(({ line }) => line);
}
/** A line is no newer than those after it: a clock that was wrong for a day must not tell for ever. */
function dated(lines) {
    let atMs = Number.POSITIVE_INFINITY;
    return lines
        .toReversed()
        .map((line) => {
        atMs = Math.min(atMs, line.wallMs);
        return { line, atMs };
    })
        .toReversed();
}
function names(root) {
    return list(root, 'history').filter((name) => name.endsWith('.jsonl'));
}
/** A root of an earlier version has no such folder. */
function list(root, folder) {
    try {
        return (0,external_node_fs_.readdirSync)((0,host_root/* controlPath */.XL)(root, folder));
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return [];
        throw error;
    }
}
function fileOf(root, repository) {
    return (0,host_root/* controlPath */.XL)(root, 'history', `${repository.replaceAll('/', '--')}.jsonl`);
}


/***/ }),

/***/ 1168:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Jc: () => (/* binding */ findKeepers),
/* harmony export */   R5: () => (/* binding */ seeKeepers),
/* harmony export */   Ye: () => (/* binding */ hasHadKeeper),
/* harmony export */   ZF: () => (/* binding */ readKeeper),
/* harmony export */   _0: () => (/* binding */ openKeeperLock)
/* harmony export */ });
/* unused harmony exports keeperPath, noteKeeper */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_lease_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(166);
/* harmony import */ var _boot_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6368);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2063);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(2100);
/* harmony import */ var _try_locks_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(3786);






/** The file whose lock a keeper holds; it lies beside its lease, and goes with it. */
function keeperPath(root, id) {
    return (0,_root_js__WEBPACK_IMPORTED_MODULE_3__/* .controlPath */ .XL)(root, 'leases', `${id}.keeper`);
}
const FLAGS = node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NOFOLLOW | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NONBLOCK;
/**
 * Opens the lock’s file, and makes it where it is not there; neither a link that was planted there is
 * followed, nor a FIFO waited for.
 *
 * @throws Error where it cannot be made, or is no file
 */
function openKeeperLock(root, id) {
    const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(keeperPath(root, id), FLAGS | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_CREAT, 0o644);
    if ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.fstatSync)(file).isFile())
        return file;
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
    throw new Error('what lies at its lock’s path is not a file');
}
const BATCH = 200;
/**
 * Which of these leases have a keeper that lives, by trying to take each one’s lock for a moment.
 *
 * The kernel answers for every process of this host, whatever its container or pid namespace. A lock
 * that is free, gone or not to be tried says nothing.
 */
async function findKeepers(root, ids) {
    const seen = await seeKeepers(root, ids);
    return new Set(ids.filter((id) => seen.get(id) === 'held'));
}
/** The same, and which of these locks are free; what is in neither state could not be tried. */
async function seeKeepers(root, ids) {
    const seen = new Map();
    for (let from = 0; from < ids.length; from += BATCH) {
        const files = ids.slice(from, from + BATCH).flatMap((id) => openToTry(root, id));
        try {
            const answers = files.length === 0 ? [] : await (0,_try_locks_js__WEBPACK_IMPORTED_MODULE_5__/* .tryLocks */ .O)(files.map(({ file }) => file));
            for (const [index, { id }] of files.entries()) {
                const answer = answers[index];
                if (answer === 'held' || answer === 'free')
                    seen.set(id, answer);
            }
        }
        finally {
            // Closing gives back every lock that was taken: it belongs to the open file.
            for (const { file } of files)
                (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
        }
    }
    return seen;
}
function openToTry(root, id) {
    let file;
    try {
        file = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(keeperPath(root, id), FLAGS);
    }
    catch {
        return [];
    }
    if ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.fstatSync)(file).isFile())
        return [{ id, file }];
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
    return [];
}
/** Notes in the lock’s file which process holds it. */
function noteKeeper(root, id, keeper) {
    const flags = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW;
    const file = openSync(keeperPath(root, id), flags | constants.O_NONBLOCK);
    try {
        writeSync(file, `${JSON.stringify(keeper)}\n`);
    }
    finally {
        closeSync(file);
    }
}
/** The keeper as it was noted; null where nothing is, or where it is in another pid namespace. */
function readKeeper(root, id) {
    const { pid, start, pidNamespace } = readNote(root, id);
    if (typeof pid !== 'number' || typeof start !== 'number')
        return null;
    if (!Number.isInteger(pid) || pid <= 1 || pidNamespace !== (0,_boot_js__WEBPACK_IMPORTED_MODULE_2__/* .readPidNamespace */ .Ze)())
        return null;
    return { pid, start };
}
/** Whether a keeper of this lease has ever noted itself, in whatever pid namespace. */
function hasHadKeeper(root, id) {
    return typeof readNote(root, id)['pid'] === 'number';
}
function readNote(root, id) {
    return (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_1__/* .parseObject */ .lj)((0,_small_file_js__WEBPACK_IMPORTED_MODULE_4__/* .readTextOrNull */ .GR)(keeperPath(root, id)) ?? '') ?? {};
}


/***/ }),

/***/ 8811:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  FA: () => (/* binding */ startKeeper),
  Rx: () => (/* binding */ wakeKeeper)
});

// UNUSED EXPORTS: endKeeper

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __nccwpck_require__(1421);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __nccwpck_require__(8500);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/host/background.js
var background = __nccwpck_require__(6160);
// EXTERNAL MODULE: ./lib/host/keeper-lock.js
var keeper_lock = __nccwpck_require__(1168);
// EXTERNAL MODULE: ./lib/host/processes.js
var processes = __nccwpck_require__(9415);
// EXTERNAL MODULE: ./lib/host/root.js + 2 modules
var host_root = __nccwpck_require__(2063);
// EXTERNAL MODULE: ./lib/plan/lease.js + 1 modules
var lease = __nccwpck_require__(166);
// EXTERNAL MODULE: ./lib/plan/naming.js
var naming = __nccwpck_require__(2463);
;// CONCATENATED MODULE: ./lib/plan/watch-event.js


/** More than a keeper notes, and as much as a reader believes. */
const EVENTS_AT_MOST = 40;
const GROWERS_AT_MOST = 5;
const TEXT_AT_MOST = 500;
/** One event as a line. */
function encodeEvent(event) {
    return `${JSON.stringify(event)}\n`;
}
/** Reads events that anybody may have written; what cannot be understood is passed over. */
function watch_event_parseEvents(text) {
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.slice(0, EVENTS_AT_MOST).flatMap((line) => {
        const event = parseEvent((0,lease/* parseObject */.lj)(line));
        return event === null ? [] : [event];
    });
}
function parseEvent(found) {
    const atMs = timeIn(found);
    if (found === null || atMs === null)
        return null;
    switch (found['kind']) {
        case 'critical':
            return { kind: 'critical', atMs, path: textIn(found['path']), why: textIn(found['why']) };
        case 'relief': {
            const [retired, freedBytes] = [found['retired'], found['freedBytes']].map(amount);
            const refusal = textIn(found['refusal']);
            return { kind: 'relief', atMs, retired: retired ?? 0, freedBytes: freedBytes ?? 0, refusal };
        }
        case 'growth': {
            const growers = Array.isArray(found['growers']) ? found['growers'] : [];
            return { kind: 'growth', atMs, growers: growers.slice(0, GROWERS_AT_MOST).flatMap(grower) };
        }
        case 'over':
            return { kind: 'over', atMs, freeBytes: amount(found['freeBytes']) };
        default:
            return null;
    }
}
/** The largest time that a date can have. */
const LAST_MS = 8.64e15;
function timeIn(found) {
    const atMs = found?.['atMs'];
    return typeof atMs === 'number' && Math.abs(atMs) <= LAST_MS ? atMs : null;
}
function grower(value) {
    if (!(0,lease/* isRecord */.u4)(value))
        return [];
    const { id, slot, runner } = value;
    if (typeof id !== 'string' || !(0,naming/* isLeaseId */.cl)(id))
        return [];
    if (typeof slot !== 'string' || !(0,naming/* isSlotPath */.wS)(slot))
        return [];
    const [grewBytes = 0, bytes = 0, seconds = 0] = [
        value['grewBytes'],
        value['bytes'],
        value['seconds'],
    ].map(amount);
    return [{ id, slot, runner: textIn(runner), grewBytes, bytes, seconds }];
}
function textIn(value) {
    return typeof value === 'string' ? value.slice(0, TEXT_AT_MOST) : '';
}
function amount(value) {
    return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0;
}

// EXTERNAL MODULE: ./lib/host/small-file.js
var small_file = __nccwpck_require__(2100);
;// CONCATENATED MODULE: ./lib/host/watch-log.js




/** Set aside while there is room: events are written when there is none. Empty lines fill it. */
const BYTES = 16 * 1024;
/**
 * Opens the log of a lease, and makes it where it is not there; it goes on after what an earlier keeper
 * of the lease wrote.
 *
 * @throws Error where it cannot be made
 */
function openWatchLog(root, id) {
    const flags = external_node_fs_.constants.O_RDWR | external_node_fs_.constants.O_CREAT | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK;
    const file = (0,external_node_fs_.openSync)(logPath(root, id), flags, 0o644);
    const stat = (0,external_node_fs_.fstatSync)(file);
    if (!stat.isFile()) {
        (0,external_node_fs_.closeSync)(file);
        throw new Error('what lies at the path of its events is not a file');
    }
    const held = Buffer.alloc(BYTES);
    const length = (0,external_node_fs_.readSync)(file, held, 0, BYTES, 0);
    if (length < BYTES)
        (0,external_node_fs_.writeSync)(file, '\n'.repeat(BYTES - length), length);
    let text = held.subarray(0, length).toString('utf8').trimEnd();
    let count = watch_event_parseEvents(text).length;
    return {
        add: (event) => {
            const more = `${text === '' ? '' : `${text}\n`}${encodeEvent(event)}`;
            if (count >= EVENTS_AT_MOST || Buffer.byteLength(more) > BYTES)
                return;
            text = more.trimEnd();
            count += 1;
            // All of it, in place: one that found no room before comes with the next.
            (0,external_node_fs_.writeSync)(file, text, 0);
        },
        close: () => (0,external_node_fs_.closeSync)(file),
    };
}
/** What the keepers of a lease saw; nothing where there was none. */
function readWatchLog(root, id) {
    return parseEvents(readTextOrNull(logPath(root, id)) ?? '');
}
function logPath(root, id) {
    return (0,host_root/* controlPath */.XL)(root, 'leases', `${id}.events`);
}

;// CONCATENATED MODULE: ./lib/host/keeper.js









const GB = 1e9;
/**
 * Holds the lock from here to the end of the keeper, whose pid is this shell’s: flock(1) takes it on
 * the descriptor that was handed down, or finds it taken on that very one. A second keeper of a lease
 * waits no longer than somebody needs who only tries the lock. Where memory runs out, the keeper goes
 * before a build does; and node is started when the step that started this is likely to be over.
 */
const HOLDING = `{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null
if command -v flock >/dev/null 2>&1; then
  tries=0
  until flock -x -n 3; do
    [ $? -eq 1 ] || break
    tries=$((tries + 1))
    [ "$tries" -lt 4 ] || exit 0
    sleep 1
  done
fi
sleep 1
[ -e "$1" ] || exit 0
shift
exec "$@"`;
/** Little garbage at a time keeps the process small. */
const NODE_FLAGS = ['--max-semi-space-size=1'];
/** By it the runner’s clean-up finds the keeper, and ends it with the job. */
const TRACKING_ID = 'RUNNER_TRACKING_ID';
/**
 * Starts the keeper of a lease, and does not wait for it.
 *
 * @throws Error where its lock cannot be made
 */
function startKeeper(root, id, script, { settings, variables, failed, lock: held }) {
    const lock = held ?? (0,keeper_lock/* openKeeperLock */._0)(root, id);
    try {
        setLogAside(root, id);
        const lease = (0,host_root/* controlName */.Fu)(root, 'leases', `${id}.json`);
        const tool = [process.execPath, ...NODE_FLAGS, (0,background/* toolBeside */.Hr)(script)];
        const words = ['keep', '--root', root.path, '--lease', id, ...flagsOf(settings)];
        const child = (0,external_node_child_process_.spawn)('sh', ['-c', HOLDING, 'sh', lease, ...tool, ...words], {
            cwd: '/',
            detached: true,
            env: { ...(0,background/* ownEnvironment */.am)([TRACKING_ID]), ...variables },
            stdio: ['ignore', 'ignore', 'ignore', lock],
        });
        child.on('error', failed);
        child.unref();
    }
    finally {
        if (held === null)
            (0,external_node_fs_.closeSync)(lock);
    }
}
function flagsOf({ floors, watermarks, privilegedHelper, helperImage, dryRun, }) {
    const { minFreeBytes, minFreePercent, minFreeInodesPercent } = floors;
    const flags = {
        'min-free-gb': minFreeBytes === null ? null : decimal(minFreeBytes / GB),
        'min-free-percent': String(minFreePercent),
        'min-free-inodes-percent': String(minFreeInodesPercent),
        'high-watermark': String(watermarks.high),
        'low-watermark': String(watermarks.low),
        'privileged-helper': privilegedHelper,
        'helper-image': helperImage,
    };
    const given = Object.entries(flags).flatMap(([name, value]) => value === null ? [] : [`--${name}`, value]);
    return dryRun ? [...given, '--dry-run'] : given;
}
/** As the settings take it: no exponent, six decimals at most. */
function decimal(value) {
    return value.toFixed(6);
}
/** Before the build can have filled the disk; on one that is full already the keeper tries again. */
function setLogAside(root, id) {
    try {
        openWatchLog(root, id).close();
    }
    catch {
        return;
    }
}
const END_MS = 1000;
/**
 * Ends a keeper and all that it started, whatever state it is in, and waits for that: what it measures
 * with would otherwise seem to live in the slot.
 *
 * @returns `gone` where it had ended before, `unknown` where nothing tells which process it is
 */
async function endKeeper(root, id) {
    const keeper = readKeeper(root, id);
    if (keeper === null)
        return 'unknown';
    if (stateOf(keeper) !== 'alive' || !isKeeperOf(keeper.pid, id))
        return 'gone';
    try {
        // It leads a session of its own, so the group is what it started.
        process.kill(-keeper.pid, 'SIGKILL');
    }
    catch (error) {
        if (errnoOf(error) === 'ESRCH')
            return 'gone';
        throw error;
    }
    for (let waited = 0; waited < END_MS && stateOf(keeper) === 'alive'; waited += 5)
        await sleep(5);
    return 'ended';
}
/**
 * Has a keeper go on that somebody stopped: one that is not needed any more then ends by itself, and
 * with it the lock for which its slot is kept. To a keeper that runs it does nothing.
 */
function wakeKeeper(root, id) {
    const keeper = (0,keeper_lock/* readKeeper */.ZF)(root, id);
    if (keeper === null || (0,processes/* stateOf */.L4)(keeper) !== 'alive' || !isKeeperOf(keeper.pid, id))
        return;
    try {
        process.kill(keeper.pid, 'SIGCONT');
    }
    catch (error) {
        // Gone meanwhile, or another user’s: the slot stays until a pass may do it.
        if (!['ESRCH', 'EPERM'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            throw error;
    }
}
/** A note may be anybody’s: only what was started as the keeper of this lease is one. */
function isKeeperOf(pid, id) {
    try {
        const words = (0,external_node_fs_.readFileSync)(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('keep') && words.includes(id);
    }
    catch {
        // Gone meanwhile, or another user’s.
        return false;
    }
}


/***/ }),

/***/ 9848:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Tt: () => (/* binding */ giveUpSlot),
/* harmony export */   t8: () => (/* binding */ isKept)
/* harmony export */ });
/* unused harmony export keepSlot */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2063);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2100);




/** Slots that somebody wants to look into: in a file beside the lease, which goes with it. */
function keptPath(root, id) {
    return (0,_root_js__WEBPACK_IMPORTED_MODULE_2__/* .controlPath */ .XL)(root, 'leases', `${id}.kept`);
}
/** Has a slot stay after its lease has ended. @throws as writeFileSync does */
function keepSlot(root, id) {
    try {
        writeFileSync(keptPath(root, id), '', { flag: 'wx', mode: 0o644 });
    }
    catch (error) {
        if (errnoOf(error) !== 'EEXIST')
            throw error;
    }
}
/** Has it go like any other ended slot. */
function giveUpSlot(root, id) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_3__/* .removeFile */ .nM)(keptPath(root, id));
}
/** What cannot be told counts as kept. */
function isKept(root, id) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(keptPath(root, id), { throwIfNoEntry: false }) !== undefined;
    }
    catch {
        return true;
    }
}


/***/ }),

/***/ 3977:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _r: () => (/* binding */ HELD),
/* harmony export */   ai: () => (/* binding */ whileLocked),
/* harmony export */   iJ: () => (/* binding */ whileFileLocked),
/* harmony export */   lv: () => (/* binding */ withKernelLock)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3024);


/** Why a lock was not granted: others hold it. Any other reason tells nothing of others. */
const HELD = 'another job is at it';
/**
 * Does work only while holding a lock of the kernel's on a directory, without waiting for it.
 *
 * @param kind several may hold it `shared`, one alone `exclusive`
 * @param work is given the descriptor of the directory that is locked, whatever lies at its path by then
 */
async function whileLocked(path, kind, work) {
    return whileHeld(path, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_DIRECTORY, kind, work);
}
/** The same with a file. */
async function whileFileLocked(path, kind, work) {
    return whileHeld(path, 0, kind, work);
}
async function whileHeld(path, flags, kind, work) {
    const open = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NOFOLLOW | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NONBLOCK | flags);
    try {
        const words = [kind === 'shared' ? '-s' : '-x', '-n', '3'];
        const { status, stderr, error } = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawnSync)('flock', words, {
            encoding: 'utf8',
            stdio: ['ignore', 'ignore', 'pipe', open],
        });
        if (error !== undefined)
            return { refused: 'there is no flock(1)' };
        if (status === 0)
            return { value: await work(open) };
        return { refused: isHeld({ status, stderr }) ? HELD : stderr.trim() || 'flock(1) was ended' };
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(open);
    }
}
/**
 * Does work while holding a lock of the kernel's (flock(2)) on a file that exists.
 *
 * It needs no space, holds across containers, and ends with this process however it ends: flock(1)
 * takes it on a descriptor that is open here, and the lock belongs to the open file.
 *
 * A FIFO that was planted there holds nobody up. Without the file, or without a flock(1) that can wait
 * (busybox), the work is done all the same: these locks only keep it from being done twice.
 *
 * @param waitSeconds how long to wait for it; 0 does not wait
 * @returns what the work returned, or null where the lock was not granted in time
 */
async function withKernelLock(path, waitSeconds, work) {
    let file;
    try {
        file = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NOFOLLOW | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NONBLOCK);
    }
    catch {
        return work();
    }
    try {
        const patience = waitSeconds === 0 ? ['-n'] : ['-w', String(waitSeconds)];
        const { status, stderr } = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawnSync)('flock', ['-x', ...patience, '3'], {
            encoding: 'utf8',
            stdio: ['ignore', 'ignore', 'pipe', file],
        });
        return isHeld({ status, stderr }) ? null : await work();
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(file);
    }
}
/** What flock(1) answered: a lock that is held it refuses without a word; what it cannot do it complains of. */
function isHeld({ status, stderr }) {
    return status === 1 && stderr === '';
}


/***/ }),

/***/ 1238:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ko: () => (/* binding */ readInputs),
/* harmony export */   Lr: () => (/* binding */ handDownInputs),
/* harmony export */   NA: () => (/* binding */ dropSeedRecords),
/* harmony export */   SW: () => (/* binding */ takeInputsBack),
/* harmony export */   Sx: () => (/* binding */ COMPANIONS),
/* harmony export */   U8: () => (/* binding */ leasePath),
/* harmony export */   VY: () => (/* binding */ readSeedRecord),
/* harmony export */   bx: () => (/* binding */ dropInputs),
/* harmony export */   c1: () => (/* binding */ readLinked),
/* harmony export */   mV: () => (/* binding */ moveFile),
/* harmony export */   mx: () => (/* binding */ readBuildRecord),
/* harmony export */   rh: () => (/* binding */ writeRecord)
/* harmony export */ });
/* unused harmony export readRestored */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _plan_build_record_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6557);
/* harmony import */ var _plan_linked_file_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2985);
/* harmony import */ var _plan_restored_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(5609);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(2063);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(2100);







/** What is learned of a lease after it was written, each in a file of its own. */
const COMPANIONS = [
    '.end',
    '.taken',
    '.blocked',
    '.seed',
    '.build',
    '.inputs',
    '.restored',
    '.linked',
    '.keeper',
    '.size',
    '.events',
    '.kept',
];
/** Where a lease, or a companion of it, lies. */
function leasePath(root, name) {
    return (0,_root_js__WEBPACK_IMPORTED_MODULE_5__/* .controlPath */ .XL)(root, 'leases', name);
}
/** Moves a file where there is one; false where there is no room for it. */
function moveFile(from, to) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(from, to);
        return true;
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .isNoSpace */ .YV)(error))
            return false;
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return true;
        throw error;
    }
}
/** Writes what a slot was seeded with, or what its build was; once, whole. */
function writeRecord(root, id, ending, text) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .replaceFile */ .fR)(leasePath(root, `${id}${ending}`), text);
}
/** What a slot was seeded with; a cold start where nothing is noted. */
function readSeedRecord(root, id) {
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .readTextOrNull */ .GR)(leasePath(root, `${id}.seed`));
    return (text === null ? null : (0,_plan_build_record_js__WEBPACK_IMPORTED_MODULE_2__/* .parseSeedRecord */ .k9)(text)) ?? _plan_build_record_js__WEBPACK_IMPORTED_MODULE_2__/* .COLD */ .TG;
}
/** What a job left of its build; null where it left nothing that can be understood. */
function readBuildRecord(root, id) {
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .readTextOrNull */ .GR)(leasePath(root, `${id}.build`));
    return text === null ? null : (0,_plan_build_record_js__WEBPACK_IMPORTED_MODULE_2__/* .parseBuildRecord */ .VI)(text);
}
/** What was recorded of the inputs of a build, as it was written; null where nothing was. */
function readInputs(root, id) {
    return (0,_small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .readTextOrNull */ .GR)(leasePath(root, `${id}.inputs`), _small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .LARGE */ .I$);
}
/**
 * Gives what was recorded of a build's inputs to another lease, too, which is about to take its slot over:
 * where that comes to nothing, it is with the first one still. Files that cannot have two names are moved.
 */
function handDownInputs(root, from, to) {
    const [before, after] = [from, to].map((id) => leasePath(root, `${id}.inputs`));
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.linkSync)(before, after);
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return;
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(before, after);
    }
}
/** Takes it back from a lease that did not take the slot over. */
function takeInputsBack(root, from, to) {
    try {
        handDownInputs(root, from, to);
    }
    finally {
        dropInputs(root, from);
    }
}
/** Forgets what is known of a seed that is not there. */
function dropSeedRecords(root, id) {
    for (const ending of ['.linked', '.inputs'])
        (0,_small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .removeFile */ .nM)(leasePath(root, `${id}${ending}`));
}
/** Forgets what was recorded of a build's inputs. */
function dropInputs(root, id) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .removeFile */ .nM)(leasePath(root, `${id}.inputs`));
}
/** What was restored for a job’s build; nothing where that was not noted. */
function readRestored(root, id) {
    const text = readTextOrNull(leasePath(root, `${id}.restored`), LARGE);
    return (text === null ? null : parseRestored(text)) ?? NOTHING_RESTORED;
}
/**
 * What a slot shares by hard link, with its clones and with what it was cloned from (see
 * host/linked-files.ts); null where the record is damaged.
 */
function readLinked(root, id) {
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .readTextOrNull */ .GR)(leasePath(root, `${id}.linked`), _small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .LARGE */ .I$);
    return text === null ? [] : (0,_plan_linked_file_js__WEBPACK_IMPORTED_MODULE_3__/* .parseLinked */ .Rk)(text);
}


/***/ }),

/***/ 7847:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bv: () => (/* binding */ blockedSince),
/* harmony export */   Dg: () => (/* binding */ spoilEnd),
/* harmony export */   G0: () => (/* binding */ findLease),
/* harmony export */   L8: () => (/* binding */ LIVE),
/* harmony export */   MJ: () => (/* binding */ endedLeasePath),
/* harmony export */   Mw: () => (/* binding */ readLeases),
/* harmony export */   Oj: () => (/* binding */ dropLease),
/* harmony export */   W6: () => (/* binding */ readEndedLeases),
/* harmony export */   _e: () => (/* binding */ takeLease),
/* harmony export */   e3: () => (/* binding */ writeLease),
/* harmony export */   oz: () => (/* binding */ markEnded)
/* harmony export */ });
/* unused harmony export endLease */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _plan_lease_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(166);
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2463);
/* harmony import */ var _kept_slots_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(9848);
/* harmony import */ var _lease_companions_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(1238);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(2063);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(2100);








/** What the name of a live lease ends with. */
const LIVE = '.json';
const ENDED = '.ended';
/**
 * Writes a lease, once and whole: a name of its own, then one rename.
 *
 * It is not flushed to the disk: only a power loss could undo it, and then its boot is over, which
 * the id in its name still tells.
 */
function writeLease(root, lease) {
    const temporary = (0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `.${lease.id}.tmp`);
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeFileSync)(temporary, (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_2__/* .encodeLease */ .jS)(lease), { flag: 'wx', mode: 0o644 });
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(temporary, (0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${lease.id}${LIVE}`));
    }
    catch (error) {
        (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .removeFile */ .nM)(temporary);
        throw error;
    }
}
/**
 * Ends a live lease; only its own job does that.
 *
 * @returns false where it was not live: ended already, or never written
 */
function endLease(root, id, end) {
    // A second end must not overwrite the first, nor leave its record where the lease is gone.
    if (readSmallFile(leasePath(root, `${id}${LIVE}`)) === null)
        return false;
    try {
        // Left by an end that was cut short, if it is there.
        removeFile(leasePath(root, `${id}.end`));
        writeFileSync(leasePath(root, `${id}.end`), encodeEnd(end), { flag: 'wx', mode: 0o644 });
    }
    catch {
        // A full disk: the lease ends all the same, by a rename that needs no space; without its end
        // record it counts as expired, and is not inherited.
    }
    if (markEnded(root, id))
        return true;
    // A pass ended it at this moment, whose slot it deletes: it is none that ended well.
    spoilEnd(root, id);
    return false;
}
/** Makes a live lease an ended one; without an end record nobody inherits its slot. False where it is not live. */
function markEnded(root, id) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}${LIVE}`), (0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}${ENDED}`));
        return true;
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return false;
        throw error;
    }
}
/**
 * Takes an ended lease's worth away: without its end record nobody inherits the slot, which is about
 * to be deleted where it is.
 */
function spoilEnd(root, id) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .removeFile */ .nM)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}.end`));
}
/**
 * Marks a hook's lease as taken by a step, and of which job.
 *
 * @returns null where another step was first; else why the job could not be noted, '' where it was: on a
 *   full disk the lease is taken all the same, and is of the job that the hook knew
 */
function takeLease(root, id, taken) {
    let file;
    try {
        file = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}.taken`), 'wx', 0o644);
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'EEXIST')
            return null;
        throw error;
    }
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeFileSync)(file, (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_2__/* .encodeTaken */ .cC)(taken));
        return '';
    }
    catch (error) {
        return (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error);
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
    }
}
/**
 * Since when a lease's slot has been kept from going: noted at the first time, in a file of its own,
 * which goes with the lease.
 *
 * @param notes false where nothing may be written (a dry run)
 * @returns milliseconds since the epoch
 */
function blockedSince(root, id, nowMs, notes = true) {
    const path = (0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}.blocked`);
    const noted = Number((0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readSmallFile */ .EW)(path));
    if (Number.isFinite(noted) && noted > 0)
        return noted;
    if (!notes)
        return nowMs;
    try {
        // An empty one was left by a full disk.
        (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .removeFile */ .nM)(path);
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeFileSync)(path, String(nowMs), { flag: 'wx', mode: 0o644 });
    }
    catch {
        // Not to be noted on this disk: the next pass tries again.
        return nowMs;
    }
    return nowMs;
}
/** The ended leases, whatever their runner: names tell them, so that no live one is read. */
function readEndedLeases(root) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)((0,_root_js__WEBPACK_IMPORTED_MODULE_6__/* .controlPath */ .XL)(root, 'leases')).flatMap((name) => {
        const id = name.slice(0, name.indexOf('.'));
        if (name !== `${id}${ENDED}` || !(0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_3__/* .isLeaseId */ .cl)(id))
            return [];
        const record = readLease(root, id, 'ended');
        return record === null ? [] : [record];
    });
}
/**
 * Reads leases.
 *
 * @param prefix only ids that begin with it; '' for all
 * @param nowMs the wall clock: an unfinished file of others is left alone for an hour. Taking one
 *   away early harms nobody: its writer notices, and fails before there is a slot.
 */
function readLeases(root, prefix, nowMs) {
    const names = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)((0,_root_js__WEBPACK_IMPORTED_MODULE_6__/* .controlPath */ .XL)(root, 'leases'));
    const records = new Map();
    const leftovers = [];
    const withLease = new Set();
    const companions = [];
    for (const name of names) {
        const dot = name.indexOf('.', 1);
        const id = name.startsWith('.') ? name.slice(1, dot) : name.slice(0, dot);
        if (!(0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_3__/* .isLeaseId */ .cl)(id) || !id.startsWith(prefix))
            continue;
        const ending = name.slice(dot);
        if (name.startsWith('.')) {
            if (prefix !== '' || (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .isOld */ .eD)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, name), nowMs))
                leftovers.push(name);
        }
        else if (ending === LIVE || ending === ENDED) {
            withLease.add(id);
            const record = readLease(root, id, ending === ENDED ? 'ended' : 'live');
            // Seen under both names, it ended while the folder was being read.
            if (record !== null && (ending === ENDED || !records.has(id)))
                records.set(id, record);
        }
        else if (_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .UNFINISHED */ .yA.test(name)) {
            // Its writer was killed; whether the lease is there says nothing.
            if ((0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .isOld */ .eD)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, name), nowMs))
                leftovers.push(name);
        }
        else
            companions.push({ id, name });
    }
    for (const { id, name } of companions) {
        if (!withLease.has(id) && (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .isOld */ .eD)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, name), nowMs))
            leftovers.push(name);
    }
    return { records: [...records.values()], leftovers };
}
/** Reads one lease by its id, whatever its state; null where there is none. */
function findLease(root, id) {
    return readLease(root, id, 'live') ?? readLease(root, id, 'ended');
}
function readLease(root, id, state) {
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readSmallFile */ .EW)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}${state === 'live' ? LIVE : ENDED}`));
    if (text === null)
        return null;
    const parsed = typeof text === 'string' ? (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_2__/* .parseLease */ .QM)(text, id) : text.problem;
    const lease = typeof parsed === 'string' ? null : asTaken(root, parsed);
    const end = state === 'ended' ? (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readSmallFile */ .EW)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}.end`)) : null;
    return {
        id,
        state,
        lease,
        problem: typeof parsed === 'string' ? parsed : null,
        end: typeof end === 'string' ? (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_2__/* .parseEnd */ .J)(end) : null,
        isKept: state === 'ended' && (0,_kept_slots_js__WEBPACK_IMPORTED_MODULE_4__/* .isKept */ .t8)(root, id),
        slot: lease?.slot ?? null,
    };
}
/** The lease as the step has it that took it over. */
function asTaken(root, lease) {
    const text = lease.madeBy === 'hook' ? (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readTextOrNull */ .GR)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${lease.id}.taken`)) : null;
    return text === null ? lease : { ...lease, ...(0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_2__/* .parseTaken */ .bm)(text) };
}
/**
 * Takes the lease of a retired slot out of the folder: beside the slot in the trash, where it tells
 * whose it was until the slot is gone, or away altogether where there is no room for that.
 */
function dropLease(root, id, keepInTrash) {
    for (const ending of [LIVE, ENDED]) {
        const path = (0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}${ending}`);
        if (!keepInTrash || !(0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .moveFile */ .mV)(path, (0,_root_js__WEBPACK_IMPORTED_MODULE_6__/* .controlPath */ .XL)(root, 'trash', `${id}.lease`)))
            (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .removeFile */ .nM)(path);
    }
    for (const ending of _lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .COMPANIONS */ .Sx)
        (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .removeFile */ .nM)((0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}${ending}`));
}
/** The file of an ended lease: who takes its slot, clones it, or deletes it where it lies, locks that before. */
function endedLeasePath(root, id) {
    return (0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_5__/* .leasePath */ .U8)(root, `${id}${ENDED}`);
}


/***/ }),

/***/ 1758:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ discardLeftover),
/* harmony export */   s: () => (/* binding */ listUnfinished)
/* harmony export */ });
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1687);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2063);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2100);



/** Where files are replaced as a whole. */
const FOLDERS = ['', 'ending', 'history', 'times', 'trash'];
/**
 * Files whose writer was killed before it gave them their name.
 *
 * @returns paths in the root's own folder
 */
function listUnfinished(root, nowMs) {
    return FOLDERS.flatMap((folder) => {
        const inFolder = (name) => (folder === '' ? name : `${folder}/${name}`);
        return (0,_folders_js__WEBPACK_IMPORTED_MODULE_0__/* .namesIn */ .wX)((0,_root_js__WEBPACK_IMPORTED_MODULE_1__/* .controlPath */ .XL)(root, ...(folder === '' ? [] : [folder])))
            .filter((name) => _small_file_js__WEBPACK_IMPORTED_MODULE_2__/* .UNFINISHED */ .yA.test(name))
            .map(inFolder)
            .filter((path) => (0,_small_file_js__WEBPACK_IMPORTED_MODULE_2__/* .isOld */ .eD)((0,_root_js__WEBPACK_IMPORTED_MODULE_1__/* .controlPath */ .XL)(root, ...path.split('/')), nowMs));
    });
}
/** Removes a file in the root's own folder, by its path there. */
function discardLeftover(root, file) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_2__/* .removeFile */ .nM)((0,_root_js__WEBPACK_IMPORTED_MODULE_1__/* .controlPath */ .XL)(root, ...file.split('/')));
}


/***/ }),

/***/ 5633:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Qc: () => (/* binding */ yielding),
/* harmony export */   X$: () => (/* binding */ measuringEnvironment),
/* harmony export */   cj: () => (/* binding */ MEASURING)
/* harmony export */ });
/** In the environment of what measures for us: it seems to live in the slot that it walks. */
const MEASURING = 'TARGET_GUARD_MEASURING';
const measuringEnvironment = () => ({ ...process.env, [MEASURING]: '1' });
// The last is a program of its own, so that ending it ends the walk.
const SCRIPT = `command -v ionice >/dev/null 2>&1 && ionice -c 3 true 2>/dev/null && set -- ionice -c 3 "$@"
command -v nice >/dev/null 2>&1 && set -- nice -n 19 "$@"
exec "$@"`;
/** What to run a program by that yields to others on disk and CPU, as words before its own. */
function yielding(words) {
    return ['-c', SCRIPT, 'sh', ...words];
}


/***/ }),

/***/ 7154:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   L1: () => (/* binding */ readMountText),
/* harmony export */   V8: () => (/* binding */ relative),
/* harmony export */   a5: () => (/* binding */ isAtOrBelow),
/* harmony export */   bq: () => (/* binding */ readMounts),
/* harmony export */   ec: () => (/* binding */ mountsWithin),
/* harmony export */   fj: () => (/* binding */ join),
/* harmony export */   qV: () => (/* binding */ parseMounts),
/* harmony export */   x5: () => (/* binding */ locate)
/* harmony export */ });
/* unused harmony export parseMount */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);

/** The mounts that a process sees; throws as readFileSync does. */
function readMounts(pid = 'self') {
    return parseMounts(readMountText(pid));
}
/** The same as the kernel writes it, of a process or a thread (`PID/task/TID`). */
function readMountText(process) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(`/proc/${process}/mountinfo`, 'utf8');
}
function parseMounts(text) {
    return text
        .split('\n')
        .map(parseMount)
        .filter((mount) => mount !== null);
}
function parseMount(line) {
    const [front, back] = line.split(' - ');
    if (front === undefined || back === undefined)
        return null;
    const [, , device, root, point] = front.split(' ');
    const [type, source] = back.split(' ');
    if (device === undefined || root === undefined || point === undefined)
        return null;
    if (type === undefined || source === undefined)
        return null;
    return { device, root: unescape(root), point: unescape(point), type, source: unescape(source) };
}
/** The kernel writes blank, tab, newline and backslash as three octal digits. */
function unescape(text) {
    return text.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
/** Whether `path` is `ancestor` or lies below it. */
function isAtOrBelow(path, ancestor) {
    return ancestor === '/' || path === ancestor || path.startsWith(`${ancestor}/`);
}
/** The place of a real path (no symlinks) among these mounts; later mounts cover earlier ones. */
function locate(path, mounts) {
    const mount = mounts
        .filter((each) => isAtOrBelow(path, each.point))
        .reduce((best, each) => (best === null || each.point.length >= best.point.length ? each : best), null);
    if (mount === null)
        return null;
    return { mount, path: join(mount.root, relative(path, mount.point)) };
}
/** Mount points at or below a real path. */
function mountsWithin(path, mounts) {
    return mounts.map((each) => each.point).filter((point) => isAtOrBelow(point, path));
}
/** What of `path` remains below `ancestor`, with a leading slash, or ''. */
function relative(path, ancestor) {
    return ancestor === '/' ? (path === '/' ? '' : path) : path.slice(ancestor.length);
}
function join(base, rest) {
    const joined = `${base === '/' ? '' : base}${rest}`;
    return joined === '' ? '/' : joined;
}


/***/ }),

/***/ 3457:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _$: () => (/* binding */ helpers),
/* harmony export */   il: () => (/* binding */ withHelp),
/* harmony export */   xJ: () => (/* binding */ cannotGive)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);


/**
 * The ways that are set, best first; none for root, who needs none.
 *
 * Each helper gets one fixed command on one path that we chose, never a pattern and never `-R`.
 */
function helpers(settings) {
    if (process.geteuid?.() === 0)
        return [];
    const { privilegedHelper: wanted, helperImage } = settings;
    const found = [];
    if (wanted === 'sudo' || wanted === 'auto')
        found.push(sudo);
    if (helperImage !== null && (wanted === 'docker' || wanted === 'auto')) {
        found.push(docker(helperImage));
    }
    return found;
}
/** Tries each helper in turn; the outcome of the last where none succeeds. */
function withHelp(ways, use) {
    const failures = [];
    for (const helper of ways) {
        const outcome = use(helper);
        if (outcome.ok)
            return outcome;
        failures.push(`${helper.name}: ${outcome.why}`);
    }
    return { ok: false, why: failures.length === 0 ? 'no helper is set' : failures.join('; ') };
}
/** The error for a slot that cannot be given to the owner that was asked for. */
function cannotGive(path, to, why) {
    return new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .GuardError */ .U$(`${path} cannot be given to ${to.uid}:${to.gid} by uid ${process.geteuid?.() ?? '?'} (${why}).`, 'Three ways out: run the runner as that user or as root; allow its user passwordless sudo for ' +
        'chown, mv and rm; or set helper-image to a local image whose container may do it.');
}
const sudo = {
    name: 'sudo',
    // /proc/PID/fd/N leads to the very directory that is open here, whatever its path says now.
    chown: ({ descriptor }, to) => run('sudo', [
        '-n',
        '--',
        'chown',
        `${to.uid}:${to.gid}`,
        `/proc/${process.pid}/fd/${descriptor}`,
    ]),
    move: (from, to) => run('sudo', ['-n', '--', 'mv', '-n', '-T', '--', from, to]),
    remove: (trash, id) => run('sudo', ['-n', '--', 'rm', '-rf', '--one-file-system', '--', `${trash}/${id}`]),
};
/** The mount is the sandbox: nothing outside it can be reached, whatever links point to. */
function docker(image) {
    const contained = (mount, capabilities, command) => run('docker', [
        'run',
        '--rm',
        '--pull=never',
        '--network=none',
        '--read-only',
        '--user=0:0',
        '--cap-drop=ALL',
        ...capabilities.map((each) => `--cap-add=${each}`),
        '--security-opt=no-new-privileges',
        `--volume=${mount}:/guarded`,
        '--entrypoint=',
        image,
        ...command,
    ]);
    return {
        name: 'docker',
        chown: ({ path }, to) => contained(path, ['CHOWN'], ['chown', '-h', `${to.uid}:${to.gid}`, '/guarded']),
        move: (from, to, root) => contained(root, ['DAC_OVERRIDE', 'FOWNER'], ['mv', '-n', '-T', inside(from, root), inside(to, root)]),
        remove: (trash, id) => contained(trash, ['DAC_OVERRIDE', 'FOWNER'], ['rm', '-rf', `/guarded/${id}`]),
    };
}
function inside(path, root) {
    return `/guarded${path.slice(root.length)}`;
}
function run(command, words) {
    const { status, error, stderr } = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawnSync)(command, words, {
        encoding: 'utf8',
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 120_000,
    });
    if (error !== undefined)
        return { ok: false, why: error.message };
    if (status === 0)
        return { ok: true };
    const said = stderr.trim().split('\n').at(-1) ?? '';
    return { ok: false, why: said === '' ? `it ended with ${status ?? 'a signal'}` : said };
}


/***/ }),

/***/ 9415:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Dm: () => (/* binding */ threadsOf),
/* harmony export */   KS: () => (/* binding */ findWorker),
/* harmony export */   L4: () => (/* binding */ stateOf),
/* harmony export */   O3: () => (/* binding */ listProcesses),
/* harmony export */   W8: () => (/* binding */ livingThread),
/* harmony export */   Wv: () => (/* binding */ readProcess),
/* harmony export */   l7: () => (/* binding */ isNamespaceGone)
/* harmony export */ });
/* unused harmony exports TICKS, hasEnded, parseStat, readGroup, seesHost, findInContainer */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);


/** Clock ticks in a second (USER_HZ), as /proc counts them on every Linux that node runs on. */
const TICKS = 100;
/**
 * Reads /proc/PID/stat.
 *
 * @returns 'gone' where there is no such process, 'hidden' where /proc will not tell (hidepid)
 */
function readProcess(pid) {
    try {
        const found = parseStat(pid, (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(`/proc/${pid}/stat`, 'utf8'));
        if (found === null)
            return 'hidden';
        return hasEnded(found.state)
            ? { ...found, state: livingThread(pid)?.state ?? found.state }
            : found;
    }
    catch (error) {
        const code = (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error);
        if (code === 'ESRCH')
            return 'gone';
        // With hidepid=2 the folder of another user's process is not there; a signal still finds it.
        return code === 'ENOENT' && !isThere(pid) ? 'gone' : 'hidden';
    }
}
/** Whether a state is that of a zombie, or of what is about to be gone. */
function hasEnded(state) {
    return state === 'Z' || state === 'X';
}
/**
 * A thread that runs on, although the first one, whose name in /proc is the process's own, has ended:
 * by pthread_exit(3), or amid the end of a killed process. Null where there is none.
 */
function livingThread(pid) {
    for (const id of threadsOf(pid)) {
        if (id === String(pid))
            continue;
        try {
            const thread = parseStat(pid, (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(`/proc/${pid}/task/${id}/stat`, 'utf8'));
            if (thread !== null && !hasEnded(thread.state))
                return { id, state: thread.state };
        }
        catch {
            // This one has ended meanwhile; another may live.
            continue;
        }
    }
    return null;
}
/** The numbers of its threads, none where /proc does not show them. */
function threadsOf(pid) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)(`/proc/${pid}/task`);
    }
    catch {
        // Gone meanwhile, or not to be seen: no sign, no conclusion.
        return [];
    }
}
/** Whether the kernel knows a process by this number; EPERM means that it does. */
function isThere(pid) {
    try {
        process.kill(pid, 0);
        return true;
    }
    catch (error) {
        return (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) !== 'ESRCH';
    }
}
/** Fields are counted after the last `)`: a command's name may hold blanks and brackets. */
function parseStat(pid, text) {
    const opening = text.indexOf('(');
    const closing = text.lastIndexOf(')');
    if (opening < 0 || closing < opening)
        return null;
    const fields = text
        .slice(closing + 1)
        .trim()
        .split(' ');
    const [state, parent] = fields;
    const start = fields[19];
    if (state === undefined || parent === undefined || start === undefined)
        return null;
    const known = { parent: Number(parent), start: Number(start) };
    if (!Number.isInteger(known.parent) || !Number.isInteger(known.start))
        return null;
    return { pid, command: text.slice(opening + 1, closing), state, ...known };
}
/** The process group of a process, null where /proc does not tell. */
function readGroup(pid) {
    try {
        const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const group = Number(text.slice(text.lastIndexOf(')') + 1).split(' ')[3]);
        return Number.isInteger(group) ? group : null;
    }
    catch {
        // Gone meanwhile.
        return null;
    }
}
/** How a recorded process is found now; a zombie has ended. */
function stateOf(recorded) {
    const found = readProcess(recorded.pid);
    if (found === 'gone' || found === 'hidden')
        return found;
    if (found.start !== recorded.start)
        return 'replaced';
    return hasEnded(found.state) ? 'gone' : 'alive';
}
/** Lives exactly as long as its job. */
const WORKER = 'Runner.Worker';
/** What only passes a command on may end before the job does, and is no evidence of it. */
const PASSING_ON = new Set(('sh bash dash ash zsh ksh fish busybox timeout nice ionice env setsid sudo su runuser gosu ' +
    'su-exec xargs make npm npx sshd tini dumb-init docker-init').split(' '));
/**
 * The runner process that this one works for: the nearest ancestor that is GitHub's Worker; with
 * other runners (act, Gitea's) the one that started this command, past shells and the like.
 *
 * There is none in a job container, or under a shell alone.
 */
function findWorker(from = process.ppid) {
    let starter = null;
    let pid = from;
    for (let depth = 0; depth < 64 && pid > 1; depth += 1) {
        const found = readProcess(pid);
        if (found === 'gone' || found === 'hidden')
            break;
        const key = { pid: found.pid, start: found.start };
        if (found.command === WORKER)
            return { worker: key, isGithubs: true };
        if (starter === null && !PASSING_ON.has(found.command))
            starter = key;
        pid = found.parent;
    }
    return { worker: starter, isGithubs: false };
}
/** The numbers of all processes that /proc shows; throws as readdirSync does. */
function listProcesses() {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)('/proc')
        .filter((name) => /^[0-9]+$/.test(name))
        .map(Number);
}
/** The pid namespace of the host itself: its number is fixed in the kernel (proc_ns.h). */
const HOST_PID_NAMESPACE = 'pid:[4026531836]';
/**
 * Whether a pid namespace has come to its end, and with it every process that was ever in it.
 *
 * Only root in the host's own namespace sees all processes; for anybody else the answer is no. A
 * number that is in use again counts as the old namespace, and keeps what belongs to it.
 */
function isNamespaceGone(namespace) {
    if (process.geteuid?.() !== 0)
        return false;
    if (readNamespace('self') !== HOST_PID_NAMESPACE)
        return false;
    return listProcesses().every((pid) => {
        // The first process is of this very namespace; some sandboxes let nobody look at it.
        if (pid === 1)
            return true;
        const found = readNamespace(pid);
        return found === 'gone' || (found !== 'hidden' && found !== namespace);
    });
}
function readNamespace(pid) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readlinkSync)(`/proc/${pid}/ns/pid`);
    }
    catch (error) {
        return ['ENOENT', 'ESRCH'].includes((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error)) ? 'gone' : 'hidden';
    }
}
/** Whether this process sees every process of the host, by number: neither a container nor hidepid. */
function seesHost() {
    if (readNamespace('self') !== HOST_PID_NAMESPACE)
        return false;
    return readProcess(1) !== 'hidden';
}
/**
 * The first process that has this number in a container of the host, in words; null where there is
 * none. What works in a container writes the number that it has there.
 */
function findInContainer(pid) {
    for (const each of listProcesses()) {
        const [, ...inner] = namespacePids(each);
        if (inner.includes(pid))
            return `pid ${pid} is a process in a container (here ${each})`;
    }
    return null;
}
/** The numbers of a process, that of the host first. */
function namespacePids(pid) {
    try {
        const text = readFileSync(`/proc/${pid}/status`, 'utf8');
        return (/^NSpid:\t(.*)$/m.exec(text)?.[1] ?? '').split('\t').map(Number);
    }
    catch (error) {
        if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errnoOf(error)))
            return [];
        throw error;
    }
}


/***/ }),

/***/ 2834:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Pc: () => (/* binding */ INNER),
/* harmony export */   Ve: () => (/* binding */ enter),
/* harmony export */   fA: () => (/* binding */ withProfiles)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1687);
/* harmony import */ var _tree_walk_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(7568);




/** Deepest known: `<tool's own target>/<triple>/<profile>`. */
const DEPTH = 4;
/** `<profile>` and `<triple>/<profile>`: so far down each folder is looked into. */
const OWN_DEPTH = 2;
const FOLDERS_AT_MOST = 32_768;
/** A folder that holds more, and no profile among the first, is where tests or benchmarks write. */
const BRANCH_AT_MOST = 4096;
/** Cargo's own folders in a profile: they may hold very many others, and none in which it builds. */
const INNER = new Set([
    '.fingerprint',
    'build',
    'deps',
    'doc',
    'examples',
    'incremental',
    'package',
]);
/**
 * Opens each profile of a target directory, found without following any link, and closes all after.
 *
 * What is large and holds none, like the reports of benchmarks, is passed over deeper than Cargo's own
 * profiles lie.
 *
 * @throws Error where there are more folders than Cargo makes, or one cannot be read
 */
function withProfiles(target, work) {
    const profiles = [];
    const branches = new Branches();
    let seen = 0;
    const visit = (folder, path) => {
        if (path.length > OWN_DEPTH && branches.isPassedOver(path))
            return null;
        seen += 1;
        if (seen > FOLDERS_AT_MOST)
            throw new Error('it holds too many folders');
        const entries = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_2__.at)(folder, '.'), { withFileTypes: true });
        if (isDocumentation(path, entries))
            return null;
        const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
        const isProfile = names.includes('.fingerprint') || names.includes('build');
        if (isProfile)
            profiles.push({ path: path.join('/'), folder: (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .openFolder */ .NE)((0,_folders_js__WEBPACK_IMPORTED_MODULE_2__.at)(folder, '.')) });
        branches.add(path, isProfile);
        if (path.length === DEPTH)
            return null;
        return { path, names: names.filter((each) => !isProfile || !INNER.has(each)) };
    };
    try {
        (0,_tree_walk_js__WEBPACK_IMPORTED_MODULE_3__/* .walkTree */ .I)(target, visit);
        return work(profiles);
    }
    finally {
        for (const { folder } of profiles)
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(folder);
    }
}
/** What rustdoc wrote, for all crates: it makes a lock of its own first. */
function isDocumentation(path, entries) {
    return path.at(-1) === 'doc' && entries.some(({ name }) => name === '.lock');
}
/** How many folders have been seen in each folder, and whether a profile was among them. */
class Branches {
    #all = new Map();
    add(path, isProfile) {
        for (const branch of branchesOf(path)) {
            const { folders, hasProfile } = this.#all.get(branch) ?? { folders: 0, hasProfile: false };
            this.#all.set(branch, { folders: folders + 1, hasProfile: hasProfile || isProfile });
        }
    }
    isPassedOver(path) {
        return branchesOf(path).some((branch) => {
            const { folders, hasProfile } = this.#all.get(branch) ?? { folders: 0, hasProfile: false };
            return folders > BRANCH_AT_MOST && !hasProfile;
        });
    }
}
/** `a`, `a/b` and `a/b/c`. */
function branchesOf(path) {
    return path.map((_, index) => path.slice(0, index + 1).join('/'));
}
/** Opens a folder of a folder for a while; null where there is none of that name. */
function enter(folder, name, work) {
    let next;
    try {
        next = (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .openFolder */ .NE)((0,_folders_js__WEBPACK_IMPORTED_MODULE_2__.at)(folder, name));
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT' || (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .isDiverted */ .cX)(error))
            return null;
        throw error;
    }
    try {
        return work(next);
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(next);
    }
}


/***/ }),

/***/ 4554:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   DZ: () => (/* binding */ limitTime),
/* harmony export */   eo: () => (/* binding */ isUnknownOption),
/* harmony export */   i0: () => (/* binding */ killGroup),
/* harmony export */   mB: () => (/* binding */ runProgram)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);


const TOLD_AT_MOST = 4096;
/**
 * Runs a program until its end.
 *
 * @throws Error with the first line that it wrote to standard error, unless it ends with 0
 */
async function runProgram(program, words, { cwd, input, waitMs }) {
    if (waitMs !== undefined && waitMs <= 0)
        throw new Error('it took too long');
    const options = { cwd, detached: true, env: { ...process.env, LC_ALL: 'C' } };
    await new Promise((resolve, reject) => {
        const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(program, words, { ...options, stdio: ['pipe', 'ignore', 'pipe'] });
        let said = '';
        let isLate = false;
        const late = () => {
            isLate = true;
            killGroup(child.pid);
        };
        const timer = waitMs === undefined ? undefined : setTimeout(late, waitMs);
        child.stderr.setEncoding('utf8').on('data', (part) => {
            said = (said + part).slice(0, TOLD_AT_MOST);
        });
        child.on('error', reject);
        child.on('close', (status, signal) => {
            clearTimeout(timer);
            if (isLate)
                reject(new Error('it took too long'));
            else if (status === 0)
                resolve();
            else
                reject(new Error(said.split('\n')[0] || `${program} ended with ${status ?? signal}`));
        });
        // It ends before it has read all when the first copies fail; its exit code says so.
        child.stdin.on('error', () => { });
        child.stdin.end(input);
    });
}
/**
 * Kills a program that takes too long. Where it cannot be started, spawn()’s own limit would still keep
 * this process from ending before it has passed.
 */
function limitTime(child, waitMs) {
    const timer = setTimeout(() => child.kill('SIGKILL'), waitMs);
    child.on('close', () => clearTimeout(timer));
}
/** Ends a program that leads a group, with all that it started. */
function killGroup(leader, signal = 'SIGKILL') {
    if (leader === undefined)
        return;
    try {
        process.kill(-leader, signal);
    }
    catch (error) {
        // It has ended already, and only its output is still to come.
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) !== 'ESRCH')
            throw error;
    }
}
/** Whether a program complained of an option, as busybox’s do before they touch anything. */
function isUnknownOption(said) {
    return /(?:unrecognized|unknown|invalid) option/.test(said);
}


/***/ }),

/***/ 4535:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ isMadeToReflink),
/* harmony export */   U: () => (/* binding */ canReflink)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1687);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2100);




/** By device number and type of file system: another one may be mounted from the same device. */
const known = new Map();
/** Larger than what a file system keeps beside the inode. */
const PROBE_BYTES = 8192;
/**
 * Whether files in this directory can share blocks: tried with two small files.
 *
 * @throws where the disk is full or broken; nothing is remembered then
 */
function canReflink(directory) {
    const key = `${(0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(directory).dev} ${(0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statfsSync)(directory).type}`;
    const answer = known.get(key) ?? tryReflink(directory);
    known.set(key, answer);
    return answer;
}
/** File systems by their type (statfs(2)) that are made to share blocks: btrfs, xfs, bcachefs. */
const SHARING = new Set([0x91_23_68_3e, 0x58_46_53_42, 0xca_45_1a_4e]);
/** Whether a file system is of a kind that shares blocks, unless it was made without; writes nothing. */
function isMadeToReflink(directory) {
    return SHARING.has((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statfsSync)(directory).type >>> 0);
}
function tryReflink(directory) {
    const probe = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdtempSync)(`${directory}/.reflink-`);
    try {
        // By descriptor: in a directory of another user’s, something else may lie at its name at once.
        return (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .within */ .ux)(probe, [], (folder) => {
            (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .assertFresh */ .PD)(folder);
            const [from, to] = [(0,_folders_js__WEBPACK_IMPORTED_MODULE_2__.at)(folder, 'from'), (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__.at)(folder, 'to')];
            try {
                (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeFileSync)(from, Buffer.alloc(PROBE_BYTES, 1), { flag: 'wx' });
                return isShared(from, to);
            }
            finally {
                for (const path of [from, to])
                    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_3__/* .removeFile */ .nM)(path);
            }
        });
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.rmdirSync)(probe);
    }
}
/** These say nothing of what the file system can do. */
const OF_THE_MOMENT = new Set(['EDQUOT', 'EIO', 'ENOMEM', 'ENOSPC']);
function isShared(from, to) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.copyFileSync)(from, to, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.COPYFILE_FICLONE_FORCE);
        return true;
    }
    catch (error) {
        if (OF_THE_MOMENT.has((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error)))
            throw error;
        return false;
    }
}


/***/ }),

/***/ 858:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   D9: () => (/* binding */ makeReserve),
/* harmony export */   KV: () => (/* binding */ reserveSize),
/* harmony export */   Vy: () => (/* binding */ hasReserve),
/* harmony export */   gO: () => (/* binding */ releaseReserve)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(1687);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(2063);





/**
 * Space and inodes set aside, to be given back when the disk is full. Root does both in other users'
 * roots too: no link that was planted at these names is followed.
 */
const BYTES = 64 * 1024 * 1024;
const INODES = 64;
/** Of a small file system no more than this share. */
const SHARE = 0.01;
/** How large the reserve of a file system of this size is. */
function reserveSize({ totalBytes, totalInodes, }) {
    return {
        bytes: Math.min(BYTES, Math.floor(totalBytes * SHARE)),
        inodes: Math.min(INODES, Math.floor((totalInodes ?? Infinity) * SHARE)),
    };
}
/** Whether all of it is there; who was killed while making it left a part. */
function hasReserve(root, { bytes, inodes }) {
    const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)((0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .controlPath */ .XL)(root, 'reserve'), { throwIfNoEntry: false });
    if (file?.isFile() !== true || file.size < bytes)
        return false;
    return withFolder(root, (folder) => namesIn(folder).length >= inodes) ?? false;
}
/**
 * Gives the reserve back. It takes no space: the file is cut to nothing first, which frees its
 * blocks on copy-on-write file systems too, then everything is unlinked.
 *
 * @returns whether there was anything that could be given back
 */
function releaseReserve(root) {
    const file = (0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .controlPath */ .XL)(root, 'reserve');
    const freed = [attempt(() => empty(file)), attempt(() => (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.unlinkSync)(file))];
    withFolder(root, (folder) => {
        for (const name of namesIn(folder))
            freed.push(attempt(() => (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.unlinkSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_3__.at)(folder, name))));
    });
    return freed.includes(true);
}
/**
 * Sets the reserve aside, as far as it is not there already.
 *
 * @throws as the file system does; what could not be made is made by a later pass
 */
function makeReserve(root, { bytes, inodes }) {
    const path = (0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .controlPath */ .XL)(root, 'reserve');
    const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)(path, { throwIfNoEntry: false });
    if (file?.isFile() !== true || file.size < bytes)
        allocate(path, bytes);
    const directory = (0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .controlPath */ .XL)(root, 'reserve.d');
    // A sweep by root in another user’s root: that user’s jobs must be able to give it back.
    if ((0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .makeFolder */ .fc)(directory) && process.geteuid?.() === 0 && root.uid !== 0)
        (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .giveAway */ ._j)(directory, root);
    withFolder(root, (folder) => {
        const names = new Set(namesIn(folder));
        for (let number = 0; names.size < inodes; number += 1) {
            const name = String(number);
            if (names.has(name))
                continue;
            // Not there, or made by another process at this very moment.
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_3__.at)(folder, name), node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_CREAT | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NOFOLLOW, 0o644));
            names.add(name);
        }
    });
}
/** Real blocks, not a hole, by fallocate(1); on a descriptor, since the path is this process's own. */
function allocate(path, size) {
    attempt(() => (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.unlinkSync)(path));
    const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(path, 'wx', 0o644);
    try {
        const { status, stderr, error } = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawnSync)('fallocate', ['-l', String(size), '/proc/self/fd/3'], { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe', file] });
        if (error !== undefined)
            throw error;
        if (status !== 0)
            throw new Error(stderr.trim());
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(file);
    }
}
/** Cuts a file of this root's own to nothing; one with another name may be anybody's. */
function empty(path) {
    const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = node_fs__WEBPACK_IMPORTED_MODULE_1__.constants;
    const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
        const stat = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.fstatSync)(file);
        if (!stat.isFile() || stat.nlink !== 1)
            throw new Error('it is not the reserve');
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.ftruncateSync)(file, 0);
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(file);
    }
}
/** null where there is no such folder, or something else in its place. */
function withFolder(root, work) {
    let folder;
    try {
        folder = (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .openFolder */ .NE)((0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .controlPath */ .XL)(root, 'reserve.d'));
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT' || (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .isDiverted */ .cX)(error))
            return null;
        throw error;
    }
    try {
        return work(folder);
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(folder);
    }
}
function namesIn(folder) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)(`/proc/self/fd/${folder}`);
}
/** Whether it worked. What is absent or cannot be freed must not keep the rest. */
function attempt(free) {
    try {
        free();
        return true;
    }
    catch {
        return false;
    }
}


/***/ }),

/***/ 3153:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ run),
/* harmony export */   rm: () => (/* binding */ rm)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _program_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(4554);



/** Removes what lies at these paths; the descriptors are rm's from 3 on. */
async function rm(paths, descriptors) {
    const { status, signal, said } = await run('rm', [...flags(), ...paths], descriptors);
    if (knowsFileSystems && (0,_program_js__WEBPACK_IMPORTED_MODULE_2__/* .isUnknownOption */ .eo)(said)) {
        knowsFileSystems = false;
        return rm(paths, descriptors);
    }
    // By the kernel when memory ran out, or by a person: nothing that an administrator must mend.
    if (signal !== null)
        return { kind: 'killed', by: signal };
    if (status === 0)
        return { kind: 'tried', why: '' };
    return { kind: 'tried', why: (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(new Error(said.split('\n').at(-1))) };
}
/** Busybox's rm does not know it, and says so before it touches anything; found out once. */
let knowsFileSystems = true;
function flags() {
    return ['-rf', ...(knowsFileSystems ? ['--one-file-system'] : []), '--'];
}
/** rm has a line for each file that it cannot remove; the last one is what is told. */
const TOLD_AT_MOST = 16_384;
/** Runs a program to its end; `said` is the end of what it complained of. */
async function run(program, words, descriptors) {
    const stdio = ['ignore', 'ignore', 'pipe', ...descriptors];
    const env = { ...process.env, LC_ALL: 'C' };
    return new Promise((resolve) => {
        const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(program, words, { cwd: '/', env, stdio });
        let said = '';
        child.stderr?.setEncoding('utf8').on('data', (part) => {
            said = (said + part).slice(-TOLD_AT_MOST);
        });
        child.on('error', (error) => resolve({ status: null, signal: null, said: (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error) }));
        child.on('close', (status, signal) => resolve({ status, signal, said: said.trim() }));
    });
}


/***/ }),

/***/ 7193:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ kindOf),
/* harmony export */   Iv: () => (/* binding */ nearestExisting),
/* harmony export */   TR: () => (/* binding */ refuse),
/* harmony export */   W3: () => (/* binding */ CONTROL),
/* harmony export */   t7: () => (/* binding */ readMarker),
/* harmony export */   uB: () => (/* binding */ FORMAT)
/* harmony export */ });
/* unused harmony exports MARKER, OVERLAY, refusedType */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(6760);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);
/* harmony import */ var _plan_lease_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(166);
/* harmony import */ var _destination_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(8582);
/* harmony import */ var _mounts_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(7154);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(2100);







/** The root’s own folder. */
const CONTROL = '.target-guard';
/** What makes a directory a root, relative to it. */
const MARKER = (/* unused pure expression or super */ null && (`${CONTROL}/root.json`));
/** Version of what is in it. */
const FORMAT = 1;
/** File systems on which neither locks nor the boot id mean anything (statfs(2), magic numbers). */
const REFUSED_TYPES = new Map([
    [0x69_69, 'NFS'],
    [0xff_53_4d_42, 'CIFS'],
    [0xfe_53_4d_42, 'SMB2'],
    [0x51_7b, 'SMB'],
    [0x01_02_19_97, '9p'],
    [0x65_73_55_46, 'FUSE'],
    [0x00_c3_64_00, 'Ceph'],
    [0x53_46_41_4f, 'AFS'],
    [0x5a_a5_6f_74, 'Lustre'],
    [0x01_16_19_70, 'GFS2'],
]);
/** The same by the names in the mount table. */
const REFUSED_NAMES = [
    [/^nfs4?$/, 'NFS'],
    [/^cifs$/, 'CIFS'],
    [/^smb(?:3|fs)$/, 'SMB'],
    [/^9p$/, '9p'],
    [/^(?:fuse(?:blk)?(?:\..*)?|virtiofs)$/, 'FUSE'],
    [/^ceph$/, 'Ceph'],
    [/^afs$/, 'AFS'],
    [/^lustre$/, 'Lustre'],
    [/^gfs2$/, 'GFS2'],
];
function refusedName(type) {
    return REFUSED_NAMES.find(([pattern]) => pattern.test(type))?.[1] ?? null;
}
function unfitType(type) {
    return `it lies on ${type}, where neither locks nor process evidence can be trusted`;
}
/** The overlay of a container: what is made there lives in the upper layer, and goes with it. */
const OVERLAY = 0x79_4c_76_30;
/** The kernel's number for a file system type is 32 bits wide, whatever sign it comes with. */
function refusedType(type) {
    return REFUSED_TYPES.get(type >>> 0) ?? null;
}
/** Refuses what may never be a root, or cannot be looked at; only looks. */
function refuse(path, precious) {
    try {
        refuseUnfit(path, precious);
    }
    catch (error) {
        if (error instanceof _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$)
            throw error;
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`The root ${path} cannot be looked at (${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error)}).`, 'Let the runner’s user read it, or set root to another directory.', { usage: true, cause: error });
    }
}
function refuseUnfit(path, precious) {
    const because = (why, next) => new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`The root ${path} is refused: ${why}.`, next, { usage: true });
    const own = 'Set root to a directory of its own, such as /mnt/targets.';
    const local = 'Set root to a directory on a local disk.';
    if (path.split('/').includes('..'))
        throw because('it contains “..”', own);
    const mounts = mountTable();
    const { mount, isLocal } = (0,_destination_js__WEBPACK_IMPORTED_MODULE_4__/* .follow */ .e)(path, mounts);
    // Before anything is asked of it, since it may be stuck.
    const network = isLocal ? null : refusedName(mount?.type ?? '');
    if (network !== null)
        throw because(unfitType(network), local);
    const kind = kindOf(path);
    if (kind === 'link')
        throw because('it is a symbolic link', `Set root to ${(0,_destination_js__WEBPACK_IMPORTED_MODULE_4__/* .follow */ .e)(path, mounts).path}.`);
    if (kind === 'other')
        throw because('it is not a directory', own);
    const real = kind === 'absent' ? path : (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.realpathSync)(path);
    if (real === '/')
        throw because('it is the root of the file system', own);
    for (const [name, place] of [
        ['the home directory', precious.home],
        ['the workspace', precious.workspace],
    ]) {
        if (place === null || place === '')
            continue;
        if ((0,_mounts_js__WEBPACK_IMPORTED_MODULE_5__/* .isAtOrBelow */ .a5)((0,_destination_js__WEBPACK_IMPORTED_MODULE_4__/* .follow */ .e)(place, mounts).path, real)) {
            throw because(`it is ${name} (${place}) or contains it`, own);
        }
    }
    const type = isLocal ? null : refusedType((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statfsSync)(nearestExisting(path)).type);
    if (type !== null)
        throw because(unfitType(type), local);
    if (kind === 'directory')
        refuseForeign(path, because);
}
function mountTable() {
    try {
        return (0,_mounts_js__WEBPACK_IMPORTED_MODULE_5__/* .readMounts */ .bq)();
    }
    catch (error) {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`The mount table cannot be read (${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error)}).`, 'target-guard needs Linux with /proc mounted.', { cause: error });
    }
}
function refuseForeign(path, because) {
    const entries = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)(path).filter((name) => name !== 'lost+found');
    if (entries.length === 0 || readMarker(path) !== null)
        return;
    // Another runner may be adopting the same empty directory at this moment.
    if (entries.length === 1 && entries[0] === CONTROL)
        return;
    throw because(`it is not empty and holds no ${CONTROL}/root.json, so what lies in it is not ours`, 'Set root to an empty or a new directory.');
}
function kindOf(path) {
    try {
        const found = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path);
        if (found.isSymbolicLink())
            return 'link';
        return found.isDirectory() ? 'directory' : 'other';
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return 'absent';
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOTDIR')
            return 'other';
        throw error;
    }
}
/** The path itself, or the nearest directory above it that exists. */
function nearestExisting(path) {
    let near = path;
    while (near !== '/' && kindOf(near) === 'absent')
        near = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(near);
    return near;
}
/** The id in root.json, null where there is none that we wrote. */
function readMarker(path) {
    if (kindOf(`${path}/${CONTROL}`) === 'link') {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`${path}/${CONTROL} is a symbolic link.`, 'It must be a directory of the root itself; remove it, or set root to another directory.', { usage: true });
    }
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_6__/* .readSmallFile */ .EW)(`${path}/${CONTROL}/root.json`);
    if (text === null)
        return null;
    const marker = typeof text === 'string' ? (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_3__/* .parseObject */ .lj)(text) : null;
    if (marker === null || typeof marker['id'] !== 'string') {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`${path}/${CONTROL}/root.json is damaged.`, 'Nothing below it will be touched. Restore the file, or set root to another directory.', { usage: true });
    }
    if (marker['version'] !== FORMAT) {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`The root ${path} has format version ${JSON.stringify(marker['version'])}, not ${FORMAT}.`, 'Use the version of target-guard that made it, or another root.', { usage: true });
    }
    return marker['id'];
}


/***/ }),

/***/ 2063:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Fu: () => (/* binding */ controlName),
  XL: () => (/* binding */ controlPath),
  wg: () => (/* binding */ findRoot),
  R8: () => (/* binding */ openRoot),
  m9: () => (/* binding */ withinRoot)
});

// UNUSED EXPORTS: hasRoot, inRoot

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./lib/plan/alert.js
/** What an alert is about; each kind is throttled by itself. */
const ALERT_KINDS = ['critical', 'pass-failed', 'blocked'];

// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/host/folders.js
var host_folders = __nccwpck_require__(1687);
;// CONCATENATED MODULE: ./lib/host/own-folders.js



/** What belongs to every root: without these it is not whole. */
const FOLDERS = ['leases', 'trash'];
/** A root of an earlier version, on a disk that is full by now, can do without. */
const LATER_FOLDERS = [
    'alerts',
    'snapshots',
    'seeding',
    'times',
    'history',
    'ending',
    'waiting',
];
/** Made with the reserve, and opened for each look at it. */
const RESERVE = 'reserve.d';
/**
 * Opens the folders in the root's own one.
 *
 * @throws as openSync does where leases or trash cannot be opened
 */
function openOwnFolders(control) {
    const misplaced = [];
    const open = (name) => {
        try {
            return (0,host_folders/* openFolder */.NE)((0,host_folders.at)(control, name));
        }
        catch (error) {
            if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT')
                misplaced.push({ name, why: whyNot(error) });
            return null;
        }
    };
    const folders = {
        control,
        leases: (0,host_folders/* openFolder */.NE)((0,host_folders.at)(control, 'leases')),
        trash: (0,host_folders/* openFolder */.NE)((0,host_folders.at)(control, 'trash')),
        alerts: open('alerts'),
        snapshots: open('snapshots'),
        seeding: open('seeding'),
        times: open('times'),
        history: open('history'),
        ending: open('ending'),
        waiting: open('waiting'),
    };
    const reserve = open(RESERVE);
    if (reserve !== null)
        (0,external_node_fs_.closeSync)(reserve);
    return { folders, misplaced };
}
function whyNot(error) {
    return (0,host_folders/* isDiverted */.cX)(error) ? 'it is not a directory of the root itself' : (0,guard_error/* messageOf */.bD)(error);
}
/** No descriptor: every path through it leads nowhere (ENOENT), for reading and for making alike. */
const NOWHERE = -1;
/** The path of what lies in one of the folders, or of the folder itself. */
function inOwnFolder(folders, [first = '.', ...rest]) {
    if (!isHeld(folders, first))
        return (0,host_folders.at)(folders.control, [first, ...rest].join('/'));
    // A descriptor’s own name is a link, which is not followed to where a folder is opened.
    return (0,host_folders.at)(folders[first] ?? NOWHERE, rest.length === 0 ? '.' : rest.join('/'));
}
function isHeld(folders, name) {
    return name !== 'control' && Object.hasOwn(folders, name);
}

// EXTERNAL MODULE: ./lib/host/root-refusal.js
var root_refusal = __nccwpck_require__(7193);
// EXTERNAL MODULE: ./lib/host/small-file.js
var small_file = __nccwpck_require__(2100);
;// CONCATENATED MODULE: ./lib/host/root.js








/** The path by which to use something in the root's own folder, `<root>/.target-guard/…`. */
function controlPath(root, ...parts) {
    return inOwnFolder(root.folders, parts);
}
/**
 * Walks down to a directory in the root without following any link, and hands it over: whoever owns what
 * is above the root may have put another one at its path.
 *
 * @throws as `within` does
 */
function withinRoot({ tree }, components, work, step) {
    return (0,host_folders/* within */.ux)((0,host_folders.at)(tree, '.'), components, work, step);
}
/** The same as others know it: for messages, and for programs that run as somebody else. */
function controlName(root, ...parts) {
    return [root.path, root_refusal/* CONTROL */.W3, ...parts].join('/');
}
/** A path as actions name it: relative to the root, which may be written as it was set or without links. */
function inRoot(root, path) {
    const name = path.replace(/(?<=.)\/+$/, '');
    for (const base of [root.path, root.realPath]) {
        if (name === base)
            return '';
        if (name.startsWith(`${base}/`))
            return name.slice(base.length + 1);
    }
    return name;
}
/**
 * Opens the root, or makes it where the directory is absent or empty.
 *
 * @throws GuardError where the path may not be a root; nothing has been touched then
 */
function openRoot(path, precious) {
    (0,root_refusal/* refuse */.TR)(path, precious);
    try {
        (0,host_folders/* makeFolders */.wZ)(path);
        return whileOpen(path, (base) => {
            makeFolder(base, root_refusal/* CONTROL */.W3, path);
            const control = (0,host_folders/* openFolder */.NE)((0,host_folders.at)(base, root_refusal/* CONTROL */.W3));
            if ((0,root_refusal/* readMarker */.t7)(path) === null)
                adopt(control);
            for (const name of FOLDERS)
                makeFolder(control, name, `${path}/${root_refusal/* CONTROL */.W3}`);
            for (const name of LATER_FOLDERS)
                makeIfPossible(control, name);
            const root = describe(path, base, control);
            for (const parts of FILES)
                makeFile(root, parts);
            return root;
        });
    }
    catch (error) {
        if (error instanceof guard_error/* GuardError */.U$)
            throw error;
        throw new guard_error/* GuardError */.U$(`The root ${path} cannot be set up (${(0,guard_error/* messageOf */.bD)(error)}).`, (0,guard_error/* nextAfter */.On)(error, 'Make a directory that the runner’s user owns, or set root to one.'), { cause: error });
    }
}
/**
 * Whether a root is there, whole or not; writes nothing.
 *
 * @throws GuardError where the path may not be a root
 */
function hasRoot(path, precious) {
    (0,root_refusal/* refuse */.TR)(path, precious);
    return (0,root_refusal/* kindOf */.I)(path) !== 'absent' && (0,root_refusal/* readMarker */.t7)(path) !== null;
}
/**
 * Opens a root that is already there, and writes nothing.
 *
 * @returns null where there is none yet
 */
function findRoot(path, precious) {
    if (!hasRoot(path, precious))
        return null;
    try {
        return whileOpen(path, (base) => describe(path, base, (0,host_folders/* openFolder */.NE)((0,host_folders.at)(base, root_refusal/* CONTROL */.W3))));
    }
    catch (error) {
        throw new guard_error/* GuardError */.U$(`The root ${path} is not whole (${(0,guard_error/* messageOf */.bD)(error)}).`, `Its ${root_refusal/* CONTROL */.W3} holds the directories leases and trash; the next job or sweep makes what is absent.`, { usage: true, cause: error });
    }
}
/** Opens the root; it stays open unless that comes to nothing. */
function whileOpen(path, work) {
    const base = (0,host_folders/* openFolder */.NE)(path);
    try {
        return work(base);
    }
    catch (error) {
        (0,external_node_fs_.closeSync)(base);
        throw error;
    }
}
/** The root as it is, with its folders held open. */
function describe(path, base, control) {
    const { uid, gid } = (0,external_node_fs_.fstatSync)(base);
    const { folders, misplaced } = openOwnFolders(control);
    const id = (0,root_refusal/* readMarker */.t7)(path) ?? '';
    return { path, realPath: (0,external_node_fs_.realpathSync)(path), id, uid, gid, tree: base, folders, misplaced };
}
/** Writes root.json: whole or not at all, and of several at the same moment the first wins. */
function adopt(control) {
    const temporary = (0,host_folders.at)(control, `root.json.${(0,external_node_crypto_.randomUUID)()}`);
    const text = `${JSON.stringify({ version: root_refusal/* FORMAT */.uB, id: (0,external_node_crypto_.randomUUID)() })}\n`;
    (0,external_node_fs_.writeFileSync)(temporary, text, { flag: 'wx', mode: 0o644 });
    try {
        (0,external_node_fs_.linkSync)(temporary, (0,host_folders.at)(control, 'root.json'));
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EEXIST')
            throw error;
    }
    finally {
        (0,external_node_fs_.unlinkSync)(temporary);
    }
}
/** Locks and clocks: made while there is room, so that a full disk finds them there. */
const FILES = [
    ['host.lock'],
    ['metrics.lock'],
    ['admission.lock'],
    ['history.lock'],
    ...ALERT_KINDS.map((kind) => ['alerts', kind]),
];
/** What lies in its place is told when the folders are opened. */
function makeIfPossible(control, name) {
    try {
        makeFolder(control, name, '');
    }
    catch {
        return;
    }
}
/** All of it through its descriptor: whoever owns the root may put another thing at its name at once. */
function makeFile(root, parts) {
    try {
        const file = (0,external_node_fs_.openSync)(controlPath(root, ...parts), 'wx', 0o644);
        try {
            // Its owner alone may set its time.
            (0,small_file/* giveFresh */.wl)(file, root);
            // The epoch: nothing has happened yet of what its time notes.
            (0,external_node_fs_.futimesSync)(file, 0, 0);
        }
        finally {
            (0,external_node_fs_.closeSync)(file);
        }
    }
    catch {
        // It is there, or cannot be made: these are courtesies, and their absence only costs speed.
        return;
    }
}
/**
 * Gives a folder that root has just made in another user's root (a step in a job container) to that
 * user, whose runner outside could write nothing in it otherwise. Another job may use it already, so it
 * need not be empty; nothing but a directory of root's beside it could have been put in its place.
 */
function giveToOwner(parent, name) {
    const { uid, gid } = (0,external_node_fs_.fstatSync)(parent);
    if (process.geteuid?.() !== 0 || uid === 0)
        return;
    const folder = (0,host_folders/* openFolder */.NE)((0,host_folders.at)(parent, name));
    try {
        if ((0,external_node_fs_.fstatSync)(folder).uid === 0)
            (0,external_node_fs_.fchownSync)(folder, uid, gid);
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
}
/** @param where the path of the parent, for people */
function makeFolder(parent, name, where) {
    const path = (0,host_folders.at)(parent, name);
    try {
        (0,external_node_fs_.mkdirSync)(path, 0o755);
        giveToOwner(parent, name);
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EEXIST')
            throw error;
    }
    if (!(0,external_node_fs_.lstatSync)(path).isDirectory()) {
        throw new guard_error/* GuardError */.U$(`${where}/${name} is not a directory.`, 'Remove what lies there.');
    }
}


/***/ }),

/***/ 7241:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   im: () => (/* binding */ withSeeding),
/* harmony export */   lV: () => (/* binding */ dropSeeding),
/* harmony export */   wz: () => (/* binding */ awaitSeeding)
/* harmony export */ });
/* unused harmony exports makeSeeding, openSeeding, whileSeedingIsKept, fillForTrash, discardLeftSeeding, listSeeding */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2463);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(1687);
/* harmony import */ var _kernel_lock_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(3977);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(2063);
/* harmony import */ var _trash_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(5920);







/**
 * Where a seed or a snapshot is put together: `seeding/<id of the lease it is for>/`. Whatever ends
 * the job, the next reaper takes it away.
 */
/** Makes the folder, if it is not there; who is not within `withSeeding` takes it away again. */
function makeSeeding(root, id) {
    const path = seedingPath(root, id);
    (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .makeOwnersFolder */ .pD)(root, path);
    return path;
}
function seedingPath(root, id) {
    return (0,_root_js__WEBPACK_IMPORTED_MODULE_5__/* .controlPath */ .XL)(root, 'seeding', id);
}
/** Opens the folder, where it is there: ENOENT says that nobody waits for what would lie in it. */
function openSeeding(root, id) {
    return openFolder(seedingPath(root, id));
}
/**
 * Waits for who fills the folder while it is locked, as `whileSeedingIsKept` does.
 *
 * @returns whether it holds a file of this name when nobody is at it any more; `busy` where that takes
 *   longer than `waitSeconds`
 */
async function awaitSeeding(root, id, name, waitSeconds) {
    const path = seedingPath(root, id);
    if (!isThere(path))
        return false;
    return (await (0,_kernel_lock_js__WEBPACK_IMPORTED_MODULE_4__/* .withKernelLock */ .lv)(path, waitSeconds, async () => isThere(`${path}/${name}`))) ?? 'busy';
}
function isThere(path) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path, { throwIfNoEntry: false }) !== undefined;
}
/**
 * Makes the folder and does work in it. What is left there goes to the trash afterwards, at the latest
 * with the next reaper: where there is no room for that now, the work is done all the same.
 *
 * @param work is given a path that other programs can use, too, as long as this process has the
 *   folder open: no link that somebody plants on the way leads them elsewhere
 * @param left what becomes before of what lies there
 */
async function withSeeding(root, id, work, left = 'dropped') {
    // What a hook of the same job left that was killed.
    if (left === 'dropped')
        takeAway(root, id);
    const folder = (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .openFolder */ .NE)(makeSeeding(root, id));
    try {
        return await work(`/proc/${process.pid}/fd/${folder}`);
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(folder);
        takeAway(root, id);
    }
}
/**
 * Makes the folder and does work in it, which no reaper takes away meanwhile: for work that goes on
 * when the lease has ended. The lock is shared, as readers': it goes with the folder where that goes.
 *
 * @param work is given a path by which this process comes to that very folder, whatever lies at its name
 */
async function whileSeedingIsKept(root, id, work) {
    return whileLocked(makeSeeding(root, id), 'shared', async (folder) => work(at(folder, '.')));
}
/**
 * Has work fill the folder, which then goes to the trash as a whole: what lies there already a reaper may
 * be at any moment. Whatever ends this process, the next reaper takes it away.
 */
async function fillForTrash(root, id, work) {
    try {
        return await whileSeedingIsKept(root, id, async (path) => work(path));
    }
    finally {
        takeAway(root, id);
    }
}
/** Takes away what a process left that has ended. */
async function discardLeftSeeding(root, id) {
    await withKernelLock(seedingPath(root, id), 0, async () => discardSeeding(root, id));
}
/** What there is, by the ids of leases. */
function listSeeding(root) {
    return namesIn(controlPath(root, 'seeding')).filter(isLeaseId);
}
/**
 * Takes a folder out of the way, into the trash.
 *
 * @returns false where there is none
 */
function discardSeeding(root, id) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(seedingPath(root, id), (0,_trash_js__WEBPACK_IMPORTED_MODULE_6__/* .trashPath */ .al)(root, (0,_trash_js__WEBPACK_IMPORTED_MODULE_6__/* .freshName */ .Os)()));
        return true;
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return false;
        throw error;
    }
}
function takeAway(root, id) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.rmdirSync)(seedingPath(root, id));
    }
    catch {
        // Not empty, or gone.
        dropSeeding(root, id);
    }
}
/**
 * Takes away whatever lies there, at the latest with the next reaper; who is still at it goes on in the
 * trash, where it is left alone.
 */
function dropSeeding(root, id) {
    if (!isThere(seedingPath(root, id)))
        return;
    try {
        discardSeeding(root, id);
    }
    catch {
        // It stays where the next reaper finds it: what was put together here is not in it any more.
        return;
    }
}


/***/ }),

/***/ 4015:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U_: () => (/* binding */ readSizeSample),
/* harmony export */   tA: () => (/* binding */ handDownSize)
/* harmony export */ });
/* unused harmony exports writeSizeSample, isSampledSinceSeed */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _plan_size_sample_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(3885);
/* harmony import */ var _lease_companions_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(1238);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(2100);





/** The newest sample of a lease’s slot; null where there is none. */
function readSizeSample(root, id) {
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_4__/* .readTextOrNull */ .GR)(samplePath(root, id));
    return text === null ? null : (0,_plan_size_sample_js__WEBPACK_IMPORTED_MODULE_2__/* .parseSizeSample */ .td)(text);
}
/** Replaces the sample of a lease’s slot, whole. */
function writeSizeSample(root, id, sample) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_4__/* .replaceFile */ .fR)(samplePath(root, id), (0,_plan_size_sample_js__WEBPACK_IMPORTED_MODULE_2__/* .encodeSizeSample */ .OI)(sample));
}
/**
 * Has the last known size of a slot go along with its content to another lease; on a full disk it is
 * measured again.
 *
 * @param uptimeMs now, in milliseconds since boot
 */
function handDownSize(root, from, to, uptimeMs) {
    const sample = readSizeSample(root, from);
    if (sample === null)
        return;
    try {
        writeSizeSample(root, to, (0,_plan_size_sample_js__WEBPACK_IMPORTED_MODULE_2__/* .handedDown */ .XJ)(sample, uptimeMs));
    }
    catch (error) {
        if (!(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .isNoSpace */ .YV)(error))
            throw error;
    }
}
/** Whether a slot was measured after it was seeded; by the times of the two notes. */
function isSampledSinceSeed(root, id) {
    const seed = lstatSync(leasePath(root, `${id}.seed`), { throwIfNoEntry: false });
    const sample = lstatSync(samplePath(root, id), { throwIfNoEntry: false });
    return sample !== undefined && sample.mtimeMs >= (seed?.mtimeMs ?? 0);
}
function samplePath(root, id) {
    return (0,_lease_companions_js__WEBPACK_IMPORTED_MODULE_3__/* .leasePath */ .U8)(root, `${id}.size`);
}


/***/ }),

/***/ 6234:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  JP: () => (/* binding */ measureTree),
  _c: () => (/* binding */ measureTrees)
});

// UNUSED EXPORTS: childCpuMs, measureNested

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __nccwpck_require__(1421);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: external "node:perf_hooks"
var external_node_perf_hooks_ = __nccwpck_require__(643);
// EXTERNAL MODULE: ./lib/host/measuring.js
var measuring = __nccwpck_require__(5633);
// EXTERNAL MODULE: ./lib/host/processes.js
var processes = __nccwpck_require__(9415);
// EXTERNAL MODULE: ./lib/host/program.js
var program = __nccwpck_require__(4554);
// EXTERNAL MODULE: ./lib/host/reflink.js
var reflink = __nccwpck_require__(4535);
;// CONCATENATED MODULE: ./lib/host/shared-extents.js


// FIEMAP, of the kernel, tells where the extents of a file lie, and which of them are shared (0x2000; the
// last one has 0x1). Each file is asked once, for du counts hard links once already. Sorted by where
// extents begin, what lies before the end of those before counts again. On a machine whose number for
// FIEMAP is another one nobody tells. -T passes over whatever the environment adds to perl.
const PERL = `use strict;
my ($top, $flags, $most) = @ARGV;
my $device = (lstat $top)[0];
my (%seen, @extents);
my @folders = ($top);
while (defined(my $folder = pop @folders)) {
  opendir(my $open, $folder) or next;
  for my $name (readdir $open) {
    next if $name eq "." || $name eq "..";
    my $path = "$folder/$name";
    my ($dev, $inode, $links, $blocks) = (lstat $path)[0, 1, 3, 12];
    next if !defined $dev || $dev != $device;
    if (-d _) { push @folders, $path; next }
    next if !-f _ || !$blocks || ($links > 1 && $seen{$inode}++);
    sysopen(my $file, $path, $flags) or next;
    my ($start, $last) = (0, 0);
    while (!$last && @extents < $most) {
      my $asked = pack("QQLLLL", $start, ~0 - $start, 0, 0, 64, 0) . "\\0" x (64 * 56);
      ioctl($file, 0xc020660b, $asked) or last;
      my $count = (unpack("QQLLLL", $asked))[3] or last;
      for my $at (0 .. $count - 1) {
        my ($logical, $physical, $length, $is) = unpack("QQQx16L", substr($asked, 32 + 56 * $at, 56));
        push @extents, pack("Q>Q>", $physical, $length) if $is & 0x2000;
        ($start, $last) = ($logical + $length, $is & 1);
      }
    }
  }
}
my ($end, $again) = (0, 0);
for (sort @extents) {
  my ($start, $length) = unpack("Q>Q>", $_);
  my $to = $start + $length;
  $again += ($to < $end ? $to : $end) - $start if $start < $end;
  $end = $to if $to > $end;
}
print "$again\\n";`;
/** Some 200 MB of perl’s memory; what more there is counts every time. */
const EXTENTS_AT_MOST = 2_000_000;
/**
 * A program that walks a tree and says how many bytes du(1) counts too much in it, because files there
 * share blocks by reflink. It is one process, to be ended as du is.
 *
 * @param tree absolute path
 * @returns its words; null where the file system shares none, or the tree is gone
 */
function countRepeated(tree) {
    try {
        if (!(0,reflink/* isMadeToReflink */.K)(tree))
            return null;
    }
    catch {
        // Who measures it has seen that it is gone, or will.
        return null;
    }
    const flags = external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK;
    return ['perl', '-T', '-e', PERL, tree, String(flags), String(EXTENTS_AT_MOST)];
}

;// CONCATENATED MODULE: ./lib/host/sizes.js







/**
 * Sizes of directory trees by du(1): allocated bytes, hard links once, other file systems left out.
 *
 * It walks the trees, so it is for reports only, and ends after a while: what is not measured by
 * then is left out.
 *
 * @returns bytes by path
 */
async function measureTrees(paths, waitMs) {
    if (paths.length === 0)
        return new Map();
    return new Promise((resolve) => {
        (0,external_node_child_process_.execFile)('du', ['-s', '-x', '--block-size=1', '--null', '--', ...paths], {
            env: (0,measuring/* measuringEnvironment */.X$)(),
            timeout: waitMs,
            killSignal: 'SIGKILL',
            encoding: 'utf8',
            maxBuffer: 64 * 1024 * 1024,
        }, (_, stdout) => {
            // Errors (a file that went meanwhile, the time limit) leave a part, which is what is wanted.
            const lines = stdout.split('\0').filter((line) => line !== '');
            resolve(new Map(lines.map((line) => {
                const tab = line.indexOf('\t');
                return [line.slice(tab + 1), Number(line.slice(0, tab))];
            })));
        });
    });
}
/**
 * Measures trees that may lie in each other by one du(1), which counts each file once: for the first
 * of the paths that it belongs to. So those inside others come first.
 *
 * @param passedOver a name that is left out at every depth, with what lies in it
 * @returns by path; what could not be measured, or not in time, is left out
 */
async function measureNested(paths, waitMs, passedOver = null) {
    if (paths.length === 0)
        return new Map();
    const words = ['-s', '-x', '--block-size=1', '--null', '--time', '--time-style=+%s'];
    if (passedOver !== null)
        words.push(`--exclude=${passedOver}`);
    return new Promise((resolve) => {
        const child = spawn('du', [...words, '--files0-from=-'], {
            cwd: '/',
            env: { ...measuringEnvironment(), LC_ALL: 'C' },
            stdio: ['pipe', 'pipe', 'ignore'],
        });
        limitTime(child, waitMs);
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (part) => (said += part));
        child.on('error', () => resolve(new Map()));
        // Errors (a file that went meanwhile, the time limit) leave a part, which is what is wanted.
        child.on('close', () => resolve(parseMeasured(said)));
        child.stdin.on('error', () => { });
        child.stdin.end(paths.map((path) => `${path}\0`).join(''));
    });
}
/** `<bytes>\t<seconds>\t<path>`, each ended by NUL; one that was cut short is none. */
function parseMeasured(said) {
    const measured = new Map();
    for (const line of said.split('\0').slice(0, -1)) {
        const [, bytes, seconds, path] = /^(\d+)\t(\d+)\t(.*)$/s.exec(line) ?? [];
        if (path === undefined)
            continue;
        measured.set(path, { bytes: Number(bytes), newestMs: Number(seconds) * 1000 });
    }
    return measured;
}
/**
 * Measures one tree that others write in, yielding to them on disk and CPU.
 *
 * @param waitMs for all of its walks together
 * @param stop ends it early
 * @returns null where it took too long, or is not there
 */
async function measureTree(path, waitMs, stop = null) {
    const until = external_node_perf_hooks_.performance.now() + waitMs;
    const kibibytes = await ask(['du', '-s', '-k', '-x', '--', path], waitMs, stop);
    if (kibibytes === null)
        return null;
    const leftMs = () => until - external_node_perf_hooks_.performance.now();
    const files = await ask(['du', '-s', '-x', '--inodes', '--', path], leftMs(), stop);
    const program = countRepeated(path);
    // Without a perl all of them count.
    const repeated = program === null ? null : await ask(program, leftMs(), stop);
    return { bytes: Math.max(0, kibibytes * 1024 - (repeated ?? 0)), files: files ?? 0 };
}
/** The number that a program says first; its exit code tells of files that went meanwhile. */
async function ask(words, waitMs, stop) {
    // To node, 0 is for ever.
    const timeout = Math.floor(waitMs);
    if (timeout <= 0)
        return null;
    return new Promise((resolve) => {
        const options = {
            env: (0,measuring/* measuringEnvironment */.X$)(),
            timeout,
            killSignal: 'SIGKILL',
            cwd: '/',
        };
        (0,external_node_child_process_.execFile)('sh', (0,measuring/* yielding */.Qc)(words), { ...options, ...(stop === null ? {} : { signal: stop }), encoding: 'utf8' }, (_, said) => {
            const found = Number.parseInt(said, 10);
            resolve(Number.isFinite(found) ? found : null);
        });
    });
}
/** CPU milliseconds of all ended processes that this one has started. */
function childCpuMs() {
    const text = readFileSync('/proc/self/stat', 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (1000 / TICKS) * (Number(fields[13]) + Number(fields[14]));
}


/***/ }),

/***/ 5647:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Gs: () => (/* binding */ atSlot),
/* harmony export */   Hj: () => (/* binding */ moveOutOfSlot),
/* harmony export */   QY: () => (/* binding */ listSlots),
/* harmony export */   e7: () => (/* binding */ moveIntoSlot),
/* harmony export */   jE: () => (/* binding */ removeEmptyParents),
/* harmony export */   q3: () => (/* binding */ findSlot),
/* harmony export */   wG: () => (/* binding */ pathsOf),
/* harmony export */   xB: () => (/* binding */ makeSlot)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2463);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(1687);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(2063);





/** Each takes microseconds; as many, for a host on which many passes end at the same moment. */
const ATTEMPTS = 1000;
/**
 * Makes a slot that did not exist before, and the directories above it.
 *
 * Another job's pass may remove a parent that is empty for a moment; then the way is walked again.
 *
 * @param slot relative to the root
 * @param chown called for the slot, and by root for the run dir (when it is new), while they are empty
 * @throws Error with EEXIST where the slot is there already
 */
function makeSlot(root, slot, chown) {
    const [parents, name] = (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .parted */ .vx)(slot);
    for (let attempt = 1;; attempt += 1) {
        try {
            (0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .withinRoot */ .m9)(root, parents, (folder) => {
                const path = (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__.at)(folder, name);
                if (!(0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .makeFolder */ .fc)(path))
                    throw Object.assign(new Error(`${slot} exists`), { code: 'EEXIST' });
                chown(path, slot);
            }, makeParent(root, parents.at(-1) ?? '', chown));
            return;
        }
        catch (error) {
            if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) !== 'ENOENT' || attempt === ATTEMPTS)
                throw error;
        }
    }
}
function makeParent(root, runDirectory, chown) {
    return (folder, name) => {
        const path = (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__.at)(folder, name);
        if (name !== runDirectory)
            (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .makeOwnersFolder */ .pD)(root, path);
        // Only root can go on making slots in a run dir that is another's, and moving them out of it.
        else if ((0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .makeFolder */ .fc)(path) && process.geteuid?.() === 0)
            chown(path, name);
    };
}
/**
 * Takes a slot's content away to another path: one rename, however large it is.
 *
 * @param to absolute path at which nothing is yet
 * @returns false where somebody else was faster
 */
function moveOutOfSlot(root, slot, to) {
    try {
        return atSlot(root, slot, (path) => (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .renameFolder */ .xv)(path, to));
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT' || (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .isDiverted */ .cX)(error))
            return false;
        throw error;
    }
}
/**
 * Makes a directory the content of a new slot, which is empty, by one rename: the slot has all of it or
 * nothing, whatever ends this process.
 *
 * @param path absolute, of a directory and not of a link, which would come to lie in the slot's place
 * @throws as renameSync does: ENOTEMPTY where something has been put into the slot already
 */
function moveIntoSlot(root, path, slot) {
    if (!(0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path).isDirectory())
        throw new Error(`${slot} would not be a directory`);
    atSlot(root, slot, (place) => (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(path, place));
}
/**
 * Hands over the path of a slot through its parent, which is held open meanwhile: no link on the way is
 * followed.
 *
 * @throws as `within` does
 */
function atSlot(root, slot, use) {
    const [parents, name] = (0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .parted */ .vx)(slot);
    return (0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .withinRoot */ .m9)(root, parents, (folder) => use((0,_folders_js__WEBPACK_IMPORTED_MODULE_3__.at)(folder, name)));
}
/** The absolute paths of a slot: as it is told, and where the root leads through a link, also without. */
function pathsOf(root, slot) {
    return [...new Set([root.path, root.realPath])].map((base) => `${base}/${slot}`);
}
/** Whether a slot lies at its path: `diverted` where a link or a file stands on the way. */
function findSlot(root, slot) {
    try {
        return atSlot(root, slot, (path) => {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path);
            return 'present';
        });
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return 'missing';
        if ((0,_folders_js__WEBPACK_IMPORTED_MODULE_3__/* .isDiverted */ .cX)(error))
            return 'diverted';
        throw error;
    }
}
/** Not empty, not a directory, or not ours to remove: it stays, and so do those above it. */
const STAYS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'EBUSY']);
/**
 * Removes the directories above a slot, from the inside out, as far as they are empty.
 *
 * @throws Error where the file system fails: the lease has to stay then, by which the next pass finds
 *   what is left
 */
function removeEmptyParents(root, slot) {
    const parts = slot.split('/');
    for (let depth = _plan_naming_js__WEBPACK_IMPORTED_MODULE_2__/* .SLOT_DEPTH */ .xl - 1; depth > 0; depth -= 1) {
        const parents = parts.slice(0, depth - 1);
        const name = parts[depth - 1] ?? '';
        try {
            (0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .withinRoot */ .m9)(root, parents, (folder) => (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.rmdirSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_3__.at)(folder, name)));
        }
        catch (error) {
            if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT')
                continue;
            if (STAYS.has((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error)))
                return;
            throw error;
        }
    }
}
/** Lists the upper levels of the root; it goes into no slot. */
function listSlots(root) {
    const found = { slots: [], odd: [] };
    list(root, [], found);
    return found;
}
function list(root, parts, found) {
    const path = parts.join('/');
    let entries;
    try {
        entries = (0,_root_js__WEBPACK_IMPORTED_MODULE_4__/* .withinRoot */ .m9)(root, parts, (folder) => (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)(`/proc/self/fd/${folder}`, { withFileTypes: true }));
    }
    catch (error) {
        // Gone or replaced meanwhile; what may not be read is reported as it is.
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) !== 'ENOENT')
            found.odd.push(path);
        return;
    }
    for (const entry of entries) {
        if (parts.length === 0 && ['.target-guard', 'lost+found'].includes(entry.name))
            continue;
        const inside = [...parts, entry.name];
        if (inside.length < _plan_naming_js__WEBPACK_IMPORTED_MODULE_2__/* .SLOT_DEPTH */ .xl && entry.isDirectory())
            list(root, inside, found);
        else if ((0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_2__/* .isSlotPath */ .wS)(inside.join('/')))
            found.slots.push(inside.join('/'));
        else
            found.odd.push(inside.join('/'));
    }
}


/***/ }),

/***/ 2100:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   EW: () => (/* binding */ readSmallFile),
/* harmony export */   GR: () => (/* binding */ readTextOrNull),
/* harmony export */   I$: () => (/* binding */ LARGE),
/* harmony export */   eD: () => (/* binding */ isOld),
/* harmony export */   fR: () => (/* binding */ replaceFile),
/* harmony export */   nM: () => (/* binding */ removeFile),
/* harmony export */   wl: () => (/* binding */ giveFresh),
/* harmony export */   yA: () => (/* binding */ UNFINISHED)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7598);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);



/**
 * Files of the root's own folder. Whoever owns the root may have put anything at their names: a link
 * must not lead root elsewhere, and a FIFO must not hold anybody up.
 */
/** Ours are well below 2 MiB; what is larger was not written by us. */
const LARGEST = 4 * 1024 * 1024;
/** What lists files of a project has a line for each. */
const LARGE = 256 * 1024 * 1024;
/** For most of them: memory for each of a thousand leases would take longer than to read them. */
const SCRATCH = Buffer.allocUnsafeSlow(16 * 1024);
/**
 * The text of a small regular file; null where there is none, or why it could not be read.
 *
 * @param largest in bytes
 */
function readSmallFile(path, largest = LARGEST) {
    let file;
    try {
        file = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NOFOLLOW | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NONBLOCK);
    }
    catch (error) {
        return (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT' ? null : { problem: (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error) };
    }
    try {
        const stat = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.fstatSync)(file);
        if (!stat.isFile())
            return { problem: 'it is not a regular file' };
        if (stat.size > largest)
            return { problem: `it has ${stat.size} bytes` };
        const buffer = stat.size > SCRATCH.length ? Buffer.alloc(stat.size) : SCRATCH;
        return buffer.toString('utf8', 0, (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readSync)(file, buffer, 0, stat.size, null));
    }
    catch (error) {
        return { problem: (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error) };
    }
    finally {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
    }
}
/** The text of a small file, null where there is none or it cannot be read. */
function readTextOrNull(path, largest = LARGEST) {
    const text = readSmallFile(path, largest);
    return typeof text === 'string' ? text : null;
}
/** What a file is called until it is whole: its name, and an id that nobody can foresee. */
const UNFINISHED = /\.[0-9a-f]{8}-[0-9a-f-]{27}$/;
/** Has a file that root has just made in another user's root be that user's. */
function giveFresh(file, { uid, gid }) {
    if (process.geteuid?.() !== 0 || (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.fstatSync)(file).uid === uid)
        return;
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.fchownSync)(file, uid, gid);
    }
    catch (error) {
        // Not to be given away in this user namespace, or on this file system: who comes next replaces it.
        if (!['EPERM', 'EINVAL', 'ENOTSUP'].includes((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error)))
            throw error;
    }
}
/**
 * Replaces a file, whole and at once.
 *
 * @param owner to whom root gives it; null where whoever comes next only reads or replaces it
 */
function replaceFile(path, text, owner = null) {
    const temporary = `${path}.${(0,node_crypto__WEBPACK_IMPORTED_MODULE_1__.randomUUID)()}`;
    try {
        const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.openSync)(temporary, 'wx', 0o644);
        try {
            if (owner !== null)
                giveFresh(file, owner);
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeFileSync)(file, text);
        }
        finally {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(file);
        }
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(temporary, path);
    }
    catch (error) {
        removeFile(temporary);
        throw error;
    }
}
/** Removes a file; that it is gone already is fine. */
function removeFile(path) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.unlinkSync)(path);
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) !== 'ENOENT')
            throw error;
    }
}
/** Whether a file was last written an hour ago or more, or in the future. */
function isOld(path, nowMs) {
    try {
        return Math.abs(nowMs - (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path).mtimeMs) > 3_600_000;
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return false;
        throw error;
    }
}


/***/ }),

/***/ 9747:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A9: () => (/* binding */ noteLinked),
/* harmony export */   Cb: () => (/* binding */ listSnapshots),
/* harmony export */   DG: () => (/* binding */ idIn),
/* harmony export */   MD: () => (/* binding */ noteUse),
/* harmony export */   RN: () => (/* binding */ inputsIn),
/* harmony export */   XE: () => (/* binding */ bytesInTrash),
/* harmony export */   YO: () => (/* binding */ evict),
/* harmony export */   ls: () => (/* binding */ identify),
/* harmony export */   v8: () => (/* binding */ linkedIn),
/* harmony export */   yS: () => (/* binding */ folderOf),
/* harmony export */   yt: () => (/* binding */ treeIn)
/* harmony export */ });
/* unused harmony exports noteBytes, publish */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _plan_linked_file_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(2985);
/* harmony import */ var _plan_size_sample_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(3885);
/* harmony import */ var _plan_snapshot_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(1759);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(1687);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(2063);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(2100);
/* harmony import */ var _seeding_js__WEBPACK_IMPORTED_MODULE_8__ = __nccwpck_require__(7241);
/* harmony import */ var _slots_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(5647);
/* harmony import */ var _trash_js__WEBPACK_IMPORTED_MODULE_10__ = __nccwpck_require__(5920);











/**
 * Published builds: `snapshots/<owner>--<repository>/<key>/` with the build in `tree/` and what is
 * known of it in `snapshot.json`. One is put together in `seeding/<lease id>/`, and gets its place
 * by one rename.
 */
const TREE = 'tree';
const RECORD = 'snapshot.json';
const INPUTS = 'inputs.json';
const HITS = 'hits';
const BYTES = 'bytes';
const LINKED = 'linked.json';
/** A word that another one in its place does not have. */
function identify({ name, snapshot }) {
    return `${name.repository}/${name.key} ${snapshot?.id ?? ''}`;
}
/** Every snapshot of the root, or those of one repository. */
function listSnapshots(root, repository = null) {
    const repositories = repository === null ? namesIn(root, []) : [repository];
    return repositories.flatMap((each) => namesIn(root, [each]).flatMap((key) => {
        const found = (0,_plan_snapshot_js__WEBPACK_IMPORTED_MODULE_4__/* .isSnapshotKey */ .C4)(key) ? readSnapshot(root, { repository: each, key }) : null;
        return found === null ? [] : [found];
    }));
}
function namesIn(root, parts) {
    return inside(root, parts, (folder) => (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)(`/proc/self/fd/${folder}`)) ?? [];
}
function readSnapshot(root, name) {
    return inside(root, [name.repository, name.key], (folder) => {
        const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readTextOrNull */ .GR)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, RECORD));
        const bytes = Number((0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readTextOrNull */ .GR)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, BYTES)) ?? Number.NaN);
        return {
            name,
            snapshot: text === null ? null : (0,_plan_snapshot_js__WEBPACK_IMPORTED_MODULE_4__/* .parseSnapshot */ .E$)(text),
            usedMs: (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, RECORD), { throwIfNoEntry: false })?.mtimeMs ?? 0,
            hits: (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, HITS), { throwIfNoEntry: false })?.size ?? 0,
            bytes: Number.isFinite(bytes) && bytes >= 0 ? bytes : null,
        };
    });
}
/** The folder of a snapshot: who reads it locks it, and it stays the same when it goes to the trash. */
function folderOf(root, { repository, key }) {
    return (0,_root_js__WEBPACK_IMPORTED_MODULE_6__/* .controlName */ .Fu)(root, 'snapshots', repository, key);
}
/*
 * Another snapshot may take its place at any moment. Who reads one opens its folder once: what follows
 * goes by that descriptor, so that nobody takes the build of one and the record of the other.
 */
/** Under which lease it was published; null where its record is damaged. */
function idIn(folder) {
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readTextOrNull */ .GR)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, RECORD));
    return (text === null ? null : (0,_plan_snapshot_js__WEBPACK_IMPORTED_MODULE_4__/* .parseSnapshot */ .E$)(text))?.id ?? null;
}
/** The path of its build, as long as the folder is open in this process. */
function treeIn(folder) {
    return (0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, TREE);
}
/** What was recorded of the inputs of its build; null where nothing was. */
function inputsIn(folder) {
    return (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readTextOrNull */ .GR)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, INPUTS), _small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .LARGE */ .I$);
}
/** Notes that a slot was seeded from it: eviction takes the least recently used. */
function noteUse(folder, now) {
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.utimesSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, RECORD), now, now);
    (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.appendFileSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, HITS), '.');
}
/** What it shares with clones by hard link (see host/linked-files.ts); null where the record is damaged. */
function linkedIn(folder) {
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readTextOrNull */ .GR)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, LINKED), _small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .LARGE */ .I$);
    return text === null ? [] : (0,_plan_linked_file_js__WEBPACK_IMPORTED_MODULE_2__/* .parseLinked */ .Rk)(text);
}
/** Notes what it shares with its clones. */
function noteLinked(folder, linked) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .replaceFile */ .fR)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, LINKED), JSON.stringify(linked));
}
/**
 * Notes how large it is, so that the budget can be kept without a walk.
 *
 * @returns false where another has taken its place, of which that says nothing
 */
function noteBytes(root, { name, snapshot }, bytes) {
    const isNoted = inside(root, [name.repository, name.key], (folder) => {
        if (!isIt(folder, snapshot))
            return false;
        replaceFile(at(folder, BYTES), String(bytes));
        return true;
    });
    return isNoted ?? false;
}
/** How large a snapshot in the trash is, as it was noted; null where nobody has, or it is none. */
function bytesInTrash(root, id) {
    try {
        // Through the descriptor, which is itself a link.
        return (0,_folders_js__WEBPACK_IMPORTED_MODULE_5__/* .within */ .ux)((0,_trash_js__WEBPACK_IMPORTED_MODULE_10__/* .trashPath */ .al)(root, '.'), [id], (folder) => {
            const isOne = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readTextOrNull */ .GR)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, RECORD)) !== null;
            const bytes = Number((0,_small_file_js__WEBPACK_IMPORTED_MODULE_7__/* .readTextOrNull */ .GR)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, BYTES)) ?? Number.NaN);
            return isOne && (0,_plan_size_sample_js__WEBPACK_IMPORTED_MODULE_3__/* .isAmount */ .Pt)(bytes) ? bytes : null;
        });
    }
    catch (error) {
        // Gone meanwhile, or another user’s.
        if (['ENOENT', 'EACCES'].includes((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error)) || (0,_folders_js__WEBPACK_IMPORTED_MODULE_5__/* .isDiverted */ .cX)(error))
            return null;
        throw error;
    }
}
/**
 * Publishes a slot as a snapshot: renames alone. Readers of the one before keep it: they hold a lock
 * on it, and the reaper leaves it alone until they are done.
 *
 * @returns false where the slot was not there any more, or was taken out of the way half-way
 */
function publish(root, slot, name, snapshot, { inputs, linked }) {
    const staging = makeSeeding(root, snapshot.id);
    const isReady = within(staging, [], (folder) => {
        if (!moveOutOfSlot(root, slot, at(folder, TREE)))
            return false;
        if (inputs !== null)
            replaceFile(at(folder, INPUTS), inputs);
        if (linked.length > 0)
            replaceFile(at(folder, LINKED), JSON.stringify(linked));
        replaceFile(at(folder, RECORD), encodeSnapshot(snapshot));
        return true;
    });
    if (!isReady)
        return false;
    makeOwnersFolder(root, controlPath(root, 'snapshots', name.repository));
    takeAway(root, name);
    const moved = inside(root, [name.repository], (folder) => {
        renameSync(staging, at(folder, name.key));
        return true;
    });
    return moved ?? false;
}
/**
 * Takes a snapshot out of service: one rename into the trash. What led to this may be minutes old.
 *
 * @returns false where it is gone, or another has taken its place
 */
function evict(root, { name, snapshot }) {
    const parts = [name.repository, name.key];
    return inside(root, parts, (folder) => isIt(folder, snapshot)) === true && takeAway(root, name);
}
function isIt(folder, snapshot) {
    return idIn(folder) === (snapshot?.id ?? null);
}
function takeAway(root, name) {
    const moved = inside(root, [name.repository], (folder) => {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__.at)(folder, name.key), (0,_trash_js__WEBPACK_IMPORTED_MODULE_10__/* .trashPath */ .al)(root, (0,_trash_js__WEBPACK_IMPORTED_MODULE_10__/* .freshName */ .Os)()));
        return true;
    });
    return moved ?? false;
}
/** Works in a folder of the snapshots; null where it is not there, or a link was planted on the way. */
function inside(root, parts, work) {
    try {
        return (0,_folders_js__WEBPACK_IMPORTED_MODULE_5__/* .within */ .ux)((0,_root_js__WEBPACK_IMPORTED_MODULE_6__/* .controlPath */ .XL)(root, 'snapshots'), parts, work);
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) === 'ENOENT' || (0,_folders_js__WEBPACK_IMPORTED_MODULE_5__/* .isDiverted */ .cX)(error))
            return null;
        throw error;
    }
}


/***/ }),

/***/ 5920:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   F0: () => (/* binding */ moveToTrash),
/* harmony export */   Mz: () => (/* binding */ listAdopted),
/* harmony export */   O2: () => (/* binding */ isInTrash),
/* harmony export */   Om: () => (/* binding */ noteAdopted),
/* harmony export */   Os: () => (/* binding */ freshName),
/* harmony export */   P_: () => (/* binding */ hasTrash),
/* harmony export */   TK: () => (/* binding */ forgetAdopted),
/* harmony export */   al: () => (/* binding */ trashPath),
/* harmony export */   gp: () => (/* binding */ forgetEntry),
/* harmony export */   hQ: () => (/* binding */ listTrash),
/* harmony export */   tW: () => (/* binding */ quarantine)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);
/* harmony import */ var _plan_lease_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(166);
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(2463);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(1687);
/* harmony import */ var _former_paths_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(4512);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(2063);
/* harmony import */ var _slots_js__WEBPACK_IMPORTED_MODULE_8__ = __nccwpck_require__(5647);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(2100);










/** The path by which to use an entry of the trash, or the trash itself. */
function trashPath(root, name = '') {
    return name === '' ? (0,_root_js__WEBPACK_IMPORTED_MODULE_7__/* .controlPath */ .XL)(root, 'trash') : (0,_root_js__WEBPACK_IMPORTED_MODULE_7__/* .controlPath */ .XL)(root, 'trash', name);
}
/** A name in the trash that nothing there has. */
function freshName() {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(12).toString('hex');
}
/**
 * Takes a slot out of service: one rename, which no link on the way can lead astray. A link in its place
 * goes, too, but for the one that who has inherited the slot at this moment has left there.
 *
 * @returns false where somebody else was faster
 * @throws as renameSync does: EACCES or EPERM where the slot is another user's, ENOSPC, EXDEV, …
 */
function moveToTrash(root, slot, id) {
    try {
        return (0,_slots_js__WEBPACK_IMPORTED_MODULE_8__/* .atSlot */ .Gs)(root, slot, (path) => {
            if ((0,_folders_js__WEBPACK_IMPORTED_MODULE_5__/* .renameFolder */ .xv)(path, trashPath(root, id)))
                return true;
            if ((0,_former_paths_js__WEBPACK_IMPORTED_MODULE_6__/* .isHandedDown */ .Vo)(root, slot))
                return false;
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.renameSync)(path, trashPath(root, id));
            return true;
        });
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return false;
        throw error;
    }
}
/** What is in the trash, with what is known of each entry. */
function listTrash(root) {
    const names = new Set((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)(trashPath(root)));
    const ids = new Set([...names].filter(_plan_naming_js__WEBPACK_IMPORTED_MODULE_4__/* .isLeaseId */ .cl));
    removeNotes(root, names, ids);
    return [...ids].map((id) => ({
        id,
        quarantine: names.has(`${id}.quarantine`) ? readQuarantine(root, id) : null,
        slot: readFormerSlot(root, id),
    }));
}
/** Whether a reaper has work: what is in quarantine already waits for a sweep, or a person. */
function hasTrash(root) {
    const names = new Set((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)(trashPath(root)));
    return [...names].some((name) => (0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_4__/* .isLeaseId */ .cl)(name) && !names.has(`${name}.quarantine`));
}
/** A note outlives its entry when a reaper is killed between the two. */
function removeNotes(root, names, ids) {
    for (const name of names) {
        const id = name.slice(0, name.indexOf('.'));
        if (!(0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_4__/* .isLeaseId */ .cl)(id) || ids.has(id) || isInTrash(root, id))
            continue;
        if (name.endsWith(ADOPTED))
            continue;
        try {
            (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .removeFile */ .nM)(trashPath(root, name));
        }
        catch {
            // It harms nobody: whoever looks next tries again.
            continue;
        }
    }
}
function isInTrash(root, id) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)(trashPath(root, id));
        return true;
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .errnoOf */ .UQ)(error) === 'ENOENT')
            return false;
        throw error;
    }
}
/** Ending of the notes of `noteAdopted`, which outlive their entries. */
const ADOPTED = '.adopted';
/**
 * Notes where a slot without a lease lies, before it goes to the trash: else nothing would tell which
 * directories above it are left to remove.
 */
function noteAdopted(root, id, slot) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .replaceFile */ .fR)(trashPath(root, `${id}${ADOPTED}`), JSON.stringify({ slot }));
}
/** Takes the note away: nothing is left above that slot. */
function forgetAdopted(root, id) {
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .removeFile */ .nM)(trashPath(root, `${id}${ADOPTED}`));
}
/** What is noted; a slot is null where the note cannot be read. */
function listAdopted(root) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)(trashPath(root))
        .filter((name) => name.endsWith(ADOPTED))
        .map((name) => name.slice(0, -ADOPTED.length))
        .filter(_plan_naming_js__WEBPACK_IMPORTED_MODULE_4__/* .isLeaseId */ .cl)
        .map((id) => ({ id, slot: slotIn(readNote(root, `${id}${ADOPTED}`)) }));
}
/** Removes what was noted of an entry that is gone. */
function forgetEntry(root, id) {
    for (const ending of ['lease', 'quarantine'])
        (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .removeFile */ .nM)(trashPath(root, `${id}.${ending}`));
}
/** Notes that an entry cannot be deleted; the first time stays. */
function quarantine(root, id, found) {
    const since = readQuarantine(root, id)?.since ?? Date.now();
    const noted = { ...found, since };
    (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .replaceFile */ .fR)(trashPath(root, `${id}.quarantine`), `${JSON.stringify(noted)}\n`);
    return noted;
}
function readQuarantine(root, id) {
    const noted = readNote(root, `${id}.quarantine`);
    if (noted === null)
        return null;
    const { reason, command, since } = noted;
    return {
        reason: typeof reason === 'string' ? reason : 'it could not be deleted',
        command: typeof command === 'string' ? command : '',
        since: typeof since === 'number' ? since : 0,
    };
}
function readFormerSlot(root, id) {
    return slotIn(readNote(root, `${id}.lease`));
}
function slotIn(note) {
    const slot = note?.['slot'];
    return typeof slot === 'string' ? slot : null;
}
function readNote(root, name) {
    const text = (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .readTextOrNull */ .GR)(trashPath(root, name));
    return text === null ? null : (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_3__/* .parseObject */ .lj)(text);
}


/***/ }),

/***/ 7568:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ walkTree)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _folders_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(1687);



/**
 * Goes down a tree without following any link, always to those folders next that have the fewest
 * siblings: what Cargo makes lies beside few others, and is come to before a folder with very many has
 * used up what the caller allows. What vanishes meanwhile is passed over.
 *
 * @param refuse told the folders that cannot be opened; without it they end the walk
 * @throws as openSync does where there is no such tree
 */
function walkTree(base, visit, refuse = (_, error) => {
    throw error;
}) {
    const pending = Array.from({ length: SIZES }, () => []);
    const see = (folder, path) => {
        const next = visit(folder, path);
        if (next !== null)
            pending[sizeOf(next)]?.push(next);
    };
    (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .within */ .ux)(base, [], (top) => {
        see(top, []);
        for (let next = smallest(pending); next !== undefined; next = smallest(pending)) {
            const { path, names } = next;
            const seeAll = (parent) => {
                for (const name of names) {
                    const folder = open((0,_folders_js__WEBPACK_IMPORTED_MODULE_2__.at)(parent, name), (error) => refuse([...path, name], error));
                    if (folder === null)
                        continue;
                    try {
                        see(folder, [...path, name]);
                    }
                    finally {
                        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.closeSync)(folder);
                    }
                }
            };
            if (path.length === 0)
                seeAll(top);
            else
                (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .inside */ .nx)(top, path.join('/'), seeAll);
        }
    });
}
const SIZES = 33;
/** How many, as a power of two: it need not be told more exactly. */
function sizeOf({ names }) {
    return 32 - Math.clz32(names.length);
}
function smallest(pending) {
    return pending.find((each) => each.length > 0)?.pop();
}
function open(path, refuse) {
    try {
        return (0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .openFolder */ .NE)(path);
    }
    catch (error) {
        if ((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .errnoOf */ .UQ)(error) !== 'ENOENT' && !(0,_folders_js__WEBPACK_IMPORTED_MODULE_2__/* .isDiverted */ .cX)(error))
            refuse(error);
        return null;
    }
}


/***/ }),

/***/ 3786:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   O: () => (/* binding */ tryLocks),
/* harmony export */   w: () => (/* binding */ isTryingLocks)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(29);
/* harmony import */ var _program_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(4554);



/**
 * Tries all locks: node has no call for flock(2). One perl does it at once, where there is one;
 * flock(1), which takes a process for each lock, does it elsewhere.
 */
async function tryLocks(descriptors) {
    const answers = await ask('perl', ['-T', '-e', PERL], descriptors);
    const isWhole = answers.length === descriptors.length && answers.every(isAnswer);
    return isWhole ? answers : ask('sh', ['-c', SHELL, 'sh'], descriptors);
}
/** The programs that do it now: they have what is tried open, and are none that live there. */
const trying = new Set();
function isTryingLocks(pid) {
    return trying.has(pid);
}
function isAnswer(answer) {
    return answer === 'free' || answer === 'held';
}
// A perl without flock(2) would try locks of another kind, which know nothing of Cargo’s. Only with
// flock(2) do two openings of one file in one process shut each other out; to ask perl’s Config takes
// longer than all of the rest. 5 is LOCK_SH | LOCK_NB, 6 is LOCK_EX | LOCK_NB, 11 is EWOULDBLOCK; -T
// passes over whatever the environment adds to perl.
const PERL = `
open(my $one, "<", $^X) && open(my $two, "<", $^X) or exit 1;
flock($one, 5) && !flock($two, 6) && $! == 11 or exit 1;
for my $fd (@ARGV) {
  open(my $file, "<&=", $fd) or exit 1;
  print flock($file, 6) ? "free\n" : $! == 11 ? "held\n" : "$!\n";
}`;
const SHELL = `for fd; do
  if flock -x -n "$fd" 2>/dev/null; then echo free
  else case $? in 1) echo held ;; *) echo "flock failed" ;; esac
  fi
done`;
const WAIT_MS = 10_000;
/** One line for each lock; what is said in place of answers is told, and no answer is none. */
async function ask(program, words, descriptors) {
    const numbers = descriptors.map((_, index) => String(index + 3));
    return new Promise((resolve) => {
        const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(program, [...words, ...numbers], {
            stdio: ['ignore', 'pipe', 'ignore', ...descriptors],
        });
        const { pid = 0 } = child;
        trying.add(pid);
        let said = '';
        child.stdout?.setEncoding('utf8').on('data', (part) => (said += part));
        (0,_program_js__WEBPACK_IMPORTED_MODULE_2__/* .limitTime */ .DZ)(child, WAIT_MS);
        child.on('error', (error) => resolve(descriptors.map(() => (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error))));
        child.on('close', () => {
            trying.delete(pid);
            resolve(said.split('\n').slice(0, -1));
        });
    });
}


/***/ }),

/***/ 7893:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   YU: () => (/* binding */ takeTicket),
/* harmony export */   Yz: () => (/* binding */ notePassing),
/* harmony export */   _g: () => (/* binding */ listWaiters),
/* harmony export */   bo: () => (/* binding */ lockAdmission),
/* harmony export */   jo: () => (/* binding */ countWaiters)
/* harmony export */ });
/* unused harmony export seeWaiters */
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(1421);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3024);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7598);
/* harmony import */ var node_perf_hooks__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(643);
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(8500);
/* harmony import */ var _plan_lease_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(166);
/* harmony import */ var _plan_size_sample_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(3885);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(29);
/* harmony import */ var _root_js__WEBPACK_IMPORTED_MODULE_8__ = __nccwpck_require__(2063);
/* harmony import */ var _small_file_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(2100);










const SAFE = node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NOFOLLOW | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NONBLOCK;
const NAME = /^[0-9]{12}-[0-9a-f]{8}-[0-9a-f-]{27}$/;
const LOCK_SECONDS = 30;
/** The lock under which a job is admitted, or why it cannot be had: two must not take one space. */
async function lockAdmission(root) {
    const until = node_perf_hooks__WEBPACK_IMPORTED_MODULE_3__.performance.now() + LOCK_SECONDS * 1000;
    try {
        const path = (0,_root_js__WEBPACK_IMPORTED_MODULE_8__/* .controlPath */ .XL)(root, 'admission.lock');
        for (;;) {
            const answer = tryLock(path, ['-w', String(LOCK_SECONDS)]);
            if ('complaint' in answer)
                return askAgain(path);
            if (!('isKilled' in answer) || node_perf_hooks__WEBPACK_IMPORTED_MODULE_3__.performance.now() >= until)
                return answer;
            // A Ctrl-C goes to this process as well, which hears of it when the event loop turns.
            await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_4__.setTimeout)(TURN_MS);
        }
    }
    catch (error) {
        return { problem: (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_7__/* .messageOf */ .bD)(error) };
    }
}
/** Long enough for a signal that was sent to several processes to be heard here. */
const TURN_MS = 20;
/** Busybox’s flock(1) cannot wait, and complains: then it is asked again and again. */
function askAgain(path) {
    const until = node_perf_hooks__WEBPACK_IMPORTED_MODULE_3__.performance.now() + LOCK_SECONDS * 1000;
    for (;;) {
        const answer = tryLock(path, ['-n']);
        const isOver = !('problem' in answer) || 'complaint' in answer || node_perf_hooks__WEBPACK_IMPORTED_MODULE_3__.performance.now() >= until;
        if (isOver)
            return answer;
        pause();
    }
}
const PAUSE_MS = 50;
/** Nothing else is to be done meanwhile: flock(1) is waited for in the same way. */
function pause() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
function tryLock(path, patience) {
    return lock((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDONLY | SAFE), patience);
}
/** Takes the descriptor: it is closed with the lock, or where there is none. */
function lock(file, patience) {
    const { status, signal, error, stderr } = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawnSync)('flock', ['-x', ...patience, '3'], {
        encoding: 'utf8',
        stdio: ['ignore', 'ignore', 'pipe', file],
    });
    if (error === undefined && status === 0)
        return { release: once(() => (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(file)) };
    (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(file);
    if (error !== undefined)
        return { problem: 'there is no flock(1)' };
    if (signal !== null)
        return { problem: `flock(1) was ended by ${signal}`, isKilled: true };
    const said = stderr.trim();
    return said === ''
        ? { problem: 'it was not granted in time' }
        : { problem: said, complaint: true };
}
function once(work) {
    let isDone = false;
    return () => {
        if (isDone)
            return;
        isDone = true;
        work();
    };
}
/** The last place in the queue. @throws as openSync does, or where its lock cannot be had */
function takeTicket(root, forecastBytes) {
    const last = names(root).at(-1);
    const number = last === undefined ? 1 : Number(last.slice(0, 12)) + 1;
    const name = `${String(number).padStart(12, '0')}-${(0,node_crypto__WEBPACK_IMPORTED_MODULE_2__.randomUUID)()}`;
    const path = (0,_root_js__WEBPACK_IMPORTED_MODULE_8__/* .controlPath */ .XL)(root, 'waiting', name);
    const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDWR | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_CREAT | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_EXCL | SAFE, 0o644);
    try {
        write(file, { forecastBytes, passed: 0 });
    }
    catch (error) {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(file);
        (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .removeFile */ .nM)(path);
        throw error;
    }
    const held = lock(file, ['-n']);
    if ('problem' in held) {
        (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .removeFile */ .nM)(path);
        throw new Error(held.problem);
    }
    return {
        name,
        release: once(() => {
            (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .removeFile */ .nM)(path);
            held.release();
        }),
    };
}
/** How many places of the queue are taken; what the dead have left of themselves is not looked for. */
function countWaiters(root) {
    return names(root).length;
}
/** Those who wait, in their order; what the dead have left of themselves is removed. */
function listWaiters(root, own) {
    return names(root).flatMap((name) => {
        const path = (0,_root_js__WEBPACK_IMPORTED_MODULE_8__/* .controlPath */ .XL)(root, 'waiting', name);
        if (name !== own && isAbandoned(path)) {
            (0,_small_file_js__WEBPACK_IMPORTED_MODULE_9__/* .removeFile */ .nM)(path);
            return [];
        }
        const waiter = readWaiter(path, name);
        return waiter === null ? [] : [waiter];
    });
}
/** The same for whoever only looks: nothing is removed. */
function seeWaiters(root) {
    return names(root).flatMap((name) => {
        const path = controlPath(root, 'waiting', name);
        const found = lstatSync(path, { throwIfNoEntry: false });
        const waiter = found === undefined || isAbandoned(path) ? null : readWaiter(path, name);
        if (found === undefined || waiter === null)
            return [];
        // Where the file system knows no birth, it is 0.
        const sinceMs = found.birthtimeMs > 0 ? found.birthtimeMs : found.mtimeMs;
        return [{ ...waiter, sinceMs }];
    });
}
function names(root) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)((0,_root_js__WEBPACK_IMPORTED_MODULE_8__/* .controlPath */ .XL)(root, 'waiting'))
        .filter((name) => NAME.test(name))
        .toSorted();
}
function isAbandoned(path) {
    try {
        const held = tryLock(path, ['-n']);
        if ('problem' in held)
            return false;
        held.release();
        return true;
    }
    catch {
        // Not ours to open, or gone by now: whether anybody is behind it is not known.
        return false;
    }
}
function readWaiter(path, name) {
    try {
        const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDONLY | SAFE);
        try {
            if (!(0,node_fs__WEBPACK_IMPORTED_MODULE_1__.fstatSync)(file).isFile())
                return null;
            const buffer = Buffer.alloc(256);
            const found = (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_5__/* .parseObject */ .lj)(buffer.subarray(0, (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readSync)(file, buffer)).toString('utf8'));
            const { forecastBytes, passed } = found ?? {};
            if (!(0,_plan_size_sample_js__WEBPACK_IMPORTED_MODULE_6__/* .isAmount */ .Pt)(forecastBytes) || !(0,_plan_size_sample_js__WEBPACK_IMPORTED_MODULE_6__/* .isAmount */ .Pt)(passed))
                return null;
            return { name, forecastBytes, passed };
        }
        finally {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(file);
        }
    }
    catch {
        return null;
    }
}
/** Notes for each that somebody went past; false where that cannot be noted: then nobody may. */
function notePassing(root, waiters) {
    const noted = [];
    for (const waiter of waiters) {
        if (!rewrite(root, { ...waiter, passed: waiter.passed + 1 })) {
            // Nobody goes past them now. What cannot be taken back costs a later one its turn, and no space.
            for (const each of noted)
                rewrite(root, each);
            return false;
        }
        noted.push(waiter);
    }
    return true;
}
/** False where it cannot be done. */
function rewrite(root, waiter) {
    try {
        const path = (0,_root_js__WEBPACK_IMPORTED_MODULE_8__/* .controlPath */ .XL)(root, 'waiting', waiter.name);
        const file = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.openSync)(path, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_WRONLY | SAFE);
        try {
            write(file, waiter);
        }
        finally {
            (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.closeSync)(file);
        }
        return true;
    }
    catch {
        return false;
    }
}
/** What is longer than any ticket, and shorter than a block. */
const TICKET_LENGTH = 128;
/**
 * In place, since the lock is on this very file, and in one write of always the same length: there is no
 * moment at which it is empty, and no room that a full disk might not have.
 */
function write(file, { forecastBytes, passed }) {
    const text = JSON.stringify({ forecastBytes, passed });
    (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.writeSync)(file, `${text.padEnd(TICKET_LENGTH - 1)}\n`, 0);
}


/***/ }),

/***/ 342:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _steps_main_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2910);
/* harmony import */ var _steps_run_step_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(25);
/* harmony import */ var _steps_runtime_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6119);



const { env, argv, stdout } = process;
process.exitCode = await (0,_steps_run_step_js__WEBPACK_IMPORTED_MODULE_1__/* .runStep */ .eg)(_steps_main_js__WEBPACK_IMPORTED_MODULE_0__/* .main */ .i, (0,_steps_runtime_js__WEBPACK_IMPORTED_MODULE_2__/* .workflowRuntime */ .KG)(env, argv[1] ?? '', (text) => stdout.write(text)));

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 8235:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ ADMISSION),
/* harmony export */   g: () => (/* binding */ reserveOf)
/* harmony export */ });
const ADMISSION = ['wait', 'warn', 'off'];
const DEFAULT_RESERVE_BYTES = 5e9;
const DEFAULT_SHARE = 0.1;
/** What admission and the cap keep free: by default 5 GB, and on a small disk a tenth of it. */
function reserveOf(setBytes, totalBytes) {
    return setBytes ?? Math.min(DEFAULT_RESERVE_BYTES, DEFAULT_SHARE * totalBytes);
}


/***/ }),

/***/ 9213:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   T: () => (/* binding */ CONTENT_GROUPS)
/* harmony export */ });
/* unused harmony export archiveContent */


/**
 * What of a target dir can stay at home:
 * `incremental`, which is worth nothing in another workspace; `binaries`, which Cargo links again from
 * what is carried; `members`, all that workspace members were compiled to.
 */
const CONTENT_GROUPS = ['incremental', 'binaries', 'members'];
/** Decides what of a target dir goes into an archive for other hosts. */
function archiveContent(entries, policy) {
    const tree = new Tree(entries);
    const unwanted = new Set(entries.filter((entry) => isLeftOut(entry, tree, policy)));
    const units = new Set();
    for (const entry of entries) {
        const unit = scriptUnitOf(entry.path);
        const leadsOut = entry.kind === 'link' && !staysInside(below(entry.path, unit), entry.target);
        const isDropped = leadsOut || (unwanted.has(entry) && entry.kind !== 'other');
        if (!isDropped)
            continue;
        if (unit !== null)
            units.add(unit);
        else if (leadsOut && !isBelowUnwanted(entry.path, unwanted)) {
            // Whatever put it there, Cargo would not run it again, and a build would miss the file.
            return { kind: 'unfit', reason: `the link ${entry.path} leads out of the target dir` };
        }
    }
    const gone = [...Array.from(unwanted, ({ path }) => path), ...Array.from(units, traces).flat()];
    const isGone = among(gone);
    const kept = entries
        .filter(({ path, kind }) => kind !== 'other' && !isGone(path))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const bytes = kept.reduce((sum, entry) => sum + entry.bytes, 0);
    if (bytes > policy.maxBytes) {
        return { kind: 'unfit', reason: `it is ${bytes} bytes, above the ${policy.maxBytes} allowed` };
    }
    return { kind: 'content', entries: kept, bytes, leftOut: entries.length - kept.length };
}
/** Which paths are profiles’ own (`debug`, `<triple>/release`, …), and what lies in their `deps`. */
class Tree {
    profiles;
    #outputs = new Set();
    constructor(entries) {
        this.profiles = new Set(entries
            .filter(({ path }) => nameOf(path) === '.fingerprint')
            .map(({ path }) => folderOf(path)));
        for (const { path, kind, bytes } of entries) {
            const folder = folderOf(path);
            if (kind !== 'file' || nameOf(folder) !== 'deps')
                continue;
            const name = nameOf(path).replace(HASH, '');
            this.#outputs.add(`${folderOf(folder)}/${name} ${bytes}`);
        }
    }
    /** Whether a file directly in a profile is another name of an output, which Cargo links anew. */
    isUplifted({ path, kind, bytes }) {
        const profile = folderOf(path);
        if (kind !== 'file' || !this.profiles.has(profile))
            return false;
        return this.#outputs.has(`${profile}/${nameOf(path).replaceAll('-', '_')} ${bytes}`);
    }
}
/** What Cargo puts between a unit's name and its ending. */
const HASH = /-[0-9a-f]{16}(?=\.|$)/;
const UNIT = /^(.+)-[0-9a-f]{16}$/;
/** Worth nothing elsewhere: locks, what Cargo knows of this host's rustc, and what no build reads. */
const AT_HOME = /^(\.cargo.*lock|\.rustc_info\.json)$/;
const OUTPUT_OF_OTHERS = new Set(['doc', 'package', 'tmp']);
function isLeftOut(entry, tree, policy) {
    const name = nameOf(entry.path);
    const folder = folderOf(entry.path);
    const isInProfile = tree.profiles.has(folder);
    const holdsProfiles = folder === '' || [...tree.profiles].some((each) => folderOf(each) === folder);
    if (AT_HOME.test(name) && (isInProfile || holdsProfiles))
        return true;
    if (holdsProfiles && OUTPUT_OF_OTHERS.has(name) && entry.kind === 'folder')
        return true;
    if (policy.globs.some((glob) => matchesGlob(entry.path, glob)))
        return true;
    const isIn = {
        incremental: () => isInProfile && name === 'incremental',
        binaries: () => tree.isUplifted(entry) || isProgram(entry, tree),
        members: () => isOfMember(entry.path, tree, policy.members),
    };
    return policy.groups.some((group) => isIn[group]());
}
/** Whether it is a linked program: only those have no ending. */
function isProgram({ path, kind, isExecutable }, tree) {
    const folder = folderOf(path);
    const isThere = ['deps', 'examples'].includes(nameOf(folder)) && tree.profiles.has(folderOf(folder));
    return isThere && kind === 'file' && isExecutable && !nameOf(path).includes('.');
}
function isOfMember(path, tree, members) {
    const folder = folderOf(path);
    if (!tree.profiles.has(folderOf(folder)))
        return false;
    const name = nameOf(path);
    const unit = UNIT.exec(name.split('.')[0] ?? '')?.[1];
    if (unit === undefined)
        return false;
    if (['.fingerprint', 'build'].includes(nameOf(folder)))
        return members.includes(unit);
    if (nameOf(folder) !== 'deps')
        return false;
    const crates = members.map((member) => member.replaceAll('-', '_'));
    return crates.some((crate) => unit === crate || unit === `lib${crate}`);
}
/** The directory of one build script's run that a path lies in, as Cargo named them up to 1.99. */
function scriptUnitOf(path) {
    return /^((?:.+\/)?build\/[^/]+-[0-9a-f]{16})\//.exec(path)?.[1] ?? null;
}
/** A path relative to a folder that it lies in, where there is one. */
function below(path, folder) {
    return folder === null ? path : path.slice(folder.length + 1);
}
/**
 * Both places of a build script's run. Cargo does not look whether what a script wrote is still
 * there, so it must not take the run for done when a part of that stays at home.
 */
function traces(unit) {
    const profile = folderOf(folderOf(unit));
    const within = (place) => (profile === '' ? place : `${profile}/${place}`);
    return [unit, within(`.fingerprint/${nameOf(unit)}`)];
}
function isBelowUnwanted(path, unwanted) {
    return among(Array.from(unwanted, (entry) => entry.path))(path);
}
/** Whether a path is one of these or lies in one of them. */
function among(paths) {
    const known = new Set(paths);
    return (path) => {
        for (let each = path; each !== ''; each = folderOf(each))
            if (known.has(each))
                return true;
        return false;
    };
}
function nameOf(path) {
    return path.slice(path.lastIndexOf('/') + 1);
}
function folderOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}


/***/ }),

/***/ 5353:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   EO: () => (/* binding */ UNPROVEN),
/* harmony export */   OB: () => (/* binding */ rowOf),
/* harmony export */   OI: () => (/* binding */ isSameContent),
/* harmony export */   Zc: () => (/* binding */ isSettable),
/* harmony export */   pI: () => (/* binding */ parseBuildInputs),
/* harmony export */   uA: () => (/* binding */ planTimes)
/* harmony export */ });
/* unused harmony exports encodeBuildInputs, INPUTS_AT_MOST, parseInput, isTexts, isFingerprint, isNanoseconds, isAbsolute */
/* harmony import */ var _lease_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(166);

const KINDS = ['file', 'link', 'directory'];
const UNPROVEN = 'unproven';
/**
 * Decides which mtimes make Cargo build exactly what changed: what holds the same as when it was
 * recorded gets the recorded mtime, everything else now.
 */
function planTimes(recorded, present, { newestNs, touched }) {
    const newest = BigInt(newestNs);
    return present.map((content) => {
        const { path, kind, id, isExecutable } = content;
        const before = recorded.get(path);
        const isSame = before !== undefined && isSameContent(before, content);
        // An mtime in the future would hide every later change of its package.
        const isKept = isSame && !touched.has(path) && BigInt(before.mtimeNs) <= newest;
        return isKept
            ? { path, mtimeNs: before.mtimeNs, expected: { kind, id, isExecutable, size: before.size } }
            : { path, mtimeNs: null, expected: content };
    });
}
/** Whether two contents are proven equal. */
function isSameContent(a, b) {
    if (a.id === UNPROVEN || a.id !== b.id || a.kind !== b.kind)
        return false;
    if (a.size !== null && b.size !== null && a.size !== b.size)
        return false;
    return a.isExecutable === b.isExecutable;
}
function encodeBuildInputs({ inputs, ...head }) {
    return `${JSON.stringify({ ...head, inputs: inputs.map(rowOf) })}\n`;
}
/** An input as it is written down. */
function rowOf({ path, kind, id, isExecutable, size, mtimeNs, units }) {
    return [path, KINDS.indexOf(kind), id, isExecutable ? 1 : 0, size, mtimeNs, ...units];
}
const INPUTS_AT_MOST = 500_000;
/**
 * Reads recorded inputs that anybody may have written.
 *
 * @returns the inputs, or in words what is wrong with them
 */
function parseBuildInputs(text) {
    const found = (0,_lease_js__WEBPACK_IMPORTED_MODULE_0__/* .parseObject */ .lj)(text);
    if (found === null)
        return 'it is not a JSON object';
    if (found['version'] !== 1)
        return `its format version is ${JSON.stringify(found['version'])}`;
    const { workspace, former, toolchain, gaps, lost, newestNs, inputs } = found;
    // Of earlier versions: they recorded all that there was.
    const whole = found['whole'] ?? [''];
    if (typeof workspace !== 'string' || !isAbsolute(workspace))
        return 'it names no workspace';
    if (typeof toolchain !== 'string')
        return 'it names no toolchain';
    if (!isTexts(former) || !former.every(isAbsolute))
        return 'it names no former workspaces';
    if (!isTexts(gaps))
        return 'it does not say whether it is complete';
    if (!isTexts(lost) || !lost.every(isFingerprint))
        return 'it names what is no fingerprint';
    if (!isTexts(whole) || !whole.every(isSettable))
        return 'it names folders that are none';
    const beside = found['beside'] ?? null;
    const isBeside = beside === null || (isTexts(beside) && beside.length <= INPUTS_AT_MOST);
    if (!isBeside)
        return 'it does not list what lies beside its inputs';
    if (!isNanoseconds(newestNs))
        return 'it does not say when the build was';
    if (!Array.isArray(inputs) || inputs.length > INPUTS_AT_MOST)
        return 'it lists no inputs';
    const read = [];
    const paths = new Set();
    for (const [index, row] of inputs.entries()) {
        const input = parseInput(row);
        if (input === null)
            return `its input ${index + 1} cannot be understood`;
        if (paths.has(input.path))
            return `its input ${index + 1} is there twice`;
        paths.add(input.path);
        read.push(input);
    }
    const head = { workspace, former, toolchain, gaps, lost, newestNs, whole, beside };
    return { version: 1, ...head, inputs: read };
}
function parseInput(row) {
    if (!Array.isArray(row))
        return null;
    const [path, kindIndex, id, executable, size, mtimeNs, ...units] = row;
    const kind = typeof kindIndex === 'number' ? KINDS[kindIndex] : undefined;
    if (typeof path !== 'string' || !isInputPath(path) || kind === undefined)
        return null;
    if (typeof id !== 'string' || !isId(id, kind))
        return null;
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
        return null;
    if (executable !== 0 && executable !== 1)
        return null;
    if (!isNanoseconds(mtimeNs))
        return null;
    if (!isTexts(units) || !units.every(isFingerprint))
        return null;
    return { path, kind, id, isExecutable: executable === 1, size, mtimeNs, units };
}
/** What an id looks like, unless it is UNPROVEN. */
const IDS = {
    file: /^(git:[0-9a-f]{40}|sha256:[0-9a-f]{64})$/,
    directory: /^sha256:[0-9a-f]{64}$/,
    link: /^link:[^\0]{1,4095}$/,
};
function isId(id, kind) {
    return id === UNPROVEN || IDS[kind].test(id);
}
function isTexts(value) {
    return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
/** `<profile>/.fingerprint/<unit>` or `<profile>/build/<package>/<hash>/fingerprint`. */
function isFingerprint(path) {
    if (path.startsWith('/') || !isPlain(path))
        return false;
    const parts = path.split('/');
    const isOld = parts.at(-2) === '.fingerprint';
    const isNew = parts.at(-1) === 'fingerprint' && parts.at(-4) === 'build';
    return isOld || isNew;
}
/** Until the year 2200: what nanoseconds in 64 bits hold, and filesystems too. */
function isNanoseconds(value) {
    return typeof value === 'string' && /^(0|[1-9][0-9]{0,18})$/.test(value);
}
/** The workspace itself is ''. */
function isInputPath(path) {
    if (path.startsWith('/'))
        return isAbsolute(path);
    return path === '' || isPlain(path);
}
function isAbsolute(path) {
    return path === '/' || (path.startsWith('/') && isPlain(path.slice(1)));
}
/** Components that lead down only, and that every filesystem takes. */
function isPlain(path) {
    if (path.length > 4096 || path.includes('\0'))
        return false;
    return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
/**
 * Whether an input's mtime is ours to set: below the workspace, and not in a folder of git's. What a
 * submodule has at that name is a file, which says where that folder lies.
 */
function isSettable(path) {
    if (path.startsWith('/') || (path !== '' && !isPlain(path)))
        return false;
    const parts = path.toLowerCase().split('/');
    return parts[0] !== '.git' && !parts.slice(0, -1).includes('.git');
}


/***/ }),

/***/ 6557:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AN: () => (/* binding */ SEED_KINDS),
/* harmony export */   JX: () => (/* binding */ systemIn),
/* harmony export */   KL: () => (/* binding */ GENERATIONS_AT_MOST),
/* harmony export */   N6: () => (/* binding */ realWorkspaceIn),
/* harmony export */   SH: () => (/* binding */ LOCAL_GENERATIONS_AT_MOST),
/* harmony export */   TG: () => (/* binding */ COLD),
/* harmony export */   UB: () => (/* binding */ askedIn),
/* harmony export */   VI: () => (/* binding */ parseBuildRecord),
/* harmony export */   Ym: () => (/* binding */ encodeRecord),
/* harmony export */   k9: () => (/* binding */ parseSeedRecord)
/* harmony export */ });
/* unused harmony export toolchainIn */
/* harmony import */ var _naming_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2463);
/* harmony import */ var _lease_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(166);
/* harmony import */ var _unused_units_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7791);



/** Where the content of a new slot came from. */
const SEED_KINDS = ['inherit', 'clone', 'copy', 'remote', 'cold'];
/** A longer chain is started over: old paths and old artefacts must not pile up for ever. */
const GENERATIONS_AT_MOST = 50;
/** People run a command many times a day, and each is one. */
const LOCAL_GENERATIONS_AT_MOST = 250;
const COLD = {
    version: 1,
    kind: 'cold',
    source: null,
    ageHours: null,
    generation: 0,
    former: [],
    environment: '',
    unused: null,
};
function encodeRecord(record) {
    return `${JSON.stringify(record)}\n`;
}
/** Reads a seed record that anybody may have written; null where it is damaged. */
function parseSeedRecord(text) {
    const found = parseVersion1(text);
    if (found === null)
        return null;
    const { kind, source, ageHours, environment, unused } = found;
    const chain = parseChain(found);
    const known = SEED_KINDS.find((each) => each === kind);
    if (known === undefined || chain === null)
        return null;
    return {
        version: 1,
        kind: known,
        source: typeof source === 'string' && (0,_naming_js__WEBPACK_IMPORTED_MODULE_0__/* .isLeaseId */ .cl)(source) ? source : null,
        ageHours: typeof ageHours === 'number' && Number.isFinite(ageHours) ? ageHours : null,
        environment: typeof environment === 'string' ? environment : '',
        unused: (0,_unused_units_js__WEBPACK_IMPORTED_MODULE_2__/* .parseUnused */ .k0)(unused),
        ...askedIn(found),
        ...chain,
    };
}
/** Reads a build record that anybody may have written; null where it is damaged. */
function parseBuildRecord(text) {
    const found = parseVersion1(text);
    if (found === null)
        return null;
    const { workspace, common, toolchain, inputs, times } = found;
    const chain = parseChain(found);
    if (typeof workspace !== 'string' || chain === null)
        return null;
    return {
        version: 1,
        workspace,
        ...realWorkspaceIn(found),
        common: typeof common === 'string' ? common : '',
        toolchain: typeof toolchain === 'string' ? toolchain : null,
        inputs: inputs === true,
        times: typeof times === 'string' ? times : '',
        unused: (0,_unused_units_js__WEBPACK_IMPORTED_MODULE_2__/* .parseUnused */ .k0)(found['unused']) ?? {},
        ...askedIn(found),
        ...systemIn(found),
        ...chain,
    };
}
/** What rustc said to who only asked, and by what it was chosen, of a record that anybody may have written. */
function askedIn({ asked, choice }) {
    if (typeof asked !== 'string')
        return {};
    return typeof choice === 'string' ? { asked, choice } : { asked };
}
/** The system of a record that anybody may have written. */
function systemIn({ system }) {
    return typeof system === 'string' ? { system } : {};
}
/** Where the workspace of a record lies that anybody may have written. */
function realWorkspaceIn({ realWorkspace }) {
    return typeof realWorkspace === 'string' ? { realWorkspace } : {};
}
function parseVersion1(text) {
    const found = (0,_lease_js__WEBPACK_IMPORTED_MODULE_1__/* .parseObject */ .lj)(text);
    return found?.['version'] === 1 ? found : null;
}
/** The chain of handing down; a path that is not a slot's makes the record worthless. */
function parseChain(found) {
    const { generation, former } = found;
    if (typeof generation !== 'number' || !Number.isInteger(generation) || generation < 0)
        return null;
    if (!Array.isArray(former) || former.length > LOCAL_GENERATIONS_AT_MOST)
        return null;
    const paths = former.filter((each) => typeof each === 'string');
    return paths.length === former.length && paths.every(_naming_js__WEBPACK_IMPORTED_MODULE_0__/* .isSlotPath */ .wS)
        ? { generation, former: paths }
        : null;
}
/** `rustc -vV` as Cargo keeps it in `.rustc_info.json`; null where it is not there. */
function toolchainIn(rustcInfo) {
    const outputs = parseObject(rustcInfo)?.['outputs'];
    if (!isRecord(outputs))
        return null;
    for (const output of Object.values(outputs)) {
        const stdout = isRecord(output) ? output['stdout'] : null;
        if (typeof stdout === 'string' && /^rustc [^\n]+\n(?:[^\n]*\n)*host: /.test(stdout)) {
            return stdout.trim();
        }
    }
    return null;
}


/***/ }),

/***/ 8442:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ judge),
/* harmony export */   l: () => (/* binding */ judgeOwner)
/* harmony export */ });
/* harmony import */ var _naming_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2463);
/* harmony import */ var _lease_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(166);


/**
 * Judges the owner of a lease by what is recorded of it, without looking into the slot.
 */
function judgeOwner(record, sight, self) {
    if (record.state === 'ended')
        return verdict('dead', endedInWords(record));
    const owner = record.lease?.owner;
    if (owner === undefined)
        return judgeDamaged(record, self);
    if (owner.bootId !== self.bootId) {
        return verdict('dead', 'its job ran before the last start of this host');
    }
    const samePidNamespace = owner.pidNamespace === self.pidNamespace;
    const { worker } = sight;
    if (owner.worker !== null && samePidNamespace && worker !== null) {
        const name = `its runner process ${owner.worker.pid}`;
        if (worker === 'alive')
            return verdict('alive', `${name} is running`);
        if (worker === 'gone')
            return verdict('dead', `${name} is gone`);
        if (worker === 'replaced')
            return verdict('dead', `${name} is gone, the pid is another’s now`);
        return verdict('alive', `${name} is there, though /proc hides it`);
    }
    if (!samePidNamespace && sight.namespaceIsGone) {
        return verdict('dead', 'the container that its job ran in is gone, and every process in it');
    }
    if (isSucceeded(record, owner, self)) {
        return verdict('dead', `its runner ${owner.runner.name} works for another job now`);
    }
    return verdict('unknown', whyUnknown(owner, samePidNamespace));
}
function endedInWords(record) {
    const result = record.end?.result ?? 'unknown';
    if (result === 'unknown')
        return 'its job ended';
    return `its job ended (${(0,_lease_js__WEBPACK_IMPORTED_MODULE_1__/* .resultInWords */ .WU)(result, record.lease?.madeBy ?? null)})`;
}
function judgeDamaged(record, self) {
    const problem = `its lease cannot be read (${record.problem ?? 'damaged'})`;
    if ((0,_naming_js__WEBPACK_IMPORTED_MODULE_0__/* .isOfOtherBoot */ ._X)(record.id, self.bootId)) {
        return verdict('dead', `${problem}; its id is of an earlier start of this host`);
    }
    const own = self.runnerKey !== null && record.id.startsWith((0,_naming_js__WEBPACK_IMPORTED_MODULE_0__/* .runnerPrefix */ .Lm)(self.runnerKey));
    if (own && self.job !== null && self.worker !== null) {
        return verdict('dead', `${problem}; it is this runner’s own, and not of the job it works for now`);
    }
    return verdict('unknown', problem);
}
/**
 * Whether the lease's own runner now works for another job: a runner has one job at a time.
 *
 * That holds for GitHub's runner, which is known by its Worker or its job container's work folder;
 * with anything else several jobs may run at once under one name.
 */
function isSucceeded(record, owner, self) {
    if (self.runnerKey === null || owner.runner.key !== self.runnerKey)
        return false;
    if (self.job === null || record.lease === null || !owner.singleJob)
        return false;
    if (owner.worker === null && self.worker === null) {
        return owner.container !== null && self.container !== null && owner.container !== self.container;
    }
    const { runId, attempt, job } = record.lease;
    return runId !== self.job.runId || attempt !== self.job.attempt || job !== self.job.job;
}
function whyUnknown(owner, samePidNamespace) {
    if (owner.worker === null)
        return 'it records no runner process, and has not ended';
    return samePidNamespace
        ? 'its runner process could not be looked for'
        : 'its runner process is in another pid namespace';
}
/**
 * The whole verdict: what lives in a slot outweighs every sign that its owner is dead, and a slot
 * that could not be looked into is unknown, never dead.
 */
function judge(owner, occupancy) {
    const living = occupancy.inhabitants.map((each) => each.what);
    if (living.length > 0)
        return { kind: 'alive', reasons: [...living, ...owner.reasons] };
    if (owner.kind === 'dead' && occupancy.unknown.length > 0) {
        return { kind: 'unknown', reasons: [...owner.reasons, ...occupancy.unknown] };
    }
    return owner;
}
function verdict(kind, reason) {
    return { kind, reasons: [reason] };
}


/***/ }),

/***/ 29:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   On: () => (/* binding */ nextAfter),
/* harmony export */   U$: () => (/* binding */ GuardError),
/* harmony export */   UQ: () => (/* binding */ errnoOf),
/* harmony export */   YV: () => (/* binding */ isNoSpace),
/* harmony export */   bD: () => (/* binding */ messageOf)
/* harmony export */ });
/**
 * An error whose text is written for the person who has to act on it.
 *
 * `what` says what happened and to what; `next` says what to do about it. `usage` marks bad input,
 * which is refused before anything is touched (exit code 2 on the command line).
 */
class GuardError extends Error {
    name = 'GuardError';
    usage;
    constructor(what, next, options = {}) {
        super(`${what} ${next}`, options.cause === undefined ? undefined : { cause: options.cause });
        this.usage = options.usage ?? false;
    }
}
/** What to do about an error of the file system; where it is read-only, nothing else helps. */
function nextAfter(error, otherwise) {
    if (errnoOf(error) !== 'EROFS')
        return otherwise;
    return 'Its file system is read-only. Look into the kernel’s log (dmesg) why, and mount it for writing again.';
}
/** Whether an error says that there is no room: no blocks, no inodes, or none of this user's. */
function isNoSpace(error) {
    return ['ENOSPC', 'EDQUOT'].includes(errnoOf(error));
}
/** The text of anything that was thrown. */
function messageOf(error) {
    const text = textIn(error, 'message') ?? String(error);
    // Directories are held open and used by number (host/folders.ts), which tells a person nothing.
    return text.replaceAll(/\/proc\/(self|[0-9]+)\/fd\/[0-9]+/g, '…');
}
/** libuv has no name for it; to us it is a full disk like any other. */
const QUOTA_EXCEEDED = -122;
/** The errno name (`ENOENT`, …) of anything that was thrown, or '' when it carries none. */
function errnoOf(error) {
    if (fieldOf(error, 'errno') === QUOTA_EXCEEDED)
        return 'EDQUOT';
    return textIn(error, 'code') ?? '';
}
function textIn(error, field) {
    const text = fieldOf(error, field);
    return typeof text === 'string' ? text : null;
}
/** By its fields, not by `instanceof`: an error may come from another realm (worker, vm, jest). */
function fieldOf(error, field) {
    return typeof error === 'object' && error !== null
        ? error[field]
        : undefined;
}


/***/ }),

/***/ 2543:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Jt: () => (/* binding */ flag),
/* harmony export */   R5: () => (/* binding */ readInput),
/* harmony export */   Yq: () => (/* binding */ choice),
/* harmony export */   ai: () => (/* binding */ number),
/* harmony export */   gf: () => (/* binding */ environmentTwin),
/* harmony export */   hD: () => (/* binding */ quote)
/* harmony export */ });
/* harmony import */ var _guard_error_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(29);

/** The environment twin of an input: `TARGET_GUARD_` and the name in upper case with `_`. */
function environmentTwin(name) {
    return `TARGET_GUARD_${name.toUpperCase().replaceAll('-', '_')}`;
}
/**
 * Reads one input.
 *
 * @throws GuardError that names the input, its value and what is allowed
 */
function readInput(input, lookup, surroundings) {
    const found = lookup(input.name);
    if (found === null || found.text === '')
        return input.whenEmpty(surroundings);
    const value = input.parse(found.text);
    if (value !== undefined)
        return value;
    throw new _guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GuardError */ .U$(`${found.source} is ${input.isSecret === true ? 'not usable' : quote(found.text)}.`, `Allowed for ${input.name}: ${input.allowed}.`, { usage: true });
}
/** A value in an error text: one line, printable, of bounded length. */
function quote(text) {
    const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text;
    return JSON.stringify(shown);
}
/** A number in a range, both ends included. */
function number(name, range) {
    const pattern = range.whole === true ? /^[0-9]{1,9}$/ : /^[0-9]{1,9}(\.[0-9]{1,6})?$/;
    return {
        name,
        allowed: `a ${range.whole === true ? 'whole ' : ''}number from ${range.least} to ${range.most}`,
        parse: (text) => {
            const value = pattern.test(text) ? Number(text) : Number.NaN;
            return value >= range.least && value <= range.most ? value : undefined;
        },
        whenEmpty: () => range.otherwise,
    };
}
/** One word of several. */
function choice(name, words, otherwise) {
    return {
        name,
        allowed: words.join(', '),
        parse: (text) => words.find((each) => each === text),
        whenEmpty: () => otherwise,
    };
}
/** True or false, in the spellings of GitHub’s own boolean inputs (the YAML 1.2 core schema). */
function flag(name, otherwise) {
    return {
        name,
        allowed: 'true or false',
        parse: (text) => {
            if (/^(true|True|TRUE)$/.test(text))
                return true;
            return /^(false|False|FALSE)$/.test(text) ? false : undefined;
        },
        whenEmpty: () => otherwise,
    };
}


/***/ }),

/***/ 4940:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   F0: () => (/* binding */ mayTakeFrom),
/* harmony export */   cC: () => (/* binding */ mayBeOf),
/* harmony export */   ci: () => (/* binding */ addressOf)
/* harmony export */ });
/** Where the slot of a job with this lease id lies. */
function addressOf(job, id) {
    const { owner, repository, prKey, runId, attempt } = job;
    return { owner, repository, prKey, runId, attempt, job: job.job, id };
}
/**
 * Whether something that was left under the name of a workflow may be of this one. What older versions
 * left has none, and may be of any.
 */
function mayBeOf(left, workflow) {
    return left === '' || left === workflow;
}
/** Events of a pull request whose jobs have no secrets where it comes from a fork. */
const OF_STRANGERS = /^pull_request(_review|_review_comment)?$/;
/**
 * Whether a job may take what another event's job has built under the same PR key. A merge queue's job and
 * one of `pull_request_target` have the repository's secrets: what the request's own jobs have built,
 * with anybody's code, must not run there.
 */
function mayTakeFrom(event, job) {
    const isOfRequest = /^[0-9]+$/.test(job.prKey);
    return !isOfRequest || OF_STRANGERS.test(job.event) || event === job.event;
}


/***/ }),

/***/ 166:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  XZ: () => (/* binding */ claimedIn),
  jS: () => (/* binding */ encodeLease),
  cC: () => (/* binding */ encodeTaken),
  IX: () => (/* binding */ isLocal),
  u4: () => (/* binding */ isRecord),
  ZQ: () => (/* binding */ newLease),
  J: () => (/* binding */ parseEnd),
  QM: () => (/* binding */ parseLease),
  lj: () => (/* binding */ parseObject),
  bm: () => (/* binding */ parseTaken),
  WU: () => (/* binding */ resultInWords),
  Bg: () => (/* binding */ resultOf)
});

// UNUSED EXPORTS: encodeEnd

// EXTERNAL MODULE: ./lib/plan/naming.js
var naming = __nccwpck_require__(2463);
// EXTERNAL MODULE: ./lib/plan/job.js
var plan_job = __nccwpck_require__(4940);
;// CONCATENATED MODULE: ./lib/plan/version.js
/** The release this code belongs to; a test holds it equal to package.json. */
const VERSION = '0.1.0';

;// CONCATENATED MODULE: ./lib/plan/lease.js



/**
 * Who wrote a lease: a job takes over the one of its hook, never one of another step. Outside
 * workflows it is a `run` for its command, or for the `shell` that asked for one.
 */
const MAKERS = ['hook', 'step', 'run', 'shell'];
/** Whether a lease was made outside a workflow, for what a person or an agent does in a worktree. */
function isLocal(madeBy) {
    return madeBy === 'run' || madeBy === 'shell';
}
/** How it ended, for people: a local run that has built nothing counts as cancelled, and nobody did that. */
function resultInWords(result, madeBy) {
    const isEmpty = result === 'cancelled' && madeBy !== null && isLocal(madeBy);
    return isEmpty ? 'nothing was built' : result;
}
function newLease(job, owner, made) {
    return {
        version: 1,
        id: made.id,
        slot: (0,naming/* slotPath */.UG)((0,plan_job/* addressOf */.ci)(job, made.id)),
        repository: `${job.owner}/${job.repository}`,
        prKey: job.prKey,
        runId: job.runId,
        attempt: job.attempt,
        workflow: job.workflow,
        job: job.job,
        leg: job.leg,
        event: job.event,
        trusted: job.trusted,
        madeBy: made.madeBy,
        owner,
        forecastBytes: made.forecastBytes ?? null,
        workspace: made.workspace ?? '',
        uptimeS: made.uptimeS,
        at: made.at,
        by: VERSION,
    };
}
function encodeLease(lease) {
    return `${JSON.stringify(lease)}\n`;
}
/**
 * Reads a lease that anybody may have written.
 *
 * @returns the lease, or in words what is wrong with it
 */
function parseLease(text, id) {
    if (text.trim() === '')
        return 'the file is empty';
    const found = parseObject(text);
    if (found === null)
        return 'the file is not a JSON object';
    if (found['version'] !== 1)
        return `its format version is ${JSON.stringify(found['version'])}`;
    if (found['id'] !== id || !(0,naming/* isLeaseId */.cl)(id))
        return 'its id is not the one in its file name';
    const { slot, repository, prKey, runId, attempt, job, leg, owner } = found;
    if (typeof slot !== 'string' || !(0,naming/* isSlotPath */.wS)(slot))
        return 'its slot is not a slot path';
    if ((0,naming/* leaseIdOfSlot */.T1)(slot.slice(slot.lastIndexOf('/') + 1)) !== id)
        return 'its slot has another id';
    if (typeof repository !== 'string' || typeof prKey !== 'string')
        return 'it names no repository';
    if (!slot.startsWith(`${repository}/${prKey}/`))
        return 'its slot is another repository’s';
    if (typeof runId !== 'string' || !(0,naming/* isRunId */.Pk)(runId))
        return 'its run id is not a number';
    if (!(0,naming/* isAttempt */.k)(String(attempt)) || typeof attempt !== 'number')
        return 'its attempt is no number';
    if (typeof job !== 'string' || typeof leg !== 'string')
        return 'it names no job';
    const known = parseOwner(owner);
    if (known === null)
        return 'its owner is incomplete';
    return {
        version: 1,
        id,
        slot,
        repository,
        prKey,
        runId,
        attempt,
        workflow: textOr(found['workflow'], ''),
        job,
        leg,
        event: textOr(found['event'], ''),
        trusted: found['trusted'] === true,
        madeBy: MAKERS.find((each) => each === found['madeBy']) ?? 'step',
        owner: known,
        forecastBytes: forecastOf(found['forecastBytes']),
        workspace: textOr(found['workspace'], ''),
        uptimeS: numberOr(found['uptimeS'], 0),
        at: textOr(found['at'], ''),
        by: textOr(found['by'], ''),
    };
}
function parseOwner(value) {
    if (!isRecord(value) || !isRecord(value['runner']))
        return null;
    const { name, key } = value['runner'];
    const { bootId, pidNamespace, worker, container } = value;
    if (typeof name !== 'string' || typeof key !== 'string')
        return null;
    if (typeof bootId !== 'string' || typeof pidNamespace !== 'string')
        return null;
    if (bootId === '' || pidNamespace === '' || key === '')
        return null;
    return {
        runner: { name, key },
        bootId,
        pidNamespace,
        worker: parseProcess(worker),
        container: typeof container === 'string' ? container : null,
        singleJob: value['singleJob'] === true,
    };
}
/** The forecast in the text of a lease, whatever else that says; null where there is none. */
function claimedIn(text) {
    return forecastOf(parseObject(text)?.['forecastBytes']);
}
/** A lease of an earlier version has none. */
function forecastOf(value) {
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
function parseProcess(value) {
    if (!isRecord(value))
        return null;
    const { pid, start } = value;
    if (typeof pid !== 'number' || typeof start !== 'number')
        return null;
    return Number.isInteger(pid) && pid > 0 ? { pid, start } : null;
}
function encodeTaken({ workflow, leg }) {
    return `${JSON.stringify({ version: 1, workflow, leg })}\n`;
}
/** Reads such a note, which anybody may have written; null where it is damaged, or says nothing. */
function parseTaken(text) {
    const found = parseObject(text);
    if (found?.['version'] !== 1)
        return null;
    const { workflow, leg } = found;
    if (typeof workflow !== 'string' || typeof leg !== 'string')
        return null;
    return { workflow, leg };
}
const RESULTS = ['success', 'failure', 'cancelled', 'unknown'];
/** A job's status as its end record has it: what is not known stays unknown. */
function resultOf(status) {
    return RESULTS.find((each) => each === status) ?? 'unknown';
}
function encodeEnd(end) {
    return `${JSON.stringify(end)}\n`;
}
/** Reads an end record; null where it is absent or damaged: its lease has ended all the same. */
function parseEnd(text) {
    const found = parseObject(text);
    if (found === null || typeof found['bootId'] !== 'string')
        return null;
    const { uptimeS, wallMs } = found;
    if (typeof uptimeS !== 'number' || typeof wallMs !== 'number')
        return null;
    const end = { result: resultOf(found['result']), bootId: found['bootId'], uptimeS, wallMs };
    return found['isWarm'] === true ? { ...end, isWarm: true } : end;
}
/** A JSON object, or null for anything else. */
function parseObject(text) {
    try {
        const value = JSON.parse(text);
        return isRecord(value) ? value : null;
    }
    catch {
        // Not JSON: that is an answer here, not an error; the caller says what follows from it.
        return null;
    }
}
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function numberOr(value, otherwise) {
    return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
function textOr(value, otherwise) {
    return typeof value === 'string' ? value : otherwise;
}


/***/ }),

/***/ 2985:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   O1: () => (/* binding */ linkedFilesOf),
/* harmony export */   QH: () => (/* binding */ isWritten),
/* harmony export */   Rk: () => (/* binding */ parseLinked),
/* harmony export */   _L: () => (/* binding */ fateOf),
/* harmony export */   t4: () => (/* binding */ joinRecords)
/* harmony export */ });
/* harmony import */ var _lease_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(166);

function fateOf(recorded, seen) {
    if (seen === null || seen.inode !== recorded.inode)
        return 'other';
    const isBirthKnown = seen.bornNs !== '' && recorded.bornNs !== '';
    if (isBirthKnown && seen.bornNs !== recorded.bornNs)
        return 'other';
    const { size, mode, mtimeNs } = recorded;
    const isSame = seen.size === size && seen.mode === mode && seen.mtimeNs === mtimeNs;
    return isSame ? 'same' : 'written';
}
function isWritten(recorded, seen) {
    return fateOf(recorded, seen) === 'written';
}
/**
 * The record after another clone of the same source was made: what each file was at first stays.
 *
 * @param before what is still the same
 */
function joinRecords(before, fresh) {
    const known = new Set(before.map(({ path }) => path));
    return [...before, ...fresh.filter(({ path }) => !known.has(path))];
}
/** Reads a record that anybody may have written; null where it is damaged: nothing is proven then. */
function parseLinked(text) {
    let found;
    try {
        found = JSON.parse(text);
    }
    catch {
        return null;
    }
    return linkedFilesOf(found);
}
/** The same, of what was read already. */
function linkedFilesOf(found) {
    if (!Array.isArray(found))
        return null;
    const files = found.map(linkedFileOf);
    return files.every((each) => each !== null) ? files : null;
}
function linkedFileOf(found) {
    if (!(0,_lease_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4)(found))
        return null;
    const { path, inode, bornNs, size, mode, mtimeNs } = found;
    if (typeof path !== 'string' || typeof inode !== 'string')
        return null;
    if (typeof size !== 'number' || typeof mode !== 'number')
        return null;
    if (typeof mtimeNs !== 'string' || typeof bornNs !== 'string')
        return null;
    // A path that leads elsewhere would have other files looked at and read.
    const isInside = path.split('/').every((part) => !['', '.', '..'].includes(part));
    if (!isInside)
        return null;
    return { path, inode, bornNs, size, mode, mtimeNs };
}


/***/ }),

/***/ 2463:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ leaseId),
/* harmony export */   Lm: () => (/* binding */ runnerPrefix),
/* harmony export */   Pk: () => (/* binding */ isRunId),
/* harmony export */   T1: () => (/* binding */ leaseIdOfSlot),
/* harmony export */   UG: () => (/* binding */ slotPath),
/* harmony export */   _X: () => (/* binding */ isOfOtherBoot),
/* harmony export */   cl: () => (/* binding */ isLeaseId),
/* harmony export */   en: () => (/* binding */ isRepositoryName),
/* harmony export */   k: () => (/* binding */ isAttempt),
/* harmony export */   qN: () => (/* binding */ prKey),
/* harmony export */   sc: () => (/* binding */ sha256),
/* harmony export */   tv: () => (/* binding */ workflowName),
/* harmony export */   u8: () => (/* binding */ isOwner),
/* harmony export */   wS: () => (/* binding */ isSlotPath),
/* harmony export */   xl: () => (/* binding */ SLOT_DEPTH)
/* harmony export */ });
/* unused harmony exports slug, jobComponent, bootPrefix, runDirectory */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);

/** A path component that is used as it stands: no leading dot or dash, 64 characters at most. */
const SAFE_COMPONENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** GitHub's owner and repository names: a repository may begin with a dot, an owner may not. */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
const RUN_ID = /^[0-9]{1,20}$/;
const ATTEMPT = /^[1-9][0-9]{0,8}$/;
/** 8 hex of the runner key, 4 of the boot id, 12 of chance. */
const LEASE_ID = /^[0-9a-f]{24}$/;
const SLOT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}-[1-9][0-9]{0,8}-([0-9a-f]{24})$/;
/** How many components a slot lies below the root: owner, repository, PR key, run dir, slot. */
const SLOT_DEPTH = 5;
/** Lower-case hexadecimal SHA-256 of the UTF-8 (or raw) bytes. */
function sha256(raw) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(raw).digest('hex');
}
/**
 * A component for any text: at most 40 characters of it, then 12 hex of the SHA-256 of the whole.
 * The hash keeps `feature/a` and `feature-a` apart, which replacing characters alone would merge.
 *
 * @param identity what is to have a component of its own, where the text is not all of it
 */
function slug(raw, identity = raw) {
    const readable = raw
        .slice(0, 400)
        .normalize('NFC')
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, 40)
        .replace(/-+$/, '');
    return `${readable === '' ? 'ref' : readable}-${sha256(identity).slice(0, 12)}`;
}
/**
 * The first path component for a change: the PR number, else the ref name, else a slug of it.
 *
 * A pull request closed by merge has the base branch as its ref, so the payload's number comes first
 * (actions/runner#256). A branch whose name is only digits gets the slug: as it stands it would be
 * taken for the pull request of that number, and share its warmth.
 */
function prKey(change) {
    const isPullRequest = /^pull_request(_|$)/.test(change.eventName);
    const number = (isPullRequest ? change.pullRequestNumber : null) ??
        numberIn(/^refs\/pull\/([0-9]+)\//, change.ref) ??
        numberIn(/^refs\/heads\/gh-readonly-queue\/.+\/pr-([0-9]+)-[0-9a-f]+$/, change.ref);
    if (number !== null && isPullRequestNumber(number))
        return String(number);
    const name = change.ref.replace(/^refs\/(heads|tags)\//, '');
    const readsAsNumber = /^[0-9]+$/.test(name);
    return SAFE_COMPONENT.test(name) && !readsAsNumber ? name : slug(name);
}
function numberIn(pattern, ref) {
    const digits = pattern.exec(ref)?.[1];
    return digits === undefined ? null : Number(digits);
}
function isPullRequestNumber(number) {
    return Number.isSafeInteger(number) && number > 0;
}
/** The job id as a component: GitHub's own ids are safe; anything else becomes a slug. */
function jobComponent(job) {
    return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,39}$/.test(job) ? job : slug(job);
}
/** What a workflow is called in records and texts: any other text than a usual one becomes a slug. */
function workflowName(text) {
    return /^[A-Za-z0-9_.][A-Za-z0-9_./ -]{0,99}$|^$/.test(text) ? text : slug(text);
}
function isOwner(text) {
    return OWNER.test(text);
}
function isRepositoryName(text) {
    return REPOSITORY.test(text) && text !== '.' && text !== '..';
}
function isRunId(text) {
    return RUN_ID.test(text);
}
function isAttempt(text) {
    return ATTEMPT.test(text);
}
function isLeaseId(text) {
    return LEASE_ID.test(text);
}
/** The part of a lease id that tells whose it may be; another prefix is proof that it is not theirs. */
function runnerPrefix(runnerKey) {
    return runnerKey.slice(0, 8);
}
/** The part of a lease id that tells the boot; another prefix is proof of another boot. */
function bootPrefix(bootId) {
    return sha256(bootId).slice(0, 4);
}
/** A lease id: readable proof of its runner and boot even where its file is empty. */
function leaseId(runnerKey, bootId, chance) {
    return `${runnerPrefix(runnerKey)}${bootPrefix(bootId)}${chance.slice(0, 12)}`;
}
/** Whether an id was made in another boot than `bootId`; `false` means only that it may be this one. */
function isOfOtherBoot(id, bootId) {
    return id.slice(8, 12) !== bootPrefix(bootId);
}
/** The run dir, relative to the root. */
function runDirectory(address) {
    return `${address.owner}/${address.repository}/${address.prKey}/run-${address.runId}`;
}
/** The slot, relative to the root. */
function slotPath(address) {
    return `${runDirectory(address)}/${jobComponent(address.job)}-${address.attempt}-${address.id}`;
}
/** The lease id at the end of a slot's name, or null where the name is not a slot's. */
function leaseIdOfSlot(name) {
    return SLOT.exec(name)?.[1] ?? null;
}
/** Whether a relative path has the exact shape of a slot's; nothing else is ever renamed. */
function isSlotPath(relative) {
    const [owner, repository, key, run, slot, ...rest] = relative.split('/');
    if (owner === undefined || repository === undefined || key === undefined)
        return false;
    if (run === undefined || slot === undefined || rest.length > 0)
        return false;
    return (isOwner(owner) &&
        isRepositoryName(repository) &&
        SAFE_COMPONENT.test(key) &&
        run.startsWith('run-') &&
        isRunId(run.slice(4)) &&
        leaseIdOfSlot(slot) !== null);
}


/***/ }),

/***/ 8804:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $L: () => (/* binding */ isRelieved),
/* harmony export */   Nk: () => (/* binding */ usedPercent),
/* harmony export */   QZ: () => (/* binding */ worst),
/* harmony export */   XA: () => (/* binding */ reliefFor),
/* harmony export */   ZZ: () => (/* binding */ goalOf),
/* harmony export */   eh: () => (/* binding */ room),
/* harmony export */   kN: () => (/* binding */ gigabytes),
/* harmony export */   no: () => (/* binding */ assess),
/* harmony export */   oz: () => (/* binding */ plausible),
/* harmony export */   v0: () => (/* binding */ missedFloors),
/* harmony export */   vj: () => (/* binding */ amount)
/* harmony export */ });
const GB = 1e9;
const DEFAULT_FLOOR_BYTES = 3 * GB;
const DEFAULT_SHARE = 0.1;
/** Near a floor: within this many times of it. */
const LOW = 1.5;
/**
 * Numbers that make sense, or null: a total of 0 and more available than there is come from file
 * systems that do not know, and are no reason to delete anything.
 */
function plausible(raw) {
    const { available, blocks, blockSize, freeFiles, files } = raw;
    const sane = [available, blocks, blockSize, freeFiles, files].every((each) => Number.isFinite(each) && each >= 0);
    if (!sane || blocks === 0 || blockSize === 0 || available > blocks)
        return null;
    const hasInodes = files > 0 && freeFiles <= files;
    return {
        freeBytes: available * blockSize,
        totalBytes: blocks * blockSize,
        freeInodes: hasInodes ? freeFiles : null,
        totalInodes: hasInodes ? files : null,
    };
}
/** Judges one file system: critical below any floor, low within 1.5 times of one. */
function assess(reading, floors) {
    const [broken] = missedFloors(reading, floors);
    if (broken !== undefined)
        return { reading, level: 'critical', why: inWords(broken, 'below') };
    const near = floorsOf(reading, floors).find((each) => each.free < LOW * each.floor);
    if (near !== undefined)
        return { reading, level: 'low', why: inWords(near, 'near') };
    return { reading, level: 'ok', why: '' };
}
/** The floors that a file system is below. */
function missedFloors(reading, floors) {
    return floorsOf(reading, floors).filter(({ free, floor }) => free < floor);
}
/** What a pass goes on for until it is reached, in words. */
function goalOf(reading, floors, { low }) {
    const missed = missedFloors(reading, floors).map(({ what, floor }) => `${amount(what, floor)} free`);
    const goals = usedPercent(reading) < low ? missed : [...missed, `below ${low} %`];
    return goals.join(' and ');
}
function floorsOf(reading, floors) {
    const { freeBytes, totalBytes, freeInodes, totalInodes, holdsRoot } = reading;
    const small = Math.min(DEFAULT_FLOOR_BYTES, DEFAULT_SHARE * totalBytes);
    // A floor that was set for the root’s disk may be more than a small /tmp has in all.
    const wanted = floors.minFreeBytes ?? small;
    const bytes = holdsRoot ? wanted : Math.min(wanted, DEFAULT_SHARE * totalBytes);
    const checks = [
        { what: 'bytes', free: freeBytes, floor: bytes, setting: 'min-free-gb' },
        {
            what: 'bytes',
            free: freeBytes,
            floor: (totalBytes * floors.minFreePercent) / 100,
            setting: 'min-free-percent',
        },
    ];
    if (freeInodes === null || totalInodes === null)
        return checks;
    const floor = (totalInodes * floors.minFreeInodesPercent) / 100;
    return [
        ...checks,
        { what: 'inodes', free: freeInodes, floor, setting: 'min-free-inodes-percent' },
    ];
}
function inWords({ what, free, floor, setting }, where) {
    return `${amount(what, free)} free, ${where} the floor of ${amount(what, floor)} (${setting})`;
}
/** Bytes as GB, or a number of inodes. */
function amount(what, value) {
    return what === 'inodes' ? `${Math.round(value)} inodes` : gigabytes(value);
}
/** Bytes as GB (10⁹), with as many digits as a small disk needs. */
function gigabytes(bytes) {
    const value = bytes / GB;
    return `${value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toFixed(3)} GB`;
}
const ORDER = ['ok', 'low', 'critical'];
/** The worst level of all. */
function worst(assessments) {
    const ranks = assessments.map((each) => ORDER.indexOf(each.level));
    return ORDER[Math.max(0, ...ranks)] ?? 'ok';
}
/** Bytes that may be written before the disk is at its high watermark or near a floor; never below 0. */
function room(reading, floors, { high }) {
    const near = floorsOf(reading, floors)
        .filter((each) => each.what === 'bytes')
        .map((each) => LOW * each.floor);
    const full = (reading.totalBytes * (100 - high)) / 100;
    return Math.max(0, reading.freeBytes - Math.max(full, ...near));
}
/** Percent used, of bytes or of inodes, whichever is more. */
function usedPercent(reading) {
    const { freeBytes, totalBytes, freeInodes, totalInodes } = reading;
    const bytes = 100 * (1 - freeBytes / totalBytes);
    if (freeInodes === null || totalInodes === null)
        return bytes;
    return Math.max(bytes, 100 * (1 - freeInodes / totalInodes));
}
/** Whether the root's disk needs relief; no other disk can be helped by a pass. */
function reliefFor(assessments, watermarks) {
    const root = assessments.find((each) => each.reading.holdsRoot);
    if (root === undefined)
        return 'none';
    if (root.level === 'critical')
        return 'emergency';
    return usedPercent(root.reading) >= watermarks.high ? 'watermark' : 'none';
}
/** Whether a pass under pressure may stop: below the low watermark, and not critical. */
function isRelieved(root, watermarks) {
    return root.level !== 'critical' && usedPercent(root.reading) < watermarks.low;
}


/***/ }),

/***/ 9060:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   RL: () => (/* binding */ ageHours),
/* harmony export */   Xi: () => (/* binding */ candidates),
/* harmony export */   hJ: () => (/* binding */ planPass)
/* harmony export */ });
/* harmony import */ var _evidence_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(8442);

/**
 * The leases that may go, oldest first, before anybody has looked into their slots: those of dead
 * owners, and ended ones past their retention or beyond the number kept for a job and PR.
 */
function candidates(leases, retention, now) {
    const found = [];
    const groups = new Map();
    for (const lease of [...leases].toSorted((a, b) => byAge(b, a, now))) {
        const reason = reasonToGo(lease, retention, now, groups);
        if (reason !== null)
            found.push({ lease, reason });
    }
    return found.toReversed();
}
function reasonToGo(lease, retention, now, groups) {
    const { record, owner, slot } = lease;
    if (owner.kind !== 'dead')
        return null;
    const reason = owner.reasons.join('; ');
    if (slot === 'missing' || record.state === 'live')
        return reason;
    if (record.isKept)
        return null;
    const result = record.end?.result ?? 'unknown';
    // Only a good build is worth inheriting; what a failed one left is disk that others need.
    const isWarm = result === 'failure' && record.end?.isWarm === true;
    if (!isWarm && ['failure', 'cancelled'].includes(result))
        return reason;
    const age = ageHours(record, now);
    if (retention.retentionHours === 0)
        return `${reason}; ended slots are not kept (retention 0 h)`;
    if (age > retention.retentionHours) {
        return `${reason} ${hours(age)} ago, over its retention of ${retention.retentionHours} h`;
    }
    const group = keepGroup(record);
    const before = groups.get(group) ?? 0;
    groups.set(group, before + 1);
    if (before < retention.keepPerPr)
        return null;
    return `${reason}; of this job and PR ${retention.keepPerPr} newer ended slot(s) are kept`;
}
/**
 * Hours since a lease ended: by the time since boot within one boot, which nobody can set; across
 * boots by the wall clock. A time in the future means a clock was wrong, and counts as expired.
 */
function ageHours(record, now) {
    const end = record.end;
    if (end === null)
        return Number.POSITIVE_INFINITY;
    const seconds = end.bootId === now.bootId ? now.uptimeS - end.uptimeS : (now.wallMs - end.wallMs) / 1000;
    return seconds < 0 ? Number.POSITIVE_INFINITY : seconds / 3600;
}
function hours(age) {
    if (age === Number.POSITIVE_INFINITY)
        return 'at an unknown time';
    return age < 10 ? `${age.toFixed(1)} h` : `${Math.round(age)} h`;
}
/** What no workflow is known of is a group of its own: rather one more is kept than one too few. */
function keepGroup({ lease, id }) {
    if (lease === null)
        return id;
    const { repository, prKey, workflow, job, leg } = lease;
    return [repository, prKey, workflow, job, leg].join('\n');
}
/** Orders leases from the oldest to the newest. */
function byAge(a, b, now) {
    const older = ageHours(b.record, now) - ageHours(a.record, now);
    if (!Number.isNaN(older) && older !== 0)
        return older;
    return a.record.id < b.record.id ? -1 : 1;
}
/**
 * The plan of a pass: one action for each lease, foreign directory and left-over file.
 *
 * @param occupancies who lives in each candidate's slot, by lease id
 */
function planPass(view, chosen, occupancies) {
    const ids = new Set(chosen.map((each) => each.lease.record.id));
    return [
        ...view.leftovers.map(discard),
        ...view.orphanedLinks.map(unlink),
        ...chosen.map((each) => decide(each, occupancies.get(each.lease.record.id))),
        ...view.leases.filter((each) => !ids.has(each.record.id)).map(keep),
        ...view.foreign.map(judgeForeign(occupancies)),
    ];
}
function discard(file) {
    return { kind: 'discard', file, reason: 'its writer was ended before it was finished' };
}
function unlink({ path, heir }) {
    return { kind: 'unlink', path, heir, reason: 'it led to a slot that is gone' };
}
function decide({ lease, reason }, occupancy) {
    const { record, slot, mounts } = lease;
    const { id } = record;
    if (slot === 'missing' || record.slot === null) {
        return { kind: 'forget', id, slot: record.slot, reason: `${reason}; its slot is not there` };
    }
    if (slot === 'diverted') {
        return kept(record, `${reason}, but a link or a file stands on the way to it`, 'blocked');
    }
    if (mounts.length > 0) {
        const where = mounts.join(', ');
        return kept(record, `${reason}, but something is mounted in it: ${where}`, 'blocked');
    }
    const verdict = (0,_evidence_js__WEBPACK_IMPORTED_MODULE_0__/* .judge */ .S)(lease.owner, occupancy ?? NOT_LOOKED_INTO);
    switch (verdict.kind) {
        case 'alive':
            return kept(record, `${reason}, but it is in use: ${living(occupancy)}`, 'blocked');
        case 'unknown':
            return kept(record, verdict.reasons.join('; '), 'blocked');
        case 'dead':
            return { kind: 'retire', id, slot: record.slot, reason, state: record.state };
        default:
            return verdict.kind;
    }
}
const NOT_LOOKED_INTO = { inhabitants: [], unknown: ['nobody looked into its slot'] };
function living(occupancy) {
    return (occupancy?.inhabitants ?? []).map((each) => each.what).join('; ');
}
function kept(record, reason, state) {
    return { kind: 'keep', id: record.id, slot: record.slot, reason, state };
}
function keep({ record, owner }) {
    const reason = owner.reasons.join('; ');
    switch (owner.kind) {
        case 'alive':
            return kept(record, reason, 'live');
        case 'unknown':
            return kept(record, reason, 'unknown');
        case 'dead':
            return kept(record, `${reason}; ${record.isKept ? KEPT : 'kept to be inherited'}`, 'retained');
        default:
            return owner.kind;
    }
}
/** How somebody says that they do not want it any more. */
const KEPT = 'kept by --keep until “target-guard run --end --lease” names it';
function judgeForeign(occupancies) {
    return ({ path, why, adopted }) => {
        if (!adopted)
            return { kind: 'foreign', path, reason: why };
        const occupancy = occupancies.get(path) ?? NOT_LOOKED_INTO;
        const found = [...occupancy.inhabitants.map((each) => each.what), ...occupancy.unknown];
        return found.length === 0
            ? { kind: 'adopt', path, reason: `${why}; adopted by an administrator` }
            : { kind: 'foreign', path, reason: `${why}; not adopted, it is in use: ${found.join('; ')}` };
    };
}


/***/ }),

/***/ 1275:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ compilingVariables),
/* harmony export */   Z: () => (/* binding */ remoteKeys)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7598);

/** Counts up when older archives can no longer be used. */
const FORMAT = 1;
/** Names of variables that Cargo or rustc take into what they hash. */
const COMPILING = /^(RUSTFLAGS|RUSTDOCFLAGS|CARGO_ENCODED_RUSTFLAGS|CARGO_INCREMENTAL|CARGO_BUILD_.*|CARGO_PROFILE_.*|CARGO_TARGET_.+_(RUSTFLAGS|LINKER)|RUSTC|RUSTC_.*|RUSTUP_TOOLCHAIN|CC|CXX|CFLAGS|CXXFLAGS)$/;
/** Of an environment, the variables for `RemoteFacts`. */
function compilingVariables(environment) {
    const found = Object.entries(environment).filter((entry) => COMPILING.test(entry[0]) && entry[1] !== undefined);
    return Object.fromEntries(found);
}
/**
 * Keys for the cache service, which knows the repository and branch by itself.
 *
 * An entry of the service is never replaced, so that each commit has a key of its own; the service
 * gives the newest entry that begins with a restore key; of a job of the same id in another workflow last
 * of all, as with snapshots. At most 512 characters, no commas.
 */
function remoteKeys(facts) {
    const host = `${word(facts.platform)}-${word(facts.architecture)}`;
    const { image, workflow, job, leg, rustc } = facts;
    const kind = digest([image, job, leg, rustc, ...pairs(facts.variables)]);
    const place = `target-guard-${FORMAT}-${host}-${word(job)}-${kind}-`;
    const own = `${place}${digest([workflow])}-`;
    const locked = `${own}${facts.lockfile === null ? 'unlocked' : digest([facts.lockfile])}-`;
    return { key: `${locked}${digest([facts.commit])}`, restoreKeys: [locked, own, place] };
}
function pairs(variables) {
    return Object.entries(variables)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name}=${value}`);
}
/** A digest that tells lists apart, and not only what they are joined to. */
function digest(texts) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
}
/** For a person who looks through the list of caches; the digest holds the whole of it. */
function word(text) {
    return text.replaceAll(/[^A-Za-z0-9_.]+/g, '_').slice(0, 40);
}


/***/ }),

/***/ 5609:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   LH: () => (/* binding */ NOTHING_RESTORED),
/* harmony export */   Lf: () => (/* binding */ encodeRestored)
/* harmony export */ });
/* unused harmony export parseRestored */
/* harmony import */ var _build_inputs_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5353);
/* harmony import */ var _lease_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(166);


const NOTHING_RESTORED = { version: 1, former: [], files: [], doneNs: '0' };
function encodeRestored({ files, ...head }) {
    const rows = files.map((file) => {
        const { ctimeNs, inode, size } = file.stamp;
        return [(0,_build_inputs_js__WEBPACK_IMPORTED_MODULE_0__/* .rowOf */ .OB)(file), ctimeNs, inode, size];
    });
    return `${JSON.stringify({ ...head, files: rows })}\n`;
}
/** Reads what anybody may have written; null where it is damaged: then nothing counts as restored. */
function parseRestored(text) {
    const found = parseObject(text);
    if (found?.['version'] !== 1)
        return null;
    const { former, files } = found;
    // Of earlier versions: what changed since the build began is in doubt then.
    const doneNs = found['doneNs'] ?? '0';
    if (!isNanoseconds(doneNs))
        return null;
    if (!isTexts(former) || !former.every(isAbsolute))
        return null;
    if (!Array.isArray(files) || files.length > INPUTS_AT_MOST)
        return null;
    const read = files.map(parseFile);
    return read.every((file) => file !== null) ? { version: 1, former, files: read, doneNs } : null;
}
function parseFile(row) {
    if (!Array.isArray(row))
        return null;
    const [inputRow, ctimeNs, inode, size] = row;
    const input = parseInput(inputRow);
    if (input === null || !isNanoseconds(ctimeNs))
        return null;
    if (typeof inode !== 'string' || !/^[0-9]{1,20}$/.test(inode))
        return null;
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
        return null;
    return { ...input, stamp: { ctimeNs, inode, size } };
}


/***/ }),

/***/ 3885:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   OI: () => (/* binding */ encodeSizeSample),
/* harmony export */   Pt: () => (/* binding */ isAmount),
/* harmony export */   XJ: () => (/* binding */ handedDown),
/* harmony export */   td: () => (/* binding */ parseSizeSample)
/* harmony export */ });
/* unused harmony exports nextSample, pauseAfter */
/* harmony import */ var _lease_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(166);

/** What was measured, with the peaks so far. */
function nextSample(before, { bytes, files, uptimeMs }) {
    const peakBytes = Math.max(bytes, before?.peakBytes ?? 0);
    const peakFiles = Math.max(files, before?.peakFiles ?? 0);
    return { version: 1, bytes, files, peakBytes, peakFiles, uptimeMs };
}
/**
 * What the next slot is known to hold when it takes this one over: how large it was, and when that was
 * measured, are of a job that is over.
 */
function handedDown({ bytes, files }, uptimeMs) {
    return nextSample(null, { bytes, files, uptimeMs });
}
const EVERY_MS = 60_000;
/** Others' work counts as CPU time of ours where we have started it, such as an rm(1) in an emergency. */
const PAUSE_AT_MOST_MS = (/* unused pure expression or super */ null && (10 * 60_000));
/** A tree that takes long is measured less often: a 200th of one core, until that would be too rarely. */
const TIMES = 200;
/** How long after a measurement that took so much CPU time the next one is due. */
function pauseAfter(cpuMs) {
    return Math.min(PAUSE_AT_MOST_MS, Math.max(EVERY_MS, TIMES * cpuMs));
}
function encodeSizeSample(sample) {
    return `${JSON.stringify(sample)}\n`;
}
/** Reads a sample that anybody may have written; null where it is damaged. */
function parseSizeSample(text) {
    const found = (0,_lease_js__WEBPACK_IMPORTED_MODULE_0__/* .parseObject */ .lj)(text);
    if (found?.['version'] !== 1)
        return null;
    const { bytes, files, peakBytes, peakFiles, uptimeMs } = found;
    if (!isAmount(bytes) || !isAmount(files) || !isAmount(uptimeMs))
        return null;
    if (!isAmount(peakBytes) || !isAmount(peakFiles))
        return null;
    return { version: 1, bytes, files, peakBytes, peakFiles, uptimeMs };
}
/** A number of bytes, files or seconds as JSON may have it. */
function isAmount(value) {
    return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}


/***/ }),

/***/ 1759:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AF: () => (/* binding */ buildEnvironment),
/* harmony export */   C4: () => (/* binding */ isSnapshotKey),
/* harmony export */   E$: () => (/* binding */ parseSnapshot),
/* harmony export */   Lb: () => (/* binding */ snapshotsFor),
/* harmony export */   _M: () => (/* binding */ repositoryOf),
/* harmony export */   hL: () => (/* binding */ leastRecentlyUsed)
/* harmony export */ });
/* unused harmony exports snapshotName, encodeSnapshot, overBudget, mayPublish */
/* harmony import */ var _build_record_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(6557);
/* harmony import */ var _naming_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2463);
/* harmony import */ var _lease_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(166);
/* harmony import */ var _job_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(4940);
/* harmony import */ var _remote_key_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(1275);
/* harmony import */ var _unused_units_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(7791);






/** A digest of the part of the environment that decides what a target dir is good for. */
function buildEnvironment(environment) {
    const pairs = Object.entries((0,_remote_key_js__WEBPACK_IMPORTED_MODULE_3__/* .compilingVariables */ .A)(environment));
    return (0,_naming_js__WEBPACK_IMPORTED_MODULE_1__/* .sha256 */ .sc)(JSON.stringify(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)))).slice(0, 16);
}
/** The folder of a repository’s snapshots: `<owner>--<repository>`. */
function repositoryOf(job) {
    return `${job.owner}--${job.repository}`;
}
/** The name of the snapshot for a job with this toolchain and environment. */
function snapshotName(job, toolchain, environment) {
    const rest = [job.workflow, job.job, job.leg, toolchain, environment];
    return { repository: repositoryOf(job), key: sha256(JSON.stringify(rest)).slice(0, 16) };
}
function isSnapshotKey(text) {
    return /^[0-9a-f]{16}$/.test(text);
}
function encodeSnapshot(snapshot) {
    return `${JSON.stringify(snapshot)}\n`;
}
/** Reads a record that anybody may have written; null where it is damaged. */
function parseSnapshot(text) {
    const found = (0,_lease_js__WEBPACK_IMPORTED_MODULE_2__/* .parseObject */ .lj)(text);
    if (found?.['version'] !== 1)
        return null;
    const { id, job, leg, workspace, former, publishedMs } = found;
    if (typeof id !== 'string' || !(0,_naming_js__WEBPACK_IMPORTED_MODULE_1__/* .isLeaseId */ .cl)(id))
        return null;
    if (typeof job !== 'string' || typeof leg !== 'string' || typeof workspace !== 'string')
        return null;
    if (typeof publishedMs !== 'number' || !Array.isArray(former))
        return null;
    const slots = former.filter((each) => typeof each === 'string');
    if (slots.length !== former.length || !slots.every(_naming_js__WEBPACK_IMPORTED_MODULE_1__/* .isSlotPath */ .wS))
        return null;
    return {
        version: 1,
        id,
        workflow: textOr(found['workflow'], ''),
        job,
        leg,
        toolchain: textOr(found['toolchain'], null),
        environment: textOr(found['environment'], ''),
        workspace,
        ...(0,_build_record_js__WEBPACK_IMPORTED_MODULE_0__/* .realWorkspaceIn */ .N6)(found),
        runnerKey: textOr(found['runnerKey'], ''),
        former: slots,
        generation: typeof found['generation'] === 'number' ? found['generation'] : 0,
        inputs: found['inputs'] === true,
        times: textOr(found['times'], ''),
        unused: (0,_unused_units_js__WEBPACK_IMPORTED_MODULE_4__/* .parseUnused */ .k0)(found['unused']) ?? {},
        publishedMs,
        revision: textOr(found['revision'], ''),
        ...(0,_build_record_js__WEBPACK_IMPORTED_MODULE_0__/* .askedIn */ .UB)(found),
        ...(0,_build_record_js__WEBPACK_IMPORTED_MODULE_0__/* .systemIn */ .JX)(found),
    };
}
function textOr(value, otherwise) {
    return typeof value === 'string' ? value : otherwise;
}
/**
 * The snapshots that a job may be seeded from, the newest first; those of a job of the same id in another
 * workflow where its own has published none: many build pull requests in one, and the default branch in
 * another. A toolchain that is not known on either side is no obstacle: Cargo itself rebuilds what another
 * one made.
 */
function snapshotsFor(snapshots, job, toolchain, environment) {
    const fit = snapshots
        .filter((each) => each.snapshot !== null)
        .filter(({ snapshot }) => {
        const isKnown = toolchain !== null && snapshot.toolchain !== null;
        return (snapshot.job === job.job &&
            snapshot.leg === job.leg &&
            snapshot.environment === environment &&
            (!isKnown || snapshot.toolchain === toolchain));
    });
    const own = fit.filter(({ snapshot }) => (0,_job_js__WEBPACK_IMPORTED_MODULE_5__/* .mayBeOf */ .cC)(snapshot.workflow, job.workflow));
    return (own.length > 0 ? own : fit).toSorted((a, b) => b.snapshot.publishedMs - a.snapshot.publishedMs);
}
/** The least recently used first. */
function leastRecentlyUsed(snapshots) {
    return snapshots.toSorted((a, b) => a.usedMs - b.usedMs);
}
/**
 * The snapshots that have to go for the rest to keep within the budget, least recently used first;
 * one that nobody has measured counts as nothing until it is.
 */
function overBudget(snapshots, budgetBytes) {
    let total = snapshots.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
    const gone = [];
    for (const each of leastRecentlyUsed(snapshots)) {
        if (total <= budgetBytes)
            break;
        if (each.bytes === null)
            continue;
        total -= each.bytes;
        gone.push(each);
    }
    return gone;
}
/** Who may publish: a successful push to the default branch, where that is wanted. */
function mayPublish(job, result, settings) {
    return (job.trusted &&
        result === 'success' &&
        settings.snapshot === 'trusted' &&
        settings.warm !== 'off' &&
        !settings.dryRun);
}


/***/ }),

/***/ 7791:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $$: () => (/* binding */ outOfUse),
/* harmony export */   Gl: () => (/* binding */ hashesIn),
/* harmony export */   Kz: () => (/* binding */ withoutUnits),
/* harmony export */   k0: () => (/* binding */ parseUnused),
/* harmony export */   qQ: () => (/* binding */ hashOf),
/* harmony export */   vO: () => (/* binding */ isUnit)
/* harmony export */ });
/* unused harmony exports countUnused, overweight, outOfUseNow */
/**
 * Units of a target dir that builds no longer use: a chain of jobs that hand one target dir down would
 * gather the artefacts of every dependency that there ever was.
 */
/** A unit that so many builds in a row did not use goes. */
const UNUSED_AT_MOST = 2;
/**
 * Counts on after a build.
 *
 * @param all the units that are there now
 */
function countUnused(before, all, used) {
    // A job that built nothing says nothing about what is needed.
    if (used.size === 0)
        return before;
    const without = all.filter((unit) => !used.has(unit));
    return Object.fromEntries(without.map((unit) => [unit, (before[unit] ?? 0) + 1]));
}
/** The units that go. */
function outOfUse(unused) {
    return Object.entries(unused).flatMap(([unit, count]) => (count >= UNUSED_AT_MOST ? [unit] : []));
}
/** What the last build did not use may weigh so much of what it used. */
const IDLE_SHARE = 0.5;
/** A build that used less than this of all was one of a part: it says little about the rest. */
const USED_AT_LEAST = 0.25;
/**
 * The units that go at once, so that the units of a target dir never weigh more than half as much again
 * as those that its last build used. Those unused for longest go first, and of these the heaviest.
 *
 * @param bytes what each unit weighs
 */
function overweight(unused, bytes) {
    const weigh = (unit) => bytes.get(unit) ?? 0;
    const total = [...bytes.values()].reduce((sum, each) => sum + each, 0);
    const idle = Object.keys(unused).reduce((sum, unit) => sum + weigh(unit), 0);
    if (total - idle < total * USED_AT_LEAST || total === idle)
        return [];
    let excess = idle - (total - idle) * IDLE_SHARE;
    const order = Object.entries(unused)
        .toSorted(([one, first], [two, second]) => second - first || weigh(two) - weigh(one))
        .map(([unit]) => unit);
    return order.filter((unit) => {
        if (excess <= 0 || weigh(unit) === 0)
            return false;
        excess -= weigh(unit);
        return true;
    });
}
/** How units are counted that are to go whatever the last build used. */
function outOfUseNow(units) {
    return Object.fromEntries(units.map((unit) => [unit, UNUSED_AT_MOST]));
}
/** What is counted of the others. */
function withoutUnits(unused, gone) {
    const those = new Set(gone);
    return Object.fromEntries(Object.entries(unused).filter(([unit]) => !those.has(unit)));
}
const UNITS_AT_MOST = 100_000;
/** Reads counts that anybody may have written; null where they are damaged. */
function parseUnused(found) {
    if (typeof found !== 'object' || found === null || Array.isArray(found))
        return null;
    const entries = Object.entries(found);
    const isSane = entries.every(([unit, count]) => isUnit(unit) && typeof count === 'number' && Number.isInteger(count));
    return isSane && entries.length <= UNITS_AT_MOST
        ? Object.fromEntries(entries.map(([unit, count]) => [unit, Number(count)]))
        : null;
}
/** `debug/serde-0123456789abcdef`, also below a triple. */
function isUnit(path) {
    const parts = path.split('/');
    const isPlain = parts.every((part) => !['', '.', '..'].includes(part));
    return parts.length >= 2 && parts.length <= 6 && isPlain && hashOf(path) !== null;
}
const HASH = /-([0-9a-f]{16})$/;
/** The hash by which Cargo tells a unit from others of its package. */
function hashOf(unit) {
    return HASH.exec(unit)?.[1] ?? null;
}
/** The hashes of units in the name of a file that lies beside others: it belongs to one of these. */
function hashesIn(file) {
    return [...file.matchAll(/-([0-9a-f]{16})(?=\.|$)/g)].flatMap((found) => found[1] ?? []);
}


/***/ }),

/***/ 8565:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ describeBlocked),
/* harmony export */   H8: () => (/* binding */ passLines),
/* harmony export */   u7: () => (/* binding */ describeAction)
/* harmony export */ });
/** One line for one action of a plan: the same words in explain, dry runs, logs and summaries. */
function describeAction(action) {
    switch (action.kind) {
        case 'retire':
            return `retire${action.asFarAsNeeded === true ? ', as far as needed,' : ''} ${action.slot}: ${action.reason}`;
        case 'forget':
            return `forget lease ${action.id}: ${action.reason}`;
        case 'discard':
            return `discard ${action.file}: ${action.reason}`;
        case 'unlink':
            return `unlink ${action.path}: ${action.reason}`;
        case 'keep':
            return `keep (${action.state}) ${action.slot ?? `lease ${action.id}`}: ${action.reason}`;
        case 'adopt':
            return `retire ${action.path}: ${action.reason}`;
        case 'foreign':
            return `leave ${action.path}: ${action.reason}`;
        default:
            return action;
    }
}
/**
 * What a job says of a pass: what it changes, and what it cannot; the rest is a number, since there is
 * more of it with every pull request.
 */
function passLines(actions, { would, published } = { would: false, published: [] }) {
    const told = actions
        .filter((action) => isTold(action, published))
        .map((action) => `${would ? 'would ' : ''}${describeAction(action)}`);
    const many = actions.filter((each) => each.kind === 'keep' && each.state === 'retained').length;
    if (many === 0)
        return told;
    return [...told, `${many} ended slot${many === 1 ? ' is' : 's are'} kept to be inherited`];
}
function isTold(action, published) {
    switch (action.kind) {
        case 'keep':
            return action.state === 'blocked' || action.state === 'unknown';
        case 'forget':
            // Its slot is not lost.
            return !published.includes(action.id);
        case 'foreign':
            return false;
        case 'retire':
        case 'discard':
        case 'unlink':
        case 'adopt':
            return true;
        default:
            return action;
    }
}
/** How an entry of the trash is called: by its former slot where that is known. */
function describeBlocked(entry) {
    const where = `.target-guard/trash/${entry.id}`;
    return entry.slot === null ? where : `${where} (formerly ${entry.slot})`;
}


/***/ }),

/***/ 2334:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   CW: () => (/* binding */ parseHeartbeat),
/* harmony export */   NG: () => (/* binding */ maintenanceWarnings),
/* harmony export */   Vm: () => (/* binding */ encodeHeartbeat)
/* harmony export */ });
/* harmony import */ var _plan_lease_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(166);

/** Reads a heartbeat; null where there is none that can be understood. */
function parseHeartbeat(text) {
    if (text === null)
        return null;
    const found = (0,_plan_lease_js__WEBPACK_IMPORTED_MODULE_0__/* .parseObject */ .lj)(text);
    if (found === null || !isTime(found['completedAt']))
        return null;
    const list = (name) => (Array.isArray(found[name]) ? found[name] : []);
    return {
        version: 1,
        completedAt: found['completedAt'],
        sweptAt: isTime(found['sweptAt']) ? found['sweptAt'] : 0,
        scope: found['scope'] === 'host' ? 'host' : 'own',
        by: textOf(found['by']),
        seconds: typeof found['seconds'] === 'number' ? found['seconds'] : 0,
        retired: list('retired').filter((each) => typeof each === 'string'),
        kept: list('kept')
            .filter(_plan_lease_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4)
            .map((each) => ({
            path: textOf(each['path']),
            state: textOf(each['state']),
            reason: textOf(each['reason']),
        })),
        blocked: list('blocked')
            .filter(_plan_lease_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4)
            .map((each) => ({
            id: textOf(each['id']),
            path: textOf(each['path']),
            reason: textOf(each['reason']),
            since: typeof each['since'] === 'number' ? each['since'] : 0,
        })),
        foreign: list('foreign')
            .filter(_plan_lease_js__WEBPACK_IMPORTED_MODULE_0__/* .isRecord */ .u4)
            .map((each) => ({
            path: textOf(each['path']),
            reason: textOf(each['reason']),
        })),
        reclaimedBytes: typeof found['reclaimedBytes'] === 'number' ? found['reclaimedBytes'] : 0,
        lock: null,
        errors: list('errors').filter((each) => typeof each === 'string'),
    };
}
/** Whether it is a moment that a Date can hold (ECMA-262, 21.4.1.1). */
function isTime(value) {
    return typeof value === 'number' && Math.abs(value) <= 8.64e15;
}
function textOf(value) {
    return typeof value === 'string' ? value : '';
}
function encodeHeartbeat(heartbeat) {
    return `${JSON.stringify(heartbeat)}\n`;
}
const OVERDUE_MS = 48 * 3_600_000;
const BLOCKED_MS = 24 * 3_600_000;
/**
 * What every job must be told of the host's maintenance, in words; empty when all is well.
 *
 * @param foundedAt when the root was made, milliseconds since the epoch
 */
function maintenanceWarnings(heartbeat, foundedAt, wallMs) {
    const warnings = [];
    const since = heartbeat?.completedAt ?? foundedAt;
    if (wallMs - since > OVERDUE_MS) {
        warnings.push(`No pass has been completed on this host for ${inHours(wallMs - since)} h. ` +
            'Run “target-guard sweep” there, have “target-guard install-timer” run it from now on, and ' +
            'ask “target-guard doctor” why.');
    }
    const sweptAt = Math.max(heartbeat?.sweptAt ?? 0, foundedAt);
    if (warnings.length === 0 && wallMs - sweptAt > OVERDUE_MS) {
        warnings.push('No sweep has gone over this host for 48 h: its timer is absent or does not run. ' +
            'Install it with “target-guard install-timer”.');
    }
    for (const each of heartbeat?.blocked ?? []) {
        if (wallMs - each.since <= BLOCKED_MS)
            continue;
        warnings.push(`${each.path} has been blocked for ${inHours(wallMs - each.since)} h: ${each.reason}`);
    }
    return warnings;
}
function inHours(milliseconds) {
    return Math.round(milliseconds / 3_600_000);
}


/***/ }),

/***/ 4282:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ej: () => (/* binding */ size)
/* harmony export */ });
/* unused harmony exports explainText, sweepText, reapText, jobText, doctorText, hooksText, timerText */


function explainText(actions) {
    const lines = actions.length === 0 ? ['nothing there'] : actions.map(describeAction);
    return `${lines.map(printable).join('\n')}\n`;
}
/** What a sweep did, or would do, a line each; what could not be done is told as that. */
function sweepText({ actions, failures }, reaped, dryRun) {
    const said = actions.map((action) => {
        const failure = failures.find((each) => each.action === action);
        if (failure !== undefined)
            return `not done: ${describeAction(action)} (${failure.why})`;
        return `${dryRun ? 'would ' : ''}${describeAction(action)}`;
    });
    const lines = said.length === 0 ? ['nothing to do: no lease, no slot'] : said;
    return `${lines.map(printable).join('\n')}\n${reaped === null ? '' : reapText(reaped)}`;
}
function reapText({ deleted, busy, quarantined, reclaimedBytes, untold, }) {
    const lines = [
        `${deleted.length} entr${deleted.length === 1 ? 'y' : 'ies'} deleted from the trash, ${size(reclaimedBytes)} more free`,
        ...busy.map(({ id, why }) => `left for the next reaper: ${id}: ${why}`),
        ...quarantined.flatMap(({ id, why, command }) => [
            `in quarantine: ${id}: ${why}`,
            `  to remove it: ${command}`,
        ]),
        ...untold.map((why) => `not told in the history: ${why}`),
    ];
    return `${lines.map(printable).join('\n')}\n`;
}
/** A job as people tell it from others of its repository. */
function jobText({ workflow, job, leg }) {
    return `${workflow === '' ? '' : `${workflow} `}${job}${leg === '' ? '' : ` (leg ${leg})`}`;
}
/** Bytes for people: GB as 10⁹, like the inputs. */
function size(bytes) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let value = bytes;
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit += 1;
    }
    return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
function doctorText(findings) {
    const width = Math.max(...findings.map((each) => each.check.length));
    const lines = findings.map(({ check, level, text, mend }) => {
        const line = `${level.padEnd(4)}  ${check.padEnd(width)}  ${printable(text)}`;
        return mend === '' ? line : `${line}\n${' '.repeat(width + 8)}→ ${printable(mend)}`;
    });
    return `${lines.join('\n')}\n`;
}
function hooksText(installed) {
    const lines = installed.map(({ event, done, script, previous }) => {
        const before = previous === null
            ? ''
            : done === 'removed'
                ? `, ${previous} is back`
                : `, goes on to ${previous}`;
        return `${done}: ${event} hook ${script}${before}`;
    });
    const changed = installed.some(({ done }) => done === 'installed' || done === 'removed');
    if (changed)
        lines.push('Restart these runners: they read .env when they start.');
    return `${lines.join('\n')}\n`;
}
function timerText(lines) {
    return `${lines.join('\n')}\n`;
}


/***/ }),

/***/ 5944:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Dk: () => (/* binding */ TAG),
/* harmony export */   fk: () => (/* binding */ printableLines),
/* harmony export */   g$: () => (/* binding */ printable)
/* harmony export */ });
/* unused harmony export terminal */
/** Every line of ours in a log begins with it. */
const TAG = '[target-guard]';
/**
 * Text of others (paths, command names) on one line without control characters: a planted newline
 * could otherwise begin a workflow command.
 */
function printable(text) {
    return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD');
}
/** Our own line breaks stay, those of others do not survive `printable`. */
function printableLines(text) {
    return text.split('\n').map(printable).join('\n');
}
/** Speaks on a terminal, on standard error: standard output is for what a command prints. */
function terminal({ err }) {
    const say = (prefix) => (text) => err(`${TAG} ${prefix}${printable(text)}\n`);
    const [error, warning] = [say('error: '), say('warning: ')];
    return {
        info: say(''),
        notice: say(''),
        warning: (text, title) => warning(titled(text, title)),
        error: (text, title) => error(titled(text, title)),
    };
}
function titled(text, title) {
    return title === undefined ? text : `${title}: ${text}`;
}


/***/ }),

/***/ 6551:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Bb: () => (/* binding */ apply),
/* harmony export */   gR: () => (/* binding */ changesAnything),
/* harmony export */   n6: () => (/* binding */ finishAdoptions),
/* harmony export */   yo: () => (/* binding */ finishInPlace)
/* harmony export */ });
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(29);
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2463);
/* harmony import */ var _host_deletion_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(658);
/* harmony import */ var _host_former_paths_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(4512);
/* harmony import */ var _host_kept_slots_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(9848);
/* harmony import */ var _host_kernel_lock_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(3977);
/* harmony import */ var _host_lease_companions_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(1238);
/* harmony import */ var _host_leases_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(7847);
/* harmony import */ var _host_leftovers_js__WEBPACK_IMPORTED_MODULE_8__ = __nccwpck_require__(1758);
/* harmony import */ var _host_privilege_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(3457);
/* harmony import */ var _host_root_js__WEBPACK_IMPORTED_MODULE_10__ = __nccwpck_require__(2063);
/* harmony import */ var _host_slots_js__WEBPACK_IMPORTED_MODULE_11__ = __nccwpck_require__(5647);
/* harmony import */ var _host_trash_js__WEBPACK_IMPORTED_MODULE_12__ = __nccwpck_require__(5920);













/** Whether there is anything in a plan that changes the root. */
function changesAnything(actions) {
    return actions.some((action) => action.kind !== 'keep' && action.kind !== 'foreign');
}
/**
 * Carries out a plan: renames and single files only, so it takes milliseconds.
 *
 * Each step leaves the root in order if the process ends after it: the slot goes first, then the
 * empty directories above it, the lease last, so that a later pass finds by the lease what is left.
 */
function apply(root, actions, ways) {
    const applied = { retired: [], failures: [] };
    for (const action of actions) {
        try {
            const slot = carryOut(root, action, ways);
            if (slot !== null)
                applied.retired.push(slot);
        }
        catch (error) {
            applied.failures.push({ action, why: (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error), code: (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .errnoOf */ .UQ)(error) });
        }
    }
    return applied;
}
/** Errors of a rename into the trash after which the slot can still be deleted where it is. */
const NO_RENAME = new Set(['ENOSPC', 'EDQUOT', 'EXDEV', 'EBUSY']);
/**
 * Deletes where they are the slots whose rename into the trash found no room, which a full disk can
 * do; not under the host lock, since it takes as long as the trees are large.
 *
 * Killed half-way it is begun again by the next pass: the lease stays until the slot is gone.
 */
async function finishInPlace(root, applied) {
    const finished = { retired: [...applied.retired], failures: [] };
    for (const failure of applied.failures) {
        const { action, code } = failure;
        if (action.kind !== 'retire' || !NO_RENAME.has(code)) {
            finished.failures.push(failure);
            continue;
        }
        try {
            const deletion = await deleteUndisturbed(root, action);
            if (deletion === null) {
                dropRemains(root, action.id);
                continue;
            }
            if (deletion.kind === 'deleted') {
                removeFormerPaths(root, action.id, action.slot);
                (0,_host_slots_js__WEBPACK_IMPORTED_MODULE_11__/* .removeEmptyParents */ .jE)(root, action.slot);
                (0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .dropLease */ .Oj)(root, action.id, false);
                finished.retired.push(action.slot);
            }
            else
                finished.failures.push({ ...failure, why: `${failure.why}; ${deletion.why}` });
        }
        catch (error) {
            finished.failures.push({ ...failure, why: `${failure.why}; ${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}` });
        }
    }
    return finished;
}
/**
 * Deletes the slot of a lease where it lies, and has nobody inherit, clone or publish it meanwhile, who
 * would hold the lease. Where it comes to nothing half-way, nobody does so afterwards, either.
 *
 * @returns null where somebody else was faster
 */
async function deleteUndisturbed(root, { id, slot, state }) {
    const work = async () => {
        // Its lock may be that of a file which was there a moment ago.
        if ((0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .findLease */ .G0)(root, id) === null)
            return null;
        (0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .spoilEnd */ .Dg)(root, id);
        return (0,_host_deletion_js__WEBPACK_IMPORTED_MODULE_2__/* .deleteInPlace */ .aU)(root, slot);
    };
    if ((0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .findLease */ .G0)(root, id)?.state !== state)
        return null;
    if (state === 'live' && !giveUpLive(root, id))
        return null;
    try {
        const locked = await (0,_host_kernel_lock_js__WEBPACK_IMPORTED_MODULE_5__/* .whileFileLocked */ .iJ)((0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .endedLeasePath */ .MJ)(root, id), 'exclusive', work);
        if ('value' in locked)
            return locked.value;
        // Where none can be taken at all, who inherits looks again.
        return locked.refused === _host_kernel_lock_js__WEBPACK_IMPORTED_MODULE_5__/* .HELD */ ._r ? { kind: 'busy', why: _host_kernel_lock_js__WEBPACK_IMPORTED_MODULE_5__/* .HELD */ ._r } : await work();
    }
    catch (error) {
        if ((0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .findLease */ .G0)(root, id) === null)
            return null;
        throw error;
    }
}
/** What lay beside a lease that is gone: this pass, too, may have failed in the midst of it. */
function dropRemains(root, id) {
    if ((0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .findLease */ .G0)(root, id) === null)
        (0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .dropLease */ .Oj)(root, id, false);
}
/** Ends a lease for a job that is gone, and nobody keeps its slot; false where it has ended by itself. */
function giveUpLive(root, id) {
    (0,_host_kept_slots_js__WEBPACK_IMPORTED_MODULE_4__/* .giveUpSlot */ .Tt)(root, id);
    return (0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .markEnded */ .oz)(root, id);
}
/** @returns the slot that was retired, null where none was */
function carryOut(root, action, ways) {
    switch (action.kind) {
        case 'retire': {
            // Ended or retired by somebody else meanwhile: then the plan was made for something else.
            if ((0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .findLease */ .G0)(root, action.id)?.state !== action.state)
                return null;
            // Who was faster needs what lies beside the lease, and drops it; after a kill the next pass does.
            if (!retire(root, action.slot, action.id, ways))
                return null;
            removeFormerPaths(root, action.id, action.slot);
            (0,_host_slots_js__WEBPACK_IMPORTED_MODULE_11__/* .removeEmptyParents */ .jE)(root, action.slot);
            (0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .dropLease */ .Oj)(root, action.id, true);
            return action.slot;
        }
        case 'adopt': {
            const id = (0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_1__/* .leaseIdOfSlot */ .T1)(nameOf(action.path)) ?? '';
            tryToNoteAdopted(root, id, action.path);
            const moved = retire(root, action.path, id, ways);
            (0,_host_slots_js__WEBPACK_IMPORTED_MODULE_11__/* .removeEmptyParents */ .jE)(root, action.path);
            (0,_host_trash_js__WEBPACK_IMPORTED_MODULE_12__/* .forgetAdopted */ .TK)(root, id);
            return moved ? action.path : null;
        }
        case 'forget':
            if (action.slot !== null && (0,_host_slots_js__WEBPACK_IMPORTED_MODULE_11__/* .findSlot */ .q3)(root, action.slot) === 'present')
                return null;
            if (action.slot !== null) {
                removeFormerPaths(root, action.id, action.slot);
                (0,_host_slots_js__WEBPACK_IMPORTED_MODULE_11__/* .removeEmptyParents */ .jE)(root, action.slot);
            }
            (0,_host_leases_js__WEBPACK_IMPORTED_MODULE_7__/* .dropLease */ .Oj)(root, action.id, false);
            return null;
        case 'discard':
            (0,_host_leftovers_js__WEBPACK_IMPORTED_MODULE_8__/* .discardLeftover */ .G)(root, action.file);
            return null;
        case 'unlink':
            (0,_host_former_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .removeFormerPath */ .TQ)(root, action.path, action.heir);
            return null;
        case 'keep':
        case 'foreign':
            return null;
        default:
            return action;
    }
}
/** Where there is no room for a note, the slot goes all the same. */
function tryToNoteAdopted(root, id, slot) {
    try {
        (0,_host_trash_js__WEBPACK_IMPORTED_MODULE_12__/* .noteAdopted */ .Om)(root, id, slot);
    }
    catch {
        return;
    }
}
/** Removes the directories above slots that a pass adopted which was killed then. */
function finishAdoptions(root) {
    for (const { id, slot } of (0,_host_trash_js__WEBPACK_IMPORTED_MODULE_12__/* .listAdopted */ .Mz)(root)) {
        if (slot !== null && (0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_1__/* .isSlotPath */ .wS)(slot)) {
            // Another pass may be about to take it.
            if ((0,_host_slots_js__WEBPACK_IMPORTED_MODULE_11__/* .findSlot */ .q3)(root, slot) === 'present')
                continue;
            (0,_host_slots_js__WEBPACK_IMPORTED_MODULE_11__/* .removeEmptyParents */ .jE)(root, slot);
        }
        (0,_host_trash_js__WEBPACK_IMPORTED_MODULE_12__/* .forgetAdopted */ .TK)(root, id);
    }
}
/** The paths of the slots that were handed down to this one lead nowhere from now on. */
function removeFormerPaths(root, id, slot) {
    for (const former of (0,_host_lease_companions_js__WEBPACK_IMPORTED_MODULE_6__/* .readSeedRecord */ .VY)(root, id).former)
        (0,_host_former_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .removeFormerPath */ .TQ)(root, former, slot);
}
function nameOf(path) {
    return path.slice(path.lastIndexOf('/') + 1);
}
/** Moves a slot to the trash; another user's directory may need help even for that. */
function retire(root, slot, id, ways) {
    try {
        return (0,_host_trash_js__WEBPACK_IMPORTED_MODULE_12__/* .moveToTrash */ .F0)(root, slot, id);
    }
    catch (error) {
        if (!['EACCES', 'EPERM'].includes((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .errnoOf */ .UQ)(error)) || ways.length === 0)
            throw error;
        const helped = (0,_host_privilege_js__WEBPACK_IMPORTED_MODULE_9__/* .withHelp */ .il)(ways, (helper) => 
        // As a directory, by the slash: no link that an heir has left there meanwhile.
        helper.move(`${root.path}/${slot}/`, (0,_host_root_js__WEBPACK_IMPORTED_MODULE_10__/* .controlName */ .Fu)(root, 'trash', id), root.path));
        if (helped.ok)
            return true;
        if ((0,_host_slots_js__WEBPACK_IMPORTED_MODULE_11__/* .findSlot */ .q3)(root, slot) === 'missing' || (0,_host_former_paths_js__WEBPACK_IMPORTED_MODULE_3__/* .isHandedDown */ .Vo)(root, slot))
            return false;
        throw new Error(`${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}; ${helped.why}`, { cause: error });
    }
}


/***/ }),

/***/ 4089:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ ENDINGS),
/* harmony export */   W: () => (/* binding */ heartbeatOf)
/* harmony export */ });
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(2463);
/* harmony import */ var _host_history_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(3007);
/* harmony import */ var _host_leases_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(7847);
/* harmony import */ var _host_heartbeat_file_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2121);
/* harmony import */ var _host_trash_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(5920);
/* harmony import */ var _report_actions_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(8565);
/* harmony import */ var _report_heartbeat_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(2334);







/** The heartbeat of a pass; of what lies outside its scope it carries on what was known before. */
function heartbeatOf(pass, facts) {
    const { root, self, scope, by } = pass;
    const { view, actions, applied, lock, reaped, seconds } = facts;
    const before = (0,_report_heartbeat_js__WEBPACK_IMPORTED_MODULE_5__/* .parseHeartbeat */ .CW)((0,_host_heartbeat_file_js__WEBPACK_IMPORTED_MODULE_3__/* .readHeartbeatText */ .I9)(root));
    const prefix = scope === 'own' ? (0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_0__/* .runnerPrefix */ .Lm)(self.runnerKey ?? '') : '';
    const untold = pass.dryRun ? [] : untoldEndings(root, view.moment.wallMs);
    const now = [...blockedLeases(pass, facts), ...stuckInTrash(root), ...untold];
    const seen = new Set(now.map((each) => each.id));
    const carried = (before?.blocked ?? []).filter(({ id, path }) => !id.startsWith(prefix) && !seen.has(id) && !path.startsWith('.target-guard/'));
    return {
        version: 1,
        completedAt: view.moment.wallMs,
        sweptAt: scope === 'host' ? view.moment.wallMs : (before?.sweptAt ?? 0),
        scope,
        by,
        seconds: Number(seconds.toFixed(3)),
        retired: applied.retired,
        kept: actions.flatMap((action) => action.kind === 'keep'
            ? [{ path: action.slot ?? action.id, state: action.state, reason: action.reason }]
            : []),
        blocked: [...now, ...carried],
        foreign: scope === 'host'
            ? view.foreign.map(({ path, why }) => ({ path, reason: why }))
            : (before?.foreign ?? []),
        reclaimedBytes: reaped?.reclaimedBytes ?? 0,
        lock,
        errors: [
            ...applied.failures.map(({ action, why }) => `${(0,_report_actions_js__WEBPACK_IMPORTED_MODULE_6__/* .describeAction */ .u7)(action)}: ${why}`),
            ...(reaped?.untold ?? []).map((why) => `${UNTOLD}: ${why}`),
        ],
    };
}
const UNTOLD = 'jobs that ended are not told in the history';
/** Where they lie, as a heartbeat names what is blocked. */
const ENDINGS = '.target-guard/ending';
/** A reaper tells of a job within minutes: what lies there for an hour fails again and again. */
const UNTOLD_MS = 3_600_000;
/** Whoever runs the reaper of a job, nobody reads what it says. */
function untoldEndings(root, wallMs) {
    const since = (0,_host_history_js__WEBPACK_IMPORTED_MODULE_1__/* .oldestEndingMs */ .bx)(root);
    if (since === null || wallMs - since < UNTOLD_MS)
        return [];
    const reason = `${UNTOLD}, so forecasts do not learn from them: “target-guard reap” says why`;
    return [{ id: 'history', path: ENDINGS, reason, since }];
}
/** Slots that should go and do not: something is in the way, or taking them out of service failed. */
function blockedLeases({ root, dryRun }, { view, actions, applied }) {
    const blocked = (id, path, reason) => {
        const since = (0,_host_leases_js__WEBPACK_IMPORTED_MODULE_2__/* .blockedSince */ .Bv)(root, id, view.moment.wallMs, !dryRun);
        return { id, path, reason, since };
    };
    const inTheWay = actions.flatMap((action) => action.kind === 'keep' && action.state === 'blocked'
        ? [blocked(action.id, action.slot ?? action.id, action.reason)]
        : []);
    const failed = applied.failures.flatMap(({ action, why }) => action.kind === 'retire' ? [blocked(action.id, action.slot, why)] : []);
    return [...inTheWay, ...failed];
}
function stuckInTrash(root) {
    return (0,_host_trash_js__WEBPACK_IMPORTED_MODULE_4__/* .listTrash */ .hQ)(root).flatMap((entry) => {
        if (entry.quarantine === null)
            return [];
        const { reason, since } = entry.quarantine;
        return [{ id: entry.id, path: (0,_report_actions_js__WEBPACK_IMPORTED_MODULE_6__/* .describeBlocked */ .G)(entry), reason, since }];
    });
}


/***/ }),

/***/ 2910:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  i: () => (/* binding */ main)
});

// EXTERNAL MODULE: ./lib/github/inputs.js + 6 modules
var inputs = __nccwpck_require__(739);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/plan/lease.js + 1 modules
var plan_lease = __nccwpck_require__(166);
// EXTERNAL MODULE: ./lib/plan/naming.js
var naming = __nccwpck_require__(2463);
// EXTERNAL MODULE: ./lib/plan/input.js
var input = __nccwpck_require__(2543);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
;// CONCATENATED MODULE: ./lib/github/payload.js


/** A payload is at most 25 MB at GitHub; more was not written by the runner. */
const PAYLOAD_AT_MOST = 32 * 1024 * 1024;
/**
 * The payload of the event, or an empty one: the ref alone then decides.
 *
 * A job may have put anything at its path: no link is followed, no FIFO is waited for, and no more is
 * read than the file has when it is opened.
 */
function readPayload(path) {
    if (path === '')
        return {};
    try {
        const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = external_node_fs_.constants;
        const file = (0,external_node_fs_.openSync)(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
        try {
            return (0,plan_lease/* parseObject */.lj)(readWhole(file)) ?? {};
        }
        finally {
            (0,external_node_fs_.closeSync)(file);
        }
    }
    catch {
        // No payload is a defined case: for merged and forked pull requests the runner may have none.
        return {};
    }
}
function readWhole(file) {
    const stat = (0,external_node_fs_.fstatSync)(file);
    if (!stat.isFile() || stat.size > PAYLOAD_AT_MOST)
        return '';
    const buffer = Buffer.alloc(stat.size);
    return buffer.toString('utf8', 0, (0,external_node_fs_.readSync)(file, buffer, 0, stat.size, null));
}

;// CONCATENATED MODULE: ./lib/github/job.js





/**
 * The job that this process works for, from the runner's variables and the event's payload.
 *
 * Both may be anybody's words: what becomes part of a path is checked, never cleaned up.
 *
 * @param leg the matrix as JSON, '' or `null` without one
 * @throws GuardError where a variable is missing or has another form
 */
function readJob(environment, leg) {
    const read = (name) => environment[name] ?? '';
    const [owner = '', repository = '', ...rest] = read('GITHUB_REPOSITORY').split('/');
    if (!(0,naming/* isOwner */.u8)(owner) || !(0,naming/* isRepositoryName */.en)(repository) || rest.length > 0) {
        throw unfit('GITHUB_REPOSITORY', read('GITHUB_REPOSITORY'), 'owner/name');
    }
    const runId = read('GITHUB_RUN_ID');
    if (!(0,naming/* isRunId */.Pk)(runId))
        throw unfit('GITHUB_RUN_ID', runId, 'a number of at most 20 digits');
    const attempt = read('GITHUB_RUN_ATTEMPT') === '' ? '1' : read('GITHUB_RUN_ATTEMPT');
    if (!(0,naming/* isAttempt */.k)(attempt))
        throw unfit('GITHUB_RUN_ATTEMPT', attempt, 'a number from 1');
    const payload = readPayload(read('GITHUB_EVENT_PATH'));
    const ref = read('GITHUB_REF');
    const eventName = read('GITHUB_EVENT_NAME');
    return {
        owner,
        repository,
        prKey: (0,naming/* prKey */.qN)({
            eventName,
            ref: foreignRef(eventName, payload) ?? ref,
            pullRequestNumber: pullRequestNumber(payload),
        }),
        runId,
        attempt: Number(attempt),
        workflow: workflowOf(`${owner}/${repository}`, environment),
        job: read('GITHUB_JOB') === '' ? 'job' : read('GITHUB_JOB'),
        leg: ['', 'null', '{}'].includes(leg.trim()) ? '' : (0,naming/* sha256 */.sc)(leg).slice(0, 12),
        event: eventName,
        trusted: eventName === 'push' && ref === `refs/heads/${defaultBranch(payload) ?? ''}`,
    };
}
/**
 * The workflow that the run is of, told by its file: two may have the same name, and jobs of the same id.
 * For a job of a reusable workflow that is the one which calls it. One that an organization requires lies
 * in another repository, which then stays part of it.
 */
function workflowOf(repository, environment) {
    const { GITHUB_WORKFLOW_REF: reference = '', GITHUB_WORKFLOW: name = '' } = environment;
    const path = reference.replace(/@(refs\/.*|[^@/]*)$/s, '');
    const own = `${repository}/.github/workflows/`;
    const file = path.startsWith(own) ? path.slice(own.length) : path;
    return (0,naming/* workflowName */.tv)(file === '' ? name : file);
}
function unfit(name, value, allowed) {
    return new guard_error/* GuardError */.U$(`${name} is ${(0,input/* quote */.hD)(value)}.`, `It must be ${allowed}; the runner sets it in every job.`, { usage: true });
}
function pullRequestNumber(payload) {
    const { pull_request: pullRequest, number } = payload;
    const found = (0,plan_lease/* isRecord */.u4)(pullRequest) ? pullRequest['number'] : number;
    return typeof found === 'number' ? found : null;
}
/**
 * What stands for the ref of an event that runs on the default branch for somebody’s pull request; null
 * where its own ref tells all. It is never that of the pull request itself: such a job has the secrets of
 * the repository, and must not run what a stranger’s job has built.
 */
function foreignRef(eventName, { issue, workflow_run: run }) {
    if ((0,plan_lease/* isRecord */.u4)(issue) && (0,plan_lease/* isRecord */.u4)(issue['pull_request'])) {
        return `${eventName} for ${JSON.stringify(issue['number'] ?? null)}`;
    }
    if (!(0,plan_lease/* isRecord */.u4)(run) || !String(run['event']).startsWith('pull_request'))
        return null;
    const { head_repository: repository, head_branch: branch } = run;
    const name = (0,plan_lease/* isRecord */.u4)(repository) ? repository['full_name'] : null;
    return `${eventName} for ${JSON.stringify([name ?? null, branch ?? null])}`;
}
function defaultBranch(payload) {
    const { repository } = payload;
    const branch = (0,plan_lease/* isRecord */.u4)(repository) ? repository['default_branch'] : null;
    return typeof branch === 'string' && branch !== '' ? branch : null;
}

// EXTERNAL MODULE: ./lib/github/workflow-commands.js
var workflow_commands = __nccwpck_require__(7217);
;// CONCATENATED MODULE: ./lib/github/state.js



const NAME = 'guard';
const ACTIONS_AT_MOST = 100;
function saveState(environment, state) {
    const prepared = state.prepared === null
        ? null
        : { ...state.prepared, actions: state.prepared.actions.slice(0, ACTIONS_AT_MOST) };
    (0,workflow_commands/* handOver */.Cl)(environment, 'GITHUB_STATE', NAME, JSON.stringify({ ...state, prepared }));
}
/** The state; null where pre never got as far as a lease. */
function readState(environment) {
    const found = (0,plan_lease/* parseObject */.lj)(environment[`STATE_${NAME}`] ?? '');
    if (found === null)
        return null;
    const { root, lease, prepared } = found;
    if (typeof root !== 'string')
        return null;
    if (lease !== null && (typeof lease !== 'string' || !(0,naming/* isLeaseId */.cl)(lease)))
        return null;
    return { root, lease, prepared: (0,plan_lease/* isRecord */.u4)(prepared) ? readPrepared(prepared) : null };
}
function readPrepared(found) {
    const { slot, retired, reclaimedBytes, diskStatus, freeBytes, actions } = found;
    return {
        slot: (0,plan_lease/* isRecord */.u4)(slot) ? readSlot(slot) : null,
        retired: Number(retired ?? 0),
        reclaimedBytes: Number(reclaimedBytes ?? 0),
        diskStatus: typeof diskStatus === 'string' ? diskStatus : 'ok',
        freeBytes: typeof freeBytes === 'number' ? freeBytes : null,
        actions: Array.isArray(actions) ? actions.filter((each) => typeof each === 'string') : [],
    };
}
function readSlot(slot) {
    const { targetDirectory, runDirectory, takenOver } = slot;
    if (typeof targetDirectory !== 'string' || typeof runDirectory !== 'string')
        return null;
    return { targetDirectory, runDirectory, takenOver: takenOver === true };
}

;// CONCATENATED MODULE: ./lib/report/ages.js
/** How old something is, in words. */
function describeAge(hours) {
    if (hours === null)
        return 'of unknown age';
    if (hours < 1)
        return `${Math.round(hours * 60)} min old`;
    return hours < 10 ? `${hours.toFixed(1)} h old` : `${Math.round(hours)} h old`;
}
/** Seconds, in words. */
function ages_duration(seconds) {
    return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

;// CONCATENATED MODULE: ./lib/report/saved.js

/** What a seed saved, for people. */
function describeSaved(seed, { seconds, coldSeconds }) {
    const saved = coldSeconds - seconds;
    const worth = saved > 0 ? `${duration(saved)} saved` : 'nothing saved';
    return `${worth} by the seed (${seed}): this job took ${duration(seconds)}, the last cold one ${duration(coldSeconds)}`;
}
/** The same of an earlier job, before this one can tell; '' where there is nothing to tell. */
function describeLastSaved(savedSeconds) {
    return savedSeconds === null || savedSeconds <= 0
        ? ''
        : `; the last seed of this job saved ${ages_duration(savedSeconds)} against a cold build`;
}

// EXTERNAL MODULE: ./lib/report/texts.js
var texts = __nccwpck_require__(4282);
// EXTERNAL MODULE: ./lib/report/voice.js
var voice = __nccwpck_require__(5944);
;// CONCATENATED MODULE: ./lib/report/summary.js


const LINES_AT_MOST = 30;
/** The job summary, as Markdown. */
function jobSummary(facts) {
    const { freeBytes, diskStatus, reclaimedBytes } = facts;
    const free = freeBytes === null ? 'free space not known' : `${(0,texts/* size */.Ej)(freeBytes)} free`;
    const rows = [
        ...slotRows(facts),
        ...(facts.seed === '' ? [] : [['Seed', code(facts.seed)]]),
        ['Disk', `${diskStatus}, ${free}`],
        ['Stale slots retired', String(facts.retired)],
        ...(reclaimedBytes === 0 ? [] : [['Freed by this job', (0,texts/* size */.Ej)(reclaimedBytes)]]),
    ];
    const table = rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n');
    return `### target-guard\n\n| | |\n| --- | --- |\n${table}\n${details(facts)}\n`;
}
/** What is known at the end of the job alone, as Markdown. */
function savedSummary(saved) {
    return `target-guard: ${code(saved)}\n`;
}
function slotRows({ slot, lease }) {
    if (slot === null)
        return [['Target directory', 'none: the disk is critical, skip the build']];
    const origin = slot.takenOver ? 'taken over from the runner’s hook' : 'made by this step';
    return [
        ['Target directory', code(slot.targetDirectory)],
        ['Run directory', code(slot.runDirectory)],
        ['Lease', `${code(lease ?? '')}, ${origin}`],
    ];
}
function details({ actions, dryRun }) {
    if (actions.length === 0)
        return '';
    const shown = actions.slice(0, LINES_AT_MOST).map((line) => `- ${code(line)}`);
    const more = actions.length - shown.length;
    if (more > 0)
        shown.push(`- and ${more} more`);
    const title = dryRun ? 'What a pass would do (dry run)' : 'What the pass did and why';
    return `\n<details><summary>${title}</summary>\n\n${shown.join('\n')}\n\n</details>\n`;
}
/** Text of others as inert Markdown: one line, in a code span that it cannot close. */
function code(text) {
    return `\`${(0,voice/* printable */.g$)(text)
        .replaceAll('`', 'ʼ')
        .replaceAll('|', String.raw `\|`)}\``;
}

// EXTERNAL MODULE: ./lib/plan/job.js
var plan_job = __nccwpck_require__(4940);
;// CONCATENATED MODULE: ./lib/plan/forecast.js

function forecastKey(job) {
    const { owner, repository, workflow, leg } = job;
    return { repository: `${owner}/${repository}`, workflow, job: job.job, leg };
}
/** Which jobs a line is compared with: those of this repository, workflow, job and matrix leg. */
function forecast_isOfJob(key) {
    return (line) => line.repository === key.repository &&
        (0,plan_job/* mayBeOf */.cC)(line.workflow, key.workflow) &&
        line.job === key.job &&
        line.leg === key.leg;
}
/** So many of the last jobs tell. */
const LAST = 20;
const PERCENTILE = 0.95;
/**
 * The 95th percentile of the peaks of this job's last 20, else of those of all its legs (a hook is not
 * told which one it is), else of its repository's, else of the host's, else none. A cancelled job did not
 * get as large as it would have, and tells nothing.
 *
 * @param lines oldest first
 */
function forecast(key, lines, setBytes) {
    if (setBytes !== null)
        return { bytes: setBytes, from: 'setting' };
    const ofRepository = lines.filter((line) => line.repository === key.repository);
    const ofLegs = ofRepository.filter((line) => forecast_isOfJob({ ...key, leg: line.leg })(line));
    const sources = [
        ['job', ofLegs.filter(forecast_isOfJob(key))],
        ['job', ofLegs],
        ['repository', ofRepository],
        ['host', lines],
    ];
    for (const [from, some] of sources) {
        const bytes = peakOf(some);
        if (bytes !== null)
            return { bytes, from };
    }
    return null;
}
/** The 95th percentile of the last 20 peaks, null without any. */
function peakOf(lines) {
    const peaks = lines.flatMap(({ result, peakBytes }) => result === 'cancelled' || peakBytes === null ? [] : [peakBytes]);
    return percentile(peaks.slice(-LAST));
}
/** Nearest rank. */
function percentile(values) {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.ceil(PERCENTILE * sorted.length) - 1] ?? null;
}
/** The middle of how long jobs took, in seconds; null where nobody knows. */
function usualSeconds(lines) {
    const known = lines.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])).slice(-LAST);
    return known.toSorted((a, b) => a - b)[known.length >> 1] ?? null;
}

;// CONCATENATED MODULE: ./lib/plan/saved.js

/**
 * Compares a job that was seeded, and succeeded, with the last cold one before it that did, of the same
 * repository, workflow, job, matrix leg and toolchain.
 *
 * @param lines oldest first
 * @returns null where there is nothing to compare
 */
function savedBy(line, lines) {
    const { id, seed, result, seconds, toolchain } = line;
    if (seed === 'cold' || result !== 'success' || seconds === null || toolchain === null)
        return null;
    const cold = lines.findLast((each) => each.id !== id &&
        each.seed === 'cold' &&
        each.result === 'success' &&
        each.seconds !== null &&
        each.toolchain === toolchain &&
        isOfJob(line)(each));
    return cold === undefined || cold.seconds === null ? null : { seconds, coldSeconds: cold.seconds };
}
/**
 * What the seed of the last such job saved, in seconds; null where that is not known.
 *
 * @param lines oldest first
 */
function lastSavedSeconds(key, lines) {
    return (lines.filter(forecast_isOfJob(key)).findLast((each) => each.savedSeconds !== null)?.savedSeconds ?? null);
}

;// CONCATENATED MODULE: ./lib/plan/cap.js

/** GitHub runs no more jobs of one matrix: the answer where nothing is known yet. */
const MATRIX_AT_MOST = 256;
/** The cap for the host, each repository and each job; of several jobs the largest peak counts. */
function capOf(lines, room) {
    const byJob = grouped(lines, ({ repository, workflow, job, leg }) => JSON.stringify([repository, workflow, job, leg]));
    const jobs = [...byJob.values()].flatMap((some) => {
        const [first] = some;
        if (first === undefined)
            return [];
        const { repository, workflow, job, leg } = first;
        return [{ repository, workflow, job, leg, ...capLine(peakOf(some), room) }];
    });
    const repositories = [...grouped(jobs, (each) => each.repository)].map(([repository, some]) => Object.assign(capLine(largest(some), room), { repository }));
    return { ...room, host: capLine(largest(jobs), room), repositories, jobs };
}
function grouped(values, keyOf) {
    const groups = new Map();
    for (const value of values) {
        const key = keyOf(value);
        groups.set(key, [...(groups.get(key) ?? []), value]);
    }
    return groups;
}
function largest(some) {
    const peaks = some.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]));
    return peaks.length === 0 ? null : Math.max(...peaks);
}
function capLine(peakBytes, { freeBytes, evictableBytes, reserveBytes }) {
    if (peakBytes === null || peakBytes === 0)
        return { peakBytes, maxParallel: null };
    const roomBytes = freeBytes + evictableBytes - reserveBytes;
    return { peakBytes, maxParallel: Math.max(0, Math.floor(roomBytes / peakBytes)) };
}
/** `strategy.max-parallel` for a repository: never 0, which GitHub refuses. */
function maxParallelOf(cap, repository) {
    const own = cap.repositories.find((each) => each.repository === repository) ?? cap.host;
    return Math.min(MATRIX_AT_MOST, Math.max(1, own.maxParallel ?? MATRIX_AT_MOST));
}

// EXTERNAL MODULE: ./lib/host/root.js + 2 modules
var host_root = __nccwpck_require__(2063);
// EXTERNAL MODULE: ./lib/plan/admission-setting.js
var admission_setting = __nccwpck_require__(8235);
// EXTERNAL MODULE: ./lib/host/disk.js
var disk = __nccwpck_require__(657);
// EXTERNAL MODULE: ./lib/host/history.js + 1 modules
var host_history = __nccwpck_require__(3007);
// EXTERNAL MODULE: ./lib/host/leases.js
var leases = __nccwpck_require__(7847);
// EXTERNAL MODULE: ./lib/host/size-samples.js
var size_samples = __nccwpck_require__(4015);
// EXTERNAL MODULE: ./lib/host/snapshots.js
var host_snapshots = __nccwpck_require__(9747);
;// CONCATENATED MODULE: ./lib/steps/cap.js







/**
 * How many jobs at once there is room for, in what is free and what goes for them; null where the disk
 * cannot be read.
 */
async function cap(root, settings) {
    const [reading] = (await (0,disk/* probeDisks */.N6)(root.path, [])).readings;
    if (reading === undefined)
        return null;
    const { freeBytes, totalBytes } = reading;
    const reserveBytes = (0,admission_setting/* reserveOf */.g)(settings.admission.reserveBytes, totalBytes);
    const history = (0,host_history/* readHistory */.Lu)(root);
    // What trees share by reflink is in the size of each: there cannot be more than is used.
    const known = settings.dryRun ? 0 : evictableBytes(root, history);
    const room = { freeBytes, evictableBytes: Math.min(known, totalBytes - freeBytes), reserveBytes };
    return capOf(history, room);
}
/** As the history, or the last sample, has them; what nobody has measured counts as nothing. */
function evictableBytes(root, history) {
    const told = new Map(history.map(({ id, bytes }) => [id, bytes]));
    const ended = (0,leases/* readEndedLeases */.W6)(root).filter(({ isKept }) => !isKept);
    const slots = ended.map(({ id }) => told.get(id) ?? (0,size_samples/* readSizeSample */.U_)(root, id)?.bytes ?? 0);
    const snapshots = (0,host_snapshots/* listSnapshots */.Cb)(root).map(({ bytes }) => bytes ?? 0);
    return [...slots, ...snapshots].reduce((sum, bytes) => sum + bytes, 0);
}

;// CONCATENATED MODULE: ./lib/plan/outer-leases.js

/** Set for what is started within a job or a run: the ids of all leases that wait for it, between blanks. */
const OUTER = 'TARGET_GUARD_OUTER';
/** A run tells its own lease, and a hook that of its job. */
const NAMING_ONE = ['TARGET_GUARD_RUN', 'TARGET_GUARD_LEASE'];
/** Of a deeper chain the innermost count. */
const AT_MOST = 64;
/** The leases that end only after what is started here: nobody must wait for their claims. */
function outerLeases(environment) {
    const chain = (environment[OUTER] ?? '').split(' ');
    const ids = [...chain, ...NAMING_ONE.map((name) => environment[name] ?? '')];
    return [...new Set(ids.filter(naming/* isLeaseId */.cl))].slice(-AT_MOST);
}
/** The same for what is started within one more lease, as `OUTER` has it. */
function withOuterLease(environment, id) {
    return [...new Set([...outerLeases(environment), id])].join(' ');
}

// EXTERNAL MODULE: ./lib/report/actions.js
var report_actions = __nccwpck_require__(8565);
// EXTERNAL MODULE: ./lib/host/privilege.js
var privilege = __nccwpck_require__(3457);
// EXTERNAL MODULE: ./lib/host/keeper-lock.js
var keeper_lock = __nccwpck_require__(1168);
// EXTERNAL MODULE: ./lib/host/keeper.js + 2 modules
var keeper = __nccwpck_require__(8811);
// EXTERNAL MODULE: ./lib/host/background.js
var background = __nccwpck_require__(6160);
;// CONCATENATED MODULE: ./lib/host/reaper.js

const GB = 1e9;
/** Starts the reaper, and does not wait for it. */
function startReaper(root, script, settings) {
    const helper = ['--privileged-helper', settings.privilegedHelper];
    helper.push('--snapshot-max-gb', String(settings.snapshotMaxBytes / GB));
    if (settings.helperImage !== null)
        helper.push('--helper-image', settings.helperImage);
    (0,background/* startInBackground */.k5)(script, ['reap', '--root', root.path, ...helper]);
}

// EXTERNAL MODULE: ./lib/host/reserve.js
var reserve = __nccwpck_require__(858);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __nccwpck_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(6760);
// EXTERNAL MODULE: ./lib/host/boot.js
var boot = __nccwpck_require__(6368);
// EXTERNAL MODULE: ./lib/host/destination.js
var destination = __nccwpck_require__(8582);
// EXTERNAL MODULE: ./lib/host/mounts.js
var host_mounts = __nccwpck_require__(7154);
// EXTERNAL MODULE: ./lib/host/processes.js
var processes = __nccwpck_require__(9415);
;// CONCATENATED MODULE: ./lib/host/runner.js









/** Who this process works for; read from its environment, /proc and its mounts. */
function observeOwner(environment) {
    const name = environment['RUNNER_NAME'] ?? '';
    const { worker, isGithubs } = (0,processes/* findWorker */.KS)();
    return {
        runner: { name: name === '' ? (0,external_node_os_.hostname)() : name, key: runnerKey(environment, name) },
        bootId: (0,boot/* readBootId */.wV)(),
        pidNamespace: (0,boot/* readPidNamespace */.Ze)(),
        worker,
        container: readContainerId(),
        singleJob: isGithubs || workFolder(environment) === JOB_CONTAINER_WORK_FOLDER,
    };
}
/**
 * Who a command outside workflows works for: the local runs of this user, which are as one runner
 * that has many jobs at a time.
 *
 * @param worker the process that lives exactly as long as the lease shall
 */
function observeLocal(worker) {
    const user = process.geteuid?.() ?? 0;
    return {
        // No place of a work folder begins like this.
        runner: { name: `local:${user}`, key: sha256(`local runs of user ${user}`) },
        bootId: readBootId(),
        pidNamespace: readPidNamespace(),
        worker,
        // The container that somebody works in outlives what is done there, and proves nothing.
        container: null,
        singleJob: false,
    };
}
/** Where GitHub's runner mounts its work folder in every job container. */
const JOB_CONTAINER_WORK_FOLDER = '/__w';
/**
 * Which runner of this host it is: from its work folder and its name.
 *
 * The work folder counts by its place in its file system, so a step in a job container, where it is
 * called `/__w`, gets the same key as the runner's hook outside. A name alone would not do: two
 * runners of two organisations may share one.
 */
function runnerKey(environment, name) {
    return (0,naming/* sha256 */.sc)(`${placeOf(workFolder(environment))}\n${name}`);
}
/** `_work`: the parent of RUNNER_WORKSPACE and of RUNNER_TEMP. */
function workFolder(environment) {
    const inside = [
        environment['RUNNER_WORKSPACE'],
        environment['RUNNER_TEMP'],
        environment['GITHUB_WORKSPACE'],
    ].find((path) => path?.startsWith('/') === true);
    return inside === undefined ? null : (0,external_node_path_.dirname)(inside);
}
function placeOf(folder) {
    if (folder === null)
        return `user ${process.geteuid?.() ?? 0}`;
    try {
        // Not by realpath, which would hang with the mount that a work folder may lie on.
        const mounts = (0,host_mounts/* readMounts */.bq)();
        const place = (0,host_mounts/* locate */.x5)((0,destination/* follow */.e)(folder, mounts).path, mounts);
        if (place === null)
            return folder;
        const { source, device } = place.mount;
        // A name such as `overlay` or `tmpfs` stands for many; the device number tells them apart.
        return `${source.startsWith('/') ? source : device}:${place.path}`;
    }
    catch (error) {
        // It may not be looked at: its path is the best name for it.
        return `${folder} (${(0,guard_error/* messageOf */.bD)(error)})`;
    }
}
/** What the engine mounts into every container from that container's own folder. */
const OF_CONTAINER = new Set(['/etc/hostname', '/etc/hosts', '/etc/resolv.conf']);
/**
 * The id of the container this process runs in, as docker writes it into its mounts; other mounts
 * may name other containers, since on the host those with a shareable IPC namespace have one there.
 */
function readContainerId() {
    const own = (0,host_mounts/* readMounts */.bq)().filter(({ point }) => OF_CONTAINER.has(point));
    const ids = own.map(({ root }) => /\/([0-9a-f]{64})\//.exec(root)?.[1]);
    const id = ids.find((each) => each !== undefined);
    if (id !== undefined)
        return id;
    return (0,external_node_fs_.existsSync)('/.dockerenv') ? (0,external_node_os_.hostname)() : null;
}

// EXTERNAL MODULE: ./lib/host/trash.js
var trash = __nccwpck_require__(5920);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __nccwpck_require__(1421);
;// CONCATENATED MODULE: ./lib/host/users.js



/**
 * Who a slot shall belong to.
 *
 * By default that is the runner's user: this process's own, or, where this process is root, the one
 * who owns the root directory. A step that runs as root in a job container so makes slots that
 * the runner outside can take out of service again.
 */
function resolveOwner(setting, root) {
    const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
    if (setting === null)
        return own.uid === 0 ? { uid: root.uid, gid: root.gid } : own;
    return resolveSetting(setting);
}
/**
 * Turns names into numbers by getent(1), which asks whatever directory service the host has.
 *
 * @throws GuardError where there is no such user or group
 */
function resolveSetting(setting) {
    const user = isNumber(setting.user) ? null : lookUp('passwd', setting.user);
    const uid = user === null ? Number(setting.user) : user.id;
    if (setting.group !== null) {
        const gid = isNumber(setting.group) ? Number(setting.group) : lookUp('group', setting.group).id;
        return { uid, gid };
    }
    // Without a group: the user's own, as chown(1) does with `user:`; an unknown uid's is its number.
    return { uid, gid: (user ?? find('passwd', setting.user))?.group ?? uid };
}
function isNumber(text) {
    return /^[0-9]+$/.test(text);
}
function lookUp(database, name) {
    const entry = find(database, name);
    if (entry !== null)
        return entry;
    throw new guard_error/* GuardError */.U$(`The input owner names ${database === 'passwd' ? 'the user' : 'the group'} ${(0,input/* quote */.hD)(name)}, which this host does not know.`, 'Use a name from its user database, or numbers such as 1000:1000.', { usage: true });
}
function find(database, name) {
    const { stdout, status } = (0,external_node_child_process_.spawnSync)('getent', [database, '--', name], { encoding: 'utf8' });
    if (status !== 0)
        return null;
    const [, , id, group] = stdout.trim().split(':');
    return id === undefined ? null : { id: Number(id), group: Number(group) };
}

// EXTERNAL MODULE: ./lib/host/heartbeat-file.js
var heartbeat_file = __nccwpck_require__(2121);
// EXTERNAL MODULE: ./lib/report/heartbeat.js
var report_heartbeat = __nccwpck_require__(2334);
;// CONCATENATED MODULE: ./lib/report/misplaced.js
/** What is wrong with each, and what to do about it. */
function describeMisplaced({ path, misplaced, }) {
    return misplaced.map(({ name, why }) => ({
        text: `${path}/.target-guard/${name} is left alone: ${why}.`,
        mend: 'Remove what lies there; the next job or sweep makes the directory anew.',
    }));
}
/** The same as warnings. */
function misplacedWarnings(root) {
    return describeMisplaced(root).map(({ text, mend }) => `${text} ${mend}`);
}

// EXTERNAL MODULE: external "node:perf_hooks"
var external_node_perf_hooks_ = __nccwpck_require__(643);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __nccwpck_require__(8500);
;// CONCATENATED MODULE: ./lib/plan/admission.js
/** A waiter lets so many smaller jobs past, and then nobody. */
const PASSES_AT_MOST = 8;
/** What a lease may still grow, never below 0. */
function growth({ forecastBytes, sampledBytes }) {
    return forecastBytes === null ? 0 : Math.max(0, forecastBytes - sampledBytes);
}
/**
 * Whether a lease still claims what it was forecast. For claims alone: nothing is deleted by it.
 *
 * @param keeper `left`: one has noted itself, and its lock is free now; `unknown` says nothing
 * @param isInhabited whether somebody was found in its slot; asked where `isDoubtful`
 */
function mayGrow(owner, keeper, isInhabited) {
    // A killed “run” leaves a command that builds on, and holds the lock.
    if (keeper === 'held')
        return true;
    if (isDoubtful(owner, keeper))
        return isInhabited;
    return owner === 'alive' || owner === 'unknown';
}
/**
 * Whether only a look into its slot tells. A job whose container was killed may look unknown for ever, and
 * what it wrote is on the disk already; but it may also be its keeper alone that was killed.
 */
function isDoubtful(owner, keeper) {
    return owner === 'unknown' && keeper === 'left';
}
/** Free bytes that nobody has a claim to; below 0 where more is claimed than there is. */
function available({ freeBytes, reserveBytes, holders, }) {
    return freeBytes - reserveBytes - holders.reduce((sum, holder) => sum + growth(holder), 0);
}
/** Whether a disk is too small for a job even when it is empty: to wait would be in vain. */
function neverFits(forecastBytes, { totalBytes, reserveBytes }) {
    return forecastBytes > totalBytes - reserveBytes;
}
/**
 * Whether a job may start: first come, first served; but while none of those before it has room, a
 * smaller one may go past each of them a bounded number of times. Not while something is being deleted:
 * room that comes bit by bit would all go to the smallest.
 */
function decide(standing) {
    const { forecastBytes, ahead, isFreeing } = standing;
    if (forecastBytes === null)
        return { kind: 'start', passing: [] };
    const availableBytes = available(standing);
    if (forecastBytes > availableBytes)
        return { kind: 'wait', why: 'room', availableBytes };
    const mayPass = ahead.every((waiter) => waiter.forecastBytes > availableBytes && waiter.passed < PASSES_AT_MOST && !isFreeing);
    return mayPass ? { kind: 'start', passing: ahead } : { kind: 'wait', why: 'turn', availableBytes };
}

// EXTERNAL MODULE: ./lib/plan/pressure.js
var pressure = __nccwpck_require__(8804);
;// CONCATENATED MODULE: ./lib/host/lease-changes.js


/** Waits for a lease to come or to go, or for what is deleted to be gone, from when it was made. */
class LeaseChange {
    #watchers;
    #isChanged = false;
    #wake = null;
    constructor(root) {
        const notice = () => {
            this.#isChanged = true;
            this.#wake?.();
        };
        this.#watchers = [lease_changes_open(root, 'leases', LEASE, notice), lease_changes_open(root, 'trash', ENTRY, notice)];
    }
    /** Resolves at the change, or after so many milliseconds; then it is over. */
    async within(ms) {
        await new Promise((resolve) => {
            const timer = setTimeout(resolve, Math.max(0, ms));
            this.#wake = () => {
                clearTimeout(timer);
                resolve();
            };
            if (this.#isChanged)
                this.#wake();
        });
        this.cancel();
    }
    cancel() {
        for (const watcher of this.#watchers)
            watcher?.close();
    }
}
const LEASE = /\.(json|ended)$/;
const ENTRY = /^[0-9a-f]+$/;
/** Null where this host has no more inotify watches: a look every few seconds does, too. */
function lease_changes_open(root, folder, names, notice) {
    try {
        const watcher = (0,external_node_fs_.watch)((0,host_root/* controlPath */.XL)(root, folder), (_, name) => {
            if (name === null || names.test(name))
                notice();
        });
        return watcher.on('error', () => watcher.close());
    }
    catch {
        return null;
    }
}

// EXTERNAL MODULE: ./lib/host/waiting.js
var waiting = __nccwpck_require__(7893);
;// CONCATENATED MODULE: ./lib/report/admission.js



const SOURCES = {
    setting: 'forecast-gb',
    job: 'by its last runs',
    repository: 'by its repository’s last jobs',
    host: 'by this host’s last jobs',
};
/** Why a job has to wait, with every figure that it rests on. */
function whyWait(facts) {
    const { root, expected, freeBytes, reserveBytes, holders, decision } = facts;
    const growing = holders.reduce((sum, holder) => sum + growth(holder), 0);
    const turn = decision.kind === 'wait' && decision.why === 'turn' ? ' Others came before.' : '';
    return (`This job needs ${(0,texts/* size */.Ej)(expected.bytes)} (${SOURCES[expected.from]}) on the disk of ${root}: ` +
        `${(0,texts/* size */.Ej)(freeBytes)} are free, of which ${(0,texts/* size */.Ej)(reserveBytes)} are kept (reserve-gb) and ` +
        `${(0,texts/* size */.Ej)(growing)} are for jobs that run.${turn}`);
}
const SHOWN = 5;
/** The line of the log: how long it has been, why, who holds what, and how long such jobs took. */
function waitingText(facts, waitedMs, lines) {
    const holding = facts.holders
        .filter((holder) => growth(holder) > 0)
        .toSorted((a, b) => growth(b) - growth(a))
        .slice(0, SHOWN)
        .map((holder) => holdingText(holder, lines));
    const minutes = Math.floor(waitedMs / 60_000);
    return `waiting for room for ${minutes} min: ${whyWait(facts)} ${holding.join('; ')}`;
}
function holdingText(holder, lines) {
    const { lease, id } = holder;
    const grows = `may grow by ${(0,texts/* size */.Ej)(growth(holder))}`;
    if (lease === null)
        return `${id} ${grows}`;
    const { repository, job, owner } = lease;
    const seconds = usualSeconds(lines.filter(forecast_isOfJob(lease)));
    const usual = seconds === null ? '' : `, such jobs took ${Math.ceil(seconds / 60)} min`;
    return `${repository} ${job} of ${owner.runner.name} ${grows}${usual}`;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
// EXTERNAL MODULE: ./lib/plan/size-sample.js
var size_sample = __nccwpck_require__(3885);
;// CONCATENATED MODULE: ./lib/plan/claim-ledger.js



function encodeClaimLedger(ledger) {
    return `${JSON.stringify({ version: 1, claims: Object.fromEntries(ledger) })}\n`;
}
/** Reads a ledger that anybody may have written; what is damaged is passed over. */
function parseClaimLedger(text) {
    const found = (0,plan_lease/* parseObject */.lj)(text);
    const ledger = new Map();
    if (found?.['version'] !== 1 || !(0,plan_lease/* isRecord */.u4)(found['claims']))
        return ledger;
    for (const [id, bytes] of Object.entries(found['claims'])) {
        if ((0,naming/* isLeaseId */.cl)(id) && (bytes === null || (0,size_sample/* isAmount */.Pt)(bytes)))
            ledger.set(id, bytes);
    }
    return ledger;
}

// EXTERNAL MODULE: ./lib/host/lease-companions.js
var lease_companions = __nccwpck_require__(1238);
// EXTERNAL MODULE: ./lib/host/small-file.js
var small_file = __nccwpck_require__(2100);
;// CONCATENATED MODULE: ./lib/host/claims.js









/**
 * What live leases claim, whoever has them; to be done by one at a time. Nothing else in them is
 * checked; a claim that matters is looked at again with `findLease`.
 *
 * @param chance which of those that are remembered are read all the same
 */
function readClaims(root, chance = external_node_crypto_.randomInt) {
    const names = (0,external_node_fs_.readdirSync)((0,host_root/* controlPath */.XL)(root, 'leases'));
    const sampled = new Set(names.filter((name) => name.endsWith('.size')));
    const ids = names
        .filter((name) => name.endsWith(leases/* LIVE */.L8))
        .map((name) => name.slice(0, -leases/* LIVE */.L8.length))
        .filter(naming/* isLeaseId */.cl);
    const claims = ids.length < MANY ? readAll(root, ids) : readMany(root, ids, chance);
    return ids.flatMap((id) => {
        const forecastBytes = claims.get(id);
        if (forecastBytes === undefined)
            return [];
        return [
            { id, forecastBytes: numberOrNull(forecastBytes), isSampled: sampled.has(`${id}.size`) },
        ];
    });
}
/** So many leases are read as quickly as remembered. */
const MANY = 64;
/** Some that are remembered are read all the same, and others that are not, without taking note. */
const SOME = 16;
function numberOrNull(claimed) {
    return claimed === 'unreadable' ? null : claimed;
}
/** By id; one that is gone meanwhile is left out. */
function readAll(root, ids) {
    const claims = new Map();
    for (const id of ids) {
        const text = (0,small_file/* readSmallFile */.EW)((0,lease_companions/* leasePath */.U8)(root, `${id}${leases/* LIVE */.L8}`));
        if (text === null)
            continue;
        claims.set(id, typeof text === 'string' ? (0,plan_lease/* claimedIn */.XZ)(text) : 'unreadable');
    }
    return claims;
}
/**
 * Reads those alone that were not there the last time: a lease is written once, and its id is nobody
 * else’s ever, so what was read in it stays true. That it is live, its name has just told.
 */
function readMany(root, ids, chance) {
    const remembered = readLedger(root, ids, chance);
    const others = readAll(root, ids.filter((id) => !remembered.has(id)));
    const claims = new Map([...remembered, ...others]);
    if (others.size >= SOME)
        writeLedger(root, claims);
    return claims;
}
/** What is remembered of these leases: nothing where it is not what some of them say. */
function readLedger(root, ids, chance) {
    const ledger = parseClaimLedger((0,small_file/* readTextOrNull */.GR)(ledgerPath(root)) ?? '');
    const known = ids.filter((id) => ledger.has(id));
    const step = Math.ceil(known.length / SOME);
    const first = step > 1 ? chance(step) : 0;
    const some = known.filter((_, index) => index % step === first);
    for (const [id, claimed] of readAll(root, some)) {
        if (claimed !== ledger.get(id))
            return new Map();
    }
    return new Map(known.map((id) => [id, ledger.get(id) ?? null]));
}
function writeLedger(root, claims) {
    const lasting = new Map();
    for (const [id, claimed] of claims)
        if (claimed !== 'unreadable')
            lasting.set(id, claimed);
    try {
        (0,small_file/* replaceFile */.fR)(ledgerPath(root), encodeClaimLedger(lasting));
    }
    catch {
        // A full disk, or another user's root: the leases themselves are read again then.
        return;
    }
}
function ledgerPath(root) {
    return (0,host_root/* controlPath */.XL)(root, 'claims.json');
}

// EXTERNAL MODULE: ./lib/steps/observe.js + 8 modules
var observe = __nccwpck_require__(2549);
;// CONCATENATED MODULE: ./lib/steps/look-for-room.js












/**
 * Looks whether this job may start; to be done while holding the admission lock.
 *
 * @returns null where it may: it fits, it has a slot already, or the disk gives no number
 */
async function lookForRoom(request) {
    const { root, settings, expected, ticket } = request;
    const queue = (0,waiting/* listWaiters */._g)(root, ticket);
    const own = queue.findIndex(({ name }) => name === ticket);
    const ahead = own < 0 ? queue : queue.slice(0, own);
    // Looked at before and after the space: what is gone by the end was not all free when it was read.
    const isDeleting = () => ahead.length > 0 && (0,trash/* hasTrash */.P_)(root);
    const wasFreeing = isDeleting();
    const [reading] = (await (0,disk/* probeDisks */.N6)(root.path, [])).readings;
    if (reading === undefined)
        return null;
    const { freeBytes, totalBytes } = reading;
    const room = { freeBytes, reserveBytes: (0,admission_setting/* reserveOf */.g)(settings.admission.reserveBytes, totalBytes) };
    const claims = readClaims(root);
    // Whoever has a slot already must not wait for himself.
    if (hasOwn(request, claims))
        return null;
    const others = claims.filter(({ id }) => !request.outer.includes(id));
    const holders = await holdersFor(request, others, { ...room, isContested: ahead.length > 0 });
    const isFreeing = wasFreeing || isDeleting();
    const decision = decide({ ...room, forecastBytes: expected.bytes, holders, ahead, isFreeing });
    if (decision.kind === 'start' && (0,waiting/* notePassing */.Yz)(root, decision.passing))
        return null;
    const isFirst = ahead.length === 0;
    return { root: root.path, expected, ...room, holders, decision, isFirst, isQueued: own >= 0 };
}
/** Whether one of this runner’s leases is of this very job; by their names, others are not read. */
function hasOwn({ root, self }, claims) {
    const { runnerKey } = self;
    if (runnerKey === null)
        return false;
    const prefix = (0,naming/* runnerPrefix */.Lm)(runnerKey);
    return claims.some(({ id }) => {
        const record = id.startsWith(prefix) ? (0,leases/* findLease */.G0)(root, id) : null;
        return record?.state === 'live' && isOwn(record, self);
    });
}
/**
 * Who has a claim to space, read no further than it matters: a sample only ever makes a claim smaller,
 * and the dead have none.
 */
async function holdersFor(request, claims, room) {
    const { root, self, expected } = request;
    const whole = claims.map(({ id, forecastBytes }) => ({ id, forecastBytes, sampledBytes: 0 }));
    const fits = (holders) => available({ ...room, holders }) >= expected.bytes;
    if (!room.isContested && fits(whole))
        return whole.map(withoutLease);
    const sampled = claims.map(({ id, forecastBytes, isSampled }) => ({
        id,
        forecastBytes,
        sampledBytes: (isSampled ? (0,size_samples/* readSizeSample */.U_)(root, id)?.bytes : null) ?? 0,
    }));
    const isFitting = fits(sampled);
    if (isFitting && !room.isContested)
        return sampled.map(withoutLease);
    const mounts = (0,host_mounts/* readMounts */.bq)();
    const ended = (0,observe/* rememberEnded */.UY)();
    const judged = sampled.flatMap((holder) => {
        if (growth(holder) === 0)
            return [{ holding: withoutLease(holder), owner: 'alive' }];
        const record = (0,leases/* findLease */.G0)(root, holder.id);
        if (record?.state !== 'live' || record.lease === null)
            return [];
        const holding = { ...holder, lease: record.lease };
        if (isFitting)
            return [{ holding, owner: 'alive' }];
        return [{ holding, owner: (0,observe/* observeLease */.tj)(root, record, self, mounts, ended).owner.kind }];
    });
    return withKeepers(request, judged);
}
/** Those that may still grow, now that the keepers of all who are not surely alive were looked for. */
async function withKeepers(request, judged) {
    const { root } = request;
    const uncertain = judged.filter(({ owner }) => owner !== 'alive');
    const seen = await (0,keeper_lock/* seeKeepers */.R5)(root, uncertain.map(({ holding }) => holding.id));
    const keeperOf = (id) => {
        const lock = seen.get(id);
        if (lock === 'held')
            return 'held';
        return lock === 'free' && (0,keeper_lock/* hasHadKeeper */.Ye)(root, id) ? 'left' : 'unknown';
    };
    const known = judged.map((each) => Object.assign(each, { keeper: keeperOf(each.holding.id) }));
    const doubtful = known.filter(({ owner, keeper }) => isDoubtful(owner, keeper));
    const inhabited = await findInhabited(request, doubtful.map(({ holding }) => holding));
    return known
        .filter(({ holding, owner, keeper }) => mayGrow(owner, keeper, inhabited.has(holding.id)))
        .map(({ holding }) => holding);
}
/** Ids of those in whose slots somebody was found; a look at all processes, for the few that need it. */
async function findInhabited({ root, self, environment }, holdings) {
    const places = holdings.flatMap(({ lease }) => lease === null ? [] : [{ slot: lease.slot, container: lease.owner.container }]);
    const found = await (0,observe/* lookInto */.OW)(root, places, self, environment);
    const isInhabited = ({ lease }) => lease !== null && (found.get(lease.slot)?.inhabitants ?? []).length > 0;
    return new Set(holdings.filter(isInhabited).map(({ id }) => id));
}
function withoutLease(holder) {
    return { ...holder, lease: null };
}
function isOwn({ lease }, { runnerKey, job, worker }) {
    if (lease === null || job === null || lease.owner.runner.key !== runnerKey)
        return false;
    const isSameWorker = worker === null ||
        lease.owner.worker === null ||
        (lease.owner.worker.pid === worker.pid && lease.owner.worker.start === worker.start);
    return (isSameWorker &&
        lease.runId === job.runId &&
        lease.attempt === job.attempt &&
        lease.job === job.job);
}

// EXTERNAL MODULE: ./lib/plan/reclaim.js
var reclaim = __nccwpck_require__(9060);
;// CONCATENATED MODULE: ./lib/plan/relief.js



/**
 * What may go when the disk needs room, in the order in which it goes: own ended, other runners'
 * ended, orphans; of each the oldest first. Pressure shortens retention, never liveness: only what
 * has a dead owner is among them, and nobody has looked into their slots yet.
 */
function reliefOrder(leases, self, extent, now) {
    const own = self.runnerKey === null ? null : (0,naming/* runnerPrefix */.Lm)(self.runnerKey);
    const rank = ({ record }) => {
        if (own !== null && record.id.startsWith(own))
            return record.state === 'ended' ? 0 : 1;
        return record.state === 'ended' ? 2 : 3;
    };
    return leases
        .filter(({ record, owner, slot }) => {
        return owner.kind === 'dead' && slot === 'present' && !record.isKept;
    })
        .filter((lease) => extent === 'host' || rank(lease) < 2)
        .map((lease) => ({ lease, rank: rank(lease), age: (0,reclaim/* ageHours */.RL)(lease.record, now) }))
        .toSorted((a, b) => a.rank - b.rank || byAge(a.age, b.age))
        .map(({ lease, rank: order }) => ({
        lease,
        reason: `${lease.owner.reasons.join('; ')}; the disk needs room (${KINDS[order] ?? ''})`,
    }));
}
const KINDS = ['own, ended', 'own, dead', 'another runner’s, ended', 'orphan'];
/** The older first; an unknown age is the oldest. */
function byAge(a, b) {
    if (a === b)
        return 0;
    return a > b ? -1 : 1;
}
/**
 * The most that a slot is known to have held. One that nobody measured after its job’s end may have grown
 * ever since its last sample: it weighs what was forecast at least, and without that nobody knows.
 */
function weighSlot({ sample, line, forecastBytes }) {
    const bytes = relief_largest(sample?.peakBytes, line?.bytes, line?.peakBytes);
    const inodes = relief_largest(sample?.peakFiles, line?.files, line?.peakFiles);
    if (line !== null && line.bytes !== null)
        return { bytes, inodes };
    const isKnown = bytes !== null && forecastBytes !== null;
    return { bytes: isKnown ? Math.max(bytes, forecastBytes) : null, inodes: null };
}
function relief_largest(...amounts) {
    const known = amounts.filter((each) => typeof each === 'number');
    return known.length === 0 ? null : Math.max(...known);
}
/** Below the low watermark, and not critical. */
function untilRelieved(floors, watermarks) {
    return {
        isReached: (disk) => (0,pressure/* isRelieved */.$L)(disk, watermarks),
        missed: (reading) => (0,pressure/* missedFloors */.v0)(reading, floors),
    };
}
/** Below the low watermark, whatever the floors ask for: to come nearer to it is of use. */
function untilBelow({ low }) {
    return { isReached: ({ reading }) => (0,pressure/* usedPercent */.Nk)(reading) < low, missed: () => [] };
}
/** So many bytes are free, for a job that waits. */
function untilFree(bytes) {
    const isFree = ({ freeBytes }) => freeBytes >= bytes;
    return {
        isReached: ({ reading }) => isFree(reading),
        missed: (reading) => isFree(reading)
            ? []
            : [{ what: 'bytes', free: reading.freeBytes, floor: bytes, setting: 'forecast-gb' }],
    };
}
/** What may go may have grown since it was measured; beyond so many times of it nobody believes that. */
const GROWN = 2;
/**
 * The floor that no relief can reach: what is missing to it is more than twice all that may go. Null
 * where it may help to take that, as it may where the size of anything among it is unknown.
 */
function outOfReach(missed, weights) {
    for (const floor of missed) {
        const amounts = weights.map((each) => each[floor.what]);
        if (amounts.includes(null))
            continue;
        const known = amounts.reduce((sum, each) => sum + (each ?? 0), 0);
        if (GROWN * known < floor.floor - floor.free)
            return { floor, known };
    }
    return null;
}
/** A plan under pressure: what is kept in quiet times and would go for room stands in it once, as that. */
function withRelief(actions, relief) {
    const goes = retiredIn(actions);
    const more = relief.filter((each) => each.kind === 'retire' && !goes.has(each.id));
    const given = retiredIn(more);
    return [...actions.filter((each) => each.kind !== 'keep' || !given.has(each.id)), ...more];
}
function retiredIn(actions) {
    return new Set(actions.flatMap((each) => (each.kind === 'retire' ? [each.id] : [])));
}

// EXTERNAL MODULE: ./lib/steps/record-metrics.js + 4 modules
var record_metrics = __nccwpck_require__(7897);
// EXTERNAL MODULE: ./lib/plan/snapshot.js
var snapshot = __nccwpck_require__(1759);
// EXTERNAL MODULE: ./lib/host/deletion.js + 1 modules
var deletion = __nccwpck_require__(658);
// EXTERNAL MODULE: ./lib/steps/apply.js
var apply = __nccwpck_require__(6551);
// EXTERNAL MODULE: ./lib/steps/reap.js + 2 modules
var reap = __nccwpck_require__(2587);
;// CONCATENATED MODULE: ./lib/steps/relief-weights.js




/** How much each of these slots may free, and each snapshot; nothing is measured for it. */
function weighAll(root, slots) {
    const lines = new Map((0,host_history/* readHistory */.Lu)(root).map((line) => [line.id, line]));
    return [
        ...slots.map(({ id, lease }) => weighSlot({
            sample: (0,size_samples/* readSizeSample */.U_)(root, id),
            line: lines.get(id) ?? null,
            forecastBytes: lease?.forecastBytes ?? null,
        })),
        // Nobody counts their files.
        ...(0,host_snapshots/* listSnapshots */.Cb)(root).map(({ bytes }) => ({ bytes, inodes: null })),
    ];
}

;// CONCATENATED MODULE: ./lib/steps/relieve.js
















/** A reaper that is at an entry already frees the same space: it is waited for. */
const AT_ONCE = { waitSeconds: 120, inParts: true };
/** So long the room may wait for the history of jobs that have ended to be told, in all. */
const TELL_MS = 10_000;
/** Less than this is full: the reserve is for such a disk. */
const FULL_BYTES = 1024 * 1024;
const FULL_INODES = 16;
/**
 * Makes room on the root's disk: the trash, the reserve when the disk is full, then slot after slot,
 * deleted at once, with a look at the disk after each, until the low watermark is reached.
 *
 * What goes is measured for the history first. On a critical disk nothing waits for that: such jobs are
 * told as their keepers have last sampled them, which may be less than they came to.
 *
 * @returns null where the disk cannot be read: no number, no deletion
 */
async function relieve(request, runtime) {
    const { root, settings } = request;
    const look = async () => {
        const [reading] = (await (0,disk/* probeDisks */.N6)(root.path, [])).readings;
        return reading === undefined ? null : (0,pressure/* assess */.no)(reading, settings.floors);
    };
    const goal = goalOf(request);
    const first = await look();
    if (first === null)
        return null;
    const done = {
        before: first.reading,
        after: first,
        retired: [],
        evicted: [],
        deleted: 0,
        failures: [],
        kept: [],
        gaveReserve: false,
        outOfReach: null,
    };
    const isEnough = async () => {
        (0,disk/* settle */.G9)(root.path);
        const again = await look();
        // No number any more: nothing further goes.
        if (again === null)
            return true;
        done.after = again;
        return goal.isReached(done.after);
    };
    const tellUntil = external_node_perf_hooks_.performance.now() + TELL_MS;
    const empty = async () => {
        // What could not be told stays noted for the reaper, which says why.
        if (done.after.level !== 'critical')
            await (0,reap/* tell */.qz)(root, 'trash', tellUntil - external_node_perf_hooks_.performance.now());
        return emptyTrash(request, done, isEnough);
    };
    if (goal.isReached(first))
        return done;
    // Also what others have just deleted may not be counted yet: no slot goes for that.
    if (((0,trash/* hasTrash */.P_)(root) && (await empty())) || (await isEnough()))
        return done;
    const wasFull = isFull(done.after.reading);
    if (wasFull) {
        done.gaveReserve = (0,reserve/* releaseReserve */.gO)(root);
        if (await isEnough())
            return done;
    }
    const { leases, candidates, actions } = await choose(request, runtime);
    done.kept = actions.filter((action) => action.kind === 'keep');
    // Where nothing works any more, whatever is freed is of use.
    if (!wasFull) {
        done.outOfReach = judgeReach(request, done.after.reading, { candidates, actions });
        if (done.outOfReach !== null)
            return done;
    }
    for (const candidate of candidates) {
        const isIt = (each) => each.kind === 'retire' && each.id === candidate.lease.record.id;
        if (!actions.some(isIt))
            continue;
        // To delete the ones before may have taken minutes: somebody may live in it by now.
        const action = (await judge(leases, [candidate], request, runtime)).find(isIt);
        if (action === undefined)
            continue;
        const applied = await (0,apply/* finishInPlace */.yo)(root, (0,apply/* apply */.Bb)(root, [action], (0,privilege/* helpers */._$)(settings)));
        done.retired.push(...applied.retired);
        done.failures.push(...applied.failures);
        if (await empty())
            return done;
    }
    const seen = new Set();
    // Anew each time: to delete one takes minutes, in which others are published, and used.
    const next = () => (0,snapshot/* leastRecentlyUsed */.hL)((0,host_snapshots/* listSnapshots */.Cb)(root)).find((each) => !seen.has((0,host_snapshots/* identify */.ls)(each)));
    for (let oldest = next(); oldest !== undefined; oldest = next()) {
        seen.add((0,host_snapshots/* identify */.ls)(oldest));
        if (!tryToEvict(root, oldest, runtime))
            continue;
        done.evicted.push(`${oldest.name.repository}/${oldest.name.key}`);
        if (await empty())
            return done;
    }
    return done;
}
function goalOf({ goal, settings: { floors, watermarks } }) {
    return goal ?? untilRelieved(floors, watermarks);
}
/** How much more is free than before, whoever made it so. */
function reclaimed({ before, after }) {
    return Math.max(0, after.reading.freeBytes - before.freeBytes);
}
/** One that cannot be taken away keeps no other from going. */
function tryToEvict(root, snapshot, { voice }) {
    try {
        return (0,host_snapshots/* evict */.YO)(root, snapshot);
    }
    catch (error) {
        const { repository, key } = snapshot.name;
        voice.warning(`The snapshot ${repository}/${key} could not be evicted (${(0,guard_error/* messageOf */.bD)(error)}).`);
        return false;
    }
}
/** Deletes what is in the trash, one by one; true as soon as it is enough. */
async function emptyTrash({ root, settings }, done, isEnough) {
    const entries = (0,trash/* listTrash */.hQ)(root).filter((entry) => entry.quarantine === null);
    for (const { id } of entries) {
        try {
            const outcome = await (0,deletion/* deleteEntry */.KB)(root, id, (0,privilege/* helpers */._$)(settings), AT_ONCE);
            if (outcome.kind === 'deleted') {
                done.deleted += 1;
                (0,trash/* forgetEntry */.gp)(root, id);
            }
            else if (outcome.kind === 'stuck')
                note(root, id, outcome);
        }
        catch {
            // What is left of it is the reaper’s, which tells why; the next entry may go all the same.
        }
        if (await isEnough())
            return true;
    }
    return entries.length === 0 && isEnough();
}
/** A note needs room too; without it the next reaper finds out again. */
function note(root, id, { why, command }) {
    try {
        (0,trash/* quarantine */.tW)(root, id, { reason: why, command });
    }
    catch {
        return;
    }
}
function isFull({ freeBytes, freeInodes }) {
    return freeBytes < FULL_BYTES || (freeInodes !== null && freeInodes < FULL_INODES);
}
/** Which floor stays out of reach, were all of this taken, and all snapshots. */
function judgeReach(request, reading, { candidates, actions }) {
    const missed = goalOf(request).missed(reading);
    if (missed.length === 0)
        return null;
    const ids = new Set(actions.flatMap((each) => (each.kind === 'retire' ? [each.id] : [])));
    const slots = candidates.map(({ lease }) => lease.record).filter(({ id }) => ids.has(id));
    return outOfReach(missed, weighAll(request.root, slots));
}
/** What relief would take, in its order, and the floor for which it would take nothing; touches nothing. */
async function planRelief(request, reading, runtime) {
    const chosen = await choose(request, runtime);
    // How much of what is missing the trash holds is not known before it is empty.
    const mayHelp = isFull(reading) || (0,trash/* hasTrash */.P_)(request.root);
    const floor = mayHelp ? null : judgeReach(request, reading, chosen);
    const isTight = (0,pressure/* usedPercent */.Nk)(reading) >= request.settings.watermarks.high;
    const candidates = floor === null || isTight ? chosen.candidates : [];
    const actions = candidates.flatMap(({ lease }) => chosen.actions.flatMap((action) => action.kind === 'retire' && action.id === lease.record.id
        ? [{ ...action, asFarAsNeeded: true }]
        : []));
    return { actions, outOfReach: floor };
}
/** What may go, in order, and what of it would be retired now that its slots were looked into. */
async function choose(request, runtime) {
    const { root, self, extent } = request;
    const { leases, moment } = (0,observe/* observeLeases */.uA)(root, self, extent);
    const candidates = reliefOrder(leases, self, extent, moment);
    return { leases, candidates, actions: await judge(leases, candidates, request, runtime) };
}
/** What becomes of candidates, now that their slots are looked into. */
async function judge(leases, candidates, { root, self }, runtime) {
    const places = candidates.flatMap(({ lease: { record, mounts } }) => record.slot === null || mounts.length > 0
        ? []
        : [
            {
                id: record.id,
                slot: record.slot,
                container: record.lease?.owner.container ?? null,
                lease: record.state === 'live' ? record.id : null,
            },
        ]);
    const bySlot = await (0,observe/* lookInto */.OW)(root, places, self, runtime.environment);
    const occupancies = new Map(places.flatMap(({ id, slot }) => {
        const occupancy = bySlot.get(slot);
        return occupancy === undefined ? [] : [[id, occupancy]];
    }));
    const seen = { leases, foreign: [], orphanedLinks: [], leftovers: [] };
    return (0,reclaim/* planPass */.hJ)(seen, candidates, occupancies);
}

;// CONCATENATED MODULE: ./lib/steps/make-room.js




/**
 * Takes what is stale, whoever left it, until so many bytes are free. It never stops the job, which
 * waits where no room was made.
 */
async function makeRoom({ root, self, settings }, freeBytes, runtime) {
    const { voice } = runtime;
    const goal = untilFree(freeBytes);
    try {
        const relieved = await relieve({ root, self, settings, extent: 'host', goal }, runtime);
        if (relieved === null)
            return { isMade: false, outOfReach: null };
        for (const slot of relieved.retired) {
            voice.info(`retired for room, as this job would have to wait: ${slot}`);
        }
        for (const snapshot of relieved.evicted) {
            voice.info(`evicted for room, as this job would have to wait: snapshot ${snapshot}`);
        }
        await (0,record_metrics/* recordReclaimed */.C)(root, reclaimed(relieved), runtime);
        return { isMade: goal.isReached(relieved.after), outOfReach: relieved.outOfReach };
    }
    catch (error) {
        voice.warning(`Making room failed (${(0,guard_error/* messageOf */.bD)(error)}); this job waits.`);
        return { isMade: false, outOfReach: null };
    }
}

// EXTERNAL MODULE: ./lib/steps/refuse.js
var refuse = __nccwpck_require__(2639);
;// CONCATENATED MODULE: ./lib/steps/admit.js

















const RECHECK_MS = 5000;
const admit_TELL_MS = 60_000;
const UNLOCKED = { release: () => { } };
/**
 * Waits until the disk has room for what this job will write, behind those who came before.
 *
 * @returns leave to start, or `skip` where its time is up and the job was told to skip its build
 * @throws RefusedError where its time is up and the job is to fail
 */
async function admit(request, runtime) {
    const { root, job, settings } = request;
    const history = rememberHistory(root, runtime);
    const { forecastBytes: set } = settings.admission;
    const expected = forecast(forecastKey(job), set === null ? history() : [], set);
    const free = { kind: 'start', forecastBytes: expected?.bytes ?? null, ...UNLOCKED };
    if (expected === null || settings.admission.mode === 'off')
        return free;
    try {
        const atMost = await mostEver(root, settings, expected, runtime);
        if (atMost !== null)
            return { ...free, forecastBytes: atMost };
        const lock = await new Admission(request, expected, history, runtime).run();
        return lock === 'skip' ? { kind: 'skip' } : { ...free, ...lock };
    }
    catch (error) {
        if (error instanceof refuse/* RefusedError */.fk)
            throw error;
        runtime.voice.warning(`Whether the disk has room for this job could not be found out (${(0,guard_error/* messageOf */.bD)(error)}); it starts all the same.`);
        return free;
    }
}
/** Read when it is first needed: a forecast that is set needs none. */
function rememberHistory(root, { voice }) {
    let lines = null;
    return () => {
        try {
            lines ??= (0,host_history/* readHistory */.Lu)(root);
        }
        catch (error) {
            voice.warning(`The history of this host cannot be read (${(0,guard_error/* messageOf */.bD)(error)}).`);
            lines = [];
        }
        return lines;
    };
}
/**
 * A forecast beyond the whole disk is no reason never to start: it may be wrong, and nothing gets better.
 *
 * @returns all the bytes that such a job can claim, null where its forecast may come to fit
 */
async function mostEver(root, settings, { bytes }, { voice }) {
    const [reading] = (await (0,disk/* probeDisks */.N6)(root.path, [])).readings;
    if (reading === undefined)
        return null;
    const { totalBytes } = reading;
    const reserveBytes = (0,admission_setting/* reserveOf */.g)(settings.admission.reserveBytes, totalBytes);
    if (!neverFits(bytes, { totalBytes, reserveBytes }))
        return null;
    voice.warning(`This job is expected to write ${(0,pressure/* gigabytes */.kN)(bytes)}, more than its disk ever has room for (${(0,pressure/* gigabytes */.kN)(totalBytes)}, of which ${(0,pressure/* gigabytes */.kN)(reserveBytes)} stay free). It starts without waiting.`);
    return Math.max(0, totalBytes - reserveBytes);
}
/** The way of one job through admission. */
class Admission {
    #request;
    #expected;
    #history;
    #runtime;
    /** by a clock that nobody sets */
    #startedMs = external_node_perf_hooks_.performance.now();
    #outer;
    #ticket = null;
    /** whether it was said that there is no place in the queue to be had */
    #isUnqueued = false;
    /** whether it was said that nothing goes for this job */
    #isReachTold = false;
    constructor(request, expected, history, runtime) {
        this.#request = request;
        this.#expected = expected;
        this.#history = history;
        this.#runtime = runtime;
        this.#outer = outerLeases(runtime.environment);
    }
    async run() {
        const forget = this.#onSignals();
        try {
            return await this.#wait();
        }
        finally {
            // A signal that came meanwhile is heard in the next whole turn of the event loop, or by nobody.
            for (let turn = 0; turn < 2; turn += 1)
                await (0,promises_.setImmediate)();
            forget();
            this.#ticket?.release();
        }
    }
    async #wait() {
        const { mode, timeoutMinutes } = this.#request.settings.admission;
        const isAdvice = mode === 'warn' || this.#request.settings.dryRun;
        let toldMs = Number.NEGATIVE_INFINITY;
        for (;;) {
            const change = new LeaseChange(this.#request.root);
            try {
                const found = await this.#look(isAdvice);
                if ('release' in found)
                    return found;
                if (isAdvice) {
                    this.#runtime.voice.warning(`${whyWait(found)} The job starts all the same.`);
                    return UNLOCKED;
                }
                if (await this.#reclaim(found))
                    continue;
                const nowMs = external_node_perf_hooks_.performance.now();
                const leftMs = this.#startedMs + timeoutMinutes * 60_000 - nowMs;
                if (leftMs <= 0)
                    return await this.#timeOut(found);
                if (nowMs - toldMs >= admit_TELL_MS) {
                    toldMs = nowMs;
                    this.#runtime.voice.info(waitingText(found, nowMs - this.#startedMs, this.#history()));
                }
                await change.within(Math.min(RECHECK_MS, leftMs));
            }
            finally {
                change.cancel();
            }
        }
    }
    /**
     * Looks and decides under one lock; where the job may start, the lock is kept until its lease is
     * written: two jobs are never let into the same space.
     */
    async #look(isAdvice) {
        const { root, self, settings } = this.#request;
        const lock = await (0,waiting/* lockAdmission */.bo)(root);
        if ('problem' in lock) {
            this.#runtime.voice.warning(`The lock for admission cannot be had (${lock.problem}): this job starts without it, and another may be let into the same space.`);
            return UNLOCKED;
        }
        let isKept = false;
        try {
            const ticket = this.#ticket?.name ?? null;
            const found = await lookForRoom({
                root,
                self,
                settings,
                expected: this.#expected,
                ticket,
                outer: this.#outer,
                environment: this.#runtime.environment,
            });
            if (found !== null) {
                if (!isAdvice && !found.isQueued)
                    this.#queueUp();
                return found;
            }
            this.#ticket?.release();
            isKept = true;
            return lock;
        }
        finally {
            if (!isKept)
                lock.release();
        }
    }
    /** On a full disk there is no place in the queue to be had: this job waits behind all others. */
    #queueUp() {
        this.#ticket?.release();
        this.#ticket = null;
        try {
            this.#ticket = (0,waiting/* takeTicket */.YU)(this.#request.root, this.#expected.bytes);
        }
        catch (error) {
            if (this.#isUnqueued)
                return;
            this.#isUnqueued = true;
            this.#runtime.voice.warning(`This job has no place in the queue (${(0,guard_error/* messageOf */.bD)(error)}); it waits behind all others.`);
        }
    }
    /** Takes what is stale, whoever left it; true where that may have made the room. */
    async #reclaim({ decision, freeBytes, isFirst }) {
        if (decision.kind !== 'wait' || decision.why !== 'room' || !isFirst)
            return false;
        const needed = freeBytes + this.#expected.bytes - decision.availableBytes;
        const { isMade, outOfReach } = await makeRoom(this.#request, needed, this.#runtime);
        if (outOfReach !== null)
            this.#tellReach(outOfReach);
        return isMade;
    }
    /** Once: what may go changes while it waits, and with it how much is missing. */
    #tellReach({ known }) {
        if (this.#isReachTold || known === 0)
            return;
        this.#isReachTold = true;
        this.#runtime.voice.info(`no slot and no snapshot goes for this job yet: all that may go held ${(0,texts/* size */.Ej)(known)} when last measured`);
    }
    async #timeOut(found) {
        const { root, self, settings, madeBy } = this.#request;
        const { voice } = this.#runtime;
        this.#ticket?.release();
        const minutes = settings.admission.timeoutMinutes;
        const text = `${whyWait(found)} It has waited for ${minutes} min (admission-timeout-minutes).`;
        if (settings.onCritical === 'fail') {
            const holders = await (0,refuse/* describeHolders */.hX)(root, self, settings, this.#runtime);
            const list = holders.length === 0 ? '' : ` The largest holders:\n${holders.join('\n')}\n`;
            throw new refuse/* RefusedError */.fk(`${text} No build was started.${list}`, 'Run the job again when others have ended, or make room on the host (“target-guard status” and “target-guard cap” show what holds it).');
        }
        if (settings.onCritical === 'skip' && madeBy === 'step') {
            voice.warning(`${text} The output proceed is false: skip the build.`);
            return 'skip';
        }
        voice.warning(`${text} The job goes on all the same (on-critical: ${settings.onCritical}).`);
        return UNLOCKED;
    }
    /** A job that is cancelled while it waits takes its place in the queue along. */
    #onSignals() {
        const signals = ['SIGINT', 'SIGTERM'];
        const end = (signal) => {
            this.#ticket?.release();
            forget();
            process.kill(process.pid, signal);
        };
        const forget = () => {
            for (const signal of signals)
                process.off(signal, end);
        };
        for (const signal of signals)
            process.once(signal, end);
        return forget;
    }
}

// EXTERNAL MODULE: ./lib/host/folders.js
var host_folders = __nccwpck_require__(1687);
// EXTERNAL MODULE: ./lib/host/slots.js
var slots = __nccwpck_require__(5647);
;// CONCATENATED MODULE: ./lib/steps/acquire.js











const ATTEMPTS = 8;
/**
 * Makes a new slot for a job: lease first, then the directory, then its owner.
 *
 * @throws GuardError where it cannot be made; nothing of it is left then
 */
function acquire(request) {
    const { root, job, owner, madeBy, onLease } = request;
    for (let attempt = 1;; attempt += 1) {
        const id = (0,naming/* leaseId */.K)(owner.runner.key, owner.bootId, (0,external_node_crypto_.randomBytes)(6).toString('hex'));
        const made = {
            id,
            madeBy,
            uptimeS: (0,boot/* readUptime */.te)(),
            at: new Date().toISOString(),
            forecastBytes: request.forecastBytes,
            workspace: request.workspace,
        };
        const lease = (0,plan_lease/* newLease */.ZQ)(job, owner, made);
        try {
            (0,leases/* writeLease */.e3)(root, lease);
            onLease(id);
            (0,slots/* makeSlot */.xB)(root, lease.slot, (path, what) => give(path, what, request));
            return acquired(root, lease);
        }
        catch (error) {
            undo(root, lease);
            const again = ['EEXIST', 'ENOENT'].includes((0,guard_error/* errnoOf */.UQ)(error)) && attempt < ATTEMPTS;
            if (!again)
                throw explained(error, root, lease);
        }
    }
}
function acquired(root, lease) {
    const targetDirectory = `${root.path}/${lease.slot}`;
    const runDirectory = targetDirectory.slice(0, targetDirectory.lastIndexOf('/'));
    return { lease, targetDirectory, runDirectory };
}
/** Gives a directory that has just been made to the one who will build. */
function give(path, what, { root, builder, ways }) {
    const isOwn = process.geteuid?.() === builder.uid && process.getegid?.() === builder.gid;
    if (isOwn)
        return;
    try {
        (0,host_folders/* giveAway */._j)(path, builder);
        return;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EPERM')
            throw error;
    }
    const descriptor = (0,host_folders/* openFolder */.NE)(path);
    try {
        (0,host_folders/* assertFresh */.PD)(descriptor);
        const target = { descriptor, path: (0,external_node_fs_.realpathSync)(path) };
        const helped = (0,privilege/* withHelp */.il)(ways, (helper) => helper.chown(target, builder));
        if (!helped.ok)
            throw (0,privilege/* cannotGive */.xJ)(`${root.path}/…/${what}`, builder, helped.why);
    }
    finally {
        (0,external_node_fs_.closeSync)(descriptor);
    }
}
/** Takes back what there is of a slot that nobody has been told of. */
function undo(root, lease) {
    try {
        (0,slots/* atSlot */.Gs)(root, lease.slot, (path) => (0,external_node_fs_.rmdirSync)(path));
    }
    catch (error) {
        // Not empty, and so another's: with its lease it is a later pass's work.
        const isNeverMade = (0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT' || (0,host_folders/* isDiverted */.cX)(error);
        if (!isNeverMade)
            return;
    }
    try {
        (0,slots/* removeEmptyParents */.jE)(root, lease.slot);
        (0,leases/* dropLease */.Oj)(root, lease.id, false);
    }
    catch {
        // What is left is a later pass’s work; why there is no slot is what the job is told.
        return;
    }
}
function explained(error, root, lease) {
    if (error instanceof guard_error/* GuardError */.U$)
        return error;
    return new guard_error/* GuardError */.U$(`The slot ${root.path}/${lease.slot} cannot be made (${(0,guard_error/* messageOf */.bD)(error)}).`, (0,guard_error/* nextAfter */.On)(error, 'Look at who owns the directories above it and at the free space; “target-guard doctor” checks both.'), { cause: error });
}
/**
 * Takes over the lease that the started hook made for this very job; null where there is none to
 * take: another step has it, it has ended, or it is another job's.
 */
function takeOver(id, { root, job, owner, builder, ways, }) {
    if (!(0,naming/* isLeaseId */.cl)(id))
        return null;
    const record = (0,leases/* findLease */.G0)(root, id);
    const lease = record?.lease ?? null;
    if (record?.state !== 'live' || lease === null || lease.madeBy !== 'hook')
        return null;
    const isSameJob = lease.repository === `${job.owner}/${job.repository}` &&
        lease.runId === job.runId &&
        lease.attempt === job.attempt &&
        lease.job === job.job &&
        lease.owner.runner.key === owner.runner.key &&
        lease.owner.bootId === owner.bootId;
    if (!isSameJob || !isSameWorker(lease, owner))
        return null;
    if (!isOwnedBy(root, lease.slot, { builder, ways }))
        return null;
    const { workflow, leg } = job;
    const problem = (0,leases/* takeLease */._e)(root, id, { workflow, leg });
    if (problem === null)
        return null;
    const taken = acquired(root, { ...lease, workflow, leg });
    return problem === '' ? taken : { ...taken, problem };
}
/** Whether a slot belongs to the builder, or could be given to them: that is, while it is empty. */
function isOwnedBy(root, slot, request) {
    const { builder } = request;
    try {
        return (0,slots/* atSlot */.Gs)(root, slot, (path) => {
            const { uid, gid } = (0,external_node_fs_.lstatSync)(path);
            if (uid !== builder.uid || gid !== builder.gid)
                give(path, slot, { root, ...request });
            return true;
        });
    }
    catch {
        // Gone, in use already, or not ours to give: the step then makes a slot of its own.
        return false;
    }
}
/** Two legs of a matrix, one after the other on one runner, differ by nothing but their Worker. */
function isSameWorker({ owner: recorded }, owner) {
    if (recorded.worker === null || recorded.pidNamespace !== owner.pidNamespace)
        return true;
    if (owner.worker === null)
        return (0,processes/* stateOf */.L4)(recorded.worker) === 'alive';
    return recorded.worker.pid === owner.worker.pid && recorded.worker.start === owner.worker.start;
}

// EXTERNAL MODULE: ./lib/host/kernel-lock.js
var kernel_lock = __nccwpck_require__(3977);
;// CONCATENATED MODULE: ./lib/plan/reserve.js
/** CockroachDB's rule: with less to spare, the reserve would be what fills the disk. */
const TIMES = 4;
/** Whether a file system has this many times the reserve to spare, so that it may be set aside. */
function canSpare({ freeBytes, freeInodes }, { bytes, inodes }) {
    if (freeBytes < TIMES * bytes)
        return false;
    return freeInodes === null || freeInodes >= TIMES * inodes;
}

;// CONCATENATED MODULE: ./lib/report/out-of-reach.js


/** Why nothing goes for a floor, and what to do about it. */
function outOfReachText(rootPath, { floor, known }) {
    const { what, free, setting } = floor;
    const all = what === 'bytes' ? (0,texts/* size */.Ej)(known) : (0,pressure/* amount */.vj)(what, known);
    return (`The floor of ${(0,pressure/* amount */.vj)(what, floor.floor)} (${setting}) is out of reach, so no slot and no snapshot goes ` +
        `for it: ${(0,pressure/* amount */.vj)(what, floor.floor - free)} are missing, and all that may go held ${all} when last ` +
        `measured. Free what else fills the disk of ${rootPath}, or lower ${setting}.`);
}

;// CONCATENATED MODULE: ./lib/host/deleted-files.js



const DELETED = ' (deleted)';
/** Deleted files below a directory that processes still have open, the largest first. */
function findHeldFiles(directory) {
    return (0,processes/* listProcesses */.O3)()
        .flatMap((pid) => heldBy(pid, directory))
        .toSorted((a, b) => b.bytes - a.bytes);
}
function heldBy(pid, directory) {
    const files = descriptorsOf(pid).flatMap((name) => heldAt(`/proc/${pid}/fd/${name}`, directory));
    if (files.length === 0)
        return [];
    const found = (0,processes/* readProcess */.Wv)(pid);
    const command = typeof found === 'string' ? found : found.command;
    // One file, however many descriptors of it the process has.
    const unique = new Map(files.map((file) => [file.inode, file]));
    return [...unique.values()].map(({ path, bytes }) => ({ pid, command, path, bytes }));
}
function descriptorsOf(pid) {
    try {
        return (0,external_node_fs_.readdirSync)(`/proc/${pid}/fd`);
    }
    catch {
        // Gone meanwhile, or another user's: then nobody can tell.
        return [];
    }
}
function heldAt(descriptor, directory) {
    try {
        const link = (0,external_node_fs_.readlinkSync)(descriptor);
        if (!link.endsWith(DELETED) || !(0,host_mounts/* isAtOrBelow */.a5)(link, directory))
            return [];
        const { blocks, dev, ino, nlink } = (0,external_node_fs_.statSync)(descriptor);
        // It may be called that, and it may have another name that keeps it.
        if (nlink > 0)
            return [];
        return [{ path: link.slice(0, -DELETED.length), bytes: blocks * 512, inode: `${dev}:${ino}` }];
    }
    catch {
        // Closed meanwhile; the process has others.
        return [];
    }
}

;// CONCATENATED MODULE: ./lib/steps/tell-relief.js






/** The log of relief: what made it necessary, what went, what it freed, what holds on. */
function tell(root, settings, need, relieved, { voice }) {
    const { before, after, retired, evicted, deleted, kept, failures } = relieved;
    const { high, low } = settings.watermarks;
    const [why, goal] = need === 'watermark'
        ? [`≥ ${high} %`, `below ${low} %`]
        : [
            `and ${(0,pressure/* assess */.no)(before, settings.floors).why}: emergency`,
            (0,pressure/* goalOf */.ZZ)(before, settings.floors, settings.watermarks),
        ];
    voice.info(`${root.path} at ${Math.floor((0,pressure/* usedPercent */.Nk)(before))} % ${why}: ${retired.length} slot(s) retired, ` +
        (evicted.length === 0 ? '' : `${evicted.length} snapshot(s) evicted, `) +
        `${deleted} trash entr${deleted === 1 ? 'y' : 'ies'} deleted, ${(0,texts/* size */.Ej)(reclaimed(relieved))} freed ` +
        `(${(0,pressure/* gigabytes */.kN)(before.freeBytes)} → ${(0,pressure/* gigabytes */.kN)(after.reading.freeBytes)}), ` +
        `now at ${Math.floor((0,pressure/* usedPercent */.Nk)(after.reading))} % (goal: ${goal})`);
    for (const slot of retired)
        voice.info(`retired for room: ${slot}`);
    for (const snapshot of evicted)
        voice.info(`evicted for room: snapshot ${snapshot}`);
    if (relieved.gaveReserve)
        voice.info('the reserve was given back');
    for (const failure of failures) {
        voice.warning(`Not done: ${(0,report_actions/* describeAction */.u7)(failure.action)} (${failure.why})`);
    }
    if (relieved.outOfReach !== null)
        voice.warning(outOfReachText(root.path, relieved.outOfReach));
    if ((0,pressure/* usedPercent */.Nk)(after.reading) < low && after.level !== 'critical')
        return;
    for (const action of kept.slice(0, 20))
        voice.info((0,report_actions/* describeAction */.u7)(action));
    for (const { pid, command, path, bytes } of heldFiles(root).slice(0, 10)) {
        voice.warning(`${(0,texts/* size */.Ej)(bytes)} of ${path} are deleted but still held: pid ${pid} (${command}) has it open.`);
    }
}
/** Not the locks of our own keepers, which go with their leases, nor what holds no space. */
function heldFiles(root) {
    const leases = `${root.realPath}/.target-guard/leases/`;
    return findHeldFiles(root.realPath).filter(({ path, bytes }) => bytes > 0 && !path.startsWith(leases));
}

;// CONCATENATED MODULE: ./lib/steps/guard-disk.js













/**
 * Set while an emergency pass runs, and for the rest of the job that met one: whatever it starts does
 * not start another.
 */
const INSIDE = 'TARGET_GUARD_EMERGENCY';
/** Jobs that meet a critical disk together wait so long for the one that does the work. */
const WAIT_SECONDS = 300;
/**
 * Looks at the disks, and makes room on the root's where it is needed: from the high watermark on by
 * shortening retention, below a floor by one emergency pass for all jobs that meet it together.
 */
async function guardDisk(request, runtime) {
    const { root, settings } = request;
    const before = await look(request, runtime);
    const need = (0,pressure/* reliefFor */.XA)(before, settings.watermarks);
    if (need === 'none')
        return guarded(before, [], need);
    if (settings.dryRun) {
        const planned = await planFor(request, need, before, runtime);
        return { ...guarded(before, [], need), planned };
    }
    const relieved = await guard_disk_makeRoom(request, need, before, runtime);
    if (relieved !== null)
        tell(root, settings, need, relieved, runtime);
    const more = await keepWatermark(request, relieved, runtime);
    if (more !== null)
        tell(root, settings, 'watermark', more, runtime);
    const rounds = [relieved, more].filter((each) => each !== null);
    return guarded(await lookAgain(request, before), rounds, need);
}
/** What relief would take in this order until the low watermark is reached; nothing is touched. */
async function planFor(request, need, before, runtime) {
    const extent = need === 'emergency' ? 'host' : request.scope;
    const disk = before.find((each) => each.reading.holdsRoot);
    if (disk === undefined)
        return [];
    const planned = await planRelief({ ...request, extent }, disk.reading, runtime);
    if (planned.outOfReach !== null) {
        runtime.voice.warning(outOfReachText(request.root.path, planned.outOfReach));
    }
    // A sweep tells it with its own plan.
    if (request.scope === 'host')
        return planned.actions;
    for (const action of planned.actions)
        runtime.voice.info(`would ${(0,report_actions/* describeAction */.u7)(action)}`);
    return planned.actions;
}
async function guard_disk_makeRoom(request, need, before, runtime) {
    const { root, self, settings, scope } = request;
    return attempt(request, async () => need === 'emergency'
        ? emergency(request, before, runtime)
        : relieve({ root, self, settings, extent: scope }, runtime), runtime);
}
/** Relief that fails stops no job: the disk is looked at again, and decides. */
async function attempt({ root }, work, { voice }) {
    try {
        return await work();
    }
    catch (error) {
        voice.warning(`Making room on the disk of ${root.path} failed (${(0,guard_error/* messageOf */.bD)(error)}); the next pass tries again.`);
        return null;
    }
}
/** A floor that is out of reach for a job must not keep its disk from being held below the watermark. */
async function keepWatermark(request, relieved, runtime) {
    const isInVain = relieved !== null && relieved.outOfReach !== null;
    const { watermarks } = request.settings;
    if (!isInVain || (0,pressure/* usedPercent */.Nk)(relieved.after.reading) < watermarks.high)
        return null;
    const goal = untilBelow(watermarks);
    return attempt(request, async () => relieve({ ...request, extent: request.scope, goal }, runtime), runtime);
}
/** Every watched file system under its floors; what cannot be read is a warning, and ok. */
async function look({ root, settings }, runtime) {
    try {
        const { readings, problems } = await (0,disk/* probeDisks */.N6)(root.path, watched(runtime.environment));
        for (const problem of problems)
            runtime.voice.warning(problem);
        return readings.map((reading) => (0,pressure/* assess */.no)(reading, settings.floors));
    }
    catch (error) {
        runtime.voice.warning(`The disks cannot be read (${(0,guard_error/* messageOf */.bD)(error)}); they count as ok.`);
        return [];
    }
}
/** The root's disk once more, which relief may have changed; the others are as they were found. */
async function lookAgain({ root, settings }, before) {
    const [reading] = (await (0,disk/* probeDisks */.N6)(root.path, [])).readings;
    if (reading === undefined)
        return [...before];
    return before.map((each) => (each.reading.holdsRoot ? (0,pressure/* assess */.no)(reading, settings.floors) : each));
}
/** Besides the root's disk: those of the workspace, of RUNNER_TEMP and of docker. */
function watched(environment) {
    const { GITHUB_WORKSPACE, RUNNER_TEMP } = environment;
    return [GITHUB_WORKSPACE, RUNNER_TEMP, (0,disk/* dockerDirectory */.C2)()].filter((path) => path?.startsWith('/') === true);
}
function guarded(assessments, rounds, need) {
    const root = assessments.find((each) => each.reading.holdsRoot);
    return {
        assessments,
        level: (0,pressure/* worst */.QZ)(assessments),
        freeBytes: root?.reading.freeBytes ?? null,
        retired: rounds.flatMap(({ retired }) => retired),
        reclaimedBytes: rounds.reduce((sum, each) => sum + reclaimed(each), 0),
        emergency: need === 'emergency',
        planned: [],
    };
}
/**
 * The emergency pass: one for the host at a time, once per job, never from inside itself.
 *
 * The lock is the kernel's, on a file that was made with the root: it needs no space. Who waited for
 * another's pass looks again, and does not repeat it: what it could not free is not free-able.
 */
async function emergency(request, before, runtime) {
    const { environment } = runtime;
    if (environment[INSIDE] === '1')
        return null;
    environment[INSIDE] = '1';
    const { root, self, settings } = request;
    const askedAt = Date.now();
    const work = async () => {
        // A pass of the future was noted by a clock that was wrong, and says nothing.
        const passedAt = lastPassAt(root);
        if (passedAt > askedAt && passedAt <= Date.now())
            return { relieved: null };
        const [assessment] = await lookAgain(request, before.filter((each) => each.reading.holdsRoot));
        if (assessment !== undefined && assessment.level !== 'critical')
            return { relieved: null };
        const relieved = await relieve({ root, self, settings, extent: 'host' }, runtime);
        notePass(root);
        return { relieved };
    };
    try {
        const done = await (0,kernel_lock/* withKernelLock */.lv)((0,host_root/* controlPath */.XL)(root, 'root.json'), WAIT_SECONDS, work);
        // Never granted: whoever holds it does not get on, and no safety rests on it.
        return (done ?? (await work())).relieved;
    }
    finally {
        delete environment[INSIDE];
    }
}
/** When the last emergency pass ended: the time of host.lock, which a full disk can still set. */
function lastPassAt(root) {
    return (0,external_node_fs_.lstatSync)((0,host_root/* controlPath */.XL)(root, 'host.lock'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
function notePass(root) {
    try {
        const now = new Date();
        (0,external_node_fs_.lutimesSync)((0,host_root/* controlPath */.XL)(root, 'host.lock'), now, now);
    }
    catch {
        // Without it the next job that waited looks for itself: work done twice, no harm.
        return;
    }
}
/**
 * Sets the reserve aside where the disk has room to spare; one that cannot be made now is made by a
 * later pass.
 */
function keepReserve(root, { assessments }, { voice }) {
    const disk = assessments.find((each) => each.reading.holdsRoot);
    if (disk?.level !== 'ok')
        return;
    const wanted = (0,reserve/* reserveSize */.KV)(disk.reading);
    if ((0,reserve/* hasReserve */.Vy)(root, wanted) || !canSpare(disk.reading, wanted))
        return;
    try {
        (0,reserve/* makeReserve */.D9)(root, wanted);
    }
    catch (error) {
        (0,reserve/* releaseReserve */.gO)(root);
        voice.warning(`The reserve for a full disk could not be set aside (${(0,guard_error/* messageOf */.bD)(error)}).`);
    }
}

;// CONCATENATED MODULE: ./lib/host/alert-clock.js




/**
 * Whether an alert of this kind is due on this host, and if so notes that it has been sent: among all
 * processes that ask at once, one is told yes.
 *
 * The note is the time of a file that was made with the root: setting it needs no space. No link that
 * was planted there is followed.
 *
 * @param hours at most one in so many hours; 0 sends each
 */
async function claimAlert(root, kind, hours, nowMs) {
    if (hours === 0)
        return true;
    const folder = (0,host_folders/* openFolder */.NE)((0,host_root/* controlPath */.XL)(root, 'alerts'));
    try {
        const path = (0,host_folders.at)(folder, kind);
        // Not waited for: whoever holds the lock is claiming this very alert.
        const claimed = await (0,kernel_lock/* withKernelLock */.lv)(path, 0, async () => claim(path, hours, nowMs));
        return claimed ?? false;
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
}
/** Processes that claim at once looked at their clocks within this. */
const AT_ONCE_MS = 60_000;
function claim(path, hours, nowMs) {
    const { mtimeMs } = (0,external_node_fs_.lstatSync)(path);
    // A time in the future means that a clock was wrong: it throttles nothing. But a moment ahead of ours
    // is the claim of a process that looked at its clock after us.
    const isDue = mtimeMs - nowMs > AT_ONCE_MS || nowMs - mtimeMs >= hours * 3_600_000;
    if (isDue)
        (0,external_node_fs_.lutimesSync)(path, nowMs / 1000, nowMs / 1000);
    return isDue;
}

;// CONCATENATED MODULE: ./lib/steps/alert.js





const WAIT_MS = 5000;
/**
 * Tells the webhook, where one is set and an alert of this kind is due on this host.
 *
 * It is sent by a process in the background: an address that does not answer holds up nobody.
 */
async function alert_alert(root, settings, about, { script, voice }) {
    const { alertWebhook, alertHours } = settings;
    if (alertWebhook === null || settings.dryRun)
        return;
    try {
        if (!(await claimAlert(root, about.kind, alertHours, Date.now())))
            return;
        (0,background/* startInBackground */.k5)(script, ['alert', '--text', `${root.path}: ${about.text}`], {
            TARGET_GUARD_ALERT_WEBHOOK: alertWebhook,
        });
        voice.info(`alert sent (${about.kind})`);
    }
    catch (error) {
        voice.warning(`No alert was sent (${(0,guard_error/* messageOf */.bD)(error)}).`);
    }
}
/**
 * Posts one text to a Slack-compatible address.
 *
 * @throws GuardError where it is not accepted within five seconds; the address is in no text
 */
async function sendAlert(address, text) {
    const body = JSON.stringify({ text: `${TAG} ${hostname()}: ${text}` });
    const headers = { 'content-type': 'application/json' };
    const next = 'Look at alert-webhook and at the network of this host.';
    let status;
    try {
        const signal = AbortSignal.timeout(WAIT_MS);
        // A redirect would turn the POST into a GET, and tell the text to another address.
        const request = { method: 'POST', headers, body, signal, redirect: 'manual' };
        const answer = await fetch(address, request);
        status = answer.status;
        // Whatever else it says is not waited for.
        await answer.body?.cancel();
    }
    catch (error) {
        throw new GuardError(whyUnsent(error), next);
    }
    if (status < 200 || status > 299)
        throw new GuardError(`The webhook answered ${status}.`, next);
}
/** The error’s own text may hold the address, which is a secret: its name and its code do not. */
function whyUnsent(error) {
    const { name, cause } = error instanceof Error ? error : { name: '', cause: null };
    if (name === 'TimeoutError')
        return `The webhook did not answer within ${WAIT_MS} ms.`;
    const code = /^[A-Z][A-Z0-9_]{0,40}$/.exec(errnoOf(cause))?.[0];
    return `The webhook could not be reached${code === undefined ? '' : ` (${code})`}.`;
}

;// CONCATENATED MODULE: ./lib/steps/after-pass.js






/**
 * Tells the metrics and, where it is bad, the webhook.
 *
 * @returns whether the heartbeat is written: without one nobody knows that there was a pass
 */
async function afterPass(outcome, runtime) {
    const { root, settings, done, guarded, jobs, seeds = [] } = outcome;
    const { assessments } = guarded;
    const heartbeat = 'heartbeat' in done ? done.heartbeat : null;
    const isNoted = 'heartbeat' in done && (done.isNoted || noteLate(root, done, runtime));
    const problems = 'heartbeat' in done ? done.heartbeat.errors : [`A pass failed: ${done.why}`];
    await (0,record_metrics/* recordMetrics */.H)(root, {
        disks: { assessments, floors: settings.floors },
        jobs,
        seeds,
        pass: {
            scope: 'heartbeat' in done ? done.heartbeat.scope : done.scope,
            result: problems.length > 0 ? 'failed' : 'done',
            seconds: heartbeat?.seconds ?? 0,
            atMs: heartbeat?.completedAt ?? Date.now(),
        },
        reclaimedBytes: guarded.reclaimedBytes + deletedBytes(done),
        lockWaitSeconds: heartbeat?.lock === null ? null : (heartbeat?.lock.waitedMs ?? 0) / 1000,
    }, runtime);
    if (guarded.level === 'critical') {
        const text = `${(0,refuse/* describeCritical */.jJ)(assessments)} The emergency pass could not free enough.`;
        await alert_alert(root, settings, { kind: 'critical', text }, runtime);
    }
    if (problems.length > 0) {
        const text = problems.slice(0, 5).join('; ');
        await alert_alert(root, settings, { kind: 'pass-failed', text }, runtime);
    }
    const blocked = (0,report_heartbeat/* maintenanceWarnings */.NG)(heartbeat, (0,heartbeat_file/* readFoundedAt */.Pm)(root), Date.now()).filter((text) => text.includes('has been blocked for'));
    if (blocked.length > 0) {
        const text = blocked.slice(0, 5).join('; ');
        await alert_alert(root, settings, { kind: 'blocked', text }, runtime);
    }
    return isNoted;
}
/** The disk was full for the heartbeat, and room has been made since, or could not be. */
function noteLate(root, { heartbeat }, { voice }) {
    try {
        (0,heartbeat_file/* writeHeartbeatText */.hJ)(root, (0,report_heartbeat/* encodeHeartbeat */.Vm)(heartbeat));
        return true;
    }
    catch (error) {
        voice.warning(`The heartbeat cannot be written (${(0,guard_error/* messageOf */.bD)(error)}).`);
        return false;
    }
}
function deletedBytes(done) {
    return 'reaped' in done ? (done.reaped?.deletedBytes ?? 0) : 0;
}

// EXTERNAL MODULE: ./lib/steps/pass.js + 1 modules
var pass = __nccwpck_require__(6357);
;// CONCATENATED MODULE: ./lib/steps/own-pass.js




/** The pass over this runner's own slots, told to the log of its job; one that fails stops no job. */
async function passOverOwn({ root, self, settings, by, published = [] }, runtime) {
    const { dryRun } = settings;
    const ways = (0,privilege/* helpers */._$)(settings);
    try {
        const done = await (0,pass/* pass */.I)({ root, self, scope: 'own', retention: settings, ways, dryRun, deletes: 'later', by }, runtime);
        announce(done.actions, published, dryRun, runtime);
        return done;
    }
    catch (error) {
        const why = (0,guard_error/* messageOf */.bD)(error);
        runtime.voice.warning(`The pass over this runner’s slots failed (${why}); the job goes on, and the ` +
            'next pass tries again. “target-guard doctor” checks the host.');
        return { scope: 'own', why };
    }
}
/** Says what a pass did; in a dry run as an annotation that nobody can overlook. */
function announce(actions, published, dryRun, { voice }) {
    for (const line of (0,report_actions/* passLines */.H8)(actions, { would: dryRun, published }))
        voice.info(line);
    if (!dryRun)
        return;
    const many = actions.filter((action) => action.kind === 'retire').length;
    voice.warning(`dry-run is on: nothing is deleted on this host by this runner. ${many} slot(s) would go.`);
}

// EXTERNAL MODULE: ./lib/steps/runtime.js
var steps_runtime = __nccwpck_require__(6119);
;// CONCATENATED MODULE: ./lib/steps/prepare.js






















/**
 * The beginning of a job in a workflow: see prepareFor.
 *
 * @throws GuardError and RefusedError as that does
 */
async function prepare(settings, madeBy, runtime, onLease) {
    const { environment, voice } = runtime;
    const job = readJob(environment, settings.leg);
    const owner = observeOwner(environment);
    const applicant = {
        job,
        owner,
        self: (0,steps_runtime/* selfOf */.KV)(owner, job),
        madeBy,
        by: `pre of ${owner.runner.name}`,
        workspace: '',
        hooked: madeBy === 'step' ? (environment['TARGET_GUARD_LEASE'] ?? '') : '',
        voice,
    };
    return prepareFor(applicant, settings, runtime, onLease);
}
/**
 * The beginning of a job: check every setting, prune this runner's own stale slots, see that the disk
 * has room, get a slot.
 *
 * @param onLease told the root and the lease as soon as it is written
 * @throws GuardError for bad settings, before anything is touched, or where no slot can be made
 * @throws RefusedError where the disk stays critical and the job is to fail
 */
async function prepareFor(applicant, settings, runtime, onLease) {
    const { environment, voice } = runtime;
    const { job, owner, self, madeBy, by, hooked } = applicant;
    if (settings.owner !== null)
        resolveSetting(settings.owner);
    const root = (0,host_root/* openRoot */.R8)(settings.root, (0,steps_runtime/* preciousOf */.YU)(environment));
    const builder = resolveOwner(settings.owner, root);
    const ways = (0,privilege/* helpers */._$)(settings);
    for (const text of misplacedWarnings(root))
        voice.warning(text);
    const heartbeat = (0,report_heartbeat/* parseHeartbeat */.CW)((0,heartbeat_file/* readHeartbeatText */.I9)(root));
    for (const text of (0,report_heartbeat/* maintenanceWarnings */.NG)(heartbeat, (0,heartbeat_file/* readFoundedAt */.Pm)(root), Date.now())) {
        voice.warning(text);
    }
    const pruned = await passOverOwn({ root, self, settings, by }, runtime);
    const guarded = await guardDisk({ root, self, settings, scope: 'own' }, runtime);
    await afterPass({ root, settings, done: pruned, guarded, jobs: [] }, runtime);
    const { level, freeBytes, emergency } = guarded;
    const done = {
        root: root.path,
        actions: 'actions' in pruned ? pruned.actions : [],
        retired: ('retired' in pruned ? pruned.retired.length : 0) + guarded.retired.length,
        reclaimedBytes: guarded.reclaimedBytes,
        disk: { level, freeBytes, emergency },
    };
    const verdict = await prepare_decide(root, self, settings, guarded, madeBy, runtime);
    if (verdict === 'skip')
        return { ...done, slot: null };
    const request = { root, job, owner, builder, ways };
    const taken = tryTakeOver(hooked, request, runtime);
    if (taken !== null)
        onLease(root.path, taken.lease.id);
    const admitted = taken === null
        ? await admit({ root, self, job, settings, madeBy }, { ...runtime, voice: applicant.voice })
        : null;
    if (admitted?.kind === 'skip')
        return { ...done, slot: null };
    const get = () => acquire({
        ...request,
        madeBy,
        workspace: applicant.workspace,
        forecastBytes: admitted?.forecastBytes ?? null,
        onLease: (id) => {
            admitted?.release();
            onLease(root.path, id);
        },
    });
    let slot;
    try {
        slot = taken ?? withReserve(root, runtime, get);
    }
    finally {
        admitted?.release();
    }
    if (!settings.dryRun) {
        keepReserve(root, guarded, runtime);
        if ((0,trash/* hasTrash */.P_)(root))
            startReaper(root, runtime.script, settings);
    }
    const about = { hadEmergency: emergency, isTaken: taken !== null };
    if (settings.keeper === 'auto')
        await watchOver(root, slot.lease.id, settings, about, runtime);
    return { ...done, slot: { ...slot, takenOver: taken !== null } };
}
/** Starts the keeper of a lease, unless the hook's lives on; a job goes on without one. */
async function watchOver(root, id, settings, { hadEmergency, isTaken, lock = null }, { script, voice, environment }) {
    const failed = (error) => voice.warning(`The keeper of this job was not started (${(0,guard_error/* messageOf */.bD)(error)}); nobody watches the disk while it builds.`);
    try {
        if (isTaken && (await (0,keeper_lock/* findKeepers */.Jc)(root, [id])).has(id))
            return;
        const isInside = hadEmergency || environment[INSIDE] === '1';
        const variables = isInside ? { [INSIDE]: '1' } : {};
        (0,keeper/* startKeeper */.FA)(root, id, script, { settings, variables, failed, lock });
    }
    catch (error) {
        failed(error);
    }
}
/** Once per job: its later steps, and what they start, make no second emergency pass. */
function rememberEmergency({ disk }, environment) {
    if (disk.emergency)
        (0,workflow_commands/* handOver */.Cl)(environment, 'GITHUB_ENV', INSIDE, '1');
}
/** Takes the hook’s slot over; where that cannot be noted, the step makes one of its own. */
function tryTakeOver(id, request, { voice }) {
    try {
        const taken = takeOver(id, request);
        if (taken?.problem !== undefined) {
            voice.warning(`The leg and workflow of the started hook’s slot were not noted (${taken.problem}): it counts as one ` +
                'of the job as the hook knew it.');
        }
        return taken;
    }
    catch (error) {
        voice.warning(`The slot of the started hook was not taken over (${(0,guard_error/* messageOf */.bD)(error)}); this step gets its own.`);
        return null;
    }
}
/** Makes a slot, and where there is no room even for a lease, gives the reserve back and tries again. */
function withReserve(root, { voice }, make) {
    try {
        return make();
    }
    catch (error) {
        const cause = error instanceof guard_error/* GuardError */.U$ ? error.cause : error;
        if (!(0,guard_error/* isNoSpace */.YV)(cause) || !(0,reserve/* releaseReserve */.gO)(root))
            throw error;
        voice.warning('The disk is full: the reserve was given back to make this job’s slot.');
        return make();
    }
}
/** What becomes of a job whose disk stays critical; a hook cannot skip a job, and warns instead. */
async function prepare_decide(root, self, settings, guarded, madeBy, runtime) {
    const { voice } = runtime;
    // Once per job: the started hook has said it.
    const isTold = madeBy === 'step' && (runtime.environment['TARGET_GUARD_LEASE'] ?? '') !== '';
    for (const { level, reading, why } of guarded.assessments) {
        if (level === 'low' && !isTold)
            voice.warning(`The disk of ${reading.path} is low: ${why}.`);
    }
    if (guarded.level !== 'critical')
        return 'go on';
    const wanted = settings.dryRun ? 'warn' : settings.onCritical;
    if (wanted === 'fail') {
        const holders = await (0,refuse/* describeHolders */.hX)(root, self, settings, runtime);
        throw (0,refuse/* refused */.J5)(guarded.assessments, holders);
    }
    const text = (0,refuse/* describeCritical */.jJ)(guarded.assessments);
    if (wanted === 'skip' && madeBy === 'step') {
        voice.warning(`${text} The output proceed is false: skip the build.`);
        return 'skip';
    }
    voice.warning(`${text} The job goes on all the same (on-critical: ${settings.onCritical}).`);
    return 'go on';
}

// EXTERNAL MODULE: ./lib/plan/remote-key.js
var remote_key = __nccwpck_require__(1275);
// EXTERNAL MODULE: ./lib/plan/build-record.js
var build_record = __nccwpck_require__(6557);
// EXTERNAL MODULE: ./lib/plan/linked-file.js
var linked_file = __nccwpck_require__(2985);
;// CONCATENATED MODULE: ./lib/plan/ahead.js



function ahead_encodeAhead({ record, ...rest }) {
    return `${JSON.stringify({ version: 1, ...rest, record: encodeRecord(record) })}\n`;
}
function ahead_encodeFailed(failed) {
    return `${JSON.stringify({ version: 1, ...failed })}\n`;
}
/** Null where it is damaged: the clone is made again. */
function parseAhead(text) {
    const found = (0,plan_lease/* parseObject */.lj)(text);
    if (found?.['version'] !== 1)
        return null;
    const { making, told, problem } = found;
    if (typeof problem === 'string')
        return { problem };
    const record = typeof found['record'] === 'string' ? (0,build_record/* parseSeedRecord */.k9)(found['record']) : null;
    const linked = (0,linked_file/* linkedFilesOf */.O1)(found['linked']);
    if (typeof making !== 'string' || record === null || linked === null)
        return null;
    if (!Array.isArray(told) || !told.every(isTold))
        return null;
    return { making, record, linked, told };
}
function isTold(found) {
    return ((0,plan_lease/* isRecord */.u4)(found) && typeof found['text'] === 'string' && typeof found['isWarning'] === 'boolean');
}

// EXTERNAL MODULE: ./lib/host/seeding.js
var seeding = __nccwpck_require__(7241);
;// CONCATENATED MODULE: ./lib/host/ahead.js







/**
 * The clone that a job will be seeded with is made while its checkout is, by a process in the background:
 * `seeding/<lease id>/ahead`, and beside it `ahead.json`, which is there when all of it is, or says what
 * went wrong.
 */
const CLONE = 'ahead';
const NOTE = 'ahead.json';
/** Where it is made in the folder of a seeding. */
function aheadPlace(folder) {
    return `${folder}/${CLONE}`;
}
/** The clone in the folder of a seeding; null where there is none, or not all of it. */
function readAhead(folder) {
    const text = (0,small_file/* readTextOrNull */.GR)(`${folder}/${NOTE}`, small_file/* LARGE */.I$);
    const note = text === null ? null : parseAhead(text);
    return note === null || 'problem' in note ? note : { place: aheadPlace(folder), note };
}
/** Notes that it is whole. */
function noteAhead(folder, note) {
    replaceFile(`${folder}/${NOTE}`, encodeAhead(note));
}
/** Notes that there will be none. */
function noteFailed(folder, failed) {
    replaceFile(`${folder}/${NOTE}`, encodeFailed(failed));
}
/** Whether somebody makes a clone for a lease, or has made one, or noted why not. */
async function mayHaveAhead(root, id) {
    return (await (0,seeding/* awaitSeeding */.wz)(root, id, NOTE, 0)) !== false;
}
/** Nothing is copied, so that it takes seconds; then the job makes its own, which may be as slow. */
const WAIT_S = 60;
/** Waits for the process that makes a lease’s clone; false where there is none to be had. */
async function awaitAhead(root, id) {
    return (await (0,seeding/* awaitSeeding */.wz)(root, id, NOTE, WAIT_S)) === true;
}
/** By it the runner’s clean-up finds the process, and ends it with the job. */
const TRACKING_ID = 'RUNNER_TRACKING_ID';
/**
 * Starts the process that makes the clone, and does not wait for it. It holds the lock of the folder
 * from here to its end, whatever that is: who comes for the clone waits for the lock.
 *
 * @param variables what it gets of the job’s environment
 * @returns false where no lock can be taken: then there is none
 */
function ahead_startAhead(root, id, script, variables) {
    const folder = openFolder(makeSeeding(root, id));
    try {
        const { status } = spawnSync('flock', ['-s', '-n', '3'], {
            stdio: ['ignore', 'ignore', 'ignore', folder],
        });
        if (status !== 0)
            return false;
        const words = ['clone', '--root', root.path, '--lease', id];
        const child = spawn(process.execPath, [toolBeside(script), ...words], {
            cwd: '/',
            detached: true,
            env: { ...ownEnvironment([TRACKING_ID]), ...variables },
            stdio: ['ignore', 'ignore', 'ignore', folder],
        });
        // Then the job makes it itself.
        child.on('error', () => { });
        child.unref();
        return true;
    }
    finally {
        closeSync(folder);
    }
}

;// CONCATENATED MODULE: ./lib/steps/seed-request.js






/** What the slot of a step is seeded for; null where there is none. */
function seed_request_seedRequestOf({ root: path, lease: id }, { environment }) {
    const root = (0,host_root/* findRoot */.wg)(path, (0,steps_runtime/* preciousOf */.YU)(environment));
    const lease = root === null || id === null ? null : ((0,leases/* findLease */.G0)(root, id)?.lease ?? null);
    if (root === null || lease === null)
        return null;
    const settings = (0,inputs/* readInputs */.Ko)(environment);
    const job = readJob(environment, settings.leg);
    const owner = observeOwner(environment);
    const self = (0,steps_runtime/* selfOf */.KV)(owner, job);
    return { root, job, owner, self, settings, lease, restoresMtimes: settings.restoreMtimes };
}

;// CONCATENATED MODULE: ./lib/plan/seed.js




/**
 * The ended slots of the same repository, PR key, workflow, job and matrix leg, the newest first, each
 * with the reason for which it may not be a seed.
 *
 * A job takes from its own PR key alone, so that no pull request can hand anything to another. What
 * somebody has built in another worktree of the same repository comes after that. A job that may
 * publish takes from its like alone: other events run on the default branch, too, with anybody’s code.
 * So does one that has secrets from those that may have none.
 */
function seed_sourcesFor(sources, wish) {
    const { job } = wish;
    return sources
        .flatMap((source) => {
        const { lease, slot } = source.record;
        const isOfJob = lease !== null &&
            slot !== null &&
            lease.repository === `${job.owner}/${job.repository}` &&
            (lease.prKey === job.prKey || isElsewhere(source, wish)) &&
            (0,plan_job/* mayBeOf */.cC)(lease.workflow, job.workflow) &&
            lease.job === job.job &&
            lease.leg === job.leg &&
            (lease.trusted || !job.trusted) &&
            (0,plan_job/* mayTakeFrom */.F0)(lease.event, job) &&
            (0,plan_lease/* isLocal */.IX)(lease.madeBy) === (0,plan_lease/* isLocal */.IX)(wish.madeBy);
        return isOfJob ? [seed_judge(source, slot, wish)] : [];
    })
        .toSorted((a, b) => Number(isFar(a)) - Number(isFar(b)) || age(a.source) - age(b.source));
}
function isFar({ origin }) {
    return origin?.isElsewhere === true;
}
/** Whether a slot is of another worktree of the repository, and of the same user. */
function isElsewhere({ record: { lease }, build }, wish) {
    return (lease !== null &&
        (0,plan_lease/* isLocal */.IX)(lease.madeBy) &&
        lease.prKey !== wish.job.prKey &&
        lease.owner.runner.key === wish.runnerKey &&
        wish.common !== '' &&
        wish.common === build?.common);
}
function age({ record, moment }) {
    const hours = (0,reclaim/* ageHours */.RL)(record, moment);
    return Number.isFinite(hours) ? hours : Number.MAX_VALUE;
}
function seed_judge(source, slot, wish) {
    const { record, build } = source;
    const origin = build === null || record.lease === null
        ? null
        : {
            ...build,
            runnerKey: record.lease.owner.runner.key,
            isElsewhere: isElsewhere(source, wish),
        };
    return { source, slot, origin, refusal: refusalOf(source, origin, wish) };
}
function refusalOf({ record }, origin, wish) {
    if (record.state !== 'ended')
        return 'its job has not ended';
    if (origin === null)
        return 'nothing is known of its build';
    const isOfFailure = record.end?.result === 'failure' && record.end.isWarm === true;
    // Who runs it again may do so because of what was built.
    if (isOfFailure && record.lease?.runId === wish.job.runId)
        return 'its job failed in this very run';
    // In its own workspace that is what Cargo finds after every build there.
    const isGood = record.end?.result === 'success' ||
        isOfFailure ||
        ((origin.isElsewhere === true || isOwnWorkspace(origin, wish)) && isUntold(record));
    if (!isGood)
        return 'its job is not known to have succeeded';
    return seed_refuseOrigin(origin, wish);
}
/** Why a build may not be a seed for this job, wherever it lies; null where it may. */
function seed_refuseOrigin(origin, wish) {
    // Who publishes starts over before a snapshot is too old for all others.
    const inJobs = build_record/* GENERATIONS_AT_MOST */.KL - (wish.job.trusted ? 1 : 0);
    const most = (0,plan_lease/* isLocal */.IX)(wish.madeBy) ? build_record/* LOCAL_GENERATIONS_AT_MOST */.SH : inJobs;
    if (origin.generation >= most) {
        return `it was handed down ${origin.generation} times: time to start over`;
    }
    if (origin.toolchain === null)
        return 'Cargo has built nothing in it';
    const isOfAnother = ![origin.toolchain, origin.asked].includes(wish.toolchain ?? origin.toolchain);
    if (isOfAnother) {
        return 'another toolchain built it';
    }
    // Build scripts and proc macros may not even run here, and Cargo takes them for fresh.
    if (origin.system !== undefined && origin.system !== wish.system) {
        return `it was built on another system (${origin.system})`;
    }
    // A worktree that was made again at the same path is another one, too.
    if (origin.isElsewhere === true)
        return origin.inputs ? null : 'its inputs are not all known';
    if (wish.restoresMtimes && origin.inputs)
        return null;
    if (!isOwnWorkspace(origin, wish)) {
        return wish.restoresMtimes
            ? 'it was built in another workspace, and its inputs are not known'
            : 'it was built in another workspace, and mtimes are not restored';
    }
    return origin.times === wish.times ? null : 'mtimes in its workspace have been set since';
}
function isOwnWorkspace(origin, wish) {
    return (origin.runnerKey === wish.runnerKey &&
        wish.workspace !== null &&
        origin.workspace === wish.workspace);
}
/** A hook is told no result; and a command of a person’s that failed is the day’s work. */
function isUntold({ lease, end }) {
    return lease !== null && lease.madeBy !== 'step' && end?.result === 'unknown';
}

;// CONCATENATED MODULE: ./lib/plan/git-index.js
/** Signature, version, number of entries. */
const HEADER = 12;
/** Where the parts of an entry are, from its begin; all numbers are big-endian. */
const [MTIME, MODE, BLOB, FLAGS, git_index_NAME] = [8, 24, 40, 60, 62];
const [ASSUMED_VALID, EXTENDED, STAGE, NAME_LENGTH] = [0x8000, 0x4000, 0x3000, 0x0fff];
/** In the flags of extended entries: left out of a sparse checkout. */
const SKIPPED = 0x4000;
/** At the end, of what is before. */
const DIGEST = 20;
const [FILE, PROGRAM, SUBMODULE] = [0o100644, 0o100755, 0o160000];
/**
 * Reads git’s index in the formats 2 and 3, which is what git writes unless it is told otherwise.
 *
 * @returns null where git itself should be asked: another format, one that is split or that names
 *   folders in place of files, or one that is damaged
 */
function parseIndex(bytes) {
    if (bytes.length < HEADER + DIGEST || bytes.toString('latin1', 0, 4) !== 'DIRC')
        return null;
    const version = bytes.readUInt32BE(4);
    if (version !== 2 && version !== 3)
        return null;
    const end = bytes.length - DIGEST;
    const index = { files: new Map(), submodules: [] };
    // Taking a part of a text is far quicker than decoding one for each of many thousand entries.
    const text = bytes.toString('latin1');
    let at = HEADER;
    for (let left = bytes.readUInt32BE(8); left > 0; left -= 1) {
        if (at + git_index_NAME > end)
            return null;
        const flags = bytes.readUInt16BE(at + FLAGS);
        const name = at + git_index_NAME + ((flags & EXTENDED) === 0 ? 0 : 2);
        const length = flags & NAME_LENGTH;
        // Of a longer name the length is not told.
        const nul = length === NAME_LENGTH ? bytes.indexOf(0, name) : name + length;
        if (nul === -1 || nul >= end || bytes[nul] !== 0)
            return null;
        const latin1 = text.slice(name, nul);
        const path = IS_ASCII.test(latin1) ? latin1 : bytes.toString('utf8', name, nul);
        if (bytes.readUInt32BE(at + MODE) === SUBMODULE)
            index.submodules.push(path);
        else
            index.files.set(path, contentAt(bytes, at));
        // Each is padded with 1 to 8 NUL to a multiple of eight.
        at += (nul - at + 8) & ~7;
    }
    return hasOptionalOnly(bytes, at, end) ? index : null;
}
/** In ASCII both encodings say the same. */
const IS_ASCII = /^[\0-\x7f]*$/;
function contentAt(bytes, at) {
    const flags = bytes.readUInt16BE(at + FLAGS);
    const mode = bytes.readUInt32BE(at + MODE);
    const isSkipped = (flags & EXTENDED) !== 0 && (bytes.readUInt16BE(at + git_index_NAME) & SKIPPED) !== 0;
    const isLookedAt = (flags & (ASSUMED_VALID | STAGE)) === 0 && !isSkipped;
    if ((mode !== FILE && mode !== PROGRAM) || !isLookedAt)
        return null;
    return new IndexedFile(bytes, at, mode === PROGRAM);
}
/** Of many thousand files the ids of few are ever asked for. */
class IndexedFile {
    kind = 'file';
    size = null;
    isExecutable;
    #bytes;
    #at;
    constructor(bytes, at, isExecutable) {
        this.#bytes = bytes;
        this.#at = at;
        this.isExecutable = isExecutable;
    }
    get id() {
        return `git:${this.#bytes.toString('hex', this.#at + BLOB, this.#at + FLAGS)}`;
    }
    get mtimeS() {
        return this.#bytes.readUInt32BE(this.#at + MTIME);
    }
}
/** Whether none of the extensions is needed to understand the entries: their names say so. */
function hasOptionalOnly(bytes, from, end) {
    let at = from;
    while (at + 8 <= end) {
        const first = bytes[at] ?? 0;
        if (first < 0x41 || first > 0x5a)
            return false;
        at += 8 + bytes.readUInt32BE(at + 4);
    }
    return at === end;
}

;// CONCATENATED MODULE: ./lib/host/plain-file.js


/**
 * Opens a regular file without following a link or waiting at a FIFO.
 *
 * @returns null where nothing of that kind is
 * @throws where it may not be read
 */
function withPlainFile(path, work) {
    let file;
    try {
        file = (0,external_node_fs_.openSync)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK);
    }
    catch (error) {
        if (['ENOENT', 'ELOOP', 'ENXIO'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return null;
        throw error;
    }
    try {
        const stat = (0,external_node_fs_.fstatSync)(file);
        if (!stat.isFile())
            return null;
        const { size, ino: inode } = stat;
        return work({ size, inode, read: (from, length) => readAt(file, from, length, size) });
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
function readAt(file, from, length, size) {
    if (!Number.isSafeInteger(from) || from < 0 || from >= size)
        return Buffer.alloc(0);
    const buffer = Buffer.allocUnsafe(Math.min(length, size - from));
    let filled = 0;
    while (filled < buffer.length) {
        const got = (0,external_node_fs_.readSync)(file, buffer, filled, buffer.length - filled, from + filled);
        if (got === 0)
            break;
        filled += got;
    }
    return buffer.subarray(0, filled);
}
/** The bytes of a regular file as text (latin1); null where there is none, or it is larger. */
function readBytes(path, atMost) {
    return withPlainFile(path, ({ size, read }) => size > atMost ? null : read(0, size).toString('latin1'));
}

// EXTERNAL MODULE: ./lib/host/program.js
var program = __nccwpck_require__(4554);
;// CONCATENATED MODULE: ./lib/host/work-tree-git.js





const work_tree_git_WAIT_MS = 60_000;
const ANSWER_AT_MOST = 512 * 1024 * 1024;
/**
 * Both at once, of which each takes long where there are many files. For this process, whose memory is
 * large, to start one shell takes half as long as to start two programs.
 */
const COMPARE = `own=$1
shift
git --literal-pathspecs -c "$own" diff-files --raw -z --no-renames --ignore-submodules=all >&3 &
first=$!
git --literal-pathspecs -c "$own" ls-files -o --exclude-standard -z "$@" 3>&-
second=$?
wait "$first" || exit "$?"
exit "$second"`;
/** Asks git about a work tree. */
class Git {
    folder;
    /** our own */
    directory;
    /** the repository’s */
    index;
    #environment;
    constructor(folder, own, real) {
        this.folder = folder;
        this.directory = own;
        this.index = (0,external_node_path_.join)(real.path, 'index');
        this.#environment = {
            PATH: process.env['PATH'],
            LC_ALL: 'C',
            GIT_ATTR_NOSYSTEM: '1',
            GIT_CONFIG_GLOBAL: '/dev/null',
            GIT_CONFIG_NOSYSTEM: '1',
            GIT_DIR: own,
            GIT_INDEX_FILE: this.index,
            GIT_OBJECT_DIRECTORY: (0,external_node_path_.join)(real.common, 'objects'),
            GIT_OPTIONAL_LOCKS: '0',
            GIT_TERMINAL_PROMPT: '0',
            GIT_WORK_TREE: folder,
        };
    }
    /** What lies in the work tree and is not as the index has it, but for what these words exclude. */
    async compare(without) {
        return new Promise((answered, failed) => {
            const child = (0,external_node_child_process_.spawn)('sh', ['-c', COMPARE, 'sh', ownAttributes(), ...without], {
                cwd: this.folder,
                env: this.#environment,
                // As the leader of a group it is ended with what it has started.
                detached: true,
                stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
            });
            const timer = setTimeout(() => (0,program/* killGroup */.i0)(child.pid), work_tree_git_WAIT_MS);
            const [, untracked, problem, differing] = child.stdio.map((stream) => told(stream, child.pid));
            child.on('error', (error) => {
                clearTimeout(timer);
                failed(error);
            });
            child.on('close', (status) => {
                clearTimeout(timer);
                if (status === 0)
                    answered({ differing: atNul(differing), untracked: atNul(untracked) });
                else
                    failed(new Error(`git: ${problem?.join('').trim() || 'it took too long, or said too much'}`));
            });
        });
    }
    /** What git says, parted at NUL. */
    async ask(words, input = '') {
        const own = ['-c', ownAttributes()];
        return new Promise((answered, failed) => {
            const child = (0,external_node_child_process_.execFile)('git', ['--literal-pathspecs', ...own, ...words], {
                cwd: this.folder,
                env: this.#environment,
                timeout: work_tree_git_WAIT_MS,
                killSignal: 'SIGKILL',
                maxBuffer: ANSWER_AT_MOST,
            }, (error, stdout, stderr) => {
                if (error === null)
                    answered(atNul([stdout]));
                else
                    failed(new Error(`git: ${stderr.trim() || (0,guard_error/* messageOf */.bD)(error)}`));
            });
            // A git that ends before it has read everything says why in its exit code.
            child.stdin?.on('error', () => { });
            child.stdin?.end(input);
        });
    }
}
/** Those that a user has for all repositories. */
function ownAttributes() {
    return `core.attributesFile=${(0,external_node_os_.homedir)()}/.config/git/attributes`;
}
/** What a program says there, as it comes; one that says too much is ended. */
function told(stream, pid) {
    const parts = [];
    let length = 0;
    if (stream === null || stream === undefined || !('setEncoding' in stream))
        return parts;
    stream.setEncoding('utf8').on('data', (part) => {
        parts.push(part);
        length += part.length;
        if (length > ANSWER_AT_MOST)
            (0,program/* killGroup */.i0)(pid);
    });
    return parts;
}
/** What was said, parted at NUL. */
function atNul(parts = []) {
    return parts.join('').split('\0').slice(0, -1);
}

;// CONCATENATED MODULE: ./lib/host/git.js








/** Whether a directory is the top of a work tree. */
function isWorkTree(folder) {
    return (0,external_node_fs_.lstatSync)((0,external_node_path_.join)(folder, '.git'), { throwIfNoEntry: false }) !== undefined;
}
/**
 * Asks git what a work tree holds, without running anything that its owner could have chosen.
 *
 * Git reads the index and the work tree, but with a git directory of our own: the repository’s
 * configuration, which may name filters, hooks and monitors to run, is never read; nothing is
 * written, no lock is taken, and it does not matter who owns it.
 *
 * @param excluded folders to pass over, relative to the work tree
 * @returns in words why git cannot tell
 */
async function readWorkTree(folder, excluded) {
    let own = null;
    try {
        const real = gitDirectoryOf(folder);
        if (typeof real !== 'object')
            return real;
        own = (0,external_node_fs_.mkdtempSync)((0,external_node_path_.join)((0,external_node_fs_.realpathSync)((0,external_node_os_.tmpdir)()), 'target-guard-git-'));
        furnish(own, real.common);
        return await read(new Git(folder, own, real), excluded);
    }
    catch (error) {
        return (0,guard_error/* messageOf */.bD)(error);
    }
    finally {
        if (own !== null)
            (0,external_node_fs_.rmSync)(own, { recursive: true, force: true });
    }
}
/** Follows `.git` where it is a file, as in submodules and linked work trees. */
function gitDirectoryOf(folder) {
    const path = (0,external_node_path_.join)(folder, '.git');
    const found = (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false });
    if (found === undefined)
        return 'it is not a work tree';
    let directory = path;
    if (found.isFile()) {
        const text = (0,small_file/* readSmallFile */.EW)(path);
        const named = typeof text === 'string' ? /^gitdir: ([^\n]+)\n?$/.exec(text)?.[1] : undefined;
        if (named === undefined)
            return '.git names no directory';
        directory = (0,external_node_path_.resolve)(folder, named);
    }
    const common = (0,small_file/* readTextOrNull */.GR)((0,external_node_path_.join)(directory, 'commondir'))?.trim();
    return { path: directory, common: (0,external_node_path_.resolve)(directory, common ?? '.') };
}
/** The least that git takes for a git directory, and what decides how files are converted. */
function furnish(own, common) {
    (0,external_node_fs_.mkdirSync)((0,external_node_path_.join)(own, 'refs'));
    (0,external_node_fs_.mkdirSync)((0,external_node_path_.join)(own, 'info'));
    (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(own, 'HEAD'), 'ref: refs/heads/none\n');
    for (const name of ['attributes', 'exclude']) {
        (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(own, 'info', name), (0,small_file/* readTextOrNull */.GR)((0,external_node_path_.join)(common, 'info', name)) ?? '');
    }
}
async function read(git, excluded) {
    const { differing, untracked, tracked, submodules } = await compare(git, excluded);
    for (let index = 1; index < differing.length; index += 2)
        tracked.set(differing[index] ?? '', null);
    for (const path of await convertedIn(git, tracked))
        tracked.set(path, null);
    for (const path of submodules)
        tracked.delete(path);
    const nameless = untracked.filter(isNameless);
    for (const path of tracked.keys())
        if (isNameless(path))
            nameless.push(path);
    for (const path of nameless)
        tracked.delete(path);
    return {
        tracked,
        untracked: untracked.filter((path) => !isNameless(path)),
        submodules,
        unnamed: nameless.length,
    };
}
/** The index, and what git finds beside it: of one and the same index. */
async function compare(git, excluded) {
    const without = excluded.map((path) => `--exclude=/${quoted(path)}`);
    for (let round = 1; round <= ROUNDS; round += 1) {
        const before = stampOfIndex(git);
        const [{ differing, untracked }, { files: tracked, submodules }] = await Promise.all([
            git.compare(without),
            indexOf(git),
        ]);
        // What was added meanwhile git calls clean, against another blob than the one that was read here.
        if (stampOfIndex(git) === before)
            return { differing, untracked, tracked, submodules };
    }
    throw new Error('its index changes all the time');
}
const ROUNDS = 3;
/** Tells one index from the next: git never writes into it, but puts a new one in its place. */
function stampOfIndex({ index }) {
    const stat = (0,external_node_fs_.statSync)(index, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined)
        return '';
    return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
}
function isNameless(path) {
    return path.includes('\uFFFD');
}
/** What the index has: of the common formats read here, while git is at the rest; else by git. */
async function indexOf(git) {
    const bytes = withPlainFile(git.index, ({ size, read: readAt }) => size > ANSWER_AT_MOST ? null : readAt(0, size));
    const parsed = bytes === null ? null : parseIndex(bytes);
    if (parsed !== null)
        return parsed;
    const index = { files: new Map(), submodules: [] };
    for (const line of await git.ask(['ls-files', '-s', '-v', '-z']))
        addEntry(index, line);
    return index;
}
/** A pattern that matches just this path. */
function quoted(path) {
    return path.replaceAll(/[\\*?[\] ]/g, String.raw `\$&`);
}
const MODES = {
    '100644': { kind: 'file', isExecutable: false },
    '100755': { kind: 'file', isExecutable: true },
};
/**
 * `H 100644 <blob> 0\t<path>`. Git does not look at files whose tag is not H: left out of a sparse
 * checkout, or assumed unchanged. A link’s content is where it leads, which is quick to read.
 */
function addEntry({ files, submodules }, line) {
    const tab = line.indexOf('\t');
    const path = line.slice(tab + 1);
    const mode = line.slice(2, 8);
    const known = MODES[mode];
    // Where each part has its length, the last one before the tab is the stage.
    const isPlain = tab === BLOB_END + 2 && line.startsWith('H ') && line[BLOB_END + 1] === '0';
    const content = known !== undefined && isPlain
        ? {
            kind: known.kind,
            id: `git:${line.slice(git_BLOB, BLOB_END)}`,
            isExecutable: known.isExecutable,
            size: null,
            mtimeS: null,
        }
        : null;
    if (mode === '160000')
        submodules.push(path);
    else
        files.set(path, content);
}
const git_BLOB = 'H 100644 '.length;
const BLOB_END = git_BLOB + 40;
const CONVERSIONS = ['filter', 'ident', 'working-tree-encoding', 'eol', 'crlf'];
const UNCONVERTED = new Set(['unspecified', 'unset', 'lf']);
/**
 * The files whose bytes in the work tree may be others than the blob’s, depending on what is
 * installed and configured when they are checked out. Converted line ends, where only the
 * configuration asks for them, show in the size.
 */
async function convertedIn(git, tracked) {
    const files = [];
    for (const path of tracked.keys()) {
        if (path === '.gitattributes' || path.endsWith('/.gitattributes'))
            files.push(path);
    }
    const own = (0,external_node_path_.join)((0,external_node_os_.homedir)(), '.config/git/attributes');
    const inTree = files.map((path) => (0,external_node_path_.join)(git.folder, path));
    const places = [own, (0,external_node_path_.join)(git.directory, 'info/attributes'), ...inTree];
    const texts = places.map((path) => (0,small_file/* readTextOrNull */.GR)(path));
    const isAny = texts.some((text) => CONVERSIONS.some((name) => text?.includes(name) === true));
    if (!isAny)
        return [];
    const input = [...tracked.keys()].map((path) => `${path}\0`).join('');
    const answer = await git.ask(['check-attr', '-z', '--stdin', ...CONVERSIONS], input);
    const converted = new Set();
    for (let index = 0; index + 2 < answer.length; index += 3) {
        if (!UNCONVERTED.has(answer[index + 2] ?? ''))
            converted.add(answer[index] ?? '');
    }
    return [...converted];
}

;// CONCATENATED MODULE: ./lib/host/checkout.js





const SOURCES_AT_MOST = 400_000;
const REPOSITORIES_AT_MOST = 500;
/**
 * Lists a checkout: git’s view of each repository in it, everything where there is no git.
 *
 * @param excluded folders to pass over, relative to the workspace
 */
async function readCheckout(workspace, excluded) {
    const begun = excluded.length === 0 ? begunReadings.get(workspace) : undefined;
    const isFresh = begun !== undefined && external_node_perf_hooks_.performance.now() - begun.atMs < FRESH_MS;
    return isFresh ? begun.checkout : list(workspace, excluded);
}
async function list(workspace, excluded) {
    const listing = new Listing(workspace, excluded);
    await listing.add('');
    return listing;
}
/** What is being read for who will ask for it, by workspace, and since when. */
const begunReadings = new Map();
/** git takes as long for a large checkout; who asks later has it read anew. */
const FRESH_MS = 1000;
/**
 * Does work in which somebody may soon ask for a checkout, which is read meanwhile: what `readCheckout`
 * then answers may be as old as the beginning of the work, and nothing may build before its end.
 *
 * @param workspace absolute, without links
 */
async function readingAhead(workspace, work) {
    const checkout = list(workspace, []);
    // It may fail before anybody asks for it: who does is told.
    checkout.catch(() => { });
    begunReadings.set(workspace, { checkout, atMs: external_node_perf_hooks_.performance.now() });
    try {
        return await work();
    }
    finally {
        begunReadings.delete(workspace);
        await Promise.allSettled([checkout]);
    }
}
class Listing {
    sources = new Map();
    untracked = new Set();
    gaps = [];
    #workspace;
    #excluded;
    #repositories = 0;
    constructor(workspace, excluded) {
        this.#workspace = workspace;
        this.#excluded = new Set(excluded);
    }
    /** Adds a folder with everything below; `''` is the workspace. */
    async add(folder) {
        if (this.#excluded.has(folder))
            return;
        if (this.sources.size > SOURCES_AT_MOST) {
            if (!this.gaps.includes(TOO_MANY))
                this.gaps.push(TOO_MANY);
            return;
        }
        const isRepository = isWorkTree((0,external_node_path_.join)(this.#workspace, folder));
        if (isRepository && (await this.#addRepository(folder)))
            return;
        await this.#addFolder(folder);
    }
    async #addRepository(folder) {
        this.#repositories += 1;
        if (this.#repositories > REPOSITORIES_AT_MOST)
            return false;
        const path = (0,external_node_path_.join)(this.#workspace, folder);
        const prefix = folder === '' ? '' : `${folder}/`;
        const below = [...this.#excluded].filter((each) => each.startsWith(prefix));
        const tree = await readWorkTree(path, below.map((each) => each.slice(prefix.length)));
        // Then every file of it is read instead: slower, and as good.
        if (typeof tree === 'string')
            return false;
        if (tree.unnamed > 0)
            this.gaps.push(`${tree.unnamed} file names in ${path} are not UTF-8`);
        // The first, of which nothing is known yet, may be large.
        if (folder === '')
            this.sources = tree.tracked;
        else
            for (const [name, content] of tree.tracked)
                this.sources.set(`${prefix}${name}`, content);
        for (const name of tree.untracked) {
            if (name.endsWith('/'))
                await this.add(`${prefix}${name.slice(0, -1)}`);
            else
                this.#addUntracked(`${prefix}${name}`);
        }
        for (const name of tree.submodules) {
            if (isFolder((0,external_node_path_.join)(path, name)))
                await this.add(`${prefix}${name}`);
        }
        return true;
    }
    async #addFolder(folder) {
        const path = (0,external_node_path_.join)(this.#workspace, folder);
        let entries;
        try {
            entries = (0,external_node_fs_.readdirSync)(path, { withFileTypes: true });
        }
        catch (error) {
            if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT')
                this.gaps.push(`${path}: ${(0,guard_error/* messageOf */.bD)(error)}`);
            return;
        }
        // A target directory of Cargo’s is no source.
        if (entries.some(({ name }) => name === '.rustc_info.json'))
            return;
        for (const entry of entries) {
            const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
            if (entry.name === '.git')
                continue;
            if (entry.name.includes('\uFFFD'))
                this.gaps.push(`a file name in ${path} is not UTF-8`);
            else if (entry.isDirectory())
                await this.add(name);
            else
                this.#addUntracked(name);
        }
    }
    #addUntracked(path) {
        this.sources.set(path, null);
        this.untracked.add(path);
    }
}
const TOO_MANY = `there are more than ${SOURCES_AT_MOST} files`;
function isFolder(path) {
    return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

// EXTERNAL MODULE: ./lib/plan/build-inputs.js
var build_inputs = __nccwpck_require__(5353);
;// CONCATENATED MODULE: ./lib/host/contents.js




/** Reads contents until it has read so many bytes; what comes after is unproven. */
class ContentReader {
    #left;
    constructor(bytesAtMost) {
        this.#left = bytesAtMost;
    }
    /**
     * Looks at a path, not through a link at its end.
     *
     * @param like an id: what is there gets one of the same sort, so that the two compare
     * @returns null where there is nothing, or nothing that can be looked at
     */
    find(path, like = null) {
        const stat = statOrNull(path);
        return stat === null ? null : this.#found(path, stat, like);
    }
    #found(path, stat, like) {
        if (stat.isSymbolicLink())
            return foundAs('link', linkId(path), stat);
        if (stat.isDirectory())
            return foundAs('directory', build_inputs/* UNPROVEN */.EO, stat);
        if (!stat.isFile())
            return foundAs('file', build_inputs/* UNPROVEN */.EO, stat);
        return foundAs('file', this.#idOf(path, like), stat);
    }
    /** The id of a regular file’s bytes; UNPROVEN where they cannot be read. */
    #idOf(path, like) {
        let file;
        try {
            file = (0,external_node_fs_.openSync)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NONBLOCK);
        }
        catch {
            // Whatever the reason, nobody can say what it holds.
            return build_inputs/* UNPROVEN */.EO;
        }
        try {
            const stat = (0,external_node_fs_.fstatSync)(file);
            if (!stat.isFile() || stat.size > this.#left)
                return build_inputs/* UNPROVEN */.EO;
            this.#left -= stat.size;
            const isBlob = like?.startsWith('git:') === true;
            const hash = (0,external_node_crypto_.createHash)(isBlob ? 'sha1' : 'sha256');
            if (isBlob)
                hash.update(`blob ${stat.size}\0`);
            let read = 0;
            for (;;) {
                const count = (0,external_node_fs_.readSync)(file, BUFFER);
                if (count === 0)
                    break;
                read += count;
                hash.update(BUFFER.subarray(0, count));
            }
            // One that grows meanwhile is not finished.
            return read === stat.size ? `${isBlob ? 'git' : 'sha256'}:${hash.digest('hex')}` : build_inputs/* UNPROVEN */.EO;
        }
        catch {
            return build_inputs/* UNPROVEN */.EO;
        }
        finally {
            (0,external_node_fs_.closeSync)(file);
        }
    }
}
const BUFFER = Buffer.alloc(256 * 1024);
function linkId(path) {
    try {
        const leadsTo = (0,external_node_fs_.readlinkSync)(path);
        return leadsTo.includes('\uFFFD') ? build_inputs/* UNPROVEN */.EO : `link:${leadsTo}`;
    }
    catch {
        // It is gone again, or no link any more.
        return build_inputs/* UNPROVEN */.EO;
    }
}
function foundAs(kind, id, stat) {
    return {
        kind,
        id,
        isExecutable: kind === 'file' && (stat.mode & 64n) !== 0n,
        size: kind === 'file' ? Number(stat.size) : 0,
        mtimeNs: stat.mtimeNs,
        ctimeNs: stat.ctimeNs,
        bornNs: stat.birthtimeNs,
        inode: String(stat.ino),
    };
}
/** What lies at a path, itself; null where nothing does, or where it cannot be reached. */
function statOrNull(path) {
    try {
        return (0,external_node_fs_.lstatSync)(path, { bigint: true, throwIfNoEntry: false }) ?? null;
    }
    catch (error) {
        if (isNothing(error))
            return null;
        throw error;
    }
}
/** By what a file is known again. */
function stampOf(stat) {
    return { ctimeNs: String(stat.ctimeNs), inode: String(stat.ino), size: Number(stat.size) };
}
/** Whether something is of the kind that is expected, as far as that shows without reading it. */
function isExpected(stat, { kind, isExecutable, size }) {
    if (kind === 'link')
        return stat.isSymbolicLink();
    if (kind === 'directory')
        return stat.isDirectory();
    const hasBit = (stat.mode & 64n) !== 0n;
    return stat.isFile() && hasBit === isExecutable && (size === null || Number(stat.size) === size);
}
function isNothing(error) {
    return ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG'].includes((0,guard_error/* errnoOf */.UQ)(error));
}
/** The names in a directory in a constant order; null where they cannot be listed. */
function namesIn(folder) {
    try {
        const names = (0,external_node_fs_.readdirSync)(folder);
        return names.some((name) => name.includes('\uFFFD')) ? null : names.toSorted(byBytes);
    }
    catch (error) {
        if (isNothing(error))
            return null;
        throw error;
    }
}
function byBytes(a, b) {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

;// CONCATENATED MODULE: ./lib/host/workspace-reader.js




/** More than this is not read of a workspace: what is left is unproven. */
const BYTES_AT_MOST = 4 * 1024 ** 3;
/** Tells what lies in a workspace, and beside it, by what is known already where that is enough. */
class WorkspaceReader {
    /** absolute, without links */
    workspace;
    #reader = new ContentReader(BYTES_AT_MOST);
    #restored;
    /** ids that are compared with: of the same path, the same sort is read */
    #like;
    #read = new Map();
    #sources = new Map();
    constructor(workspace, restored, like = new Map()) {
        this.workspace = workspace;
        this.#restored = new Map(restored.map((file) => [file.path, file]));
        this.#like = like;
    }
    /** Takes over what git proves; by path relative to the workspace. */
    know(sources) {
        this.#sources = sources;
    }
    /** Those of these absolute paths that lie below the workspace, relative to it. */
    below(paths) {
        const inside = paths.filter((path) => path !== this.workspace && this.isInside(path));
        return inside.map((path) => this.nameOf(path));
    }
    isInside(path) {
        return path === this.workspace || path.startsWith(`${this.workspace}/`);
    }
    /** Whether its mtime is ours to set. */
    isOurs(path) {
        return this.isInside(path) && (0,build_inputs/* isSettable */.Zc)(this.nameOf(path));
    }
    /** What an input at an absolute path is called: relative to the workspace where it lies in it. */
    nameOf(path) {
        return this.isInside(path) ? path.slice(this.workspace.length + 1) : path;
    }
    placeOf(name) {
        return name.startsWith('/') ? name : (0,external_node_path_.join)(this.workspace, name);
    }
    /** What lies at an absolute path, itself; null where nothing does. */
    find = (path) => {
        const name = this.nameOf(path);
        const like = this.#like.get(name)?.id ?? null;
        const known = this.isInside(path) ? (this.#sources.get(name) ?? null) : null;
        const isOfSort = like === null || like === build_inputs/* UNPROVEN */.EO || like.startsWith('git:');
        if (known !== null && isOfSort) {
            const stat = statOrNull(path);
            if (stat?.isFile() === true)
                return foundAs('file', known.id, stat);
        }
        const restored = this.#restored.get(name);
        if (restored?.kind === 'file') {
            const stat = statOrNull(path);
            if (stat?.isFile() === true && isSame(restored, stat)) {
                return foundAs('file', restored.id, stat);
            }
        }
        const read = this.#read.get(path) ?? this.#reader.find(path, like);
        if (read !== null)
            this.#read.set(path, read);
        return read;
    };
    /** Whether nothing has happened to it since it was found to be what it was recorded as. */
    isAsRestored(path, found) {
        const restored = this.#restored.get(this.nameOf(path));
        if (restored === undefined || restored.kind !== found.kind)
            return false;
        const { ctimeNs, inode, size } = restored.stamp;
        const isWhole = found.kind === 'directory' || found.size === size || found.kind === 'link';
        return isWhole && inode === found.inode && ctimeNs === String(found.ctimeNs);
    }
}
function isSame({ stamp }, stat) {
    const { ctimeNs, inode, size } = stampOf(stat);
    return stamp.ctimeNs === ctimeNs && stamp.inode === inode && stamp.size === size;
}
/** Paths as they are written and as they are without links. */
function withRealPaths(paths) {
    return [...new Set(paths.flatMap((path) => [path, realPathOf(path)]))];
}
/** A path without links; as it is where nothing is there. */
function realPathOf(path) {
    try {
        return external_node_fs_.realpathSync.native(path);
    }
    catch {
        // It is not there, so nothing lies below it.
        return path;
    }
}

;// CONCATENATED MODULE: ./lib/steps/clone-sources.js



/** What an ended slot of the same job and PR is as a source; none where nothing is known of its build. */
function slotSource(root, { source, slot, origin, refusal }) {
    const { record, build, moment } = source;
    if (origin === null || build === null || refusal !== null)
        return [];
    const path = `${root.realPath}/${slot}`;
    const hours = (0,reclaim/* ageHours */.RL)(record, moment);
    return [
        {
            label: `a clone of ${slot}`,
            id: record.id,
            folder: path,
            bytes: null,
            ageHours: Number.isFinite(hours) ? hours : null,
            origin,
            trusted: record.lease?.trusted === true,
            former: [slot, ...build.former],
            place: { slot, container: record.lease?.owner.container ?? null },
        },
    ];
}
/** The snapshots for a job, the newest first. */
function snapshotSources(root, job, stored, environment) {
    return (0,snapshot/* snapshotsFor */.Lb)(stored, job, null, environment).map(({ name, snapshot, bytes }) => ({
        label: `snapshot ${name.repository}/${name.key}`,
        id: snapshot.id,
        folder: (0,host_snapshots/* folderOf */.yS)(root, name),
        bytes,
        ageHours: Math.max(0, Date.now() - snapshot.publishedMs) / 3_600_000,
        origin: snapshot,
        trusted: true,
        former: snapshot.former,
        place: { snapshot: name },
    }));
}

;// CONCATENATED MODULE: ./lib/steps/offer.js









function offer_offerTo({ root, job, settings }, wish, { environment }) {
    const judged = seed_sourcesFor(endedSlots(root), wish);
    const isClone = settings.warm !== 'inherit';
    const stored = isClone ? (0,host_snapshots/* listSnapshots */.Cb)(root, (0,snapshot/* repositoryOf */._M)(job)) : [];
    const snapshots = snapshotSources(root, job, stored, (0,snapshot/* buildEnvironment */.AF)(environment));
    const slots = judged.map(({ source }) => source);
    const inSlots = judged.map(({ origin, refusal }) => (refusal === null ? origin : null));
    return {
        slots,
        snapshots,
        isRemote: isClone && settings.remote.mode !== 'off',
        fit: [...inSlots, ...snapshots.map(({ origin }) => origin)].filter((each) => each !== null),
    };
}
function isEmpty({ slots, snapshots, isRemote }) {
    return !isRemote && slots.length + snapshots.length === 0;
}
/** Has the checkout read meanwhile, where a seed will be compared with it. */
async function whileCheckoutIsRead({ realPath }, { fit }, wish, work) {
    const isCompared = wish.restoresMtimes && fit.some(({ inputs }) => inputs);
    if (wish.workspace === null || !isCompared)
        return work();
    const workspace = realPathOf(wish.workspace);
    // Who compares a seed that lies in the checkout passes it over, and has that read anew.
    if (`${realPath}/`.startsWith(`${workspace}/`))
        return work();
    return readingAhead(workspace, work);
}
function endedSlots(root) {
    const moment = (0,boot/* readMoment */.T$)();
    return (0,leases/* readEndedLeases */.W6)(root).map((record) => ({
        record,
        build: (0,lease_companions/* readBuildRecord */.mx)(root, record.id),
        moment,
    }));
}

;// CONCATENATED MODULE: ./lib/host/os-release.js

/** Which system programs are linked against: `debian 12`, as os-release(5) has it; '' if it says nothing. */
function readSystem() {
    const text = (0,small_file/* readTextOrNull */.GR)('/usr/lib/os-release') ?? (0,small_file/* readTextOrNull */.GR)('/etc/os-release') ?? '';
    const valueOf = (name) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
    return [valueOf('ID'), valueOf('VERSION_ID')].filter((each) => each !== '').join(' ');
}

;// CONCATENATED MODULE: ./lib/host/set-times.js




/**
 * When mtimes were last set in the checkouts of a repository that one runner has: in
 * `.target-guard/times/<hash>`, a word that is new each time. By runner and repository, not by path:
 * one checkout has a path of its own in each container.
 */
/** The word; '' where mtimes were never set, one that fits nothing where that cannot be read. */
function lastSetTimes(root, runnerKey, repository) {
    const text = (0,small_file/* readSmallFile */.EW)(pathOf(root, runnerKey, repository));
    if (text === null)
        return '';
    return typeof text === 'string' && text !== '' ? text.trim() : freshWord();
}
/** To be called before the first mtime is set. */
function noteSetTimes(root, runnerKey, repository) {
    (0,small_file/* replaceFile */.fR)(pathOf(root, runnerKey, repository), `${freshWord()}\n`);
}
function freshWord() {
    return (0,external_node_crypto_.randomBytes)(8).toString('hex');
}
function pathOf(root, runnerKey, repository) {
    const name = (0,naming/* sha256 */.sc)(JSON.stringify([runnerKey, repository])).slice(0, 16);
    return (0,host_root/* controlPath */.XL)(root, 'times', name);
}

;// CONCATENATED MODULE: ./lib/host/git-command.js




const git_command_WAIT_MS = 60_000;
const git_command_ANSWER_AT_MOST = (/* unused pure expression or super */ null && (256 * 1024 * 1024));
const TOLD_AT_MOST = 4096;
/**
 * Overrides what a repository's configuration could run, or could hide: monitors, hooks, a cache of
 * untracked files, sloppy comparisons, modes and names that are taken for the same.
 */
const CONFIGURATION = [
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.untrackedCache=false',
    'core.checkStat=default',
    'core.trustctime=true',
    'core.ignoreStat=false',
    'core.fileMode=true',
    'core.ignoreCase=false',
    'core.pager=cat',
    'core.sshCommand=false',
    'protocol.allow=never',
    'submodule.recurse=false',
    'gc.auto=0',
    'maintenance.auto=false',
    // Packed, and never thrown away: what nothing reaches may be somebody's last copy.
    'gc.pruneExpire=never',
    'gc.worktreePruneExpire=never',
    'gc.reflogExpire=never',
    'gc.reflogExpireUnreachable=never',
].flatMap((each) => ['-c', each]);
/**
 * Who a repository's files belong to, and git may so be run as.
 *
 * @param paths all that git reads of it: work tree, git directory, common directory
 * @returns in words why it is not asked: it belongs to several, or to somebody else than the caller
 */
function git_command_ownerOf(paths) {
    let owner = null;
    for (const path of paths) {
        let found;
        try {
            found = lstatSync(path);
        }
        catch (error) {
            return `git is not asked: ${messageOf(error)}`;
        }
        if (owner !== null && owner.uid !== found.uid) {
            return `git is not asked: ${path} belongs to another user than ${paths[0] ?? ''}`;
        }
        owner ??= { uid: found.uid, gid: found.gid };
    }
    if (owner === null)
        return 'git is not asked: there is no path';
    const self = process.geteuid?.();
    if (self !== 0 && owner.uid !== self) {
        return `git is not asked: it belongs to another user (uid ${owner.uid})`;
    }
    return owner;
}
/**
 * Runs git in a repository, as its owner, without anything of this process's environment that could
 * lead it elsewhere.
 *
 * @returns what it says, as UTF-8
 * @throws Error with what it complains of, unless it ends with 0
 */
async function git_command_askGit({ gitDirectory, workTree, as }, words, { input = '', waitMs = git_command_WAIT_MS, endsGroup = false } = {}) {
    const self = process.geteuid?.();
    const isSelf = as.uid === self;
    return new Promise((resolve, reject) => {
        const places = [
            `--git-dir=${gitDirectory}`,
            ...(workTree === null ? [] : [`--work-tree=${workTree}`]),
        ];
        const general = ['--no-pager', '--literal-pathspecs', ...places, ...CONFIGURATION];
        const child = spawn('git', [...general, ...words], {
            cwd: workTree ?? gitDirectory,
            env: environment(isSelf),
            // A pipe that says nothing still takes its time, and there may be hundreds of worktrees.
            stdio: [input === '' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
            detached: endsGroup,
            ...(isSelf ? {} : { uid: as.uid, gid: as.gid }),
        });
        if (endsGroup)
            limitGroupTime(child, waitMs);
        else
            limitTime(child, waitMs);
        const parts = [];
        let length = 0;
        let said = '';
        child.stdout?.on('data', (part) => {
            length += part.length;
            if (length <= git_command_ANSWER_AT_MOST)
                parts.push(part);
            else
                child.kill('SIGKILL');
        });
        child.stderr?.setEncoding('utf8').on('data', (part) => {
            said = (said + part).slice(0, TOLD_AT_MOST);
        });
        child.on('error', reject);
        child.on('close', (status, signal) => {
            if (status === 0)
                resolve(Buffer.concat(parts).toString('utf8'));
            else
                reject(new Error(`git: ${said.trim().split('\n')[0] || `ended with ${status ?? signal}`}`));
        });
        // A git that ends before it has read everything says why in its exit code.
        child.stdin?.on('error', () => { });
        child.stdin?.end(input);
    });
}
const GRACE_MS = 10_000;
/** Ends a process group: at first so that it can tidy up. */
function limitGroupTime(child, waitMs) {
    const timers = [
        setTimeout(() => killGroup(child.pid, 'SIGTERM'), waitMs),
        setTimeout(() => killGroup(child.pid), waitMs + GRACE_MS),
    ];
    child.on('close', () => {
        for (const timer of timers)
            clearTimeout(timer);
    });
}
/** Another user's own configuration is not this process's: none of it is read. */
function environment(isSelf) {
    const { PATH, HOME, XDG_CONFIG_HOME } = process.env;
    const own = isSelf
        ? { HOME, XDG_CONFIG_HOME }
        : { HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null' };
    return {
        ...own,
        PATH,
        LC_ALL: 'C',
        GIT_NO_LAZY_FETCH: '1',
        GIT_NO_REPLACE_OBJECTS: '1',
        GIT_OPTIONAL_LOCKS: '0',
        GIT_TERMINAL_PROMPT: '0',
    };
}

;// CONCATENATED MODULE: ./lib/host/git-directory.js




/**
 * Follows `.git`: a directory, or a file that names one.
 *
 * @returns `submodule` where it names a git directory that is not a linked worktree's
 */
function git_directory_readGitFile(folder, isDirectory) {
    const path = (0,external_node_path_.join)(folder, '.git');
    if (isDirectory)
        return { kind: 'main', gitDirectory: path, common: path, problem: null };
    // Git takes away line ends at the end of the file alone: a name may hold one.
    const named = /^gitdir: (.*?)[\r\n]*$/s.exec((0,small_file/* readTextOrNull */.GR)(path) ?? '')?.[1];
    if (named === undefined || named === '')
        return gone('its .git names no directory');
    const gitDirectory = (0,external_node_path_.resolve)(folder, named);
    if (!git_directory_isFolder(gitDirectory))
        return gone('its main repository is gone');
    const shared = readLine((0,external_node_path_.join)(gitDirectory, 'commondir'));
    if (shared === null)
        return 'submodule';
    const common = (0,external_node_path_.resolve)(gitDirectory, shared);
    if (!git_directory_isFolder(common))
        return gone('its main repository is gone');
    const registered = readLine((0,external_node_path_.join)(gitDirectory, 'gitdir'));
    const isKnown = registered !== null && git_directory_realPathOf((0,external_node_path_.resolve)(gitDirectory, registered)) === git_directory_realPathOf(path);
    const problem = isKnown ? null : 'its repository knows it at another place, or not at all';
    return { kind: 'linked', gitDirectory, common, problem };
}
/** All linked worktrees that a repository has registered. */
function listRegistered(common) {
    const folder = join(common, 'worktrees');
    return git_directory_namesIn(folder).flatMap((name) => {
        const gitDirectory = join(folder, name);
        const registered = readLine(join(gitDirectory, 'gitdir'));
        if (registered === null || !registered.endsWith('/.git'))
            return [];
        const file = resolve(gitDirectory, registered);
        const path = file.slice(0, -'/.git'.length);
        const real = git_directory_realPathOf(path) ?? path;
        return [
            { gitDirectory, path: real, isThere: git_directory_realPathOf(file) !== null, hasFolder: git_directory_isFolder(real) },
        ];
    });
}
/** Registrations that do not name the place of one worktree: git would forget them. */
function listUnreadable(common) {
    const folder = join(common, 'worktrees');
    const known = listRegistered(common);
    const places = known.map(({ path }) => path);
    const single = known.filter(({ path }) => places.indexOf(path) === places.lastIndexOf(path));
    const readable = new Set(single.map(({ gitDirectory }) => gitDirectory));
    return git_directory_namesIn(folder).filter((name) => !readable.has(join(folder, name)));
}
/** What a lock of `git worktree lock` says, and when it was written; null without one. */
function readWorktreeLock(gitDirectory) {
    const path = join(gitDirectory, 'locked');
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined)
        return null;
    return { reason: readLine(path) ?? '', madeAtMs: found.mtimeMs };
}
/** What an operation leaves in the git directory until it ends. */
const OPERATIONS = (/* unused pure expression or super */ null && ([
    ['rebase-merge', 'rebase'],
    ['rebase-apply', 'rebase'],
    ['MERGE_HEAD', 'merge'],
    ['CHERRY_PICK_HEAD', 'cherry-pick'],
    ['REVERT_HEAD', 'revert'],
    ['BISECT_LOG', 'bisect'],
    ['sequencer', 'cherry-pick'],
]));
/** An operation that has begun and not ended; null without one. */
function operationIn(gitDirectory) {
    const names = new Set(git_directory_namesIn(gitDirectory));
    return OPERATIONS.find(([name]) => names.has(name))?.[1] ?? null;
}
/** When the head of a worktree was last moved, in ms since the epoch. */
function headMovedAt(gitDirectory) {
    const times = ['HEAD', 'logs/HEAD'].map((name) => lstatSync(join(gitDirectory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return Math.max(...times);
}
/** Names in a folder; none where there is none. */
function git_directory_namesIn(folder) {
    try {
        return readdirSync(folder);
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error)))
            return [];
        throw error;
    }
}
function git_directory_isFolder(path) {
    return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
function readLine(path) {
    const text = (0,small_file/* readTextOrNull */.GR)(path);
    return text === null ? null : text.replace(/[\r\n]+$/, '');
}
function git_directory_realPathOf(path) {
    try {
        return (0,external_node_fs_.realpathSync)(path);
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return null;
        throw error;
    }
}
function gone(problem) {
    return { kind: 'linked', gitDirectory: null, common: null, problem };
}

;// CONCATENATED MODULE: ./lib/host/workplace.js





const workplace_WAIT_MS = 5000;
/**
 * The worktree that a directory lies in, or the directory itself where there is none.
 *
 * @param directory absolute, without links
 */
async function findWorkplace(directory) {
    const top = topOf(directory);
    if (top === null)
        return { ...describe(directory), common: directory, remote: null };
    const isDirectory = lstatSync(join(top, '.git')).isDirectory();
    const found = readGitFile(top, isDirectory);
    // A submodule is a place of its own; its repository is named by its remote, if that can be asked.
    const common = found === 'submodule' ? null : found.common;
    if (common === null)
        return { ...describe(top), common: top, remote: null };
    return { ...describe(top), common, remote: await readRemote(common) };
}
/**
 * What all worktrees of the repository share that a directory lies in, by its identity; '' where it is
 * in none, or in a submodule.
 */
function findCommon(directory) {
    const top = topOf(directory);
    if (top === null)
        return '';
    const found = git_directory_readGitFile(top, (0,external_node_fs_.lstatSync)((0,external_node_path_.join)(top, '.git')).isDirectory());
    const common = found === 'submodule' ? null : found.common;
    return common === null ? '' : describe(common).identity;
}
/** The nearest folder upwards that has a `.git`. */
function topOf(directory) {
    for (let folder = directory;; folder = (0,external_node_path_.dirname)(folder)) {
        if ((0,external_node_fs_.lstatSync)((0,external_node_path_.join)(folder, '.git'), { throwIfNoEntry: false }) !== undefined)
            return folder;
        if (folder === (0,external_node_path_.dirname)(folder))
            return null;
    }
}
/**
 * A worktree that was removed and made again at the same path is another one: what was built from the
 * former must not look fresh in it. So its directory counts, and when that was made.
 */
function describe(top) {
    const { ino, birthtimeNs } = (0,external_node_fs_.lstatSync)(top, { bigint: true });
    return { top, identity: JSON.stringify([placeOf(top), String(ino), String(birthtimeNs)]) };
}
/** Null without one, and where git may not be asked: the worktree is then named by its folder. */
async function readRemote(common) {
    const as = ownerOf([common]);
    if (typeof as === 'string')
        return null;
    try {
        const words = ['config', '--get', 'remote.origin.url'];
        const said = await askGit({ gitDirectory: common, workTree: null, as }, words, {
            waitMs: workplace_WAIT_MS,
        });
        return said.trim() === '' ? null : said.trim();
    }
    catch {
        return null;
    }
}

;// CONCATENATED MODULE: ./lib/steps/seed-wish.js




/** When mtimes were last set in the checkouts that the job’s runner has of its repository. */
function timesOf({ root, job, owner: { runner } }) {
    return lastSetTimes(root, runner.key, `${job.owner}/${job.repository}`);
}
/** What this job can take; the toolchain is asked for where there is anything to choose from. */
function seed_wish_wishOf(request, { environment }) {
    const { job, owner, lease, restoresMtimes } = request;
    const workspace = environment['GITHUB_WORKSPACE'] ?? null;
    return {
        job,
        madeBy: lease.madeBy,
        runnerKey: owner.runner.key,
        workspace,
        common: (0,plan_lease/* isLocal */.IX)(lease.madeBy) && workspace !== null ? findCommon(workspace) : '',
        restoresMtimes,
        times: timesOf(request),
        toolchain: null,
        choice: null,
        system: readSystem(),
    };
}

;// CONCATENATED MODULE: ./lib/steps/source-ahead.js



/**
 * What the job will be cloned from, as far as that can be told yet: a snapshot, where there is no slot of
 * its own branch, which would be moved and not cloned.
 */
function source_ahead_sourceAhead(request, runtime) {
    const { warm, dryRun } = request.settings;
    if (!['auto', 'clone'].includes(warm) || dryRun)
        return null;
    const wish = wishOf(request, runtime);
    const { slots, snapshots } = offerTo(request, wish, runtime);
    const isOwn = sourcesFor(slots, wish).some(({ origin, refusal }) => origin !== null && refusal === null);
    if (isOwn)
        return null;
    return snapshots.find(({ origin }) => refuseOrigin(origin, wish) === null) ?? null;
}

;// CONCATENATED MODULE: ./lib/steps/start-clone-ahead.js






/**
 * Has the clone be made that this job will most likely be seeded with, while its checkout is. What the
 * job then takes is decided when the checkout is there: a clone that does not fit goes unused. A job
 * of which nothing is made ahead makes its clone itself.
 */
function start_clone_ahead_startCloneAhead({ root, lease, prepared }, runtime) {
    const { voice, script, environment } = runtime;
    const slot = prepared?.slot ?? null;
    if (slot === null || slot.takenOver || lease === null)
        return;
    try {
        const request = seedRequestOf({ root, lease }, runtime);
        const source = request === null ? null : sourceAhead(request, runtime);
        if (request === null || source === null)
            return;
        if (startAhead(request.root, lease, script, variablesOf(environment))) {
            voice.info(`${source.label} is cloned while the checkout is made, unless it would be copied`);
        }
    }
    catch (error) {
        voice.info(`nothing is cloned while the checkout is made: ${messageOf(error)}`);
    }
}
/** What tells the job; none of its secrets, and none of the files by which it speaks to its runner. */
const OF_JOB = (/* unused pure expression or super */ null && ([
    'GITHUB_EVENT_NAME',
    'GITHUB_EVENT_PATH',
    'GITHUB_JOB',
    'GITHUB_REF',
    'GITHUB_REPOSITORY',
    'GITHUB_RUN_ATTEMPT',
    'GITHUB_RUN_ID',
    'GITHUB_WORKFLOW',
    'GITHUB_WORKFLOW_REF',
    'GITHUB_WORKSPACE',
]));
function variablesOf(environment) {
    const ofJob = Object.fromEntries(OF_JOB.map((name) => [name, environment[name]]));
    return { ...ofJob, ...compilingVariables(environment), ...twinsOf(environment) };
}

;// CONCATENATED MODULE: ./lib/steps/pre.js








/** Before the checkout: gets the job its slot, and has what that will be seeded with made meanwhile. */
async function pre(runtime) {
    startCloneAhead(await prepareStep(runtime), runtime);
}
/** Gets the job its slot and exports it; main does the same where the runner skips pre. */
async function prepareStep(runtime) {
    const { environment, voice } = runtime;
    const settings = (0,inputs/* readInputs */.Ko)(environment);
    const prepared = await prepare(settings, 'step', runtime, (root, lease) => keepState({ root, lease, prepared: null }, runtime));
    const state = stateOf(prepared);
    keepState(state, runtime);
    rememberEmergency(prepared, environment);
    if (prepared.slot === null)
        return state;
    const { lease, targetDirectory } = prepared.slot;
    (0,workflow_commands/* handOver */.Cl)(environment, 'GITHUB_ENV', 'CARGO_TARGET_DIR', targetDirectory);
    (0,workflow_commands/* handOver */.Cl)(environment, 'GITHUB_ENV', OUTER, withOuterLease(environment, lease.id));
    voice.info(`CARGO_TARGET_DIR is ${targetDirectory}`);
    return state;
}
/** Without its state post cannot end the lease; then the end of the job’s Worker does. */
function keepState(state, { environment, voice }) {
    try {
        saveState(environment, state);
    }
    catch (error) {
        voice.warning(`${(0,guard_error/* messageOf */.bD)(error)} The slot will be given back when the runner’s job is over.`);
    }
}
function stateOf(prepared) {
    const { root, slot, retired, reclaimedBytes, disk } = prepared;
    return {
        root,
        lease: slot?.lease.id ?? null,
        prepared: {
            slot: slot === null
                ? null
                : {
                    targetDirectory: slot.targetDirectory,
                    runDirectory: slot.runDirectory,
                    takenOver: slot.takenOver,
                },
            retired,
            reclaimedBytes,
            diskStatus: disk.level,
            freeBytes: disk.freeBytes,
            actions: (0,report_actions/* passLines */.H8)(prepared.actions),
        },
    };
}

;// CONCATENATED MODULE: ./lib/plan/incremental.js
/** Of what use the state in a build is to a job. */
function incrementalUse({ workspace, isElsewhere }, { constantPaths, environment }) {
    if (environment['CARGO_INCREMENTAL'] === '0' || isElsewhere === true)
        return 'none';
    // The directory that it is called in is among rustc’s options: with another one it drops everything.
    const isSame = constantPaths.workspace !== null || workspace === environment['GITHUB_WORKSPACE'];
    if (!isSame)
        return 'none';
    return constantPaths.target === null ? 'some' : 'all';
}
const STATE = /^(?<crate>[A-Za-z0-9_]+)-[0-9a-z]+$/;
/**
 * The states that no unit is left of. Each unit’s is the one of its crate that rustc wrote first after
 * that was begun, or else the newest; should another one have been of use, its crate is compiled as
 * without any. What is not called like a state is nobody’s to judge.
 */
function staleStates(states, units) {
    const left = new Map();
    for (const state of states.toSorted((one, two) => Number(one.mtimeNs - two.mtimeNs))) {
        const crate = STATE.exec(state.name)?.groups?.['crate'];
        if (crate !== undefined)
            left.set(crate, [...(left.get(crate) ?? []), state]);
    }
    // The last one first: what was written after that cannot be an earlier one’s, unless nothing else is.
    const order = units.toSorted((one, two) => Number((two.startedNs ?? 0n) - (one.startedNs ?? 0n)));
    for (const { crate, startedNs } of order) {
        const own = left.get(crate) ?? [];
        const after = own.findIndex(({ mtimeNs }) => startedNs !== null && mtimeNs >= startedNs);
        own.splice(after, 1);
    }
    return [...left.values()].flat().map(({ name }) => name);
}

;// CONCATENATED MODULE: ./lib/report/rebuilt.js
const rebuilt_SHOWN = 10;
/** What the log says of units of a seed that are built again for their paths. */
function rebuiltLines(units) {
    if (units.length === 0)
        return [];
    const rest = units.length - rebuilt_SHOWN;
    return [
        `${units.length} unit(s) had a former path: they are built again, and so is what depends on them`,
        ...units.slice(0, rebuilt_SHOWN).map(({ unit, why }) => `  ${unit}: ${why}`),
        ...(rest > 0 ? [`  and ${rest} more`] : []),
    ];
}

;// CONCATENATED MODULE: ./lib/plan/unit-files.js
const ID = /-([0-9a-f]{16})$/;
const KIND = /^((test-|bench-)?(integration-test|lib|bin|example|bench)|build-script)-/;
const ID_IN_FILE = /-([0-9a-f]{16})(?:\.|$)/;
/** Beside what was built: make rules, and debug information of its own. */
const ASIDE = /\.(d|o|dwo|dwp|pdb)$/;
/** Whether a unit is documentation: nothing that runs is made of it. */
function isDocumentation(name) {
    return name.startsWith('doc-');
}
/** The units of a profile from which something that runs is made. */
function unitsOf(list) {
    return allUnitsOf(list).filter(({ name }) => !isDocumentation(name));
}
/** The units of a profile, in the layout of any Cargo up to now. */
function allUnitsOf(list) {
    const byId = filesById(list);
    const flat = list(['.fingerprint']).flatMap((label) => {
        const fingerprint = ['.fingerprint', label];
        return unit_files_namesIn(list(fingerprint)).map((name) => unitOf(name, label, fingerprint, list, byId));
    });
    // As -Zbuild-dir-new-layout has it: build/<package>/<id>/{fingerprint,out,run}.
    const nested = list(['build'])
        .filter((each) => !ID.test(each))
        .flatMap((packageName) => list(['build', packageName]).flatMap((id) => nestedUnits(packageName, id, list)));
    return [...flat, ...nested];
}
/** The runs of build scripts, with no look at what was compiled: of many units they are few. */
function runsOf(list) {
    return list(['build']).flatMap((label) => {
        const inside = list(['build', label]);
        if (!ID.test(label))
            return inside.flatMap((id) => nestedUnits(label, id, list)).filter(isRun);
        if (!inside.includes('root-output'))
            return [];
        const fingerprint = ['.fingerprint', label];
        const names = unit_files_namesIn(list(fingerprint));
        return names.map((name) => unitOf(name, label, fingerprint, list, new Map())).filter(isRun);
    });
}
function isRun({ run }) {
    return run !== null;
}
/**
 * The units of a folder of fingerprints. Each has a file with its hash, which is enough for Cargo to
 * take it for fresh, one with the same name and `.json`, and most a list of inputs, `dep-…`.
 */
function unit_files_namesIn(files) {
    const names = files
        .filter((file) => file !== 'invoked.timestamp' && !/^(dep|output)-/.test(file))
        .map((file) => file.replace(/\.json$/, ''));
    return [...new Set(names)];
}
function unitOf(name, label, fingerprint, list, byId) {
    const unit = { name, label, fingerprint, run: null };
    const folders = ['build', label];
    if (name.startsWith('run-build-script-')) {
        const root = { folders, name: 'root-output' };
        const run = { output: { folders, name: 'output' }, root, folders: [...folders, 'out'] };
        return { ...unit, run, depInfos: [], artefacts: [] };
    }
    if (name.startsWith('build-script-')) {
        return { ...unit, ...sorted(list(folders).map((each) => ({ folders, name: each }))) };
    }
    const own = sorted(byId.get(ID.exec(label)?.[1] ?? '') ?? []);
    if (own.depInfos.length > 0)
        return { ...unit, ...own };
    // cdylibs of the workspace have no id in their names.
    const plain = byId.get(NO_ID) ?? [];
    return { ...unit, ...sorted(plain.filter((file) => isCalled(file.name, name))) };
}
function nestedUnits(packageName, id, list) {
    const base = ['build', packageName, id];
    const fingerprint = [...base, 'fingerprint'];
    return unit_files_namesIn(list(fingerprint)).map((name) => nestedUnit(name, packageName, base, list));
}
function nestedUnit(name, packageName, base, list) {
    const label = `${packageName}/${base.at(-1)}`;
    const unit = { name, label, fingerprint: [...base, 'fingerprint'], run: null };
    const folders = [...base, 'out'];
    if (!name.startsWith('run-build-script-')) {
        return { ...unit, ...sorted(list(folders).map((each) => ({ folders, name: each }))) };
    }
    const said = [...base, 'run'];
    const root = { folders: said, name: 'root-output' };
    const run = { output: { folders: said, name: 'stdout' }, root, folders };
    return { ...unit, run, depInfos: [], artefacts: [] };
}
/**
 * Where Cargo keeps what a build script printed, by the folder of its fingerprint; nothing lies there
 * of other units. Null where that is no fingerprint's folder.
 */
function saidPlaceOf(fingerprint) {
    const parts = fingerprint.split('/');
    const [last = '', above] = [parts.at(-1), parts.at(-2)];
    if (above === '.fingerprint') {
        return { folders: [...parts.slice(0, -2), 'build', last], name: 'output' };
    }
    return last === 'fingerprint' ? { folders: [...parts.slice(0, -1), 'run'], name: 'stdout' } : null;
}
/** Whether a file in `deps` or `examples` is called after one unit: programs for people are not. */
function hasUnitId(name) {
    return ID_IN_FILE.test(name);
}
const NO_ID = '';
function filesById(list) {
    const found = new Map();
    for (const folder of ['deps', 'examples']) {
        for (const name of list([folder])) {
            const id = ID_IN_FILE.exec(name)?.[1] ?? NO_ID;
            const places = found.get(id) ?? [];
            places.push({ folders: [folder], name });
            found.set(id, places);
        }
    }
    return found;
}
function sorted(files) {
    return {
        depInfos: files.filter(({ name }) => name.endsWith('.d')),
        artefacts: files.filter(({ name }) => !ASIDE.test(name)),
    };
}
/** Whether a file is called after the unit's crate: `foo_bar.d`, `libfoo_bar.so` for `lib-foo-bar`. */
function isCalled(file, unit) {
    const stem = file.replace(/\..*$/, '').replaceAll('-', '_');
    const crate = crateOf(unit);
    return stem === crate || stem === `lib${crate}`;
}
/** The crate’s name, as rustc has it, of a unit by its own: `foo_bar` for `lib-foo-bar`. */
function crateOf(unit) {
    return unit.replace(KIND, '').replaceAll('-', '_');
}

// EXTERNAL MODULE: ./lib/host/profiles.js
var host_profiles = __nccwpck_require__(2834);
;// CONCATENATED MODULE: ./lib/host/foreign-files.js




/** What Cargo has in a target directory and in a profile’s, and judges before it uses it. */
const OF_TARGET = new Set(['.rustc_info.json', 'CACHEDIR.TAG']);
const OF_PROFILE = new Set(['.fingerprint', 'build', 'deps', 'examples', 'incremental']);
/**
 * Takes out of a target directory what Cargo would not judge before somebody uses it: programs at the
 * names that people know, which Cargo puts there again when it has built them or found them fresh,
 * and whatever scripts and other tools have left.
 *
 * @param target absolute path
 * @param aside absolute path of a folder, in which nothing is called `foreign-…`, where it goes
 * @throws Error where the target dir is not as Cargo makes one
 */
function leaveUnjudged(target, aside) {
    const profiles = new Set((0,host_profiles/* withProfiles */.fA)(target, (found) => found.map(({ path }) => path)));
    const folders = new Set(['', ...[...profiles].flatMap(withFoldersAbove)]);
    const out = (0,host_folders/* movingTo */.I2)(aside, 'foreign-');
    const sift = (path, isKept) => {
        (0,host_folders/* within */.ux)(target, path === '' ? [] : path.split('/'), (folder) => {
            for (const name of (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.')))
                if (!isKept(name))
                    out(folder, name);
        });
    };
    for (const path of folders) {
        sift(path, (name) => {
            if (folders.has(path === '' ? name : `${path}/${name}`))
                return true;
            return (path === '' && OF_TARGET.has(name)) || (profiles.has(path) && OF_PROFILE.has(name));
        });
    }
    for (const path of profiles) {
        const examples = path === '' ? 'examples' : `${path}/examples`;
        if (hasFolder(target, path, 'examples'))
            sift(examples, hasUnitId);
    }
}
function hasFolder(target, path, name) {
    return (0,host_folders/* within */.ux)(target, path === '' ? [] : path.split('/'), (folder) => (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'), { withFileTypes: true }).some((entry) => entry.name === name && entry.isDirectory()));
}
/** `a/b` and `a`. */
function withFoldersAbove(path) {
    const parts = path === '' ? [] : path.split('/');
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

;// CONCATENATED MODULE: ./lib/plan/clone.js

/** Cargo holds these open while it builds; a lock shared by hard links would be one lock for all. */
const LOCK = /^\.cargo(-[a-z]+)?-lock$/;
function isCargoLock(name) {
    return LOCK.test(name);
}
/** What instrumented programs wrote as they ran: a report adds up all that it finds (cargo-llvm-cov, grcov). */
function isRunProfile(name) {
    return name.endsWith('.profraw');
}
/** A profile’s or a target triple’s directory; nothing else that Cargo has beside them. */
const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
const NO_PROFILE = new Set(['build', 'deps', 'doc', 'examples', 'incremental', 'package', 'tmp']);
const LIBRARY = /^lib[A-Za-z0-9_]+-[0-9a-f]{16}\.(rlib|rmeta)$/;
const UPLIFTED_LIBRARY = /^lib[A-Za-z0-9_]+\.rlib$/;
const PROGRAM_OUTPUT = /^[A-Za-z0-9_-]+-[0-9a-f]{16}$/;
const LINKER_OUTPUT = /^lib[A-Za-z0-9_]+-[0-9a-f]{16}\.so$/;
const clone_PROGRAM = /^[A-Za-z0-9_-]+$/;
/** What Cargo leaves at the top of each target directory. */
const TARGET_MARKS = ['CACHEDIR.TAG', '.rustc_info.json'];
/** Whether a directory with these names in it is a target directory, be it in another one. */
function isTargetWith(names) {
    return TARGET_MARKS.some((mark) => names.includes(mark));
}
/**
 * @param path relative to the target directory, with `/`
 * @param skipIncremental whether the state of incremental compilation stays behind
 * @param isInTarget whether it lies at the top of a target directory in this one, as of `--target-dir`
 */
function treatmentOf(path, kind, { skipIncremental, isInTarget = false }) {
    // What waits at a FIFO waits for ever, and a device is none of Cargo’s.
    if (kind === 'special')
        return 'left out';
    const components = path.split('/');
    const name = components.at(-1) ?? '';
    const folders = components.slice(0, -1);
    // One that a build script has made for itself is its own.
    if (folders.length === 0 || (isInTarget && !folders.includes('build'))) {
        if (name === 'package')
            return 'left out';
        if (name === 'tmp')
            return kind === 'directory' ? 'emptied' : 'copied';
    }
    if (folders.length <= 2 && isCargoLock(name))
        return 'left out';
    if (kind === 'file' && isRunProfile(name) && !folders.includes('build'))
        return 'left out';
    if (kind === 'directory')
        return directoryTreatment(folders, name, skipIncremental);
    return kind === 'file' ? fileTreatment(folders, name) : 'copied';
}
function directoryTreatment(folders, name, skipIncremental) {
    if (name === 'incremental' && skipIncremental && isProfile(folders))
        return 'left out';
    const [only = ''] = folders;
    const isOfTriple = folders.length === 1 && only.includes('-') && isProfile(folders);
    return name === 'tmp' && isOfTriple ? 'emptied' : 'copied';
}
function fileTreatment(folders, name) {
    if (isProfile(folders)) {
        if (UPLIFTED_LIBRARY.test(name))
            return 'replaced';
        return clone_PROGRAM.test(name) ? 'uplifted' : 'copied';
    }
    const last = folders.at(-1) ?? '';
    if (!isProfile(folders.slice(0, -1)) || !['deps', 'examples'].includes(last))
        return 'copied';
    if (PROGRAM_OUTPUT.test(name))
        return 'relinked';
    if (last === 'examples')
        return clone_PROGRAM.test(name) ? 'uplifted' : 'copied';
    if (LIBRARY.test(name))
        return 'replaced';
    return LINKER_OUTPUT.test(name) ? 'relinked' : 'copied';
}
/** `<profile>` or `<triple>/<profile>`. */
function isProfile(folders) {
    if (folders.length !== 1 && folders.length !== 2)
        return false;
    return folders.every((each) => PLAIN.test(each) && !NO_PROFILE.has(each));
}
/**
 * Whether a linker that leaves this note in `.comment` replaces its output by a new file.
 *
 * mold renames what is there and writes into it. GNU ld and gold leave no note of their own beside
 * the compiler’s; without any note nobody knows.
 */
function replacesOutput(comment) {
    if (comment === null || comment === '')
        return false;
    if (/\b(mold|sold|wild)\b/i.test(comment))
        return false;
    // Distributions put their name before it: `Linker: Debian LLD 14.0.6`.
    return !comment.includes('Linker:') || /Linker: ([A-Za-z]+ )?LLD /.test(comment);
}
/** A hybrid copies this share of its source, at most; a tree of another shape is refused in time. */
const HYBRID_SHARE = 0.1;
/**
 * Decides how a slot is cloned. A clone shares nearly all it has, so a low disk is no reason against
 * it: built cold, the same slot would take more. A plain copy is the first thing to go.
 */
function chooseWay(question) {
    const { wanted, canReflink, hybridRefusal } = question;
    if (wanted === 'off' || wanted === 'inherit')
        return { way: null, why: `warm is ${wanted}` };
    if (wanted === 'copy')
        return copyOr(question, '');
    if (canReflink)
        return { way: 'reflink', why: 'the file system shares blocks between files' };
    const without = 'the file system cannot reflink';
    const noRoom = roomFor(question, HYBRID_SHARE);
    const refusal = hybridRefusal ?? noRoom;
    if (refusal === null) {
        return { way: 'hybrid', why: `${without}: hard links for what a build replaces` };
    }
    const why = `${without}; no hard links: ${refusal}`;
    return wanted === 'clone' ? { way: null, why: `${why}; warm is clone` } : copyOr(question, why);
}
function copyOr(question, before) {
    const prefix = before === '' ? '' : `${before}; `;
    if (question.level !== 'ok')
        return { way: null, why: `${prefix}no copy: disk ${question.level}` };
    const refusal = roomFor(question, 1);
    if (refusal !== null)
        return { way: null, why: `${prefix}no copy: ${refusal}` };
    const { sourceBytes, freeBytes, keepFreeBytes } = question;
    const room = (0,pressure/* gigabytes */.kN)(Math.max(0, freeBytes - keepFreeBytes));
    const what = sourceBytes === null ? `at most ${room}` : (0,pressure/* gigabytes */.kN)(sourceBytes);
    return { way: 'copy', why: `${prefix}a copy of ${what} fits` };
}
/** Why this share of the source does not fit; null where it does, or where nobody knows its size. */
function roomFor({ freeBytes, keepFreeBytes, sourceBytes }, share) {
    if (sourceBytes === null)
        return null;
    const needed = sourceBytes * share;
    // Built cold, the slot would take more than its hybrid: only what does not fit at all is refused.
    const kept = share === 1 ? keepFreeBytes : 0;
    if (needed <= freeBytes - kept)
        return null;
    const beside = kept === 0 ? '' : ` beside ${(0,pressure/* gigabytes */.kN)(kept)} to keep`;
    return `${(0,pressure/* gigabytes */.kN)(needed)}${beside} of ${(0,pressure/* gigabytes */.kN)(freeBytes)} free`;
}

;// CONCATENATED MODULE: ./lib/host/left-behind.js






/**
 * Takes out of a target dir that was handed down what is of no use to its new job.
 *
 * @param target absolute path
 * @param aside absolute path of an empty folder, where what is large goes
 * @throws Error where the target dir is not as Cargo makes one
 */
function leaveBehind(target, aside, { skipIncremental, skipScratch }) {
    const out = (0,host_folders/* movingTo */.I2)(aside, 'left-');
    const above = new Set(['.']);
    (0,host_profiles/* withProfiles */.fA)(target, (profiles) => {
        if (skipScratch)
            for (const { folder } of profiles)
                leaveRunProfiles(folder, out);
        for (const { folder, path } of profiles) {
            if (path.includes('/'))
                above.add((0,external_node_path_.dirname)(path));
            for (const name of (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'))) {
                if (isCargoLock(name))
                    (0,external_node_fs_.unlinkSync)((0,host_folders.at)(folder, name));
                else if (name === 'incremental' && skipIncremental)
                    out(folder, name);
            }
        }
    });
    if (!skipScratch)
        return;
    (0,host_folders/* within */.ux)(target, [], (folder) => {
        for (const path of above) {
            (0,host_folders/* inside */.nx)(folder, path, (each) => {
                emptyScratch(each, out);
                leaveRunProfiles(each, out);
            });
        }
    });
}
/** Those that lie here, and in folders that are none of Cargo’s. */
function leaveRunProfiles(folder, out, isTop = true) {
    for (const entry of (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'), { withFileTypes: true })) {
        const { name } = entry;
        if (entry.isFile() && isRunProfile(name))
            out(folder, name);
        if (!isTop || !entry.isDirectory() || host_profiles/* INNER */.Pc.has(name))
            continue;
        (0,host_folders/* inside */.nx)(folder, name, (each) => leaveRunProfiles(each, out, false));
    }
}
/** Tests find their folder (`CARGO_TARGET_TMPDIR`) empty, and still their user’s. */
function emptyScratch(folder, out) {
    (0,host_folders/* inside */.nx)(folder, 'tmp', (scratch) => {
        for (const name of (0,external_node_fs_.readdirSync)((0,host_folders.at)(scratch, '.')))
            out(scratch, name);
    });
    if ((0,host_folders/* inside */.nx)(folder, 'package', () => true) === true)
        out(folder, 'package');
}
/**
 * Takes the programs and libraries away that Cargo has put where people find them, by another name of
 * what lies in `deps` and `examples`: it puts those there again that it builds or finds fresh, and one
 * that no build makes any more is not run by mistake. What build scripts copied there stays: they are
 * not run again.
 *
 * @param target absolute path
 * @throws Error where the target dir is not as Cargo makes one
 */
function dropPrograms(target) {
    (0,host_profiles/* withProfiles */.fA)(target, (profiles) => {
        for (const { folder } of profiles) {
            dropLinkedIn(folder);
            (0,host_folders/* inside */.nx)(folder, 'examples', dropLinkedIn);
        }
    });
}
function dropLinkedIn(folder) {
    for (const entry of (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'), { withFileTypes: true })) {
        if (!entry.isFile() || hasUnitId(entry.name))
            continue;
        const stat = (0,external_node_fs_.lstatSync)((0,host_folders.at)(folder, entry.name), { throwIfNoEntry: false });
        if (stat !== undefined && stat.nlink > 1)
            (0,external_node_fs_.unlinkSync)((0,host_folders.at)(folder, entry.name));
    }
}
/** Whether Cargo has built in a target dir since it was left without lock files: it makes them first. */
function hasBeenBuiltIn(target) {
    return (0,host_profiles/* withProfiles */.fA)(target, (profiles) => profiles.some(({ folder }) => (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.')).some(isCargoLock)));
}

;// CONCATENATED MODULE: ./lib/host/planted-links.js




/**
 * Folders that Cargo and its compilers write into, and down to which level all in them is theirs: what
 * build scripts and tests put into folders of their own may be links.
 */
const WRITTEN = new Map([
    ['.fingerprint', 2],
    ['build', 2],
    ['deps', 1],
    ['doc', 3],
    ['examples', 1],
    ['incremental', 3],
    ['package', 2],
    ['tmp', 0],
]);
/** Deepest known: `<tool's own target>/<triple>/<profile>`. */
const DEPTH = 4;
/**
 * A link where Cargo writes into what is there already: it would write to wherever the link leads.
 * Cargo makes none, so somebody else did.
 *
 * @returns its path relative to the target directory, null where there is none
 * @throws Error where a folder cannot be read
 */
function findPlantedLink(target) {
    return (0,host_folders/* within */.ux)(target, [], (folder) => findIn(folder, 0));
}
function findIn(folder, depth) {
    const entries = entriesOf(folder);
    const isOwn = depth === 0 || entries.some(({ name }) => WRITTEN.has(name));
    for (const entry of entries) {
        const { name } = entry;
        if (entry.isSymbolicLink() && isWrittenInto(folder, name, isOwn))
            return name;
        if (!entry.isDirectory())
            continue;
        const levels = WRITTEN.get(name);
        if (levels === undefined && depth === DEPTH)
            continue;
        const found = (0,host_profiles/* enter */.Ve)(folder, name, (inner) => levels === undefined ? findIn(inner, depth + 1) : findWithin(inner, levels));
        if (found !== null)
            return `${name}/${found}`;
    }
    return null;
}
/**
 * A program or library beside those folders is replaced as a whole, whatever it is. In a folder that is
 * not Cargo's own, such as the `cxxbridge` of cxx, it makes folders alone, of profiles and targets.
 *
 * @param isOwn whether the folder is the target directory or a profile's
 */
function isWrittenInto(folder, name, isOwn) {
    if (WRITTEN.has(name) || /^\.|\.d$/.test(name))
        return true;
    const kind = kindBehind((0,host_folders.at)(folder, name));
    return isOwn || !planted_links_NO_PROFILE.test(name) ? kind !== 'file' : kind === 'folder';
}
/** No profile has a dot in its name. */
const planted_links_NO_PROFILE = /\./;
function kindBehind(link) {
    try {
        const stat = (0,external_node_fs_.statSync)(link);
        return stat.isFile() ? 'file' : 'folder';
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return 'nothing';
        throw error;
    }
}
function findWithin(folder, levels) {
    if (levels === 0)
        return null;
    for (const entry of entriesOf(folder)) {
        if (entry.isSymbolicLink())
            return entry.name;
        if (levels === 1 || !entry.isDirectory())
            continue;
        const found = levels === 2
            ? linkAmong(folder, entry.name)
            : (0,host_profiles/* enter */.Ve)(folder, entry.name, (inner) => findWithin(inner, levels - 1));
        if (found !== null)
            return `${entry.name}/${found}`;
    }
    return null;
}
/** Of the lowest level there are very many folders: each is listed without being opened before. */
function linkAmong(folder, name) {
    try {
        return entriesOf(folder, name).find((entry) => entry.isSymbolicLink())?.name ?? null;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT' || (0,host_folders/* isDiverted */.cX)(error))
            return null;
        throw error;
    }
}
function entriesOf(folder, name = '.') {
    return (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, name), { withFileTypes: true });
}

// EXTERNAL MODULE: ./lib/plan/unused-units.js
var unused_units = __nccwpck_require__(7791);
// EXTERNAL MODULE: ./lib/host/sizes.js + 1 modules
var sizes = __nccwpck_require__(6234);
;// CONCATENATED MODULE: ./lib/host/unit-weights.js





/** Where the artefacts of units lie in a profile, a file each, named after their hash. */
const ARTEFACTS = ['deps', 'examples'];
/**
 * What each unit of a target dir takes: its artefacts, and what its build script has written.
 *
 * @param target absolute path that other programs can use, too
 * @returns allocated bytes by unit; null where not all of it could be measured in time
 */
async function weighUnits(target, waitMs) {
    const owners = withProfiles(target, (profiles) => new Map(profiles.flatMap((profile) => placesOf(profile, target))));
    const measured = await measureNested([...owners.keys()], waitMs);
    const weights = new Map();
    for (const [place, unit] of owners) {
        const bytes = measured.get(place)?.bytes;
        if (bytes === undefined)
            return null;
        weights.set(unit, (weights.get(unit) ?? 0) + bytes);
    }
    return weights;
}
/** What belongs to the units of a profile, with whose it is. */
function placesOf({ path, folder }, target) {
    const namesIn = (name) => inside(folder, name, (last) => readdirSync(at(last, '.'))) ?? [];
    const labels = namesIn('.fingerprint').filter((label) => isUnit(`${path}/${label}`));
    const byHash = new Map(labels.map((label) => [hashOf(label) ?? '', `${path}/${label}`]));
    const places = [];
    for (const name of ['build', ...ARTEFACTS]) {
        for (const each of namesIn(name)) {
            const unit = hashesIn(each).flatMap((hash) => byHash.get(hash) ?? [])[0];
            if (unit !== undefined)
                places.push([`${target}/${path}/${name}/${each}`, unit]);
        }
    }
    return places;
}

;// CONCATENATED MODULE: external "node:events"
const external_node_events_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");
;// CONCATENATED MODULE: ./lib/host/near-times.js




/**
 * Sets mtimes without perl: by node, which takes them as doubles. Never later than wanted, and at most
 * 2 µs before: of the same content that tells Cargo the same. What does not keep such a time gets now.
 */
function setNearTimes(workspace, planned, nowNs) {
    return planned.map(({ path, mtimeNs, expected }) => {
        const [folders, name] = (0,host_folders/* parted */.vx)(path);
        try {
            return (0,host_folders/* within */.ux)(`${workspace}/.`, folders, (folder) => {
                const file = `/proc/${process.pid}/fd/${folder}/${name || '.'}`;
                // The time first, as by perl: what is put there in between is seen.
                const near = mtimeNs === null ? null : setNear(file, BigInt(mtimeNs));
                const isSet = near !== null && isExpected(near, expected);
                const stat = isSet ? near : setNow(file, nowNs);
                const kind = isSet || mtimeNs === null ? 'set' : 'now';
                return { kind, path, stamp: stampOf(stat) };
            });
        }
        catch (error) {
            const why = (0,host_folders/* isDiverted */.cX)(error) ? 'a link leads there' : (0,guard_error/* messageOf */.bD)(error);
            return { kind: 'failed', path, why };
        }
    });
}
const NEAR_NS = 2000n;
/** What lies there then, with its time; null where the disk does not keep that. */
function setNear(file, mtimeNs) {
    const { atime } = (0,external_node_fs_.lstatSync)(file);
    // The middle of a microsecond, which no rounding leaves: of its own, or of the one before. What was
    // set so once gets the very same.
    for (const middle of [0.5, -0.5]) {
        (0,external_node_fs_.lutimesSync)(file, atime, Math.max(0, (Number(mtimeNs / 1000n) + middle) / 1e6));
        const stat = (0,external_node_fs_.lstatSync)(file, { bigint: true });
        const off = mtimeNs - stat.mtimeNs;
        if (off >= 0n)
            return off <= NEAR_NS ? stat : null;
    }
    return null;
}
/** A double cannot hold nanoseconds: never before the moment that is meant. */
function setNow(file, nowNs) {
    const seconds = Number(nowNs / 1000000n + 1n) / 1000;
    (0,external_node_fs_.lutimesSync)(file, seconds, seconds);
    return (0,external_node_fs_.lstatSync)(file, { bigint: true });
}

;// CONCATENATED MODULE: ./lib/host/file-times.js







const CALLS = {
    x64: { openat: 257, utimensat: 280, newfstatat: 262, close: 3 },
    arm64: { openat: 56, utimensat: 88, newfstatat: 79, close: 57 },
};
/** Inode, mode, size, mtime and ctime in struct stat, as perl unpacks them. */
const LAYOUTS = {
    x64: 'x8 Q x8 L x20 q x32 q2 q2',
    arm64: 'x8 Q L x28 q x32 q2 q2',
};
const file_times_WAIT_MS = 120_000;
/**
 * Sets mtimes of files, links and folders of a workspace: each path once, many of them by several
 * processes at the same time. To the nanosecond by perl; where there is none, to 2 µs before.
 *
 * Each folder on the way is opened relative to the one before and without following links, so nothing
 * outside is ever touched. What turns out not to hold what was expected gets now.
 *
 * @param nowNs what now is, for those without an mtime
 * @param machine of which perl and the kernel are, as process.arch has it
 */
async function setTimes(workspace, planned, nowNs, machine = process.arch) {
    const results = [];
    const allowed = planned.filter((each) => {
        if ((0,build_inputs/* isSettable */.Zc)(each.path))
            return true;
        results.push({ kind: 'failed', path: each.path, why: 'it is not a path in the workspace' });
        return false;
    });
    const folder = (0,external_node_fs_.openSync)(workspace, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_DIRECTORY);
    try {
        const shares = sharesOf(allowed);
        // None is at it any more when the other way begins, or the folder is closed.
        const answers = await Promise.all(shares.map(async (share) => byPerl(folder, share, nowNs, machine)));
        if (answers.every((each) => each !== null))
            return [...results, ...answers.flat()];
        return [...results, ...setNearTimes(`/proc/${process.pid}/fd/${folder}`, allowed, nowNs)];
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
}
/** A process takes a few ms to start, and each folder is opened by who sets times in it. */
const SHARE_AT_LEAST = 2000;
const SHARES_AT_MOST = 4;
/** One part for each process, in the order given: what lies together stays together. */
function sharesOf(planned) {
    const most = Math.min((0,external_node_os_.availableParallelism)(), SHARES_AT_MOST);
    const count = Math.max(1, Math.min(most, Math.floor(planned.length / SHARE_AT_LEAST)));
    const size = Math.ceil(planned.length / count);
    return Array.from({ length: count }, (_, index) => planned.slice(index * size, (index + 1) * size));
}
// Reads `<seconds> <nanoseconds> <type and executable bit or -> <size or -> <path>` parted by NUL.
// Answers `set` or `now` with the parts of ctime, inode and size, or `failed` with the reason. The time
// is set first and checked after: most fit, and each call counts. A time of access is not checked.
const PERL = `use strict;
my ($openat, $flags, $utimensat, $stat, $close, $nows, $nown) = map { $_ + 0 } @ARGV[0..6];
my ($layout, $which) = @ARGV[7, 8];
my $modified = $which eq "mtime";
sub instants { $modified ? pack("q4", 0, 0x3ffffffe, @_) : pack("q4", @_, 0, 0x3ffffffe) }
binmode STDIN; binmode STDOUT; $/ = "\\0";
my (@open, @names); push @open, 3;
my $last = "";
my $now = instants($nows, $nown);
my $buf = "\\0" x 256;
LINE: while (defined(my $line = <STDIN>)) {
  chop $line;
  my ($s, $n, $type, $size, $path) = split / /, $line, 5;
  my $cut = rindex($path, "/");
  my $folder = $cut < 0 ? "" : substr($path, 0, $cut);
  my $name = $path eq "" ? "." : substr($path, $cut + 1);
  if ($folder ne $last) {
    $last = "/";
    my @way = split m{/}, $folder, -1;
    my $same = 0;
    $same++ while $same < @way && $same < @names && $way[$same] eq $names[$same];
    while (@names > $same) { pop @names; syscall($close, pop @open) }
    while (@names < @way) {
      my $next = $way[@names];
      my $fd = syscall($openat, $open[-1], $next, $flags, 0);
      if ($fd < 0) { print "failed $!\\0"; next LINE }
      push @open, $fd; push @names, $next;
    }
    $last = $folder;
  }
  my $fits = 1;
  for (instants($s, $n), $now) {
    if (syscall($utimensat, $open[-1], $name, $_, 0x100) != 0 ||
        syscall($stat, $open[-1], $name, $buf, 0x100) != 0) { print "failed $!\\0"; next LINE }
    my ($inode, $mode, $has, $ms, $mn, $cs, $cn) = unpack($layout, $buf);
    my $kind = ($mode & 0170000) . (($mode & 0170000) == 0100000 && $mode & 0100 ? "x" : "");
    $fits &&= $type eq "-" || $type eq $kind && ($size eq "-" || $size == $has);
    $fits &&= !$modified || $ms == $s && $mn == $n;
    if (!$fits && $_ ne $now) { next }
    print(($fits ? "set" : "now"), " $cs $cn $inode $has\\0");
    next LINE;
  }
}
`;
const file_times_FILE = 0o100000;
const LINK = 0o120000;
const FOLDER = 0o040000;
/** Null where it cannot be done so; nothing is lost then, the other way does it all again. */
async function byPerl(folder, planned, nowNs, machine) {
    const now = partsOf(String(nowNs));
    const words = wordsFor(machine, now, 'mtime');
    if (words === null)
        return null;
    const input = planned.map((each) => `${requestOf(each, now)} ${each.path}\0`).join('');
    const answers = await answersOfPerl(words, folder, input);
    if (answers?.length !== planned.length)
        return null;
    return planned.map(({ path, mtimeNs }, index) => answerOf(path, mtimeNs, answers[index] ?? ''));
}
/** Null for a machine of which the calls are not known. */
function wordsFor(machine, now, which) {
    const [calls, layout] = [CALLS[machine], LAYOUTS[machine]];
    if (calls === undefined || layout === undefined || machine !== process.arch)
        return null;
    const { openat, utimensat, newfstatat, close } = calls;
    const flags = external_node_fs_.constants.O_DIRECTORY | external_node_fs_.constants.O_NOFOLLOW | O_PATH | O_CLOEXEC;
    const numbers = [openat, flags, utimensat, newfstatat, close].map(String);
    return [...numbers, ...now, layout, which];
}
/**
 * Sets the time of last access, and no other, of files in a folder that is open, without following any
 * link. What is not there is passed over.
 *
 * @param folder its descriptor
 * @param paths relative to it
 * @param seconds since the epoch
 * @returns false where this user may not, or there is no perl that can
 * @throws Error where one of them cannot be set
 */
async function setAccessTimes(folder, paths, seconds) {
    const words = wordsFor(process.arch, ['0', '0'], 'atime');
    if (words === null)
        return false;
    const input = paths.map((path) => `${seconds} 0 - - ${path}\0`).join('');
    const answers = await answersOfPerl(words, folder, input);
    if (answers === null)
        return false;
    if (answers.length !== paths.length)
        throw new Error('perl ended before all times were set');
    const failed = answers.findIndex((answer) => !/^set |^failed No such file/.test(answer));
    const why = answers[failed] ?? '';
    if (/^failed (Operation not permitted|Permission denied)/.test(why))
        return false;
    if (failed !== -1)
        throw new Error(`${paths[failed] ?? ''}: ${why}`);
    return true;
}
/** What perl says, parted at NUL, not all of it where it failed; null where there is none. */
async function answersOfPerl(words, folder, input) {
    try {
        const child = (0,external_node_child_process_.spawn)('perl', ['-f', '-e', PERL, ...words], {
            stdio: ['pipe', 'pipe', 'ignore', folder],
            env: { PATH: process.env['PATH'], LC_ALL: 'C' },
        });
        (0,program/* limitTime */.DZ)(child, file_times_WAIT_MS);
        const parts = [];
        child.stdout?.setEncoding('utf8').on('data', (part) => parts.push(part));
        // One that ends before it has read everything has not answered everything.
        child.stdin?.on('error', () => { });
        child.stdin?.end(input);
        const [status] = (await (0,external_node_events_namespaceObject.once)(child, 'close'));
        return status === 0 ? parts.join('').split('\0').slice(0, -1) : [];
    }
    catch {
        // There is no perl, or it cannot be run.
        return null;
    }
}
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
function requestOf({ mtimeNs, expected }, now) {
    if (mtimeNs === null)
        return `${now.join(' ')} - -`;
    const size = expected.kind === 'file' ? (expected.size ?? '-') : '-';
    return `${partsOf(mtimeNs).join(' ')} ${typeOf(expected)} ${size}`;
}
/** Seconds, and nanoseconds. */
function partsOf(ns) {
    return [ns.slice(0, -9) || '0', ns.slice(-9)];
}
function typeOf({ kind, isExecutable }) {
    if (kind === 'file')
        return `${file_times_FILE}${isExecutable ? 'x' : ''}`;
    return String(kind === 'link' ? LINK : FOLDER);
}
function answerOf(path, mtimeNs, answer) {
    const [kind = '', seconds = '', nanoseconds = '', inode = '', size = ''] = answer.split(' ');
    if (kind !== 'set' && kind !== 'now') {
        return { kind: 'failed', path, why: answer.slice('failed '.length) };
    }
    const ctimeNs = `${seconds}${nanoseconds.padStart(9, '0')}`;
    const stamp = { ctimeNs, inode, size: Number(size) };
    return { kind: mtimeNs === null || kind === 'set' ? 'set' : 'now', path, stamp };
}

;// CONCATENATED MODULE: ./lib/host/unit-marks.js






/**
 * Which units a build uses: Cargo reads the fingerprint of each. Before the build the time of their
 * last access is set back; what has a later one afterwards was used. Not so on a disk that keeps no
 * such times (noatime), which shows at once.
 */
/** Seconds since the epoch: no file is read at that time. */
const MARK_S = 1;
const MARK_NS = 1000000000n;
/**
 * Marks all units of a target dir. Who still builds in it has those counted as used.
 *
 * @param target absolute path
 * @returns false where this user may not, or there is no perl to do it
 * @throws Error where they cannot be marked, as on a full disk
 */
async function markUnits(target) {
    const files = fingerprintsIn(target).flatMap((each) => each.files);
    if (files.length === 0)
        return true;
    const folder = (0,host_folders/* openFolder */.NE)(target);
    try {
        return await setAccessTimes(folder, files, MARK_S);
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
}
/**
 * Whether a disk tells when a file was read (not so with noatime), by a file made for that: a unit whose
 * file was read would count as used.
 *
 * @param folder one of our own there
 */
function keepsAccessTimes(folder) {
    const trial = `${folder}/trial`;
    (0,external_node_fs_.writeFileSync)(trial, 'read', { flag: 'wx' });
    (0,external_node_fs_.utimesSync)(trial, MARK_S, MARK_S);
    (0,external_node_fs_.readFileSync)(trial);
    return (0,external_node_fs_.lstatSync)(trial, { bigint: true }).atimeNs !== MARK_NS;
}
/** Of so many units in each profile: who copies a slot, or backs it up, reads them all. */
const SAMPLE = 8;
/**
 * Whether a target dir is marked, as far as some of its units tell. A mark says that nobody has read that
 * unit since, whoever made it and when: where others lack theirs, these count as used.
 */
function looksMarked(target) {
    return (0,host_profiles/* withProfiles */.fA)(target, (profiles) => profiles.every(({ path, folder }) => {
        const marked = (0,host_folders/* inside */.nx)(folder, '.fingerprint', (last) => {
            const labels = (0,external_node_fs_.readdirSync)((0,host_folders.at)(last, '.')).filter((label) => (0,unused_units/* isUnit */.vO)(`${path}/${label}`));
            return labels.slice(0, SAMPLE).every((label) => (0,host_folders/* inside */.nx)(last, label, isUnread) ?? true);
        });
        return marked ?? true;
    }));
}
function isUnread(fingerprint) {
    return (0,external_node_fs_.readdirSync)((0,host_folders.at)(fingerprint, '.'))
        .filter(isMarkable)
        .every((name) => (0,external_node_fs_.lstatSync)((0,host_folders.at)(fingerprint, name), { bigint: true }).atimeNs === MARK_NS);
}
/** All units, and those that were used since they were marked. */
function readMarks(target) {
    const found = fingerprintsIn(target);
    const used = found.filter(({ files }) => files.some((file) => {
        const stat = lstatSync(`${target}/${file}`, { bigint: true, throwIfNoEntry: false });
        return stat !== undefined && stat.atimeNs !== MARK_NS;
    }));
    return { all: found.map(({ unit }) => unit), used: new Set(used.map(({ unit }) => unit)) };
}
/** Moves all that belongs to units out of a target dir, into a folder that has no numbers for names. */
function moveUnitsOut(target, units, to) {
    const out = (0,host_folders/* movingTo */.I2)(to, '');
    (0,host_profiles/* withProfiles */.fA)(target, (profiles) => {
        for (const profile of profiles) {
            const labels = units
                .filter((unit) => unit.slice(0, unit.lastIndexOf('/')) === profile.path)
                .map((unit) => unit.slice(unit.lastIndexOf('/') + 1));
            if (labels.length > 0)
                moveOutOf(profile, labels, out);
        }
    });
}
function moveOutOf({ folder }, labels, out) {
    const hashes = new Set(labels.map((label) => (0,unused_units/* hashOf */.qQ)(label)));
    // The fingerprint first: without it Cargo does not look for the rest.
    for (const name of ['.fingerprint', 'build']) {
        (0,host_folders/* inside */.nx)(folder, name, (last) => {
            for (const each of (0,external_node_fs_.readdirSync)((0,host_folders.at)(last, '.')))
                if (labels.includes(each))
                    out(last, each);
        });
    }
    const inodes = new Set();
    for (const name of ARTEFACTS) {
        (0,host_folders/* inside */.nx)(folder, name, (last) => {
            for (const file of (0,external_node_fs_.readdirSync)((0,host_folders.at)(last, '.'))) {
                if (!(0,unused_units/* hashesIn */.Gl)(file).some((hash) => hashes.has(hash)))
                    continue;
                const { ino, nlink } = (0,external_node_fs_.lstatSync)((0,host_folders.at)(last, file), { bigint: true });
                if (nlink > 1n)
                    inodes.add(ino);
                out(last, file);
            }
        });
    }
    // Where people find it Cargo has given a program, or a library, another name: who runs it afterwards
    // would run what no build makes any more.
    if (inodes.size === 0)
        return;
    for (const name of ['.', 'examples']) {
        (0,host_folders/* inside */.nx)(folder, name, (last) => {
            for (const file of (0,external_node_fs_.readdirSync)((0,host_folders.at)(last, '.'), { withFileTypes: true })) {
                if (!file.isFile())
                    continue;
                const { ino } = (0,external_node_fs_.lstatSync)((0,host_folders.at)(last, file.name), { bigint: true });
                if (inodes.has(ino))
                    out(last, file.name);
            }
        });
    }
}
/** The other files are read by who looks for what a unit was made of, or by nobody. */
function isMarkable(name) {
    return !/^(dep|output)-|\.json$|^invoked\./.test(name);
}
function fingerprintsIn(target) {
    return (0,host_profiles/* withProfiles */.fA)(target, (profiles) => profiles.flatMap(({ path, folder }) => {
        const labels = (0,host_folders/* inside */.nx)(folder, '.fingerprint', (last) => (0,external_node_fs_.readdirSync)((0,host_folders.at)(last, '.'))) ?? [];
        return labels.flatMap((label) => {
            const unit = `${path}/${label}`;
            const names = (0,host_folders/* inside */.nx)(folder, `.fingerprint/${label}`, (last) => (0,external_node_fs_.readdirSync)((0,host_folders.at)(last, '.')));
            if (names === null || !(0,unused_units/* isUnit */.vO)(unit))
                return [];
            const files = names.filter(isMarkable);
            const base = `${path}/.fingerprint/${label}`;
            return files.length === 0 ? [] : [{ unit, files: files.map((name) => `${base}/${name}`) }];
        });
    }));
}

;// CONCATENATED MODULE: ./lib/plan/archive.js
const archive_HEADER = 60;
/** An archive with more members was not made by a compiler. */
const MEMBERS_AT_MOST = 100_000;
/** Whether these first bytes are those of an archive (`.rlib`, `.a`). */
function isArchive(start) {
    return start.toString('latin1', 0, 8) === '!<arch>\n';
}
/** The files of an archive, without its own tables; null where it is damaged. */
function archiveMembers(read, size) {
    const members = [];
    for (let at = 8; at < size;) {
        const header = read(at, archive_HEADER);
        const length = header.toString('latin1', 48, 58).trimEnd();
        if (header.length < archive_HEADER || header.toString('latin1', 58) !== '`\n')
            return null;
        if (!/^[0-9]+$/.test(length) || at + archive_HEADER + Number(length) > size)
            return null;
        const name = header.toString('latin1', 0, 16).trimEnd();
        if (!['/', '//', '/SYM64/'].includes(name)) {
            members.push({ from: at + archive_HEADER, size: Number(length) });
        }
        if (members.length > MEMBERS_AT_MOST)
            return null;
        at += archive_HEADER + Number(length) + (Number(length) % 2);
    }
    return members;
}

;// CONCATENATED MODULE: ./lib/plan/elf.js
const NO_BYTES = 8; // SHT_NOBITS
const LOADED = 2; // SHF_ALLOC
/** Names longer than this belong to none of the sections that are looked for. */
const NAME_AT_MOST = 64;
/** Sections of one object; with one for each function, tens of thousands are usual. */
const SECTIONS_AT_MOST = 200_000;
/** All names together, in bytes. */
const NAMES_AT_MOST = 64 * 1024 * 1024;
/** Whether these first bytes are those of an ELF file: object, program or shared library. */
function isElf(start) {
    return start.toString('latin1', 0, 4) === '\u007fELF';
}
/** Where the fields lie, for 64 and for 32 bits. */
const elf_LAYOUTS = {
    wide: { header: 64, table: 40, counts: 58, entry: 64, flags: 8, from: 24, size: 32, link: 40 },
    narrow: { header: 52, table: 32, counts: 46, entry: 40, flags: 8, from: 16, size: 20, link: 24 },
};
/** The sections of an ELF file that lies in another; null where its tables cannot be followed. */
function elfSections(read, file) {
    const start = read(file.from, elf_LAYOUTS.wide.header);
    const isWide = start[4] === 2;
    const layout = isWide ? elf_LAYOUTS.wide : elf_LAYOUTS.narrow;
    const isLittle = start[5] === 1;
    if (start.length < layout.header)
        return null;
    const short = (bytes, at) => isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
    const word = (bytes, at) => isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    const long = (bytes, at) => {
        if (!isWide)
            return word(bytes, at);
        // By halves: there are very many, and BigInts are slow.
        return word(bytes, isLittle ? at : at + 4) + word(bytes, isLittle ? at + 4 : at) * 2 ** 32;
    };
    const table = long(start, layout.table);
    const first = read(file.from + table, layout.entry);
    if (short(start, layout.counts) !== layout.entry || first.length < layout.entry)
        return null;
    // Numbers that do not fit into the header stand in the first, unused entry.
    const count = short(start, layout.counts + 2) || long(first, layout.size);
    const named = short(start, layout.counts + 4);
    const namesAt = named === 0xff_ff ? word(first, layout.link) : named;
    if (count > SECTIONS_AT_MOST || namesAt >= count)
        return null;
    if (table + count * layout.entry > file.size)
        return null;
    const entries = read(file.from + table, count * layout.entry);
    if (entries.length < count * layout.entry)
        return null;
    const extentOf = (index) => ({
        from: long(entries, index * layout.entry + layout.from),
        size: long(entries, index * layout.entry + layout.size),
    });
    const names = extentOf(namesAt);
    if (names.size > NAMES_AT_MOST || names.from + names.size > file.size)
        return null;
    const texts = read(file.from + names.from, names.size);
    const sections = [];
    for (let index = 1; index < count; index += 1) {
        const at = index * layout.entry;
        const { from, size } = extentOf(index);
        if (word(entries, at + 4) === NO_BYTES || size === 0)
            continue;
        if (from + size > file.size)
            return null;
        const isLoaded = (long(entries, at + layout.flags) & LOADED) !== 0;
        const name = isLoaded ? '' : nameAt(texts, word(entries, at));
        sections.push({ name, from: file.from + from, size, isLoaded });
    }
    return sections;
}
function nameAt(texts, from) {
    const part = texts.subarray(from, from + NAME_AT_MOST);
    const end = part.indexOf(0);
    return part.toString('latin1', 0, end === -1 ? part.length : end);
}

;// CONCATENATED MODULE: ./lib/plan/former-paths.js
/**
 * Paths are compared as bytes: names on a disk need not be UTF-8. All texts here hold one byte in each
 * character (latin1), as `bytesOf` gives them.
 */
/** A path or other text as bytes. */
function bytesOf(text) {
    return Buffer.from(text, 'utf8').toString('latin1');
}
/** Where there are so many, there may be more: nothing is to be made of the list. */
const HITS_AT_MOST = 20_000;
/** Where any of these paths begins in some bytes; ends after 20,000. */
function hitsIn(bytes, paths, living) {
    const hits = [];
    for (const path of paths) {
        const spared = living.filter((each) => each !== path && each.startsWith(path));
        for (let hit = bytes.indexOf(path, 0, 'latin1'); hit !== -1 && hits.length < HITS_AT_MOST;) {
            if (!spared.some((each) => isAt(bytes, hit, each)))
                hits.push(hit);
            hit = bytes.indexOf(path, hit + 1, 'latin1');
        }
    }
    return hits;
}
/** Whether a text has any of these paths. */
function mentions(text, paths, living) {
    if (paths.every((path) => !text.includes(path)))
        return false;
    return hitsIn(Buffer.from(text, 'latin1'), paths, living).length > 0;
}
function isAt(bytes, from, text) {
    return bytes.toString('latin1', from, from + text.length) === text;
}

;// CONCATENATED MODULE: ./lib/plan/metadata.js
/**
 * rustc's metadata: what a crate tells those that are compiled against it. Undocumented and changed
 * with every version, so only one thing is made of it: a text that is encoded as rustc encodes names
 * (length as LEB128, bytes, 0xC1) and is the name of a source file or of the directory in which
 * rustc ran belongs to the list of source files. A constant has no 0xC1 after it, and part of a text
 * no length before it. What cannot be explained like that counts as seen.
 */
const END = 0xc1;
/** Whether these first bytes are those of metadata (`.rmeta`). */
function isMetadata(start) {
    return start.toString('latin1', 0, 7) === 'rust\0\0\0';
}
/** The hits that are not names in the list of source files. */
function otherThanSources(metadata, hits, inputs) {
    const names = new Map(hits.map((hit) => [hit, metadata_nameAt(metadata, hit)]));
    const absolute = new Set(inputs.filter((input) => input.startsWith('/')));
    const relative = inputs.filter((input) => !input.startsWith('/')).map((input) => `/${input}`);
    // Where rustc ran is known by the sources that are named as lying in it.
    const folders = new Set();
    const isSource = (name) => {
        if (absolute.has(name))
            return true;
        const end = relative.find((each) => name.endsWith(each));
        if (end !== undefined)
            folders.add(name.slice(0, -end.length));
        return end !== undefined;
    };
    const unknown = hits.filter((hit) => {
        const name = names.get(hit) ?? null;
        return name === null || !isSource(name);
    });
    return unknown.filter((hit) => !folders.has(names.get(hit) ?? ''));
}
/** The whole text that begins there, where it is encoded as a name. */
function metadata_nameAt(metadata, at) {
    for (const length of lengthsBefore(metadata, at)) {
        if (metadata[at + length] === END)
            return metadata.toString('latin1', at, at + length);
    }
    return null;
}
/** What the bytes before may say as a length: LEB128 of one or of two bytes. */
function lengthsBefore(metadata, at) {
    const last = metadata[at - 1] ?? 0x80;
    const first = metadata[at - 2] ?? 0;
    if (last >= 0x80)
        return [];
    return first >= 0x80 ? [(first & 0x7f) | (last << 7), last] : [last];
}

;// CONCATENATED MODULE: ./lib/plan/artefact.js




const UNSEEN = { kind: 'unseen' };
/** Code in a compiler's own form, whose texts are packed: of link-time optimisation. */
const PACKED = ['.llvmbc', '.llvm.lto', '.gnu.lto_'];
const BITCODE = ['BC\u00c0\u00de', '\u00de\u00c0\u0017\u000b'];
/** Where rustc keeps a crate's metadata in a library. */
const METADATA = new Set(['.rmeta', '.rustc']);
const METADATA_AT_MOST = 512 * 1024 * 1024;
/** With all its debug information. */
const ARTEFACT_AT_MOST = 4 * 1024 ** 3;
/** Sections that lie closer to each other are read as one. */
const GAP = 65_536;
const CHUNK = 4 * 1024 * 1024;
/** Each is looked up among all sections. */
const LOADED_HITS_AT_MOST = 2000;
/** How much of what follows a path is told. */
const TOLD = 512;
/**
 * Whether a program or library, when it runs or when another crate is compiled against it, may get to
 * see one of these paths.
 *
 * Debug information and symbols do not count: nothing that runs reads them but to print a backtrace.
 * Nor does the list of source files that a crate's metadata has. What is neither an archive nor ELF
 * nor metadata is taken for plain bytes, in which each hit counts.
 */
function inspectArtefact(read, size, search) {
    if (size > ARTEFACT_AT_MOST)
        return unreadable('it is too large');
    const whole = { from: 0, size };
    const start = read(0, 8);
    if (start.toString('latin1') === '!<thin>\n')
        return unreadable('it is a thin archive');
    if (!isArchive(start))
        return inspectObject(read, whole, search);
    const members = archiveMembers(read, size);
    if (members === null)
        return unreadable('its archive is damaged');
    return firstOf(members, (member) => inspectObject(read, member, search));
}
function inspectObject(read, object, search) {
    const start = read(object.from, 8);
    if (isMetadata(start))
        return inspectMetadata(read, object, search);
    if (BITCODE.some((magic) => start.toString('latin1', 0, 4) === magic)) {
        return unreadable('it holds code for link-time optimisation');
    }
    if (!isElf(start))
        return inspectLoaded(read, object, search);
    const sections = elfSections(read, object);
    if (sections === null)
        return unreadable('its sections cannot be read');
    if (sections.some(({ name }) => PACKED.some((each) => name.startsWith(each)))) {
        return unreadable('it holds code for link-time optimisation');
    }
    const metadata = sections.filter(({ name }) => METADATA.has(name));
    const loaded = sections.filter(({ isLoaded }) => isLoaded);
    // Without a table of sections nothing says which part is loaded: all of it, then.
    const ranges = sections.length === 0 ? [object] : joined(loaded);
    const inMetadata = firstOf(metadata, (section) => inspectMetadata(read, section, search));
    if (inMetadata.kind !== 'unseen')
        return inMetadata;
    return firstOf(ranges, ({ from, size }) => inspectLoaded(read, { from, size }, search, loaded));
}
/** Ranges that hold these sections, and little else. */
function joined(sections) {
    const ranges = [];
    for (const { from, size } of sections.toSorted((a, b) => a.from - b.from)) {
        const last = ranges.at(-1);
        if (last === undefined || from > last.from + last.size + GAP)
            ranges.push({ from, size });
        else
            last.size = Math.max(last.size, from + size - last.from);
    }
    return ranges;
}
function inspectLoaded(read, range, search, within = null) {
    const end = range.from + range.size;
    const overlap = Math.max(...search.paths.map((path) => path.length), 1) - 1;
    for (let from = range.from; from < end; from += CHUNK) {
        const bytes = read(from, Math.min(CHUNK + overlap, end - from));
        if (bytes.length === 0)
            return unreadable('it ends too early');
        const hits = hitsIn(bytes, search.paths, search.living);
        if (hits.length >= LOADED_HITS_AT_MOST)
            return unreadable('it names too many paths');
        const seen = hits.filter((hit) => within === null || isWithin(from + hit, within));
        if (seen.length > 0)
            return { kind: 'seen', text: textsAt(read, seen, from, end) };
    }
    return UNSEEN;
}
function isWithin(at, sections) {
    return sections.some(({ from, size }) => at >= from && at < from + size);
}
function textsAt(read, hits, base, end) {
    const parts = hits.slice(0, 100).map((hit) => {
        const from = base + hit;
        return read(from, Math.min(TOLD, end - from)).toString('latin1');
    });
    return parts.join('\n');
}
function inspectMetadata(read, part, search) {
    if (part.size > METADATA_AT_MOST)
        return unreadable('its metadata is too large');
    const bytes = read(part.from, part.size);
    // rustc's name and version stand at its beginning, as they are, unless it is compressed.
    if (!bytes.subarray(0, 256).includes('rustc '))
        return unreadable('its metadata is packed');
    const hits = hitsIn(bytes, search.paths, search.living);
    if (hits.length >= HITS_AT_MOST)
        return unreadable('its metadata names too many paths');
    const others = otherThanSources(bytes, hits, search.inputs);
    if (others.length === 0)
        return UNSEEN;
    const texts = others.map((hit) => bytes.toString('latin1', hit, hit + TOLD));
    return { kind: 'seen', text: texts.slice(0, 100).join('\n') };
}
function unreadable(why) {
    return { kind: 'unreadable', why };
}
/** The first verdict that is not *unseen*. */
function firstOf(parts, judge) {
    for (const part of parts) {
        const verdict = judge(part);
        if (verdict.kind !== 'unseen')
            return verdict;
    }
    return UNSEEN;
}

;// CONCATENATED MODULE: ./lib/host/out-dir.js






/** CMake refuses to work where this says that it was made elsewhere. */
const CMAKE_CACHE = 'CMakeCache.txt';
const DEPTH_AT_MOST = 64;
/**
 * Finds a file or link with a former path in what a build script made.
 *
 * @param folder descriptor of OUT_DIR, or of a folder in it
 * @param path of that folder in OUT_DIR, with a slash at its end
 * @returns why it cannot stay, or null
 */
function searchOutDir(folder, search, path = '', isCMakes = false) {
    if (path.split('/').length > DEPTH_AT_MOST)
        return 'its files lie too deep to be searched';
    const entries = (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'), { withFileTypes: true });
    // What lies beside OUT_DIR's other files may be of theirs.
    const isBuild = isCMakes || (path !== '' && entries.some(({ name }) => name === CMAKE_CACHE));
    for (const entry of entries) {
        search.allowance.entries -= 1;
        if (search.allowance.entries < 0)
            return 'there are too many files to be searched';
        if (entry.name.includes('\uFFFD'))
            return 'it made a file whose name is not UTF-8';
        const found = searchEntry(folder, entry, search, { path, isCMakes: isBuild });
        if (found !== null)
            return found;
    }
    return null;
}
function searchEntry(folder, entry, search, { path, isCMakes }) {
    const name = `${path}${entry.name}`;
    if (entry.isDirectory()) {
        return (0,host_profiles/* enter */.Ve)(folder, entry.name, (next) => searchOutDir(next, search, `${name}/`, isCMakes));
    }
    if (entry.isSymbolicLink()) {
        const leads = bytesOf((0,external_node_fs_.readlinkSync)((0,host_folders.at)(folder, entry.name)));
        return mentions(leads, search.paths, search.living) ? `it made a link, ${name}` : null;
    }
    return withPlainFile((0,host_folders.at)(folder, entry.name), ({ size, read }) => {
        search.allowance.bytes -= size;
        if (search.allowance.bytes < 0)
            return 'there is too much to be searched';
        const paths = isCompiled(read) ? search.paths : search.pathsFor(bytesOf(name), isCMakes);
        const isSeen = (of) => of.length > 0 && inspectArtefact(read, size, { ...search, paths: of }).kind !== 'unseen';
        if (isSeen(paths))
            return `it made ${name}`;
        if (entry.name === CMAKE_CACHE && isSeen(search.paths))
            search.onCache(name);
        return null;
    });
}
/** Whether a file is a program, a library or an object. */
function isCompiled(read) {
    return /^(!<arch>\n|!<thin>\n|\u007fELF)/.test(read(0, 8).toString('latin1'));
}

;// CONCATENATED MODULE: ./lib/host/unit-places.js






/** What Cargo and rustc write beside a unit is far smaller. */
const TEXT_AT_MOST = 16 * 1024 * 1024;
/** A folder with more names was not filled by Cargo. */
const unit_places_NAMES_AT_MOST = 1_000_000;
/** Lists the folders of a profile; one that is not there, or is something else, is empty. */
function listingOf({ folder }) {
    return (folders) => {
        const names = inFolder(folder, folders, (last) => (0,external_node_fs_.readdirSync)((0,host_folders.at)(last, '.'))) ?? [];
        if (names.length > unit_places_NAMES_AT_MOST)
            throw new Error('it holds too many files');
        return names;
    };
}
/**
 * The bytes of a file as text (latin1); null where there is none that can be read.
 *
 * @throws Error where all these files together are larger than any that Cargo writes
 */
function readPlace({ folder }, place, allowance) {
    const read = (last) => readBytes((0,host_folders.at)(last, place.name), TEXT_AT_MOST);
    const text = inFolder(folder, place.folders, read);
    allowance.bytes -= text?.length ?? 0;
    if (allowance.bytes < 0)
        throw new Error('it holds too much dep-info');
    return text;
}
/** Inspects an artefact; what is no file of its own, or was inspected already, has nothing to show. */
function inspectPlace({ folder }, place, search, bounds) {
    const { done, allowance } = bounds;
    const verdict = inFolder(folder, place.folders, (last) => withPlainFile((0,host_folders.at)(last, place.name), ({ size, inode, read }) => {
        if (done.has(inode))
            return null;
        done.add(inode);
        // A sparse file may claim any size. Without a byte more, nothing can be judged.
        const counted = (from, length) => {
            if (allowance.bytes <= 0)
                return Buffer.alloc(0);
            const bytes = read(from, length);
            allowance.bytes -= bytes.length;
            return bytes;
        };
        return inspectArtefact(counted, size, search);
    }));
    return verdict ?? { kind: 'unseen' };
}
/** Searches the OUT_DIR of a build script's run; see searchOutDir. */
function searchPlace({ folder }, folders, search) {
    return inFolder(folder, folders, (last) => searchOutDir(last, search));
}
/** Works in a folder of a profile; null where there is none, or only through a link. */
function inFolder(base, folders, work) {
    try {
        return (0,host_folders/* within */.ux)((0,host_folders.at)(base, '.'), folders, work);
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT' || (0,host_folders/* isDiverted */.cX)(error))
            return null;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/plan/dep-info.js
/**
 * What rustc and build scripts say of the files they read. Both lie in a target directory, into which
 * anybody who ran there may have written: text is taken as it comes, up to these sizes.
 */
const CHARACTERS_AT_MOST = 16 * 1024 * 1024;
const PATHS_AT_MOST = 100_000;
/** Linux takes no longer path. */
const PATH_AT_MOST = 4096;
const VARIABLE = /^# env-dep:([^=]*)=(.*)$/;
/**
 * Reads dep-info as Cargo does: the first rule holds all inputs, spaces in names are written `\ `.
 * Nothing that it may hold is an error.
 */
function parseDepInfo(text) {
    const lines = linesOf(text);
    const environment = new Map();
    for (const line of lines) {
        const [, name, value] = VARIABLE.exec(line) ?? [];
        if (name !== undefined && value !== undefined) {
            environment.set(unescaped(name), unescaped(value));
        }
    }
    const rule = lines.find((line) => !line.startsWith('#') && COLON.test(line));
    if (rule === undefined)
        return { output: '', inputs: [], environment, problem: 'it has no rule' };
    const colon = rule.search(COLON);
    const { names, isWhole } = splitNames(rule.slice(colon + 1));
    const [output = ''] = splitNames(rule.slice(0, colon)).names;
    const problem = isWhole ? problemWith(text, names) : 'its last name is cut off';
    return { output, inputs: names, environment, problem };
}
const COLON = /:( |$)/;
/** All that several files say of one unit. */
function joinDepInfo(parts) {
    return {
        output: parts[0]?.output ?? '',
        inputs: parts.flatMap(({ inputs }) => inputs),
        environment: new Map(parts.flatMap(({ environment }) => [...environment])),
        problem: parts.map(({ problem }) => problem).find((each) => each !== null) ?? null,
    };
}
/** Names parted by blanks; a backslash before a blank makes it part of the name. */
function splitNames(text) {
    const names = [];
    let begun = null;
    for (const word of text.split(/[ \t]/)) {
        if (begun === null && word === '')
            continue;
        const name = begun === null ? word : `${begun} ${word}`;
        begun = name.endsWith('\\') ? name.slice(0, -1) : null;
        if (begun === null)
            names.push(name);
    }
    return { names, isWhole: begun === null };
}
const ESCAPES = { n: '\n', r: '\r', '\\': '\\' };
function unescaped(text) {
    return text.replaceAll(/\\([nr\\])/g, (all, letter) => ESCAPES[letter] ?? all);
}
const RERUN = /^cargo::?rerun-if-changed=(.*)$/;
/**
 * The paths of `cargo:rerun-if-changed=` in what a build script printed: absolute, or relative to the
 * root of its package, which is also what the empty path means.
 *
 * @returns the paths, or in words why they cannot be relied on
 */
function parseRerunIfChanged(text) {
    // Cargo takes no notice of blanks around a line.
    const paths = linesOf(text).flatMap((line) => RERUN.exec(line.trim())?.[1] ?? []);
    return problemWith(text, paths) ?? paths;
}
/**
 * What Cargo may take for its own in what a build script printed. All other lines, such as make’s with
 * the folders of another library in them, nobody reads.
 */
function toldCargo(text) {
    const lines = linesOf(text).filter((line) => line.includes('cargo:'));
    return lines.join('\n');
}
function linesOf(text) {
    return text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}
function problemWith(text, paths) {
    if (text.length > CHARACTERS_AT_MOST)
        return 'it is too large';
    if (paths.length > PATHS_AT_MOST)
        return 'it names too many files';
    return paths.every(isPath) ? null : 'it names what cannot be a file';
}
function isPath(path) {
    return path.length <= PATH_AT_MOST && !path.includes('\0') && !path.includes('\uFFFD');
}
/**
 * Whether a text is what rustc notes of a check alone, from which nothing is linked: many build scripts
 * leave it that try whether a feature is there (anyhow, proc-macro2, thiserror). Its rules are of the
 * note itself, of metadata, and of sources, of which nothing has to be made.
 */
function isOfCheck(text) {
    const rules = linesOf(text).filter((line) => line !== '' && !line.startsWith('#'));
    return rules.every((line) => line.endsWith(':') || CHECKED.test(line));
}
const CHECKED = /^(?:[^\\ ]|\\.)+\.(?:d|rmeta): /;

;// CONCATENATED MODULE: ./lib/plan/former-out-dirs.js
/** `<target>/<profile>/build/<package>-<id>/out`, or `…/build/<package>/<id>/out`, and what is below. */
const OUT_DIR = /^(\/.*)\/build\/([^/]+[-/][0-9a-f]{16})\/out(?:\/(.*))?$/s;
/** Target directories of which these variables know an OUT_DIR. */
function formerTargetsIn(values, profiles) {
    const found = new Set();
    for (const value of values) {
        const [, base] = OUT_DIR.exec(value) ?? [];
        const profile = profiles.find((each) => each !== '' && base?.endsWith(`/${each}`));
        if (base !== undefined && profile !== undefined)
            found.add(base.slice(0, -profile.length - 1));
    }
    found.delete('');
    return found;
}
/** Of files that units were made of, those from an OUT_DIR, as `<label of the run>/<path in it>`. */
function includedIn(inputs) {
    return inputs.flatMap((input) => {
        const [, , label, file] = OUT_DIR.exec(input) ?? [];
        return label === undefined || file === undefined ? [] : [`${label}/${file}`];
    });
}
/** The package of a unit's label: `serde-0123456789abcdef`, `serde/0123456789abcdef`. */
function packageOf(label) {
    return label.slice(0, -17);
}

;// CONCATENATED MODULE: ./lib/host/units.js









const TEXTS_AT_MOST = 1024 ** 3;
/** Reads what all units in a target directory name as their inputs. */
function readUnits(target) {
    const allowance = { bytes: TEXTS_AT_MOST };
    const units = [];
    try {
        (0,host_profiles/* withProfiles */.fA)(target, (profiles) => {
            for (const profile of profiles) {
                const found = allUnitsOf(listingOf(profile));
                units.push(...found.map((files) => units_unitOf(profile, files, allowance)));
            }
        });
        return { units, gaps: [] };
    }
    catch (error) {
        return { units, gaps: [`the units in ${target}: ${(0,guard_error/* messageOf */.bD)(error)}`] };
    }
}
function units_unitOf(profile, files, allowance) {
    const read = (place) => {
        const text = readPlace(profile, place, allowance);
        return text === null ? null : Buffer.from(text, 'latin1').toString('utf8');
    };
    const { label, name, fingerprint, run } = files;
    const unit = {
        fingerprint: (0,external_node_path_.join)(profile.path, ...fingerprint),
        packageName: packageOf(label),
        startedNs: startOf(profile, run === null ? fingerprint : run.output.folders),
    };
    if (isDocumentation(name)) {
        return { ...unit, kind: 'documented', inputs: [], isWhole: true, builtIn: '' };
    }
    if (run !== null) {
        const output = read(run.output);
        const inputs = output === null ? null : parseRerunIfChanged(output);
        const isWhole = Array.isArray(inputs);
        const builtIn = withoutEnd(read(run.root) ?? '', (0,external_node_path_.join)(profile.path, ...run.folders));
        return { ...unit, kind: 'run', inputs: isWhole ? inputs : [], isWhole, builtIn };
    }
    const texts = files.depInfos.map(read);
    const parts = texts.filter((text) => text !== null).map(parseDepInfo);
    const { inputs, output, problem } = joinDepInfo(parts);
    const isWhole = texts.length > 0 && parts.length === texts.length && problem === null;
    const [place] = files.depInfos;
    const end = place === undefined ? '' : (0,external_node_path_.join)(profile.path, ...place.folders, place.name);
    return { ...unit, kind: 'compiled', inputs, isWhole, builtIn: withoutEnd(output, end) };
}
/**
 * When a unit began, nanoseconds since the epoch; null where that is missing. Cargo touches a file of its
 * own right before it starts one, and compares the inputs' mtimes with it.
 *
 * @param folders those of its fingerprint, or of what a run has printed
 */
function startOf({ folder }, folders) {
    return inFolder(folder, folders, (last) => {
        const stat = (0,external_node_fs_.lstatSync)((0,host_folders.at)(last, 'invoked.timestamp'), { bigint: true, throwIfNoEntry: false });
        return stat?.mtimeNs ?? null;
    });
}
/** `/former/target` of `/former/target/debug/deps/x.d` and `debug/deps/x.d`; '' where it ends otherwise. */
function withoutEnd(path, end) {
    return path.endsWith(`/${end}`) ? path.slice(0, -end.length - 1) : '';
}

;// CONCATENATED MODULE: ./lib/host/crate-states.js







/**
 * Moves what incremental compilation has kept of units that are gone out of a target dir.
 *
 * @param to a folder, in which nothing is called `state-…`
 * @throws Error where one of them cannot be moved
 */
function moveStatesOut(target, to) {
    const out = (0,host_folders/* movingTo */.I2)(to, 'state-');
    (0,host_profiles/* withProfiles */.fA)(target, (profiles) => {
        for (const profile of profiles) {
            (0,host_folders/* inside */.nx)(profile.folder, 'incremental', (states) => {
                for (const name of staleIn(profile, states))
                    out(states, name);
            });
        }
    });
}
function staleIn(profile, states) {
    const units = unitsOf(listingOf(profile)).filter(({ run }) => run === null);
    // Not Cargo’s, or nobody can tell.
    if (units.length === 0)
        return [];
    const found = (0,external_node_fs_.readdirSync)((0,host_folders.at)(states, '.'), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => ({
        name,
        mtimeNs: (0,external_node_fs_.lstatSync)((0,host_folders.at)(states, name), { bigint: true }).mtimeNs,
    }));
    const crates = units.map(({ name, fingerprint }) => ({
        crate: crateOf(name),
        startedNs: startOf(profile, fingerprint),
    }));
    return staleStates(found, crates);
}

;// CONCATENATED MODULE: ./lib/steps/drop-states.js


/**
 * Lets go of what incremental compilation has kept of units that are gone. Where that cannot be done it
 * costs nothing but room.
 *
 * @param target path of the target dir
 * @param aside path of a folder of our own, in which nothing is called `state-…`
 */
function dropStates(target, aside, { voice }) {
    try {
        moveStatesOut(target, aside);
    }
    catch (error) {
        voice.warning(`What incremental compilation has kept of units that are gone stays (${(0,guard_error/* messageOf */.bD)(error)}).`);
    }
}

;// CONCATENATED MODULE: ./lib/plan/moved-unit.js


/** Set for tests and benches alone, to what they run and write. */
const FOR_TESTS = /^CARGO_(BIN_EXE_|TARGET_TMPDIR$)/;
/** What Cargo calls a build script among the dependencies of its package's units. */
const HAS_BUILD_SCRIPT = '"build_script_build"';
/**
 * Judges a compiled unit by what is written about it.
 *
 * A former workspace in a variable or among the inputs is enough. A former target directory is not:
 * serde, thiserror and many more only include a file from OUT_DIR, and half of a build depends on them.
 * Nor is it needed: a proc macro asks for variables on its own, and no dep-info tells.
 */
function judgeUnit(unit, former) {
    const { targets, workspaces, living } = former;
    const { depInfo } = unit;
    if (depInfo === null)
        return drop('it has no dep-info that can be read');
    if (depInfo.problem !== null)
        return drop(`its dep-info is of no use: ${depInfo.problem}`);
    // The target may lie in the workspace, or beside it under a name that begins with the workspace's.
    const isFormer = (text) => mentions(text, workspaces, [...living, ...targets]);
    for (const [name, value] of depInfo.environment) {
        if (isFormer(value))
            return drop(`it read ${name}`);
        if (FOR_TESTS.test(name) && mentions(value, targets, living))
            return drop(`it read ${name}`);
    }
    if (depInfo.inputs.some(isFormer))
        return drop('it was made of files of the former workspace');
    const tracked = `${unit.inputs ?? ''}\n${unit.fingerprint ?? ''}`;
    if (isFormer(tracked) || mentions(tracked, targets, living)) {
        return drop('Cargo would look for changes at the former path');
    }
    const isSuspect = (targets.length > 0 && mayKnowTarget(unit, depInfo, former)) ||
        (workspaces.length > 0 && isOfWorkspace(depInfo));
    return isSuspect ? { kind: 'inspect' } : { kind: 'keep' };
}
function mayKnowTarget({ fingerprint }, { inputs, environment }, { targets, living }) {
    if (fingerprint?.includes(HAS_BUILD_SCRIPT) !== false)
        return true;
    return [...environment.values(), ...inputs].some((text) => mentions(text, targets, living));
}
/** rustc runs in the workspace's root for its crates alone, and so only their inputs are relative. */
function isOfWorkspace({ inputs }) {
    return inputs.length === 0 || inputs.some((input) => !input.startsWith('/'));
}
function drop(why) {
    return { kind: 'drop', why };
}
/** Judges a build script's run by what it told Cargo; null: what is in OUT_DIR decides. */
function judgeRun(run, former) {
    const paths = [...former.targets, ...former.workspaces];
    if (run.output === null || run.fingerprint === null)
        return 'its output cannot be read';
    const own = run.outDir ?? '';
    const isOwn = former.targets.some((target) => own.startsWith(`${target}/`));
    const spared = isOwn ? [...former.living, own] : former.living;
    if (mentions(toldCargo(run.output), paths, spared))
        return 'it told Cargo a former path';
    if (mentions(run.fingerprint, paths, former.living)) {
        return 'Cargo would look for changes at the former path';
    }
    return null;
}

;// CONCATENATED MODULE: ./lib/host/fingerprints.js




/**
 * Removes the files of a fingerprint, so that Cargo builds the unit, and what depends on it, again.
 *
 * @param path relative to the target directory; links are not followed
 * @throws where a file of it cannot be removed
 */
function dropFingerprint(target, path) {
    // A build script that only lost its fingerprint is run again, but what depends on it stays as it is
    // until the build after: Cargo looks for what the script printed, and how old that is.
    const said = saidPlaceOf(path);
    if (said !== null) {
        removeFrom(target, said.folders, (names) => names.filter((name) => name === said.name));
    }
    removeFrom(target, path.split('/'), (names) => names);
}
function removeFrom(target, folders, choose) {
    try {
        (0,host_folders/* within */.ux)(target, folders, (folder) => {
            for (const name of choose((0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'))))
                (0,external_node_fs_.unlinkSync)((0,host_folders.at)(folder, name));
        });
    }
    catch (error) {
        // Without the folder Cargo does not know the unit.
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT' && !(0,host_folders/* isDiverted */.cX)(error))
            throw error;
    }
}

;// CONCATENATED MODULE: ./lib/plan/vacant-paths.js
/** Where nobody writes when a program runs, as the GNU Coding Standards have an installation. */
const READ_ONLY = new Set([
    'bin',
    'etc',
    'include',
    'lib',
    'lib32',
    'lib64',
    'libexec',
    'sbin',
    'share',
]);
const MODIFIABLE = new Set(['cache', 'com', 'log', 'run', 'spool', 'state', 'tmp', 'var']);
/** Nothing that could be filled in; the next path of a list is looked at by itself. */
const PATH_AT_END = /^([\w+./@~-]+)(?:"?\0|:)/;
/**
 * Finds the paths below an OUT_DIR with which strings of C end, by themselves, in quotes or in lists: where a
 * library would look for its plug-ins or its settings.
 *
 * @param seen from compiled code, latin1; what is cut off in it is left out
 * @param outDir where that was compiled, latin1
 */
function textsBelow(seen, outDir) {
    const start = `${outDir}/`;
    const parts = seen.split(start).slice(1);
    return parts.flatMap((part) => {
        const [text, path] = PATH_AT_END.exec(part) ?? [];
        return text === undefined || path === undefined ? [] : [{ text: `${start}${text}`, path }];
    });
}
/** Whether a path leads into an installation, to where nobody writes. */
function isReadOnly(path) {
    const names = path.split('/');
    if (names.some((name) => ['', '.', '..'].includes(name)))
        return false;
    return names.some((name) => READ_ONLY.has(name)) && !names.some((name) => MODIFIABLE.has(name));
}

;// CONCATENATED MODULE: ./lib/host/vacant-paths.js







/** Each finds what the next member of an archive has. */
const vacant_paths_ROUNDS = 16;
const vacant_paths_DEPTH_AT_MOST = 64;
/**
 * Finds what a build script compiled with a path of its installation at which there is nothing, such
 * as OpenSSL’s folders for engines and modules: who looks there finds as little as in a cold build.
 * Once the allowance is used up nothing more is found.
 *
 * @param folder descriptor of OUT_DIR
 * @param outDir its absolute path when the script ran, latin1
 * @returns each text, latin1, from the beginning of its path to the zero byte or colon that ends it
 */
function findVacantTexts(folder, outDir, allowance) {
    const found = new Set();
    const isNew = ({ text, path }) => !found.has(text) && isReadOnly(path) && isVacant(folder, path.split('/'));
    const searchFile = ({ size, read }) => {
        if (!isCompiled(read))
            return;
        for (let round = 0; round < vacant_paths_ROUNDS && allowance.bytes >= size; round += 1) {
            allowance.bytes -= size;
            const search = { paths: [outDir], living: [...found], inputs: [] };
            const verdict = inspectArtefact(read, size, search);
            const texts = verdict.kind === 'seen' ? textsBelow(verdict.text, outDir).filter(isNew) : [];
            if (texts.length === 0)
                return;
            for (const { text } of texts)
                found.add(text);
        }
    };
    const searchFolder = (within, depth) => {
        for (const entry of (0,external_node_fs_.readdirSync)((0,host_folders.at)(within, '.'), { withFileTypes: true })) {
            allowance.entries -= 1;
            if (allowance.entries < 0 || depth > vacant_paths_DEPTH_AT_MOST)
                return;
            if (entry.isFile())
                withPlainFile((0,host_folders.at)(within, entry.name), searchFile);
            else if (entry.isDirectory())
                (0,host_profiles/* enter */.Ve)(within, entry.name, (next) => searchFolder(next, depth + 1));
        }
    };
    searchFolder(folder, 0);
    return [...found];
}
/** Whether nothing lies at a path below a folder, nor at one that begins with it. */
function isVacant(folder, [name = '', ...rest]) {
    const entries = (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'), { withFileTypes: true });
    if (rest.length === 0)
        return !entries.some((each) => each.name.startsWith(name));
    const entry = entries.find((each) => each.name === name);
    if (entry === undefined)
        return true;
    return entry.isDirectory() && (0,host_profiles/* enter */.Ve)(folder, name, (next) => isVacant(next, rest)) === true;
}

;// CONCATENATED MODULE: ./lib/steps/forget-units.js












const GIB = 1024 ** 3;
function allowanceOf() {
    return {
        texts: { bytes: GIB },
        artefacts: { bytes: 2 * GIB },
        outDirs: { bytes: GIB, entries: 200_000 },
    };
}
/**
 * Has Cargo build again what was judged so, in this target directory or in one that it was copied to.
 * Nothing is removed but files of fingerprints, and what build scripts printed and made.
 *
 * @param place absolute path at which it lies
 * @param aside absolute path of a folder, where what they made goes
 */
function forgetJudged(place, { units, displaced, whole }, aside) {
    const forgotten = [];
    const out = (0,host_folders/* movingTo */.I2)(aside, 'made-');
    try {
        for (const { profile, files, why } of units) {
            dropFingerprint(place, (0,external_node_path_.join)(profile, ...files.fingerprint));
            // make and its like would keep what they find there, with the former path in it.
            if (files.run !== null)
                (0,host_folders/* moveOut */.o$)(place, (0,external_node_path_.join)(profile, ...files.run.folders), out);
            forgotten.push({ unit: `${profile}/${files.label} ${files.name}`, why });
        }
        for (const path of displaced)
            (0,host_folders/* moveOut */.o$)(place, path, out);
        return { units: forgotten, whole };
    }
    catch (error) {
        return { units: forgotten, whole: whole ?? (0,guard_error/* messageOf */.bD)(error) };
    }
}
/**
 * Finds what could see a path of another slot or workspace, and is to be built again: in a target
 * directory that moved Cargo takes everything for fresh, but the paths that were compiled in did not
 * move with it.
 *
 * Whatever the target directory holds may be a forgery of the job that wrote it: it is read within
 * bounds, without following links.
 */
function judgeMovedUnits(moved) {
    const paths = [moved.target, ...moved.aliases, ...moved.formerTargets, ...moved.formerWorkspaces];
    const odd = paths.find((path) => !/^\/[^\0\n]*[^/\0\n]$/.test(path));
    if (odd !== undefined)
        return {
            units: [],
            displaced: [],
            whole: `${odd} is not a path that can be searched for`,
        };
    try {
        const place = moved.place ?? moved.target;
        return { ...(0,host_profiles/* withProfiles */.fA)(place, (profiles) => judgeIn(profiles, moved)), whole: null };
    }
    catch (error) {
        return { units: [], displaced: [], whole: (0,guard_error/* messageOf */.bD)(error) };
    }
}
function judgeIn(profiles, moved) {
    const allowance = allowanceOf();
    const units = profiles.flatMap((profile) => forget_units_readUnits(profile, allowance));
    const former = formerOf(moved, units, profiles);
    if (former.targets.length + former.workspaces.length === 0)
        return { units: [], displaced: [] };
    const found = judgeAll(units, former, allowance);
    // Few have any, and all that was compiled is read for them.
    const vacant = found.units.length === 0 ? [] : vacantTextsOf(units, former);
    if (vacant.length === 0)
        return found;
    return judgeAll(units, { ...former, living: [...former.living, ...vacant] }, allowanceOf());
}
function judgeAll(units, former, allowance) {
    const found = { units: [], displaced: [] };
    const forget = ({ profile, files }, why) => {
        found.units.push({ profile: profile.path, files, why });
    };
    const seen = { texts: [], packages: new Set() };
    for (const unit of units.filter(({ files }) => files.run === null)) {
        const why = whyNotCompiled(unit, former, seen, allowance);
        if (why === null)
            continue;
        forget(unit, why);
        seen.packages.add(packageOf(unit.files.label));
        seen.texts.push(...(unit.depInfo?.environment.values() ?? []));
    }
    const included = new Set(units.flatMap(({ depInfo }) => includedIn(depInfo?.inputs ?? [])));
    for (const unit of units) {
        const caches = [];
        const why = whyNotRun(unit, former, { seen, included, allowance, caches });
        if (why !== null)
            forget(unit, why);
        else
            found.displaced.push(...caches);
    }
    return found;
}
function forget_units_readUnits(profile, { texts: bytes }) {
    return unitsOf(listingOf(profile)).map((files) => {
        const folders = files.fingerprint;
        const read = files.depInfos.map((place) => readPlace(profile, place, bytes));
        const texts = read.filter((text) => text !== null);
        const isReadable = texts.length > 0 && texts.length === read.length;
        return {
            profile,
            files,
            fingerprint: readPlace(profile, { folders, name: `${files.name}.json` }, bytes),
            inputs: readPlace(profile, { folders, name: `dep-${files.name}` }, bytes),
            depInfo: isReadable ? joinDepInfo(texts.map(parseDepInfo)) : null,
        };
    });
}
/** What was named, and where else the units themselves say that they were built. */
function formerOf({ target, aliases, formerTargets, formerWorkspaces }, units, profiles) {
    const living = [target, ...aliases].map(bytesOf);
    const told = formerTargetsIn(units.flatMap(({ depInfo }) => [...(depInfo?.environment.values() ?? [])]), profiles.map(({ path }) => path));
    const isLiving = (path) => living.some((each) => `${path}/`.startsWith(`${each}/`));
    const targets = [...new Set([...formerTargets.map(bytesOf), ...told])];
    return {
        targets: targets.filter((path) => !isLiving(path)),
        workspaces: formerWorkspaces.map(bytesOf),
        living,
    };
}
/** What may stay compiled in, since it leads to nothing at a former path as it would here. */
function vacantTextsOf(units, { targets }) {
    const { texts, outDirs } = allowanceOf();
    return units.flatMap(({ profile, files: { run } }) => {
        if (run === null)
            return [];
        const { root, folders } = run;
        const outDir = readPlace(profile, root, texts) ?? '';
        const end = (0,external_node_path_.join)(profile.path, ...folders);
        if (!targets.some((target) => outDir === `${target}/${end}`))
            return [];
        return inFolder(profile.folder, folders, (open) => findVacantTexts(open, outDir, outDirs)) ?? [];
    });
}
function whyNotCompiled(unit, former, seen, allowance) {
    const fate = judgeUnit(unit, former);
    if (fate.kind === 'keep')
        return null;
    if (fate.kind === 'drop')
        return fate.why;
    const search = {
        paths: [...former.targets, ...former.workspaces],
        living: former.living,
        inputs: unit.depInfo?.inputs ?? [],
    };
    const bounds = { done: new Set(), allowance: allowance.artefacts };
    for (const place of unit.files.artefacts) {
        const verdict = inspectPlace(unit.profile, place, search, bounds);
        if (verdict.kind === 'unseen')
            continue;
        if (verdict.kind === 'unreadable')
            return `${place.name} cannot be judged: ${verdict.why}`;
        seen.texts.push(verdict.text);
        return `${place.name} holds a former path`;
    }
    return null;
}
function whyNotRun(unit, former, known) {
    const { run, label } = unit.files;
    if (run === null)
        return null;
    const { seen, included, allowance, caches } = known;
    const told = judgeRun({
        fingerprint: unit.fingerprint,
        output: readPlace(unit.profile, run.output, allowance.texts),
        outDir: readPlace(unit.profile, run.root, allowance.texts),
    }, former);
    if (told !== null)
        return told;
    const paths = [...former.targets, ...former.workspaces];
    const isSeen = seen.packages.has(packageOf(label)) ||
        seen.texts.some((text) => text.includes(`/build/${label}/out`));
    // What nobody includes and nobody finds when it runs (a C library's build, mostly) may say what it will.
    // Nor does anybody look for what CMake notes where it builds: what is of use it installs elsewhere.
    const pathsFor = (file, isCMakes) => (isSeen && !isCMakes) || included.has(`${label}/${file}`) ? paths : former.workspaces;
    const living = [...former.living, ...former.targets];
    return searchPlace(unit.profile, run.folders, {
        paths,
        living,
        inputs: [],
        pathsFor,
        allowance: allowance.outDirs,
        onCache: (file) => caches.push((0,external_node_path_.join)(unit.profile.path, ...run.folders, file)),
    });
}

;// CONCATENATED MODULE: ./lib/plan/make-rules.js
/**
 * Paths in what make reads. It goes by names and not by what they lead to: a rule that names a former
 * place is one of another file. All texts here hold one byte in each character (latin1).
 */
/** A package’s folder and its OUT_DIR, in either of Cargo’s layouts. */
const make_rules_OUT_DIR = /^[^/\s]+[-/][0-9a-f]{16}\/out\//;
const OUT_DIR_AT_MOST = 300;
/** Linux takes no longer path. */
const make_rules_PATH_AT_MOST = 4096;
/** An absolute path at the end of a word, behind what may stand before one: `-I`, `a:`, `"`. */
const ABSOLUTE = /(?:^(?:-[A-Za-z]+)?|[^\w.+~/-])(\/.*)$/s;
/** The target directories, by their absolute paths, of which a text names an OUT_DIR of this profile. */
function targetsNamed(text, profile) {
    const found = new Set();
    const middle = `/${profile}/build/`;
    for (let hit = text.indexOf(middle); hit !== -1; hit = text.indexOf(middle, hit + 1)) {
        const behind = hit + middle.length;
        if (!make_rules_OUT_DIR.test(text.slice(behind, behind + OUT_DIR_AT_MOST)))
            continue;
        const target = ABSOLUTE.exec(wordBefore(text, hit))?.[1];
        if (target !== undefined)
            found.add(target);
    }
    return found;
}
/** What stands before a place in a text, from the last blank on that is not part of a name. */
function wordBefore(text, end) {
    let from = end;
    while (from > 0 && end - from < make_rules_PATH_AT_MOST) {
        if (/\s/.test(text.charAt(from - 1)) && text.charAt(from - 2) !== '\\')
            break;
        from -= 1;
    }
    return text.slice(from, end);
}
/** What is written into rules as it is. */
const make_rules_PLAIN = /^[\w/.+@-]+$/;
/** Behind which a path begins: what is in none, with `-I` and its like, or `$(DESTDIR)`. */
const BEGINS = /[^\w.+@~%/\u0080-\u00ff-](?:-[A-Za-z]+)?$/;
const FLAG_AT_MOST = 16;
/**
 * Has a text name the place of a target directory instead of its former ones.
 *
 * @param former absolute paths
 * @param target absolute path
 * @param isStrict whether none may stay, such as one that may be the end of another path
 * @returns null where that cannot be done for certain
 */
function withTarget(text, { former, target, isStrict }) {
    if (![target, ...former].every((path) => make_rules_PLAIN.test(path)))
        return null;
    const parts = [];
    let done = 0;
    for (const { from, to } of hitsOf(text, former)) {
        const flag = text.slice(Math.max(0, from - FLAG_AT_MOST), from);
        if (from < done)
            return null;
        if (!BEGINS.test(from < FLAG_AT_MOST ? ` ${flag}` : flag)) {
            if (isStrict)
                return null;
            continue;
        }
        parts.push(text.slice(done, from), target);
        done = to;
    }
    return [...parts, text.slice(done)].join('');
}
/** Where paths stand in a text that go on behind it, from the beginning on. */
function hitsOf(text, paths) {
    const hits = paths.flatMap((path) => {
        const found = [];
        for (let from = text.indexOf(`${path}/`); from !== -1; from = text.indexOf(`${path}/`, from + 1))
            found.push({ from, to: from + path.length });
        return found;
    });
    return hits.toSorted((one, other) => one.from - other.from);
}

;// CONCATENATED MODULE: ./lib/host/placed-file.js




/**
 * Writes a file whole or not at all, also where the folder is another user's: under a name that nobody can
 * foresee, through its descriptor alone, so that nothing which is planted there becomes the other's.
 */
function placeFile(folder, name, text, { mode, owner, times }) {
    const temporary = (0,host_folders.at)(folder, `${name}.${(0,external_node_crypto_.randomUUID)()}`);
    try {
        const file = (0,external_node_fs_.openSync)(temporary, 'wx', 0o600);
        try {
            (0,external_node_fs_.writeFileSync)(file, text);
            if (owner !== null)
                (0,external_node_fs_.fchownSync)(file, owner.uid, owner.gid);
            (0,external_node_fs_.fchmodSync)(file, mode);
            if (times !== undefined)
                (0,external_node_fs_.futimesSync)(file, times.atime, times.mtime);
        }
        finally {
            (0,external_node_fs_.closeSync)(file);
        }
        (0,external_node_fs_.renameSync)(temporary, (0,host_folders.at)(folder, name));
    }
    catch (error) {
        (0,small_file/* removeFile */.nM)(temporary);
        throw error;
    }
}
/** Works in what a path means now: no link that is planted on the way meanwhile is followed. */
function placed_file_inFolder(path, work) {
    const components = realpathSync(path).split('/');
    return within('/', components.filter((name) => name !== ''), work);
}

;// CONCATENATED MODULE: ./lib/host/make-files.js






/** Rules for make that a compiler wrote: gcc and clang, automake, kbuild. */
const RULES = /\.(?:d|deps?|P|Po|Plo)$|^\..*\.cmd$/;
/** Where what was configured once tells make and its like what to make, and where to install it. */
const CONFIGURED = /^(?:GNUm|[Mm])akefile(?:\..*)?$|\.(?:mk|mak|make)$|^config\.(?:status|cache)$|^libtool$|^build\.ninja$/;
/** What ninja and Meson know of a folder is no text, and names it. */
const UNMOVABLE = new Set(['.ninja_deps', 'meson-private']);
/** Where CMake or Cargo build: both get along with being moved. */
const MOVABLE = new Set(['CMakeCache.txt', '.rustc_info.json']);
const make_files_TEXT_AT_MOST = 16 * 1024 * 1024;
const make_files_DEPTH_AT_MOST = 64;
const isForMakeCalled = (name) => RULES.test(name) || CONFIGURED.test(name);
/**
 * Whether a folder, or one below it, has something for make of which this is true, or that cannot be read.
 *
 * @param folder descriptor of OUT_DIR
 */
function someForMake(folder, isOne, allowance, depth = 0) {
    const entries = (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'), { withFileTypes: true });
    allowance.entries -= entries.length;
    // What cannot be searched may hold one.
    if (depth > make_files_DEPTH_AT_MOST || allowance.entries < 0)
        return true;
    if (entries.some(({ name }) => MOVABLE.has(name)))
        return false;
    return entries.some((entry) => {
        const { name } = entry;
        if (entry.isDirectory()) {
            return (0,host_profiles/* enter */.Ve)(folder, name, (next) => someForMake(next, isOne, allowance, depth + 1)) === true;
        }
        if (!entry.isFile() || !isForMakeCalled(name))
            return false;
        const text = readBytes((0,host_folders.at)(folder, name), make_files_TEXT_AT_MOST);
        allowance.bytes -= text?.length ?? 0;
        return text === null || allowance.bytes < 0 || isOne(text);
    });
}
/**
 * What the texts of a folder are to be, but for those that stay: what make reads, and whatever else the
 * build script or what it runs may.
 *
 * @param folder descriptor of OUT_DIR
 * @param edit told whether make reads it; null where it cannot be done
 * @returns null where one of them cannot be read or edited
 */
function editTexts(folder, allowance, edit, path = '') {
    const edits = [];
    const entries = (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'), { withFileTypes: true });
    allowance.entries -= entries.length;
    if (allowance.entries < 0 || path.split('/').length > make_files_DEPTH_AT_MOST)
        return null;
    if (entries.some(({ name }) => MOVABLE.has(name)))
        return edits;
    if (entries.some(({ name }) => UNMOVABLE.has(name)))
        return null;
    for (const entry of entries) {
        const below = `${path}${entry.name}`;
        if (entry.isDirectory()) {
            const inner = (0,host_profiles/* enter */.Ve)(folder, entry.name, (next) => editTexts(next, allowance, edit, `${below}/`));
            if (inner === null)
                return null;
            edits.push(...inner);
        }
        else if (entry.isFile()) {
            const isForMake = isForMakeCalled(entry.name);
            const text = textOf((0,host_folders.at)(folder, entry.name), allowance);
            const edited = text === null ? null : edit(text, isForMake);
            if (allowance.bytes < 0 || (edited === null && (isForMake || text !== null)))
                return null;
            if (edited !== null && edited !== text)
                edits.push({ path: below, text: edited });
        }
    }
    return edits;
}
/**
 * Writes texts anew, each with the times that it had: what was made of them is as it was.
 *
 * @param folder descriptor of OUT_DIR
 * @throws as the file system does, when some may have been written
 */
function writeTexts(folder, texts) {
    for (const { path, text } of texts) {
        const [folders, name] = (0,host_folders/* parted */.vx)(path);
        (0,host_folders/* within */.ux)((0,host_folders.at)(folder, '.'), folders, (last) => {
            const { mode, uid, gid, atimeMs, mtimeMs } = (0,external_node_fs_.lstatSync)((0,host_folders.at)(last, name));
            const owner = uid === process.geteuid?.() ? null : { uid, gid };
            const times = { atime: atimeMs / 1000, mtime: mtimeMs / 1000 };
            placeFile(last, name, Buffer.from(text, 'latin1'), { mode: mode & 0o7777, owner, times });
        });
    }
}
/** Null where it is none: what is compiled, data, or too large for make. */
function textOf(file, allowance) {
    return withPlainFile(file, ({ size, read }) => {
        if (size > make_files_TEXT_AT_MOST || isCompiled(read))
            return null;
        allowance.bytes -= size;
        if (allowance.bytes < 0)
            return null;
        const text = read(0, size).toString('latin1');
        return text.includes('\0') ? null : text;
    });
}

;// CONCATENATED MODULE: ./lib/steps/move-rules.js










const move_rules_TEXTS_AT_MOST = 1024 ** 3;
const ENTRIES_AT_MOST = 200_000;
/** They are held until all are known to be fit. */
const TEXTS_OF_RUN_AT_MOST = 256 * 1024 * 1024;
/**
 * Has what build scripts left for make name where it lies now. make goes by names: to it rules with a
 * former path are of other files, so that a header which changes later would make it compile nothing; and
 * what was configured once is installed where it was to be then, into another slot. That a link leads
 * here does not help. Where it cannot be done for certain, Cargo runs the script again, in an empty OUT_DIR.
 *
 * @param aside absolute path of a folder, where what such a script made goes
 */
function moveRules(move, aside) {
    const out = (0,host_folders/* movingTo */.I2)(aside, 'rules-');
    const allowance = { bytes: move_rules_TEXTS_AT_MOST, entries: ENTRIES_AT_MOST };
    const done = { moved: [], forgotten: [] };
    (0,host_profiles/* withProfiles */.fA)(move.place, (profiles) => {
        for (const run of profiles.flatMap((profile) => runsIn(profile, allowance))) {
            const { profile, files, folders } = run;
            const fate = inFolder(profile.folder, folders, (open) => settle(open, run, move, allowance));
            if (fate === null || fate === 'stays')
                continue;
            done[fate].push(`${profile.path}/${files.label} ${files.name}`);
            if (fate === 'moved')
                continue;
            dropFingerprint(move.place, (0,external_node_path_.join)(profile.path, ...files.fingerprint));
            (0,host_folders/* moveOut */.o$)(move.place, (0,external_node_path_.join)(profile.path, ...folders), out);
        }
    });
    return done;
}
function runsIn(profile, allowance) {
    return runsOf(listingOf(profile)).flatMap((files) => {
        if (files.run === null)
            return [];
        const { root, folders } = files.run;
        const end = `/${(0,external_node_path_.join)(profile.path, ...folders)}`;
        const outDir = readPlace(profile, root, allowance) ?? '';
        const base = outDir.endsWith(end) ? outDir.slice(0, -end.length) : '';
        // Where it does not tell, Cargo finds nothing in it, either.
        return base === '' ? [] : [{ profile, files, folders, base }];
    });
}
function settle(folder, { profile, base }, { target, aliases, former }, allowance) {
    const living = new Set([target, ...aliases].map(bytesOf));
    const isElsewhere = (path) => !living.has(path);
    const known = [...new Set([base, ...former.map(bytesOf)])].filter(isElsewhere);
    const others = (text) => [...targetsNamed(text, profile.path)].filter(isElsewhere);
    const isDisplaced = (text) => !isOfCheck(text) && (known.some((path) => text.includes(`${path}/`)) || others(text).length > 0);
    if (!someForMake(folder, isDisplaced, allowance))
        return 'stays';
    const own = { bytes: TEXTS_OF_RUN_AT_MOST, entries: ENTRIES_AT_MOST };
    const edits = editTexts(folder, own, (text, isForMake) => {
        if (isForMake && others(text).some((path) => !known.includes(path)))
            return null;
        return withTarget(text, { former: known, target: bytesOf(target), isStrict: isForMake });
    });
    if (edits === null)
        return 'forgotten';
    try {
        writeTexts(folder, edits);
        return 'moved';
    }
    catch {
        // In a folder where nobody may write. It is moved out as a whole.
        return 'forgotten';
    }
}

// EXTERNAL MODULE: ./lib/plan/restored.js
var plan_restored = __nccwpck_require__(5609);
;// CONCATENATED MODULE: ./lib/host/build-dir.js





/** In a configuration of Cargo’s, but not in a comment. */
const SETTING = /^[^#\n]*\bbuild-dir\b/m;
/** What Cargo calls its configuration in a folder `.cargo`, and in its home. */
const NAMES = ['config.toml', 'config'];
const ENDINGS = NAMES.map((name) => `/.cargo/${name}`);
/**
 * Whether Cargo is told to keep what it compiles in a folder of its own (`build.build-dir`), which is not
 * in the target directory: it may outlive the job, with a build of the same checkout. One that cannot be read
 * counts as one that says so.
 */
function keepsBuildElsewhere(configured) {
    const { workspace, sources, target, environment } = configured;
    const told = environment['CARGO_BUILD_BUILD_DIR'] ?? '';
    // This one beats every file.
    if (told !== '')
        return !`${told}/`.startsWith(`${target}/`);
    const home = environment['CARGO_HOME'] ?? (0,external_node_path_.join)(environment['HOME'] ?? '/', '.cargo');
    const folders = [...withThoseAbove(workspace).map((folder) => (0,external_node_path_.join)(folder, '.cargo')), home];
    const above = folders.flatMap((folder) => NAMES.map((name) => (0,external_node_path_.join)(folder, name)));
    const below = [...sources]
        .filter((path) => ENDINGS.some((ending) => path.endsWith(ending)))
        .map((path) => (0,external_node_path_.join)(workspace, path));
    return [...above, ...below].some(mayHoldSetting);
}
function mayHoldSetting(file) {
    if (!mayBeThere(file))
        return false;
    const text = (0,small_file/* readSmallFile */.EW)(realPathOf(file));
    return typeof text === 'string' ? SETTING.test(text) : text !== null;
}
/** Below what is no folder nothing is: a home may be /dev/null. Where nobody may look, something may be. */
function mayBeThere(file) {
    try {
        return (0,external_node_fs_.lstatSync)(file, { throwIfNoEntry: false }) !== undefined;
    }
    catch (error) {
        return (0,guard_error/* errnoOf */.UQ)(error) !== 'ENOTDIR';
    }
}
function withThoseAbove(folder) {
    const above = (0,external_node_path_.dirname)(folder);
    return above === folder ? [folder] : [folder, ...withThoseAbove(above)];
}

;// CONCATENATED MODULE: ./lib/host/other-builds.js




/**
 * Whether another slot that is in use may hold a build of the same checkout: the same runner's, of the
 * same repository. A job may have several.
 */
function hasOtherBuild(root, own) {
    const { records } = (0,leases/* readLeases */.Mw)(root, (0,naming/* runnerPrefix */.Lm)(own.owner.runner.key), Date.now());
    return records.some(({ id, lease, state }) => {
        if (state !== 'live' || id === own.id)
            return false;
        // Nobody knows of what it is.
        if (lease === null)
            return true;
        return lease.repository === own.repository && holdsSomething(`${root.realPath}/${lease.slot}`);
    });
}
/** Where nobody may look, something may be. */
function holdsSomething(slot) {
    try {
        return (0,external_node_fs_.readdirSync)(slot).length > 0;
    }
    catch (error) {
        return (0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT';
    }
}

;// CONCATENATED MODULE: ./lib/plan/beside-inputs.js
/**
 * What lies beside inputs and is none. Macros read folders (include_dir, rust-embed, sqlx’s migrations)
 * and tell rustc of the files that they found: of one that is added later nothing tells Cargo, unless a
 * fresh checkout has everything look new.
 */
/** What Cargo finds by itself, as a program of its own. */
const TARGET = /(?:^|\/)(?:src\/bin|tests|benches|examples)\/[^/]+\.rs$/;
/**
 * Finds the entries of folders that hold inputs, but for the inputs and what leads to them.
 *
 * @param sources paths of files, relative to the workspace
 * @param inputs by path
 * @returns paths of files, and of folders with a slash at their ends
 */
function besideInputs(sources, inputs) {
    const folders = new Folders(inputs);
    const found = new Set();
    for (const path of sources)
        for (const entry of folders.entriesAt(path))
            found.add(entry);
    return [...found];
}
/**
 * The inputs that lie beside something new.
 *
 * @param tracked paths of files that git lists
 * @param beside what `besideInputs` has found when the inputs were recorded
 */
function inputsBesideNew(tracked, inputs, beside) {
    const folders = new Folders(inputs);
    const known = new Set(beside);
    const grown = new Set();
    for (const path of tracked) {
        for (const entry of folders.entriesAt(path)) {
            if (!known.has(entry) && !TARGET.test(entry))
                grown.add(folderOf(entry));
        }
    }
    if (grown.size === 0)
        return [];
    return [...inputs.keys()].filter((path) => beside_inputs_isOwn(path) && grown.has(folderOf(path)));
}
/** Folders with inputs. */
class Folders {
    #inputs;
    /** in these lies an input, '' is the workspace */
    #direct = new Set();
    /** below these lies one */
    #above = new Set();
    /** what has been told of a folder already */
    #told = new Set();
    constructor(inputs) {
        this.#inputs = inputs;
        for (const [path, { kind }] of inputs) {
            if (kind === 'directory' || !beside_inputs_isOwn(path))
                continue;
            const folder = folderOf(path);
            if (this.#direct.has(folder))
                continue;
            this.#direct.add(folder);
            for (let each = folder; each !== '' && !this.#above.has(each); each = folderOf(each)) {
                this.#above.add(each);
            }
        }
    }
    /** The entries on the way to a file, and the file, that lie beside inputs; each folder once. */
    entriesAt(path) {
        const folder = folderOf(path);
        const isBeside = this.#direct.has(folder) && !this.#inputs.has(path);
        const found = isBeside ? [path] : [];
        for (let each = folder; each !== '' && !this.#told.has(each); each = folderOf(each)) {
            this.#told.add(each);
            if (!this.#above.has(each) && this.#direct.has(folderOf(each)))
                found.push(`${each}/`);
        }
        return found;
    }
}
/** The folder of a path, or of a folder with a slash at its end; '' is the workspace. */
function folderOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/', path.length - 2)));
}
/** Whether it lies in the workspace. */
function beside_inputs_isOwn(path) {
    return !path.startsWith('/');
}

;// CONCATENATED MODULE: ./lib/plan/whole-folders.js
/** Whether paths are among folders in which everything counts; '' is the folder of all. */
class WholeFolders {
    #folders;
    /** by folder: most paths share theirs with others */
    #known = new Map();
    constructor(folders) {
        this.#folders = new Set(folders);
    }
    /** Whether a path is one of them, or lies below one. */
    has(path) {
        if (this.#folders.has(''))
            return true;
        if (this.#folders.size === 0)
            return false;
        return this.#folders.has(path) || this.#hasFolder(path.slice(0, path.lastIndexOf('/') + 1));
    }
    /** @param folder with a slash at its end, '' for none */
    #hasFolder(folder) {
        if (folder === '')
            return false;
        const known = this.#known.get(folder);
        if (known !== undefined)
            return known;
        const is = this.has(folder.slice(0, -1));
        this.#known.set(folder, is);
        return is;
    }
}

;// CONCATENATED MODULE: ./lib/host/way.js



/** As many as the kernel follows. */
const LINKS_AT_MOST = 40;
/** Follows an absolute path to its end, one component after the other, as the kernel would. */
function follow(path) {
    const links = [];
    const left = componentsOf(path);
    let current = '/';
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
        if (name === '..')
            current = (0,external_node_path_.dirname)(current);
        if (name === '..' || name === '.' || name === '')
            continue;
        const next = (0,external_node_path_.join)(current, name);
        const stat = statOrNull(next);
        const isWay = stat?.isDirectory() === true || left.length === 0;
        if (stat?.isSymbolicLink() === true && links.length < LINKS_AT_MOST) {
            links.push(next);
            const leadsTo = (0,external_node_fs_.readlinkSync)(next);
            if (leadsTo.startsWith('/'))
                current = '/';
            left.push(...componentsOf(leadsTo));
        }
        else if (stat === null || !isWay) {
            return { path: (0,external_node_path_.join)(next, ...left.toReversed()), exists: false, links };
        }
        else
            current = next;
    }
    return { path: current, exists: true, links };
}
/** The last first. */
function componentsOf(path) {
    return path.split('/').toReversed();
}

;// CONCATENATED MODULE: ./lib/host/named-inputs.js





/** Finds the files that units name: dep-info and build scripts do not say relative to what. */
function findNamedInputs(units, around) {
    const resolver = new Resolver(around, units);
    for (const unit of units)
        resolver.add(unit);
    return resolver;
}
/** What Cargo fetches, in anybody's CARGO_HOME; Cargo itself takes these for unchanging. */
const FETCHED = /\/(registry\/src|git\/checkouts)\/[^/]+-[0-9a-f]{16}\//;
class Resolver {
    found = new Map();
    links = new Map();
    missing = new Map();
    listless = new Set();
    packages = new Set();
    isOpen = false;
    lost = new Set();
    entangled = new Set();
    #around;
    #passedOver;
    /** by a name that their Cargo.toml has */
    #folders = new Map();
    /** the checkout's, of which git lists the files */
    #listed;
    #roots;
    #ways = new Map();
    constructor(around, units) {
        const { workspace, sources } = around;
        this.#around = around;
        const builtIn = new Set(units.map((unit) => unit.builtIn));
        const targets = [...builtIn].filter((path) => path !== '' && !`${workspace}/`.startsWith(`${path}/`));
        this.#passedOver = [...around.passedOver, ...targets];
        const manifests = [...sources.keys()].filter((path) => /(^|\/)Cargo\.toml$/.test(path));
        const folders = manifests.map((path) => (0,external_node_path_.join)(workspace, (0,external_node_path_.dirname)(path)));
        this.#listed = new Set(folders);
        // Where Cargo has built there is a Cargo.lock, tracked or not.
        const locked = folders.filter((folder) => (0,external_node_fs_.existsSync)((0,external_node_path_.join)(folder, 'Cargo.lock')));
        this.#roots = locked.length > 0 && around.isFresh !== true ? locked : folders;
        for (const folder of folders) {
            for (const name of named_inputs_namesIn((0,external_node_path_.join)(folder, 'Cargo.toml')))
                addTo(this.#folders, name, folder);
        }
        this.#findPackagesOutside(units);
    }
    add(unit) {
        const bases = this.#basesOf(unit);
        const isListless = unit.kind !== 'compiled' && unit.inputs.length === 0;
        if (unit.kind !== 'compiled')
            this.#addPackages(bases);
        if (isListless && bases.length === 0)
            this.isOpen = true;
        if (isListless)
            this.#addListless(unit, bases);
        if (!unit.isWhole || unit.startedNs === null)
            this.lost.add(unit);
        for (const input of unit.inputs)
            this.#addInput(unit, input, bases);
    }
    #addInput(unit, input, bases) {
        const candidates = this.#candidates(input, bases);
        const ways = candidates.filter((path) => !this.#isPassedOver(path)).map(this.#follow);
        const isHidden = ways.length < candidates.length;
        const leadsAway = isHidden || ways.some(({ path }) => this.#isPassedOver(path));
        if (leadsAway && !input.startsWith('/'))
            this.entangled.add(unit);
        // What is missing makes Cargo build the unit again, or lies where nobody knows.
        const isMissing = ways.every(({ exists }) => !exists);
        if (isMissing && !isHidden)
            this.lost.add(unit);
        for (const { path, exists, links } of ways) {
            const isOutside = !this.#isInside(path);
            for (const link of links) {
                if (isOutside || this.#isInside(link))
                    addTo(this.links, link, unit);
            }
            if (!this.#isPassedOver(path))
                addTo(exists ? this.found : this.missing, path, unit);
        }
    }
    #addPackages(bases) {
        for (const base of bases)
            if (!this.#isPassedOver(base))
                this.packages.add(base);
    }
    #addListless(unit, bases) {
        const own = bases.filter((base) => !this.#isPassedOver(base));
        if (bases.length === 0 || own.length > 0)
            this.listless.add(unit);
        // Of a package that git lists, git lists the files, too.
        for (const base of own)
            if (!this.#listed.has(base))
                addTo(this.found, base, unit);
    }
    /** What relative paths of a unit may be relative to. */
    #basesOf(unit) {
        const packages = [...(this.#folders.get(unit.packageName) ?? [])];
        if (unit.kind !== 'compiled')
            return packages;
        // Git lists no manifest of it, as of one that is generated; rustc names files from the root all the same.
        if (packages.length === 0)
            return this.#roots;
        return this.#roots.filter((root) => packages.some((folder) => `${folder}/`.startsWith(`${root}/`)));
    }
    /** Where a path may lie; the same file of a former workspace is one of this one, too. */
    #candidates(input, bases) {
        if (!input.startsWith('/'))
            return bases.map((base) => `${base}/${input}`);
        const here = this.#around.former
            .filter((former) => input.startsWith(`${former}/`))
            .map((former) => (0,external_node_path_.join)(this.#around.workspace, input.slice(former.length)));
        return [input, ...here];
    }
    #follow = (path) => {
        const known = this.#ways.get(path);
        if (known !== undefined)
            return known;
        const way = this.#lookIn(path) ?? follow(path);
        this.#ways.set(path, way);
        return way;
    };
    /** Many lie in one folder: where the way there has no link, one look is enough. */
    #lookIn(path) {
        const cut = path.lastIndexOf('/');
        const [folder, name] = [path.slice(0, cut), path.slice(cut + 1)];
        if (folder === '' || name === '' || name === '.' || name === '..')
            return null;
        const before = this.#follow(folder);
        if (!before.exists || before.path !== folder)
            return null;
        const stat = statOrNull(path);
        return stat?.isSymbolicLink() === true ? null : { path, exists: stat !== null, links: [] };
    }
    #isInside(path) {
        return `${path}/`.startsWith(`${this.#around.workspace}/`);
    }
    #isPassedOver(path) {
        if (FETCHED.test(path))
            return true;
        return this.#passedOver.some((folder) => path === folder || path.startsWith(`${folder}/`));
    }
    /** A package outside is where its build script was compiled from. */
    #findPackagesOutside(units) {
        for (const { kind, packageName, inputs } of units) {
            const [first] = inputs;
            const isOutside = first !== undefined && inputs.every((input) => input.startsWith('/'));
            if (kind !== 'compiled' || !isOutside)
                continue;
            addTo(this.#folders, packageName, packageRootOf(first) ?? (0,external_node_path_.dirname)(first));
        }
    }
}
/** The names in a manifest: of the package, and of what it builds. */
function named_inputs_namesIn(manifest) {
    const text = (0,small_file/* readTextOrNull */.GR)(manifest) ?? '';
    const found = text.matchAll(/(?:^|[{,.\s])name\s*=\s*["']([^"'\n]+)["']/gm);
    return [...found].flatMap(([, name]) => name ?? []);
}
/** The nearest folder above a file that holds a Cargo.toml. */
function packageRootOf(path) {
    for (let folder = (0,external_node_path_.dirname)(path);; folder = (0,external_node_path_.dirname)(folder)) {
        if ((0,external_node_fs_.existsSync)((0,external_node_path_.join)(folder, 'Cargo.toml')))
            return folder;
        if (folder === '/')
            return null;
    }
}
function addTo(map, key, value) {
    const values = map.get(key) ?? new Set();
    map.set(key, values.add(value));
}

;// CONCATENATED MODULE: ./lib/host/folder-contents.js






/** Folders with more than this are left unproven. */
const folder_contents_ENTRIES_AT_MOST = 50_000;
/**
 * Reads a folder.
 *
 * @param path absolute and free of links
 * @param contentOf what lies at a path, not through a link at its end
 */
function readFolder(path, contentOf) {
    const reader = new FolderReader(contentOf);
    const found = reader.read(path);
    return found === null ? null : reader;
}
class FolderReader {
    entries = new Map();
    newestNs = 0n;
    #contentOf;
    /** the folders that are being read: a link to one of them leads round in a circle */
    #open = new Set();
    constructor(contentOf) {
        this.#contentOf = contentOf;
    }
    read(path) {
        const known = this.entries.get(path);
        if (known !== undefined)
            return known;
        const found = this.#contentOf(path);
        if (found === null)
            return null;
        if (found.mtimeNs > this.newestNs)
            this.newestNs = found.mtimeNs;
        const whole = found.kind === 'directory' ? this.#readFolder(path) : found;
        if (whole !== null)
            this.entries.set(path, whole);
        return whole;
    }
    #readFolder(path) {
        const stat = statOrNull(path);
        if (stat === null)
            return null;
        const names = this.#open.has(path) ? null : namesIn(path);
        const isReadable = names !== null && this.entries.size + names.length <= folder_contents_ENTRIES_AT_MOST;
        // Git’s own folder and a target directory change with every job; a submodule’s file does not.
        const hasGit = names?.includes('.git') === true && statOrNull(`${path}/.git`)?.isFile() !== true;
        if (!isReadable || hasGit || names.includes('.rustc_info.json')) {
            return foundAs('directory', build_inputs/* UNPROVEN */.EO, stat);
        }
        this.#open.add(path);
        const lines = names.map((name) => this.#lineOf(path, name));
        this.#open.delete(path);
        const isProven = lines.every((line) => line !== null);
        const digest = (0,external_node_crypto_.createHash)('sha256').update(lines.join('')).digest('hex');
        return foundAs('directory', isProven ? `sha256:${digest}` : build_inputs/* UNPROVEN */.EO, stat);
    }
    /** What makes up one entry of a listing; null where that is not known. */
    #lineOf(folder, name) {
        const found = this.read((0,external_node_path_.join)(folder, name));
        if (found === null || found.id === build_inputs/* UNPROVEN */.EO)
            return null;
        const line = `${name}\0${found.kind}\0${found.isExecutable ? 'x' : '-'}\0${found.id}\0`;
        if (found.kind !== 'link')
            return `${line}\n`;
        const behind = realPathOrNull((0,external_node_path_.join)(folder, name));
        if (behind === null)
            return `${line}nothing\n`;
        const content = this.read(behind);
        if (content === null || content.id === build_inputs/* UNPROVEN */.EO)
            return null;
        return `${line}${content.kind}\0${content.isExecutable ? 'x' : '-'}\0${content.id}\n`;
    }
}
/** Where a path leads to in the end; null where that is nowhere. */
function realPathOrNull(path) {
    try {
        return external_node_fs_.realpathSync.native(path);
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return null;
        throw error;
    }
}
/** A folder as a whole, with the times of the newest thing in it. */
function newestIn(path, found, { entries, newestNs }) {
    let { ctimeNs } = found;
    for (const entry of entries.values())
        if (entry.ctimeNs > ctimeNs)
            ctimeNs = entry.ctimeNs;
    return { ...(entries.get(path) ?? found), mtimeNs: newestNs, ctimeNs };
}

;// CONCATENATED MODULE: ./lib/host/presence.js





/** @param sources of the checkout, with what git proves them to hold */
function readPresence(reader, sources, { recorded, whole, mayStay }) {
    const search = new Search(reader, recorded, sources);
    for (const [path, known] of sources) {
        if (recorded.has(path) || whole.has(path))
            search.lookAtSource(path, known);
        else if (!mayStay(path, known))
            search.addUnnamed(path);
    }
    // A folder comes before what lies in it.
    const others = [...recorded.values()].filter(({ path }) => !sources.has(path));
    for (const input of others.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
        if ((0,build_inputs/* isSettable */.Zc)(input.path))
            search.lookAtOther(input);
        else
            search.compareOutside(input);
    }
    search.addTouched();
    return search;
}
class Search {
    present = [];
    touched = new Set();
    stale = new Set();
    missing = new Set();
    unchanged = [];
    problem = null;
    #reader;
    #recorded;
    #sources;
    /** folders that are read as a whole, and what lies in them, by absolute path */
    #folders = new Map();
    constructor(reader, recorded, sources) {
        this.#reader = reader;
        this.#recorded = recorded;
        this.#sources = sources;
    }
    lookAtSource(path, known) {
        const before = this.#recorded.get(path);
        const isEnough = before === undefined || before.id === build_inputs/* UNPROVEN */.EO || before.id.startsWith('git:');
        const content = known !== null && isEnough ? known : this.#contentAt(path, before);
        if (content === null)
            this.#missFile(path);
        else
            this.#add(path, before, content);
    }
    addUnnamed(path) {
        const content = this.#contentAt(path, undefined);
        if (content !== null)
            this.present.push({ path, ...content });
    }
    /** What was recorded in the workspace and is no source: ignored, a folder, gone, or behind a link. */
    lookAtOther(before) {
        const { path } = before;
        const isDirect = follow(this.#reader.placeOf((0,external_node_path_.dirname)(path))).links.length === 0;
        const content = isDirect ? this.#contentAt(path, before) : null;
        if (!isDirect)
            this.#divert(path);
        if (content === null)
            this.#missFile(path);
        else
            this.#add(path, before, content);
    }
    /** Outside no time is set: what holds the same, and is not older than it was, cannot deceive Cargo. */
    compareOutside(before) {
        const place = this.#reader.placeOf(before.path);
        const found = this.#reader.find(place);
        const folder = found?.kind === 'directory' ? readFolder(place, this.#reader.find) : null;
        const whole = found !== null && folder !== null ? newestIn(place, found, folder) : found;
        const isSame = whole !== null && (0,build_inputs/* isSameContent */.OI)(before, whole);
        const isAsOld = before.kind === 'link' || (whole?.mtimeNs ?? 0n) >= BigInt(before.mtimeNs);
        if (!isSame || !isAsOld)
            return this.#forget(before);
        if (folder !== null)
            return;
        const { ctimeNs, inode, size } = whole;
        const stamp = { ctimeNs: String(ctimeNs), inode, size };
        this.unchanged.push({ ...before, units: [], stamp });
    }
    /** What gets now need not have been recorded. */
    addTouched() {
        const known = new Set(this.present.map(({ path }) => path));
        for (const path of this.touched) {
            const content = known.has(path) ? null : this.#contentAt(path, undefined);
            if (content !== null)
                this.present.push({ path, ...content });
        }
    }
    #add(path, before, content) {
        const { kind, id, isExecutable, size } = content;
        this.present.push({ path, kind, id, isExecutable, size });
        if (content.kind !== 'link' && before?.kind !== 'link')
            return;
        if (before !== undefined && (0,build_inputs/* isSameContent */.OI)(before, content))
            return;
        // Cargo looks at what lies behind a link.
        this.#touchPackage(path);
        if (before !== undefined)
            this.#forget(before);
        if (before !== undefined && before.kind !== 'link')
            this.#divert(path);
    }
    #forget({ units }) {
        for (const unit of units)
            this.stale.add(unit);
    }
    /** Units miss it while it is missing; who compares the newest file of a package does not. */
    #missFile(path) {
        const before = this.#recorded.get(path);
        if (before === undefined)
            return;
        this.missing.add(path);
        this.#touchPackage(path);
        this.#forget(before);
    }
    #touchPackage(path) {
        for (let folder = (0,external_node_path_.dirname)(path);; folder = (0,external_node_path_.dirname)(folder)) {
            const manifest = folder === '.' ? 'Cargo.toml' : `${folder}/Cargo.toml`;
            if (this.#sources.has(manifest))
                this.touched.add(manifest);
            if (this.#sources.has(manifest) || folder === '.')
                return;
        }
    }
    /** Where a file or folder was there is a link now: Cargo would look at what lies behind it. */
    #divert(path) {
        const { path: behind, exists } = follow(this.#reader.placeOf(path));
        if (!exists)
            return;
        if (this.#reader.isOurs(behind))
            this.touched.add(this.#reader.nameOf(behind));
        else
            this.problem = `${path} leads out of the workspace now`;
    }
    #contentAt(path, before) {
        const place = this.#reader.placeOf(path);
        const read = this.#folders.get(place);
        if (read !== undefined)
            return contentOf(read);
        if (before === undefined || before.id === build_inputs/* UNPROVEN */.EO) {
            // Whatever it holds, it gets now.
            const stat = statOrNull(place);
            return stat === null ? null : contentOf(foundAs(kindOf(stat), build_inputs/* UNPROVEN */.EO, stat));
        }
        const found = this.#reader.find(place);
        if (found?.kind !== 'directory')
            return found === null ? null : contentOf(found);
        const folder = readFolder(place, this.#reader.find);
        for (const [each, content] of folder?.entries ?? [])
            this.#folders.set(each, content);
        return contentOf(this.#folders.get(place) ?? found);
    }
}
function contentOf({ kind, id, isExecutable, size }) {
    return { kind, id, isExecutable, size };
}
function kindOf(stat) {
    if (stat.isSymbolicLink())
        return 'link';
    return stat.isDirectory() ? 'directory' : 'file';
}

;// CONCATENATED MODULE: ./lib/host/times-ahead.js


/**
 * Leaves out the times that would make something older than it is. What was built here of another
 * content would look fresh then; a time that is too new only has units built again.
 */
function onlyAhead(workspace, planned) {
    const ahead = { times: [], standing: [] };
    for (const each of planned) {
        const stat = each.mtimeNs === null ? null : statOrNull((0,external_node_path_.join)(workspace, each.path));
        const isBehind = stat !== null && stat.mtimeNs > BigInt(each.mtimeNs ?? 0);
        if (isBehind)
            continue;
        const isThere = stat !== null && String(stat.mtimeNs) === each.mtimeNs;
        if (!isThere || !isExpected(stat, each.expected))
            ahead.times.push(each);
        else {
            ahead.standing.push({ kind: 'set', path: each.path, stamp: stampOf(stat) });
        }
    }
    return ahead;
}

;// CONCATENATED MODULE: ./lib/steps/restore-times.js

















/**
 * Gives what the seed was built from the mtimes that it had then, where it holds the same, and now to
 * everything else in the workspace, so that Cargo builds exactly what changed. Outside the workspace
 * and in git’s folder no time is ever set: there, units that see something else are forgotten.
 */
async function restoreTimes(restoring) {
    try {
        return await restore(restoring);
    }
    catch (error) {
        return refused((0,guard_error/* messageOf */.bD)(error));
    }
}
function refused(problem) {
    const nothing = { restored: plan_restored/* NOTHING_RESTORED */.LH, forgotten: [], kept: 0, changed: 0 };
    return { ...nothing, shared: null, problem };
}
async function restore(restoring) {
    const { target, inputs, isOwnWorkspace } = restoring;
    const nowNs = restoring.nowNs ?? BigInt(Date.now()) * 1000000n;
    if (BigInt(inputs.newestNs) >= nowNs)
        return refused('by this clock it was built in the future');
    const workspace = (0,external_node_fs_.realpathSync)(restoring.workspace);
    const recorded = new Map(inputs.inputs.map((input) => [input.path, input]));
    const reader = new WorkspaceReader(workspace, [], recorded);
    const checkout = await readCheckout(workspace, reader.below(withRealPaths([target])));
    reader.know(checkout.sources);
    const [gap] = [...inputs.gaps, ...checkout.gaps];
    if (gap !== undefined && !isOwnWorkspace)
        return refused(`not all inputs are known: ${gap}`);
    const newestNs = BigInt(inputs.newestNs);
    const whole = new WholeFolders(inputs.whole);
    // What git put into a workspace whose history is whole was changed when its mtime says. Elsewhere
    // nothing may be older than the seed that was not compared: not for Cargo, which nothing tells of
    // it, but for what build scripts run, like make.
    const isYounger = youngerThan(workspace, newestNs, nowNs);
    const mayStay = (path, known) => (isOwnWorkspace && known !== null) || isYounger(path, known?.mtimeS ?? null);
    const presence = readPresence(reader, checkout.sources, { recorded, whole, mayStay });
    const { present, touched, stale, missing, unchanged, problem } = presence;
    if (problem !== null)
        return refused(problem);
    const deprived = missing.size === 0 ? [] : deprivedOf(missing, reader, checkout, restoring);
    if (typeof deprived === 'string')
        return refused(deprived);
    // Also in its own workspace, where an archive may have brought something with an old time.
    const forgotten = [...new Set([...inputs.lost, ...stale, ...deprived])];
    for (const path of forgotten)
        dropFingerprint(target, path);
    const { newestNs: newest, beside } = inputs;
    const tracked = [...checkout.sources.keys()].filter((path) => !checkout.untracked.has(path));
    const beNow = beside === null ? [] : inputsBesideNew(tracked, recorded, beside);
    const times = (0,build_inputs/* planTimes */.uA)(recorded, present, {
        newestNs: newest,
        touched: new Set([...touched, ...beNow]),
    });
    const shared = restoring.whyShared?.(checkout.sources.keys()) ?? null;
    const { times: ahead, standing } = shared === null ? { times, standing: [] } : onlyAhead(workspace, times);
    const results = [...(await setTimes(workspace, ahead, nowNs)), ...standing];
    const planned = new Map(times.map((each) => [each.path, each]));
    // In its own workspace what no unit names is nobody's, and may be another user's.
    const matters = (path) => !isOwnWorkspace || recorded.has(path) || whole.has(path);
    const needed = results.filter(({ path }) => matters(path));
    const unset = whyNotSet(needed, planned, workspace, newestNs);
    if (unset !== null)
        return refused(unset);
    const files = restoredFiles(results, planned, recorded);
    const former = [...new Set([inputs.workspace, ...inputs.former])];
    return {
        restored: { version: 1, former, files: [...files, ...unchanged], doneNs: momentAfter() },
        forgotten,
        kept: files.length,
        changed: times.length - files.length,
        shared,
        problem: null,
    };
}
/**
 * The units that miss something now: whoever puts it there later, as an archive does, may give it an old
 * time and other content.
 *
 * @returns fingerprints, or in words why they cannot be told
 */
function deprivedOf(missing, reader, { sources }, { target, inputs }) {
    const { units, gaps } = readUnits(target);
    const [gap] = gaps;
    if (gap !== undefined)
        return `not all inputs are known: ${gap}`;
    const { workspace } = reader;
    const former = [inputs.workspace, ...inputs.former].filter((path) => path !== workspace);
    const passedOver = withRealPaths([target]);
    const around = { workspace, former, sources, passedOver, isFresh: true };
    const named = findNamedInputs(units, around);
    // Of a package that is gone nobody knows what its units name.
    const deprived = new Set(named.lost);
    for (const [path, namers] of named.missing) {
        if (missing.has(reader.nameOf(path)))
            for (const unit of namers)
                deprived.add(unit);
    }
    return [...deprived].map(({ fingerprint }) => fingerprint);
}
/**
 * Tells whether what lies at a path, if anything does, is younger than all units, by the seconds that
 * git knows or by its mtime. Git’s 32 bits may have lost the rest: what they say of the future is not
 * believed.
 */
function youngerThan(workspace, newestNs, nowNs) {
    const [newest, now] = [Number(newestNs / SECOND), Number(nowNs / SECOND)];
    return (path, seconds) => {
        if (seconds !== null && seconds > newest && seconds <= now)
            return true;
        const stat = statOrNull((0,external_node_path_.join)(workspace, path));
        return stat === null || stat.mtimeNs > newestNs;
    };
}
const SECOND = 1000000000n;
/** Not before any time that the kernel has just noted. */
function momentAfter() {
    return String(BigInt(Date.now() + 1) * 1000000n);
}
/** Where a time could not be set, the present one must not make Cargo take old for new. */
function whyNotSet(results, planned, workspace, newestNs) {
    for (const result of results) {
        if (result.kind !== 'failed')
            continue;
        const stat = statOrNull(follow((0,external_node_path_.join)(workspace, result.path)).path);
        if (stat === null || stat.mtimeNs > newestNs)
            continue;
        if (planned.get(result.path)?.mtimeNs === String(stat.mtimeNs))
            continue;
        return `the time of ${result.path} cannot be set: ${result.why}`;
    }
    return null;
}
function restoredFiles(results, planned, recorded) {
    return results.flatMap((result) => {
        const input = recorded.get(result.path);
        const isKept = result.kind === 'set' && planned.get(result.path)?.mtimeNs !== null;
        return isKept && input !== undefined ? [{ ...input, units: [], stamp: result.stamp }] : [];
    });
}

;// CONCATENATED MODULE: ./lib/steps/restore-seed-times.js









/**
 * Gives unchanged inputs the times they had when the seed was built, and all others now.
 *
 * @returns why the seed must not be used, in words; null where it may be
 */
async function restoreSeedTimes({ root, lease, origin, wish, place }, { voice, environment }) {
    // In its own workspace a seed does without, as long as nobody has set times there.
    if (!wish.restoresMtimes || !origin.inputs || wish.workspace === null)
        return null;
    const text = (0,lease_companions/* readInputs */.Ko)(root, lease.id);
    const inputs = text === null ? 'they are gone' : (0,build_inputs/* parseBuildInputs */.pI)(text);
    if (typeof inputs === 'string')
        return `its inputs cannot be read: ${inputs}`;
    // Before the first time is set: what else was built in this workspace then needs its own restored.
    noteSetTimes(root, wish.runnerKey, lease.repository);
    const [slot = ''] = (0,slots/* pathsOf */.wG)(root, lease.slot);
    const { workspace } = wish;
    const whyShared = (sources) => {
        if (keepsBuildElsewhere({ workspace, sources, target: slot, environment })) {
            return 'Cargo’s build-dir may hold another build of this checkout';
        }
        return hasOtherBuild(root, lease) ? 'another build of this checkout is in use' : null;
    };
    const { restored, forgotten, kept, changed, shared, problem } = await restoreTimes({
        target: place,
        workspace,
        inputs,
        isOwnWorkspace: isOwnWorkspace(origin, wish) && origin.times === wish.times,
        whyShared,
    });
    if (problem !== null)
        return problem;
    (0,lease_companions/* writeRecord */.rh)(root, lease.id, '.restored', (0,plan_restored/* encodeRestored */.Lf)(restored));
    const lost = forgotten.length === 0 ? '' : `; ${forgotten.length} unit(s) are built again`;
    if (shared !== null)
        voice.info(`times: none goes back, for ${shared}`);
    voice.info(`times: ${kept} input(s) as the seed had them, ${changed} changed${lost}`);
    return null;
}

;// CONCATENATED MODULE: ./lib/host/unchanging.js

/** Where images of Rust keep what Cargo downloads; a build in a container names these. */
const IN_IMAGES = ['/usr/local/cargo', '/root/.cargo'];
/**
 * What Cargo never expects to change: sources that it has downloaded, and toolchains.
 *
 * @returns absolute paths, which need not be there
 */
function unchangingFolders(environment) {
    const home = environment['HOME'] ?? '';
    const cargo = environment['CARGO_HOME'] ?? (home === '' ? null : (0,external_node_path_.join)(home, '.cargo'));
    const rustup = environment['RUSTUP_HOME'] ?? (home === '' ? null : (0,external_node_path_.join)(home, '.rustup'));
    const homes = [...(cargo === null ? [] : [cargo]), ...IN_IMAGES];
    return [
        ...homes.flatMap((each) => [(0,external_node_path_.join)(each, 'registry'), (0,external_node_path_.join)(each, 'git')]),
        ...(rustup === null ? [] : [rustup]),
        '/usr/local/rustup',
        '/usr/lib/rustlib',
    ].filter((path) => path.startsWith('/'));
}

;// CONCATENATED MODULE: ./lib/plan/retiming.js

/**
 * Why a compiled unit has to be compiled again, as far as one input tells; null where it need not.
 *
 * @param startedNs when the unit began
 * @param beforeNs its new start, before which nobody had looked at anything
 */
function whyNotKept(sight, startedNs, beforeNs) {
    const why = whyAnother(sight, startedNs);
    if (why !== null || sight.present === null)
        return why;
    const { mtimeNs, ctimeNs } = sight.present;
    // Whoever writes into it from now on gives it a later time; one from ahead of us would hide that.
    return mtimeNs < beforeNs && ctimeNs < beforeNs ? null : 'changes while it is looked at';
}
/**
 * Why a build script has to be run again; null where it need not. Its own times stay, since what
 * depends on it would look old beside newer ones.
 *
 * @param startedNs when it was run
 */
function whyRunAgain(sight, startedNs) {
    const why = whyAnother(sight, startedNs);
    if (why !== null || sight.present === null)
        return why;
    return sight.present.mtimeNs > startedNs ? 'is newer than what was made of it' : null;
}
/** Outside the worktree there is one history: Cargo’s own comparison holds for what has not changed. */
function whyNotAsOutside({ recorded, present }) {
    if (recorded === undefined)
        return 'is not known';
    if (present === null)
        return 'is gone';
    if (!(0,build_inputs/* isSameContent */.OI)(recorded, present))
        return 'is not known to hold the same';
    const isAsOld = recorded.kind === 'link' || present.mtimeNs >= BigInt(recorded.mtimeNs);
    return isAsOld ? null : 'has an older time than it had';
}
function whyAnother({ recorded, present }, startedNs) {
    if (recorded === undefined)
        return 'is not known';
    // What was recorded is what lay there at the end, which the unit has not seen.
    if (BigInt(recorded.mtimeNs) > startedNs)
        return 'was changed after the unit was built';
    if (present === null)
        return 'is gone';
    if (present.kind === 'directory')
        return 'is a folder';
    return (0,build_inputs/* isSameContent */.OI)(recorded, present) ? null : 'is not known to hold the same';
}

;// CONCATENATED MODULE: ./lib/host/unit-times.js



/** A number of seconds cannot hold every nanosecond. */
const ROUNDED_NS = 1000000n;
/**
 * Gives a compiled unit another start: Cargo compares its inputs with the time of its list of them,
 * and its start is when that list is from.
 *
 * @param fingerprint the folder of its fingerprint, relative to the target directory
 * @param startMs since the epoch, in whole milliseconds; what is set may be off by less than one
 * @returns in words why it could not be set everywhere; then the target directory must not be used
 */
function setUnitStart(target, fingerprint, startMs) {
    try {
        return (0,host_folders/* within */.ux)(target, fingerprint.split('/'), (folder) => {
            const names = (0,external_node_fs_.readdirSync)((0,host_folders.at)(folder, '.'));
            const marks = names.filter((name) => name === 'invoked.timestamp' || name.startsWith('dep-'));
            const problems = marks.map((name) => setTime((0,host_folders.at)(folder, name), startMs));
            return problems.find((problem) => problem !== null) ?? null;
        });
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT' || (0,host_folders/* isDiverted */.cX)(error))
            return `${fingerprint} is not there`;
        throw error;
    }
}
function setTime(path, startMs) {
    const file = (0,external_node_fs_.openSync)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK);
    try {
        const { nlink } = (0,external_node_fs_.fstatSync)(file);
        // Another name for it may lie in the very build that this one was cloned from.
        if (!(0,external_node_fs_.fstatSync)(file).isFile() || nlink !== 1)
            return 'a list of inputs has several names';
        (0,external_node_fs_.futimesSync)(file, startMs / 1000, startMs / 1000);
        const off = (0,external_node_fs_.fstatSync)(file, { bigint: true }).mtimeNs - BigInt(startMs) * 1000000n;
        return off < ROUNDED_NS && off > -ROUNDED_NS ? null : 'the file system keeps other times';
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}

;// CONCATENATED MODULE: ./lib/steps/retime-units.js










/** The clock of the file system may lag behind by a tick, and what is written next must look newer. */
const LAG_MS = 50;
/**
 * Has Cargo take for fresh what was compiled from just what lies here, and build everything else
 * again. No file of a worktree gets another time: the units do, in the target directory.
 */
async function retimeUnits(retiming) {
    try {
        return await retime(retiming);
    }
    catch (error) {
        return retime_units_refused((0,guard_error/* messageOf */.bD)(error));
    }
}
function retime_units_refused(problem) {
    return { kept: 0, dropped: new Map(), problem };
}
async function retime({ target, inputs, ...rest }) {
    // Before anything is looked at: what is written from now on is newer.
    const startMs = Date.now() - LAG_MS;
    const beforeNs = BigInt(startMs - 1) * 1000000n;
    const workspace = (0,external_node_fs_.realpathSync)(rest.workspace);
    const recorded = new Map(inputs.inputs.map((input) => [input.path, input]));
    const passedOver = withRealPaths([target, ...rest.unchanging]);
    const reader = new WorkspaceReader(workspace, [], recorded);
    const checkout = await readCheckout(workspace, reader.below(passedOver));
    reader.know(checkout.sources);
    const { units, gaps } = readUnits(target);
    const [gap] = [...inputs.gaps, ...checkout.gaps, ...gaps];
    if (gap !== undefined)
        return retime_units_refused(`not all inputs are known: ${gap}`);
    const starts = units.map(({ startedNs }) => startedNs ?? 0n);
    if (starts.some((start) => start >= beforeNs)) {
        return retime_units_refused('by this clock it was built in the future');
    }
    const former = [inputs.workspace, ...inputs.former].filter((path) => path !== workspace);
    const { sources } = checkout;
    const around = { workspace, former, sources, passedOver, isFresh: true };
    const named = findNamedInputs(units, around);
    const recordedNs = BigInt(inputs.newestNs);
    const evidence = { target, reader, recorded, recordedNs, beforeNs };
    const judge = new Judge(evidence, named, new Set(inputs.lost));
    const dropped = judge.judge(units);
    for (const fingerprint of dropped.keys())
        dropFingerprint(target, fingerprint);
    const kept = [...judge.compiled].filter((fingerprint) => !dropped.has(fingerprint));
    for (const fingerprint of kept) {
        const problem = setUnitStart(target, fingerprint, startMs);
        if (problem !== null)
            return retime_units_refused(problem);
    }
    return { kept: kept.length, dropped, problem: null };
}
class Judge {
    /** fingerprints of compiled units whose inputs lie where times differ */
    compiled = new Set();
    #evidence;
    #named;
    #lost;
    #dropped = new Map();
    constructor(evidence, named, lost) {
        this.#evidence = evidence;
        this.#named = named;
        this.#lost = lost;
    }
    /** Fingerprints that nobody can vouch for, and why. */
    judge(units) {
        for (const unit of units) {
            const isLost = this.#named.lost.has(unit) || this.#lost.has(unit.fingerprint);
            if (isLost)
                this.#drop(unit, 'what it was made of is not all there, or not known');
            if (this.#named.listless.has(unit))
                this.#drop(unit, 'it looks at its whole package');
            if (this.#named.entangled.has(unit))
                this.#drop(unit, 'it was made of what other builds make');
            // Somebody built in it once its job had ended, as in a slot that is kept, of whatever lay there.
            const isLater = (unit.startedNs ?? 0n) > this.#evidence.recordedNs;
            if (isLater)
                this.#drop(unit, 'it was built after its inputs were recorded');
        }
        const { found, links } = this.#named;
        for (const [path, namers] of [...found, ...links]) {
            for (const unit of namers)
                this.#look(path, unit);
        }
        for (const unit of units)
            if (this.compiled.has(unit.fingerprint))
                this.#lookInside(unit);
        return this.#dropped;
    }
    #look(path, unit) {
        const { reader, beforeNs } = this.#evidence;
        const startedNs = unit.startedNs ?? 0n;
        if (unit.kind === 'compiled') {
            this.compiled.add(unit.fingerprint);
            this.#dropFor(path, unit, whyNotKept(this.#sightOf(path), startedNs, beforeNs));
        }
        else if (reader.isInside(path)) {
            this.#dropFor(path, unit, whyRunAgain(this.#sightOf(path), startedNs));
        }
        else
            this.#dropFor(path, unit, whyNotAsOutside(this.#wholeSightOf(path)));
    }
    /** Its new start must not hide that something in its target directory is newer than what it saw. */
    #lookInside(unit) {
        const prefix = `${unit.builtIn}/`;
        if (unit.builtIn === '')
            this.#drop(unit, 'it does not tell where it was built');
        for (const input of unit.inputs) {
            if (!input.startsWith(prefix))
                continue;
            const place = `${this.#evidence.target}/${input.slice(prefix.length)}`;
            const stat = (0,external_node_fs_.lstatSync)(place, { bigint: true, throwIfNoEntry: false });
            const isSeen = stat !== undefined && stat.isFile() && stat.mtimeNs <= (unit.startedNs ?? 0n);
            if (!isSeen)
                this.#drop(unit, `${input} was made after it`);
        }
    }
    #sightOf(path) {
        const { reader, recorded } = this.#evidence;
        return { recorded: recorded.get(reader.nameOf(path)), present: reader.find(path) };
    }
    /** As what lies outside is recorded: a folder as a whole. */
    #wholeSightOf(path) {
        const sight = this.#sightOf(path);
        const { find } = this.#evidence.reader;
        const found = sight.present?.kind === 'directory' ? find(path) : null;
        const folder = found === null ? null : readFolder(path, find);
        if (found === null || folder === null)
            return sight;
        return { ...sight, present: newestIn(path, found, folder) };
    }
    #dropFor(path, unit, why) {
        if (why !== null)
            this.#drop(unit, `${path} ${why}`);
    }
    #drop({ fingerprint }, why) {
        if (!this.#dropped.has(fingerprint))
            this.#dropped.set(fingerprint, why);
    }
}

;// CONCATENATED MODULE: ./lib/steps/retime-seed.js




/**
 * Makes a seed from another worktree fit for this one, without setting the time of any file here.
 *
 * @returns why the seed must not be used, in words; null where it may be
 */
async function retimeSeed({ root, lease, origin, wish, place }, { environment, voice }) {
    if (origin.isElsewhere !== true || wish.workspace === null)
        return null;
    const refuse = (problem) => {
        voice.warning(`What was built in ${origin.workspace} gives no warmth here (${problem}).`);
        return problem;
    };
    const text = (0,lease_companions/* readInputs */.Ko)(root, lease.id);
    const inputs = text === null ? 'they are gone' : (0,build_inputs/* parseBuildInputs */.pI)(text);
    if (typeof inputs === 'string')
        return refuse(`its inputs cannot be read: ${inputs}`);
    const unchanging = [...unchangingFolders(environment), root.realPath];
    const retiming = { target: place, workspace: wish.workspace, inputs, unchanging };
    const { kept, dropped, problem } = await retimeUnits(retiming);
    if (problem !== null)
        return refuse(problem);
    // They were of the other worktree; what this one holds is recorded when its build is over.
    (0,lease_companions/* dropInputs */.bx)(root, lease.id);
    voice.info(`from another worktree: ${kept} unit(s) as they are, ${dropped.size} built again`);
    for (const [unit, why] of [...dropped].slice(0, retime_seed_SHOWN))
        voice.info(`  ${unit}: ${why}`);
    return null;
}
const retime_seed_SHOWN = 10;

;// CONCATENATED MODULE: ./lib/steps/adapt-seed.js

















/**
 * Makes a seed fit for its slot and for the checkout, before it comes there: nothing that Cargo takes
 * for fresh may see a path of another slot or workspace. What builds have not used for long goes.
 *
 * @returns why it must not be used, in words; else the record of the seed
 * @throws Error where it is not as Cargo leaves one, or as the file system does
 */
async function adaptSeed(request, runtime) {
    const fitted = request.isFitted === true ? request.record : await fitForSlot(request, runtime);
    if (typeof fitted === 'string')
        return fitted;
    // The one sets times in the workspace, the other in the target directory.
    const problem = (await restoreSeedTimes(request, runtime)) ?? (await retimeSeed(request, runtime));
    return problem ?? fitted;
}
/** The part of it for which no checkout is needed. */
async function fitForSlot(request, runtime) {
    const { lease, place, record, origin } = request;
    const aside = `${place}.aside`;
    const planted = findPlantedLink(place);
    if (planted !== null)
        return `${planted} is a link, through which Cargo would write`;
    (0,host_folders/* makeFolder */.fc)(aside);
    if (record.kind === 'inherit') {
        const { constantPaths } = request.settings;
        const use = incrementalUse(origin, { constantPaths, environment: runtime.environment });
        // A person may want what the last command has left, such as a package.
        const skipScratch = !(0,plan_lease/* isLocal */.IX)(lease.madeBy);
        leaveBehind(place, aside, { skipIncremental: use === 'none', skipScratch });
    }
    if (origin.isElsewhere === true)
        leaveUnjudged(place, aside);
    // One command uses this, the next one that: what one leaves alone is still wanted.
    const isCounted = !(0,plan_lease/* isLocal */.IX)(lease.madeBy);
    if (isCounted)
        dropPrograms(place);
    const gone = (0,unused_units/* outOfUse */.$$)(origin.unused);
    if (isCounted && gone.length > 0) {
        moveUnitsOut(place, gone, aside);
        // While those that are to be built again can still be told: these have a use for theirs.
        dropStates(place, aside, runtime);
    }
    const { units, whole } = forgetPaths(request, aside, runtime);
    if (whole !== null)
        throw new Error(`it cannot be judged: ${whole}`);
    const runs = moveRulesOf(request, aside, runtime);
    for (const line of rebuiltLines([...units, ...runs]))
        runtime.voice.info(line);
    const isMarked = isCounted && (await mark(place, aside, runtime));
    return { ...record, unused: isMarked ? (0,unused_units/* withoutUnits */.Kz)(origin.unused, gone) : null };
}
/** Marks the units, unless the job before has done that and nobody has read them since. */
async function mark(place, aside, { voice }) {
    try {
        return keepsAccessTimes(aside) && (looksMarked(place) || (await markUnits(place)));
    }
    catch (error) {
        const why = (0,guard_error/* messageOf */.bD)(error);
        voice.warning(`Which units this build uses will not be known (${why}); none goes for it.`);
        return false;
    }
}
function forgetPaths(request, aside, { environment }) {
    const { place } = request;
    const moved = movedTargetOf(request, environment);
    const judged = request.judged ?? (moved === null ? null : judgeMovedUnits({ ...moved, place }));
    return judged === null ? { units: [], whole: null } : forgetJudged(place, judged, aside);
}
/** Also where a former path leads here: make does not follow links. */
function moveRulesOf({ root, lease, settings, place, formerTargets, linked }, aside, { voice }) {
    const paths = (0,slots/* pathsOf */.wG)(root, lease.slot);
    const target = settings.constantPaths.target ?? paths[0] ?? '';
    const aliases = paths.filter((path) => path !== target);
    // Where it has two names, one of each former place would have to be told from the other.
    const former = aliases.length === 0 ? [...formerTargets, ...linked] : [];
    const { moved, forgotten } = moveRules({ place, target, aliases, former }, aside);
    if (moved.length > 0) {
        voice.info(`what ${moved.length} build script(s) left for make names the present path now`);
    }
    return forgotten.map((unit) => ({ unit, why: 'it left a former path for make' }));
}
/** From where a seed comes to its slot; null where all of its paths mean the same there. */
function movedTargetOf({ root, lease, settings, origin, formerTargets, linked, }, environment) {
    const workspace = environment['GITHUB_WORKSPACE'] ?? '';
    const here = new Set(['', workspace, realPathOf(workspace)]);
    const former = new Set([origin.workspace, origin.realWorkspace ?? '']);
    const formerWorkspaces = [...former].filter((path) => !here.has(path));
    if (formerTargets.length === 0 && formerWorkspaces.length === 0)
        return null;
    const [target = '', ...aliases] = (0,slots/* pathsOf */.wG)(root, lease.slot);
    const constant = settings.constantPaths.target;
    return {
        target,
        aliases: [...linked, ...aliases, ...(constant === null ? [] : [constant])],
        formerTargets,
        formerWorkspaces,
    };
}

;// CONCATENATED MODULE: ./lib/host/toolchain-choice.js




/**
 * A digest of all that rustup chooses a toolchain by in a directory, and of those that are installed: for
 * as long as it is the same, `rustc -vV` says the same there. To compute it takes less than a tenth of
 * the time in which rustc answers.
 *
 * After https://rust-lang.github.io/rustup/overrides.html and environment-variables.html.
 *
 * @returns null where that cannot be told: rustc is not rustup’s, or a toolchain lies elsewhere
 */
function digestChoice(directory, environment) {
    try {
        const proxy = findProxy(environment);
        const home = environment['RUSTUP_HOME'] ?? (0,external_node_path_.join)(environment['HOME'] ?? '', '.rustup');
        if (proxy === null || !(0,external_node_path_.isAbsolute)(home))
            return null;
        if (environment['RUSTUP_TOOLCHAIN']?.includes('/') === true)
            return null;
        const physical = (0,external_node_fs_.realpathSync)(directory);
        const settings = [(0,external_node_path_.join)(home, 'settings.toml'), '/etc/rustup/settings.toml'].map(toolchain_choice_textOf);
        if (settings.some((text) => LIES_ELSEWHERE.test(text ?? '')))
            return null;
        // Only for these does it matter which directory it is.
        const place = settings.some((text) => OVERRIDES.test(text ?? '')) ? physical : '';
        const facts = [proxy, variablesIn(environment), place, settings, filesAbove(physical)];
        return (0,naming/* sha256 */.sc)(JSON.stringify([...facts, installedIn((0,external_node_path_.join)(home, 'toolchains'))]));
    }
    catch {
        return null;
    }
}
const OVERRIDES = /^\s*\[overrides\]\s*\n\s*[^\s[]/m;
/** A toolchain by its path. */
const LIES_ELSEWHERE = /=\s*["']\//;
/** Which program `rustc` is, where that is rustup; null where it is another one. */
function findProxy({ PATH = '' }) {
    for (const folder of PATH.split(':')) {
        // Another one in each directory.
        if (!(0,external_node_path_.isAbsolute)(folder))
            return null;
        const found = (0,external_node_fs_.statSync)((0,external_node_path_.join)(folder, 'rustc'), { throwIfNoEntry: false });
        if (found?.isFile() !== true)
            continue;
        const rustup = (0,external_node_fs_.statSync)((0,external_node_path_.join)(folder, 'rustup'), { throwIfNoEntry: false });
        const isOne = rustup?.ino === found.ino && rustup.dev === found.dev;
        return isOne ? toolchain_choice_stampOf((0,external_node_path_.join)(folder, 'rustup')) : null;
    }
    return null;
}
function variablesIn(environment) {
    const names = Object.keys(environment).filter((name) => /^(RUSTUP|LD)_/.test(name));
    return names.toSorted().map((name) => [name, environment[name]]);
}
/** What toolchain files say in a directory and above it, the nearest first. */
function filesAbove(directory) {
    const texts = ['rust-toolchain', 'rust-toolchain.toml'].map((name) => toolchain_choice_textOf((0,external_node_path_.join)(directory, name)));
    if (texts.some((text) => /^\s*path\s*=/m.test(text ?? '')))
        throw new Error('it lies elsewhere');
    const parent = (0,external_node_path_.dirname)(directory);
    return parent === directory ? texts : [...texts, ...filesAbove(parent)];
}
/** The toolchains and their compilers: an update puts another one there. */
function installedIn(folder) {
    const own = `${(0,external_node_fs_.realpathSync)(folder)}/`;
    return (0,external_node_fs_.readdirSync)(folder)
        .toSorted((a, b) => (a < b ? -1 : 1))
        .map((name) => {
        // One that somebody builds himself may change without its rustc.
        if (!(0,external_node_fs_.realpathSync)((0,external_node_path_.join)(folder, name)).startsWith(own))
            throw new Error('it lies elsewhere');
        return `${name} ${toolchain_choice_stampOf((0,external_node_path_.join)(folder, name, 'bin/rustc'))}`;
    });
}
/** What changes whenever a file does; '' where there is none. */
function toolchain_choice_stampOf(path) {
    const stat = (0,external_node_fs_.statSync)(path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined
        ? ''
        : [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
}
/** Null where there is no such file; one behind a link is not followed by this reader, and so not known. */
function toolchain_choice_textOf(path) {
    const text = (0,small_file/* readSmallFile */.EW)(path);
    if (text !== null && typeof text !== 'string')
        throw new Error(text.problem);
    return text;
}

;// CONCATENATED MODULE: ./lib/host/toolchain.js

/** As long as rustup may take to install a toolchain: it is never ended in the middle of that. */
const toolchain_WAIT_MS = 5 * 60_000;
/**
 * `rustc -vV` as it is in a directory, whose rust-toolchain.toml may choose one; null where there is
 * no rustc that answers: the build may happen in a container, or install its toolchain first.
 *
 * Rustup’s rustc would install a toolchain that is not there, and one that is killed meanwhile leaves
 * half of it, with which no build works: newer ones (1.28) are told not to, older ones are waited for.
 */
async function readToolchain(directory) {
    return new Promise((answered) => {
        const child = (0,external_node_child_process_.spawn)('rustc', ['-vV'], {
            ...(directory === null ? {} : { cwd: directory }),
            env: { ...process.env, RUSTUP_AUTO_INSTALL: '0' },
            // What rustup says meanwhile must always find a reader.
            stdio: ['ignore', 'pipe', 'ignore'],
        });
        const timer = setTimeout(() => {
            child.unref();
            child.stdout.destroy();
            answered(null);
        }, toolchain_WAIT_MS);
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (part) => {
            said += part;
        });
        const end = (code) => {
            clearTimeout(timer);
            answered(code === 0 ? said.trim() : null);
        };
        child.on('error', () => end(null)).on('close', end);
    });
}

;// CONCATENATED MODULE: ./lib/steps/ask-toolchain.js



/** What a record holds of it. */
function askedOf({ toolchain, choice }) {
    return (0,build_record/* askedIn */.UB)({ asked: toolchain, choice });
}
/**
 * Which toolchain this is: what rustc said when one of the builds on offer was seeded, where all that
 * chooses it is the same; else rustc is asked. An error here costs warmth alone, for Cargo asks itself.
 */
async function askToolchain({ workspace }, fit, environment) {
    const choice = workspace === null ? null : digestChoice(workspace, environment);
    const known = fit.find((each) => choice !== null && each.choice === choice);
    return { toolchain: known?.asked ?? (await readToolchain(workspace)), choice };
}

// EXTERNAL MODULE: ./lib/host/former-paths.js
var former_paths = __nccwpck_require__(4512);
;// CONCATENATED MODULE: ./lib/steps/drop-seed.js


/**
 * Forgets a seed that may not be built in, and has not come into its slot. What cannot be removed now
 * is no harm, and goes with the slot.
 */
function dropSeed(root, lease, { former }) {
    for (const each of former)
        (0,former_paths/* removeFormerPath */.TQ)(root, each, lease.slot);
    (0,lease_companions/* dropSeedRecords */.NA)(root, lease.id);
}

;// CONCATENATED MODULE: ./lib/plan/uplifted-program.js

/**
 * Programs as people find them: Cargo gives what the linker wrote to `deps` or `examples` a second name
 * without a hash. Paths are relative to the target directory.
 */
/**
 * Whether all that was written into are programs that people find, by either name: people may write into
 * these. A test’s program has no such name.
 *
 * @param record what was shared
 * @param written paths of what was written into, among that
 */
function arePrograms(record, written) {
    const inodes = new Map(record.map(({ path, inode }) => [path, inode]));
    const found = record.filter(({ path }) => isUplifted(path));
    const programs = new Set(found.map(({ inode }) => inode));
    return written.every((path) => programs.has(inodes.get(path)));
}
function isUplifted(path) {
    return treatmentOf(path, 'file', { skipIncremental: true }) === 'uplifted';
}
/** What Cargo writes when it has finished a program: `<profile>/.fingerprint/<package>-<id>/bin-<name>`. */
const FINISHED = /^(?<profile>.+?)\/(?:\.fingerprint\/[^/]+-|build\/[^/]+\/)(?<id>[0-9a-f]{16})(?:\/fingerprint)?\/(?:bin|example)-[^/.]+$/;
/** Where the linker writes one: `<profile>/deps/<name>-<id>`, with the id of the same unit. */
const LINKED = /^(?<profile>.+)\/(?:deps|examples)\/[^/]+-(?<id>[0-9a-f]{16})$/;
/**
 * The unit that is finished by a file, as `unitOf` calls it; null where the file is another one. Several
 * may have one name: `cargo check` finishes units of programs, too.
 */
function finishedBy(path) {
    return named(FINISHED.exec(path));
}
/** The unit of which a program is, by the path at which it was linked; null where that is another one. */
function uplifted_program_unitOf(path) {
    return named(LINKED.exec(path));
}
function named(match) {
    const { profile, id } = match?.groups ?? {};
    return profile === undefined || id === undefined ? null : `${profile} ${id}`;
}

;// CONCATENATED MODULE: ./lib/host/hybrid-mark.js



/** Notes that a build wrote into its source through a clone; a person who has read one may remove it. */
const hybrid_mark_NAMES = { all: 'hybrid-off.json', programs: 'programs-off.json' };
/** Why no clone of this root may share files by hard link; null where they may. */
function hybridRefusal(root, what = 'all') {
    const text = (0,small_file/* readSmallFile */.EW)((0,host_root/* controlPath */.XL)(root, hybrid_mark_NAMES[what]));
    if (text === null)
        return null;
    // Whatever is written there, it was put there for a reason.
    return `a build wrote into a file that it shared: ${(0,host_root/* controlName */.Fu)(root, hybrid_mark_NAMES[what])} says which`;
}
/**
 * Takes the hybrid out of use for good, for programs alone if nothing else was written into: people write
 * into these (`strip`), and no linker has to be at fault. The first note stays: both sides find the same,
 * and what was shared before it may be written into later.
 *
 * @returns what is out of use by this
 */
function takeHybridOut(root, source, { written, record }) {
    const what = arePrograms(record, written) ? 'programs' : 'all';
    if (hybridRefusal(root, what) !== null)
        return what;
    const note = { source, written: written.slice(0, 100), since: new Date().toISOString() };
    (0,small_file/* replaceFile */.fR)((0,host_root/* controlPath */.XL)(root, hybrid_mark_NAMES[what]), `${JSON.stringify(note, null, 2)}\n`);
    return what;
}

;// CONCATENATED MODULE: ./lib/steps/give-up-hybrid.js



/** Why what has a damaged record is no seed. */
const give_up_hybrid_SHARED_UNKNOWN = 'what it shares with others is not known any more';
/**
 * Somebody wrote through a link: the source is no longer what was built, and no other of the kind will be
 * shared.
 *
 * @returns why it is no seed, in words
 */
function giveUpHybrid(root, { label, place, ...into }, { voice }) {
    const shared = takeHybridOut(root, label, into) === 'programs' ? 'programs' : 'files';
    if ('lease' in place)
        (0,leases/* spoilEnd */.Dg)(root, place.lease);
    else
        (0,host_snapshots/* evict */.YO)(root, place);
    const why = give_up_hybrid_wroteInto(into.written);
    voice.warning(`${why}. That is no seed any more, and clones of this root share no ${shared} by hard link any more.`);
    return why;
}
function give_up_hybrid_wroteInto(written) {
    return `a build wrote into ${written[0] ?? ''}, which others share`;
}

;// CONCATENATED MODULE: ./lib/steps/look-until-left.js


/** Why nobody may take what is in a slot, in words: who is in it, or who may be; null where nobody is. */
function whyOccupied(occupancy) {
    if (occupancy === undefined)
        return 'nobody could look into it';
    const [living] = occupancy.inhabitants;
    return living === undefined ? (occupancy.unknown[0] ?? null) : `it is in use: ${living.what}`;
}
/** How often, and after how long, somebody who is in a slot may have left it. */
const LOOKS = 4;
const LOOK_AGAIN_MS = 250;
/**
 * Who lives in a slot whose job has ended; looked for again as long as somebody does, for a second:
 * the reaper, or a keeper that has only just been started, measures it for a moment.
 *
 * @param place slot relative to the root, and the container that its job ran in
 * @returns undefined where nobody could look into it
 */
async function lookUntilLeft(root, place, self, { environment }) {
    const look = async () => (await (0,observe/* lookInto */.OW)(root, [place], self, environment)).get(place.slot);
    let occupancy = await look();
    for (let again = 0; again < LOOKS && (occupancy?.inhabitants.length ?? 0) > 0; again += 1) {
        await (0,promises_.setTimeout)(LOOK_AGAIN_MS);
        occupancy = await look();
    }
    return occupancy;
}

;// CONCATENATED MODULE: ./lib/host/entries.js




/** A path in bytes: `base` and, below it, a path whose characters are bytes. */
function inTree(base, path) {
    // Nearly every name is ASCII, and node takes a string in half the time.
    if (Buffer.byteLength(path) === path.length)
        return `${base}/${path}`;
    return Buffer.concat([Buffer.from(`${base}/`), Buffer.from(path, 'latin1')]);
}
/**
 * Everything in a tree, each directory before what is in it. What stays behind is named, and not
 * looked into.
 *
 * @throws Error at a limit; as readdirSync and lstatSync do
 */
function listEntries(base, limits) {
    const top = (0,external_node_fs_.lstatSync)(inTree(base, ''), { bigint: true });
    const entries = [{ path: '', kind: 'directory', treatment: 'copied', stat: top }];
    // It grows while it is walked: each directory adds what is in it.
    for (const { path, kind, treatment } of entries) {
        if (kind !== 'directory' || treatment !== 'copied')
            continue;
        if (external_node_perf_hooks_.performance.now() > limits.deadline)
            throw new Error('it took too long to list it');
        const prefix = path === '' ? '' : `${path}/`;
        const names = (0,external_node_fs_.readdirSync)(inTree(base, path), { encoding: 'latin1' });
        const around = { ...limits, isInTarget: isTargetWith(names) };
        for (const name of names)
            entries.push(entryAt(base, prefix + name, around));
        if (entries.length > limits.entries) {
            throw new Error(`it has more than ${limits.entries} files`);
        }
    }
    return entries;
}
function entryAt(base, path, around) {
    const stat = (0,external_node_fs_.lstatSync)(inTree(base, path), { bigint: true });
    const kind = entries_kindOf(stat);
    return { path, kind, treatment: treatmentOf(path, kind, around), stat };
}
function entries_kindOf(stat) {
    if (stat.isFile())
        return 'file';
    if (stat.isDirectory())
        return 'directory';
    return stat.isSymbolicLink() ? 'link' : 'special';
}
/**
 * The first entry that is not what it was; null where all are. A link that was made or removed
 * elsewhere changes the ctime of a file, as other clones of the same source do all the time; in a
 * directory it cannot be changed without a trace.
 */
function findChanged(base, entries, deadline) {
    for (const entry of entries) {
        if (external_node_perf_hooks_.performance.now() > deadline)
            throw new Error('it took too long to look at it again');
        // What stays behind may go on changing: another cargo may take its lock.
        if (entry.treatment !== 'left out' && !isAsBefore(base, entry))
            return entry.path;
    }
    return null;
}
function isAsBefore(base, { path, stat: before }) {
    try {
        const now = (0,external_node_fs_.lstatSync)(inTree(base, path), { bigint: true });
        const isSame = now.ino === before.ino &&
            now.dev === before.dev &&
            now.mode === before.mode &&
            now.size === before.size &&
            now.mtimeNs === before.mtimeNs;
        // Names come and go elsewhere, also as many as were there before.
        const isRelinked = now.isFile() && (now.nlink !== before.nlink || now.nlink > 1n);
        return isSame && (now.ctimeNs === before.ctimeNs || isRelinked);
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return false;
        throw error;
    }
}
/** A path for another program’s words, or for people; throws where its bytes are no text. */
function entries_textOf(path) {
    const bytes = Buffer.from(path, 'latin1');
    const text = bytes.toString('utf8');
    if (!Buffer.from(text).equals(bytes))
        throw new Error('a name in it is not UTF-8');
    return text;
}

;// CONCATENATED MODULE: ./lib/host/linker-note.js


/** Larger tables than this are not read: rustc makes tens of sections for each unit of code. */
const LARGEST = 4 * 1024 * 1024;
const NOTE_AT_MOST = 16 * 1024;
const linker_note_HEADER = 64;
const SECTION = 64;
/**
 * The section `.comment` of an ELF file (64 bits, little-endian), in which linkers and compilers leave
 * their names; null where it has none or is something else.
 *
 * @throws as openSync does, but for a file that is gone or may not be read
 */
function readLinkerNote(path) {
    let file;
    try {
        file = (0,external_node_fs_.openSync)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK);
    }
    catch (error) {
        if (['ENOENT', 'EACCES', 'ELOOP', 'ENXIO'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return null;
        throw error;
    }
    try {
        return noteIn(file);
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
function noteIn(file) {
    const header = linker_note_read(file, 0, linker_note_HEADER);
    if (header === null || header.toString('latin1', 0, 6) !== '\u007FELF\u0002\u0001')
        return null;
    const count = header.readUInt16LE(60);
    const table = linker_note_read(file, Number(header.readBigUInt64LE(40)), count * SECTION);
    if (header.readUInt16LE(58) !== SECTION || table === null)
        return null;
    const sections = Array.from({ length: count }, (_, index) => {
        const at = index * SECTION;
        return {
            name: table.readUInt32LE(at),
            offset: Number(table.readBigUInt64LE(at + 24)),
            size: Number(table.readBigUInt64LE(at + 32)),
        };
    });
    const names = sections[header.readUInt16LE(62)];
    const texts = names === undefined ? null : linker_note_read(file, names.offset, names.size);
    const comment = texts === null ? -1 : texts.indexOf('\0.comment\0');
    const section = sections.find((each) => each.name === comment + 1);
    if (comment === -1 || section === undefined || section.size > NOTE_AT_MOST)
        return null;
    return linker_note_read(file, section.offset, section.size)?.toString('latin1').replaceAll('\0', '\n') ?? null;
}
/** So many bytes, or null where the file has not got them. */
function linker_note_read(file, position, size) {
    if (size <= 0 || size > LARGEST || !Number.isSafeInteger(position))
        return null;
    const buffer = Buffer.alloc(size);
    return (0,external_node_fs_.readSync)(file, buffer, 0, size, position) === size ? buffer : null;
}

;// CONCATENATED MODULE: ./lib/host/clone-recipe.js





/** Setuid and setgid, as in st_mode. */
const PRIVILEGES = 3072n;
/** Sorts a tree’s entries; of the files it only reads what linkers left in those that they wrote. */
function recipeFor(base, entries, { way, sharesPrograms }) {
    const linked = way === 'hybrid' ? findLinkable(base, entries, sharesPrograms) : [];
    const isLinked = new Set(linked.map((each) => each.path));
    const apart = entries.filter(({ path, treatment }) => treatment !== 'copied' || isLinked.has(path));
    const kept = entries.filter(({ treatment }) => treatment !== 'left out');
    const open = new Set(['', ...apart.filter((each) => mustStandOut(each, isLinked)).flatMap(above)]);
    const copied = kept.filter((each) => open.has(clone_recipe_folderOf(each.path)) && !isLinked.has(each.path) && !isMade(each, open));
    const isCopied = new Set(copied.map(({ path }) => path));
    const copiedFiles = kept.filter(({ kind, path }) => kind === 'file' && !isLinked.has(path));
    return {
        made: kept.filter((each) => each.kind === 'directory' && isMade(each, open)),
        linked,
        copied,
        tied: new Set(copiedFiles
            .filter(({ stat }) => stat.nlink > 1n)
            .flatMap((each) => [each.path, ...above(each)].filter((path) => isCopied.has(path)))),
        privileged: copiedFiles.filter(({ stat }) => (stat.mode & PRIVILEGES) !== 0n),
        copiedBytes: allocated(copiedFiles),
        linkedBytes: allocated(linked),
    };
}
/** cp takes whole directories, unless something in them does not simply come along. */
function mustStandOut({ path, treatment }, isLinked) {
    return treatment === 'left out' || treatment === 'emptied' || isLinked.has(path);
}
function isMade({ path, kind, treatment }, open) {
    return kind === 'directory' && (open.has(path) || treatment === 'emptied');
}
/** The directories above an entry, as paths in the tree. */
function above({ path }) {
    const folder = clone_recipe_folderOf(path);
    return folder === '' ? [] : [folder, ...above({ path: folder })];
}
/** '' for what lies at the top. */
function clone_recipe_folderOf(path) {
    return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
/** Files whose every name in this tree may be shared. */
function findLinkable(base, entries, sharesPrograms) {
    const files = entries.filter(({ kind, stat }) => kind === 'file' && stat.size > 0n);
    const asBuilt = new Set(sharesPrograms ? findAsBuilt(entries, files).map(inodeOf) : []);
    const isShareable = (each) => each.treatment === 'uplifted' ? asBuilt.has(inodeOf(each)) : mayShare(base, each);
    const unshared = new Set([
        ...files.filter((each) => !isShareable(each)).map(inodeOf),
        ...entries.filter(isIncremental).flatMap(({ path }) => metadataIn(base, path)),
    ]);
    return files.filter((each) => !unshared.has(inodeOf(each)));
}
/**
 * Programs that people find, as Cargo left them when it had finished them. One that somebody wrote into
 * later is written into by the next job like this one, too: `strip` and its like write into all its names.
 */
function findAsBuilt(entries, files) {
    const finished = new Map();
    for (const { path, stat } of entries) {
        const unit = finishedBy(path);
        if (unit !== null)
            finished.set(unit, stat.mtimeNs);
    }
    const linked = files.filter(({ treatment }) => treatment === 'relinked');
    const units = new Map(linked.map((each) => [inodeOf(each), uplifted_program_unitOf(each.path) ?? '']));
    return files.filter((each) => each.treatment === 'uplifted' &&
        each.stat.mtimeNs <= (finished.get(units.get(inodeOf(each)) ?? '') ?? -1n));
}
/** What a clone leaves behind has names of files, too. */
function isIncremental({ path, treatment }) {
    return treatment === 'left out' && path.endsWith('/incremental');
}
/**
 * Metadata that incremental compilation has a name for, by inode: where it would be the same, rustc
 * keeps the file, and for `cargo check` Cargo then gives that another time.
 */
function metadataIn(base, incremental) {
    const sessions = foldersIn(base, incremental).flatMap((crate) => foldersIn(base, crate));
    return sessions.flatMap((session) => {
        const path = inTree(base, `${session}/metadata.rmeta`);
        const stat = (0,external_node_fs_.lstatSync)(path, { bigint: true, throwIfNoEntry: false });
        return stat === undefined ? [] : [stat.ino];
    });
}
function foldersIn(base, path) {
    return (0,external_node_fs_.readdirSync)(inTree(base, path), { encoding: 'latin1', withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${path}/${name}`);
}
function mayShare(base, { path, treatment, stat }) {
    if ((stat.mode & PRIVILEGES) !== 0n)
        return false;
    if (treatment === 'relinked')
        return replacesOutput(readLinkerNote(inTree(base, path)));
    return treatment === 'replaced';
}
function inodeOf({ stat }) {
    return stat.ino;
}
const BLOCK = 512;
function allocated(files) {
    const byInode = new Map(files.map((each) => [inodeOf(each), each.stat.blocks]));
    return [...byInode.values()].reduce((sum, blocks) => sum + Number(blocks) * BLOCK, 0);
}

;// CONCATENATED MODULE: ./lib/host/copies.js






/** Copies entries with cp, several at once; a second name of the same file becomes one again. */
async function copy(passage, entries, tied, way) {
    const firsts = new Map();
    const others = [];
    const batches = new Map();
    const laneOf = lanes(entries, way);
    for (const entry of entries) {
        const { path, kind, stat } = entry;
        const first = firsts.get(inodeOf(entry));
        if (first !== undefined)
            others.push([first, path]);
        else {
            if (kind === 'file' && stat.nlink > 1n)
                firsts.set(inodeOf(entry), path);
            const folder = clone_recipe_folderOf(path);
            const key = `${tied.has(path)} ${laneOf(entry)} ${folder}`;
            const batch = batches.get(key) ?? { folder, names: [] };
            batches.set(key, batch);
            batch.names.push(path.slice(folder === '' ? 0 : folder.length + 1));
        }
    }
    await inTurns([...batches.values()], async (batch) => copyNames(passage, batch, way));
    const { destination } = passage;
    for (const [first, other] of others) {
        (0,external_node_fs_.linkSync)(inTree(destination, first), inTree(destination, other));
    }
}
/**
 * Shares large files that are copied byte by byte out among two, each about as much: one cp does not keep
 * a disk and two cores busy. Sharing blocks is the same work for two as for one. A file that may have
 * another name in a directory that is copied as a whole goes with that.
 */
function lanes(entries, way) {
    const names = new Map();
    for (const entry of entries) {
        const inode = inodeOf(entry);
        if (entry.kind === 'file')
            names.set(inode, (names.get(inode) ?? 0n) + 1n);
    }
    const loads = [0n, 0n];
    return (entry) => {
        const { kind, stat } = entry;
        if (way === 'reflink' || kind !== 'file' || stat.size < LARGE)
            return 0;
        if (names.get(inodeOf(entry)) !== stat.nlink)
            return 0;
        const lane = loads[0] <= loads[1] ? 0 : 1;
        loads[lane] += stat.size;
        return lane;
    };
}
/** Another process takes longer to start than less takes to copy. */
const LARGE = 4000000n;
/** All, mostly: what is started later waits until this process has a moment. */
const copies_AT_ONCE = 8;
/** Works through batches, some at once; throws the first error, when all have ended. */
async function inTurns(batches, work) {
    const left = batches.values();
    let hasFailed = false;
    const turns = Array.from({ length: copies_AT_ONCE }, async () => {
        for (const batch of left) {
            if (hasFailed)
                return;
            try {
                await work(batch);
            }
            catch (error) {
                hasFailed = true;
                throw error;
            }
        }
    });
    const failed = (await Promise.allSettled(turns)).find((each) => each.status === 'rejected');
    if (failed !== undefined)
        throw failed.reason;
}
/** Only root can give files to their owners. */
const isRoot = () => process.geteuid?.() === 0;
// The names go by xargs: they need not be UTF-8, and there may be more than one command line holds.
async function copyNames({ base, destination, deadline }, { folder, names }, way) {
    const inside = entries_textOf(folder);
    const preserved = `--preserve=mode,timestamps,links${isRoot() ? ',ownership' : ''}`;
    const reflink = `--reflink=${way === 'reflink' ? 'always' : 'auto'}`;
    const words = ['-RPx', preserved, reflink, '-t', `${destination}/${inside}`, '--'];
    try {
        await (0,program/* runProgram */.mB)('xargs', ['-0', '-r', 'cp', ...words], {
            cwd: `${base}/${inside}`,
            input: Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1'),
            waitMs: deadline - external_node_perf_hooks_.performance.now(),
        });
    }
    catch (error) {
        if (!(0,program/* isUnknownOption */.eo)((0,guard_error/* messageOf */.bD)(error)))
            throw error;
        throw new Error(NO_COREUTILS, { cause: error });
    }
}
const NO_COREUTILS = 'this cp, perhaps busybox’s, keeps neither links nor times: install coreutils, or nothing is cloned';

;// CONCATENATED MODULE: ./lib/host/linked-files.js




function asLinkedFile(path, stat) {
    return { path, ...facts(stat) };
}
/** A file as it is now; null where it is gone, or no longer a file. */
function seeLinked(source, path) {
    try {
        const stat = (0,external_node_fs_.lstatSync)(inTree(source, path), { bigint: true });
        return stat.isFile() ? facts(stat) : null;
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return null;
        throw error;
    }
}
function facts(stat) {
    return {
        inode: String(stat.ino),
        // Where the kernel does not tell, node gives nothing, or the ctime.
        bornNs: [0n, stat.ctimeNs].includes(stat.birthtimeNs) ? '' : String(stat.birthtimeNs),
        size: Number(stat.size),
        mode: Number(stat.mode),
        mtimeNs: String(stat.mtimeNs),
    };
}
/** Looks at what a target directory shares, one lstat a file: to be done before each use of it. */
function linked_files_lookAtShared(source, record) {
    const now = { same: [], written: [], others: [] };
    for (const each of record) {
        const fate = (0,linked_file/* fateOf */._L)(each, seeLinked(source, each.path));
        if (fate === 'same')
            now.same.push(each);
        else
            now[fate === 'written' ? 'written' : 'others'].push(each.path);
    }
    return now;
}

// EXTERNAL MODULE: ./lib/host/rm.js
var rm = __nccwpck_require__(3153);
;// CONCATENATED MODULE: ./lib/host/clone.js












/** A target directory of 100 GB has some hundred thousand. */
const clone_ENTRIES_AT_MOST = 1_000_000;
/** Why there is no clone; nothing was left, or `remains` says where. */
class CloneError extends Error {
    name = 'CloneError';
    remains;
    /** whether something failed; else the source is of a kind, or in a state, that is not cloned */
    isFault;
    constructor(message, remains, cause) {
        super(message, { cause });
        this.remains = remains;
        this.isFault = !(cause instanceof Refusal);
    }
}
class Refusal extends Error {
}
/**
 * Clones a target directory: all of it, as it was at one moment, or nothing. Times are exact; modes
 * are kept but for setuid and setgid of files; links are copied as links; FIFOs, sockets and devices
 * stay behind. As root, everything belongs to whom it belongs in the source.
 *
 * Whatever ends this process leaves the destination alone to be removed.
 *
 * @throws CloneError
 */
async function cloneTree(order) {
    const deadline = external_node_perf_hooks_.performance.now() + order.waitMs;
    let source = null;
    let isMade = false;
    try {
        source = (0,host_folders/* openFolder */.NE)(order.source);
        const base = `/proc/self/fd/${source}`;
        const { entries, recipe } = clone_look(base, order, deadline);
        (0,external_node_fs_.mkdirSync)(order.destination, 0o700);
        isMade = true;
        const passage = { base, destination: order.destination, deadline };
        const linked = await fill(passage, recipe, order);
        await besides(finish(passage, recipe.made), () => {
            const changed = findChanged(base, entries, deadline);
            if (changed !== null)
                throw new Refusal(`it changed meanwhile: ${shown(changed)}`);
        });
        const { copiedBytes, linkedBytes } = recipe;
        return { entries: entries.length, copiedBytes, linkedBytes, linked };
    }
    catch (error) {
        const remains = isMade ? await remove(order.destination) : null;
        throw new CloneError((0,guard_error/* messageOf */.bD)(error), remains, error);
    }
    finally {
        if (source !== null)
            (0,external_node_fs_.closeSync)(source);
    }
}
function clone_look(base, order, deadline) {
    const { way, skipIncremental, copyAtMostBytes, entriesAtMost = clone_ENTRIES_AT_MOST } = order;
    // A bind mount of the same file system has its device number: only the mount table knows it.
    const mounted = (0,host_mounts/* mountsWithin */.ec)((0,external_node_fs_.realpathSync)(base), (0,host_mounts/* readMounts */.bq)());
    if (mounted.length > 0)
        throw new Refusal(`something is mounted in it: ${mounted.join(', ')}`);
    const entries = listEntries(base, { skipIncremental, deadline, entries: entriesAtMost });
    const recipe = recipeFor(base, entries, order);
    if (copyAtMostBytes !== null && way !== 'reflink' && recipe.copiedBytes > copyAtMostBytes) {
        throw new Refusal(`${recipe.copiedBytes} bytes to copy, more than ${copyAtMostBytes}`);
    }
    return { entries, recipe };
}
async function fill(passage, recipe, { way, meanwhile }) {
    const { base, destination } = passage;
    for (const { path } of recipe.made.slice(1))
        (0,external_node_fs_.mkdirSync)(inTree(destination, path), 0o700);
    const copies = copy(passage, recipe.copied, recipe.tied, way);
    const refused = [];
    const linked = await besides(copies, () => {
        const shared = [];
        for (const entry of recipe.linked)
            (clone_link(passage, entry) ? shared : refused).push(entry);
        const confirmedOnes = shared.map((entry) => confirmed(base, entry));
        meanwhile?.(`${base}/.`);
        return confirmedOnes;
    });
    await copy(passage, refused, new Set(), way);
    for (const entry of recipe.privileged)
        dropPrivileges(inTree(destination, entry.path));
    return linked;
}
/** Does something while others work, and waits for them in any case: nothing may be at it afterwards. */
async function besides(others, work) {
    try {
        const value = work();
        await others;
        return value;
    }
    catch (error) {
        await Promise.allSettled([others]);
        throw error;
    }
}
/** A path for people, whatever its bytes. */
function shown(path) {
    return Buffer.from(path, 'latin1').toString('utf8');
}
/** Whether the file got its second name; false where the kernel lets this user not do that. */
function clone_link({ base, destination }, { path }) {
    try {
        (0,external_node_fs_.linkSync)(inTree(base, path), inTree(destination, path));
        return true;
    }
    catch (error) {
        if (['EPERM', 'EACCES', 'EMLINK'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return false;
        throw error;
    }
}
/** What was linked, once it has all its names; throws where it is not what was seen before. */
function confirmed(base, { path, stat }) {
    const linked = asLinkedFile(path, stat);
    if ((0,linked_file/* isWritten */.QH)(linked, seeLinked(base, path))) {
        throw new Refusal(`it changed meanwhile: ${shown(path)}`);
    }
    return linked;
}
/** open(2) flag that node does not name: a descriptor on something that may not be read. */
const clone_O_PATH = 0o10_000_000;
function dropPrivileges(path) {
    const file = (0,external_node_fs_.openSync)(path, clone_O_PATH | external_node_fs_.constants.O_NOFOLLOW);
    try {
        const mode = BigInt((0,external_node_fs_.fstatSync)(file).mode);
        (0,external_node_fs_.chmodSync)(`/proc/self/fd/${file}`, Number(mode & 4095n & ~PRIVILEGES));
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
/** Node sets times as a double, which has no room for nanoseconds; touch takes them all. */
const TOUCH = ['touch', '-c', '-m', '-d'];
/** Gives the directories that were made here the owner, mode and time of their originals. */
async function finish({ destination, deadline }, made) {
    const words = [];
    for (const { path, stat } of made.toReversed()) {
        const folder = inTree(destination, path);
        if (isRoot())
            (0,external_node_fs_.chownSync)(folder, Number(stat.uid), Number(stat.gid));
        words.push(`@${inSeconds(stat.mtimeNs)}`, '--', `${destination}/${entries_textOf(path)}`);
    }
    // What belongs together stays so: a fixed number of words, and an end (-x) where these are too long.
    await (0,program/* runProgram */.mB)('xargs', ['-0', '-r', '-x', '-n', '3', ...TOUCH], {
        cwd: '/',
        input: Buffer.from(words.map((word) => `${word}\0`).join('')),
        waitMs: deadline - external_node_perf_hooks_.performance.now(),
    });
    for (const { path, stat } of made.toReversed()) {
        (0,external_node_fs_.chmodSync)(inTree(destination, path), Number(stat.mode & 2047n));
    }
}
/** Nanoseconds as seconds with nine decimals. */
function inSeconds(nanoseconds) {
    const digits = (nanoseconds < 0n ? -nanoseconds : nanoseconds).toString().padStart(10, '0');
    return `${nanoseconds < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
/** Removes what was made; its path where that fails. */
async function remove(path) {
    const removal = await (0,rm.rm)([path], []);
    return removal.kind === 'tried' && removal.why === '' ? null : path;
}

// EXTERNAL MODULE: ./lib/host/reflink.js
var reflink = __nccwpck_require__(4535);
;// CONCATENATED MODULE: ./lib/steps/disk-room.js


/** One that cannot be read has no room: nothing is copied to it. */
async function readDiskRoom(root, { floors, watermarks }) {
    const [reading] = (await (0,disk/* probeDisks */.N6)(root.path, [])).readings;
    if (reading === undefined)
        return { level: 'low', freeBytes: 0, room: 0 };
    const { level } = (0,pressure/* assess */.no)(reading, floors);
    return { level, freeBytes: reading.freeBytes, room: (0,pressure/* room */.eh)(reading, floors, watermarks) };
}

;// CONCATENATED MODULE: ./lib/steps/slot-owner.js

/**
 * Why the content of one directory may not become the content of another: it has to belong to the
 * same user, and this process has to be able to change it.
 *
 * @returns null where it may
 */
function ownerRefusal(source, slot) {
    const [from, to] = [source, slot].map((each) => (0,external_node_fs_.lstatSync)(each));
    if (from?.uid !== to?.uid || from?.gid !== to?.gid)
        return 'it belongs to another user';
    const user = process.geteuid?.();
    return user === 0 || user === to?.uid ? null : 'it belongs to another user than this step’s';
}

;// CONCATENATED MODULE: ./lib/steps/make-clone.js


















/** A clone takes seconds; one that takes longer is no gain. */
const make_clone_WAIT_MS = 120_000;
const GONE = 'it is gone';
/**
 * Does work with a snapshot while it is locked, if it is the one that was chosen.
 *
 * @returns what the work did, or in words why there was none
 */
async function withSnapshot({ root, lease, source }, work) {
    const locked = await (0,kernel_lock/* whileLocked */.ai)(source.folder, 'shared', async (folder) => {
        // Another one may lie at its path by now, and what is known of it is not true of that one.
        if ((0,host_snapshots/* idIn */.DG)(folder) !== source.id)
            return 'it was replaced meanwhile';
        const open = { folder, tree: (0,host_snapshots/* treeIn */.yt)(folder) };
        return ownerRefusal(open.tree, `${root.realPath}/${lease.slot}`) ?? work(open);
    });
    return 'refused' in locked ? locked.refused : locked.value;
}
/** What an error says of the source, in words, where that speaks against a clone; null of any other. */
function reasonIn(error) {
    if (error instanceof CloneError && !error.isFault)
        return (0,guard_error/* messageOf */.bD)(error);
    // Another job, or this one, has taken it; a pass may have.
    return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((0,guard_error/* errnoOf */.UQ)(error)) ? GONE : null;
}
/**
 * Looks at a source that is locked.
 *
 * @returns what a clone of it would be, in words why there is none, or that it is no source any more
 */
async function inspectSource(request, { folder, tree }, { environment }) {
    const { root, source, settings } = request;
    const isSnapshot = 'snapshot' in source.place;
    const known = isSnapshot ? (0,host_snapshots/* linkedIn */.v8)(folder) : (0,lease_companions/* readLinked */.c1)(root, source.id);
    const disk = await readDiskRoom(root, settings);
    const { way, why } = make_clone_choose(request, disk, known);
    if (way === null)
        return why;
    if (!isStillThere(request, folder))
        return GONE;
    const { same, written, others } = linked_files_lookAtShared(tree, known ?? []);
    if (written.length > 0) {
        const { id, label } = source;
        const place = 'snapshot' in source.place ? { name: source.place.snapshot, snapshot: { id } } : { lease: id };
        return { spoilt: { label, place, written, record: known ?? [] } };
    }
    // A slot may have been built in since it was handed down.
    if (isSnapshot && others[0] !== undefined)
        return `it has changed since: ${others[0]}`;
    const record = {
        version: 1,
        kind: way === 'copy' ? 'copy' : 'clone',
        source: source.id,
        ageHours: source.ageHours,
        generation: source.origin.generation + 1,
        former: [],
        environment: '',
        unused: null,
    };
    const formerTargets = source.former.flatMap((each) => (0,slots/* pathsOf */.wG)(root, each));
    const filled = { record, origin: source.origin, formerTargets, linked: [] };
    const making = {
        source: source.id,
        way,
        skipIncremental: !isIncrementalOfUse(request, way, environment),
        sharesPrograms: hybridRefusal(root, 'programs') === null,
        constantTarget: settings.constantPaths.target,
        moved: movedTargetOf({ ...request, ...filled }, environment),
    };
    return { filled, why, same, making, copyAtMostBytes: way === 'reflink' ? null : disk.room };
}
/** What tells one clone from another: two with the same text are alike. */
function makingText({ making }) {
    return JSON.stringify(making);
}
/**
 * Makes the clone.
 *
 * @throws CloneError
 */
async function makeClone({ making, copyAtMostBytes }, tree, destination) {
    const { way, skipIncremental, sharesPrograms, moved } = making;
    let judged = null;
    const { linked } = await cloneTree({
        source: tree,
        destination,
        way,
        skipIncremental,
        sharesPrograms,
        waitMs: make_clone_WAIT_MS,
        copyAtMostBytes,
        // What was read lately is in memory; of the clone, whose blocks are the same, nothing is.
        meanwhile: (opened) => {
            if (moved !== null)
                judged = judgeMovedUnits({ ...moved, place: opened });
        },
    });
    return { linked, judged };
}
/** Where blocks are shared even a part of it is worth more than the time it takes; to copy it is not. */
function isIncrementalOfUse({ settings: { constantPaths }, source }, way, environment) {
    const use = incrementalUse(source.origin, { constantPaths, environment });
    return use === 'all' || (use === 'some' && way === 'reflink');
}
/**
 * Whether a slot is what lies at its path, and still has its end: who deletes it where it lies takes
 * that away before. A snapshot stays whole for as long as it is locked.
 */
function isStillThere({ root, source }, folder) {
    if ('snapshot' in source.place)
        return true;
    const [open, there] = [(0,external_node_fs_.fstatSync)(folder), (0,external_node_fs_.lstatSync)(source.folder, { throwIfNoEntry: false })];
    const isThere = there?.ino === open.ino && there.dev === open.dev;
    return isThere && ((0,leases/* findLease */.G0)(root, source.id)?.end ?? null) !== null;
}
function make_clone_choose({ root, job, settings, source, place }, disk, known) {
    return chooseWay({
        wanted: settings.warm,
        // Tried where the seed will lie: what a killed process leaves of it goes with the rest.
        canReflink: (0,reflink/* canReflink */.U)((0,external_node_path_.dirname)(place)),
        hybridRefusal: known === null
            ? 'what is shared with others is not known any more'
            : (trustRefusal(job, source) ?? hybridRefusal(root)),
        level: disk.level,
        freeBytes: disk.freeBytes,
        keepFreeBytes: disk.freeBytes - disk.room,
        sourceBytes: source.bytes,
    });
}
/** Hard links are a way from one build into the other: to what is published none may lead from strangers. */
function trustRefusal(job, { trusted }) {
    return trusted && !job.trusted
        ? 'what cannot publish a snapshot (a pull request, another branch, a schedule) may not share files with what can'
        : null;
}

;// CONCATENATED MODULE: ./lib/steps/clone-seed.js












/**
 * Makes a clone of a build, which stays as it is, as the seed of a slot.
 *
 * @param ahead what was made of a snapshot while the checkout was; null for nothing
 * @returns why there is none, in words
 * @throws as the file system does: the slot stays empty, and what was made goes
 */
async function cloneSeed(request, ahead, runtime) {
    const { root, self, source, lease } = request;
    try {
        if ('snapshot' in source.place) {
            return await withSnapshot(request, async (open) => cloneLocked(request, ahead, open, runtime));
        }
        // Who may not take it may not even be able to open it.
        const refusal = ownerRefusal(source.folder, `${root.realPath}/${lease.slot}`);
        if (refusal !== null)
            return refusal;
        // As in inherit: who takes the slot over looks who is in it.
        const held = await (0,kernel_lock/* whileFileLocked */.iJ)((0,leases/* endedLeasePath */.MJ)(root, source.id), 'shared', async () => (0,kernel_lock/* whileLocked */.ai)(source.folder, 'shared', async (folder) => {
            const living = await findLiving(root, self, source, runtime);
            if (living !== null)
                return living;
            return cloneLocked(request, null, { folder, tree: (0,host_folders.at)(folder, '.') }, runtime);
        }));
        if ('refused' in held)
            return held.refused;
        return 'refused' in held.value ? held.value.refused : held.value.value;
    }
    catch (error) {
        const reason = reasonIn(error);
        if (reason === null)
            throw error;
        return reason;
    }
}
/** Who is in the source, in words; null where nobody is. */
async function findLiving(root, self, { place }, runtime) {
    if (!('slot' in place))
        return null;
    return whyOccupied(await lookUntilLeft(root, place, self, runtime));
}
async function cloneLocked(request, ahead, { folder, tree }, runtime) {
    const { root, lease, place, source } = request;
    const isSnapshot = 'snapshot' in source.place;
    const cloneable = await inspectSource(request, { folder, tree }, runtime);
    if (typeof cloneable === 'string')
        return cloneable;
    if ('spoilt' in cloneable)
        return giveUpHybrid(root, cloneable.spoilt, runtime);
    const { filled, same, making, why } = cloneable;
    const made = ahead === null ? null : takeAhead(ahead, cloneable, place);
    const { linked, judged } = made ?? (await makeClone(cloneable, tree, place));
    if (isSnapshot)
        tryToNoteUse(folder);
    try {
        // Before anything is built in the clone: nobody must find the two without this note then.
        if (linked.length > 0)
            noteShared(request, folder, same, linked);
        const inputs = isSnapshot ? (0,host_snapshots/* inputsIn */.RN)(folder) : (0,lease_companions/* readInputs */.Ko)(root, source.id);
        if (inputs !== null)
            (0,lease_companions/* writeRecord */.rh)(root, lease.id, '.inputs', inputs);
    }
    catch (error) {
        dropSeed(root, lease, filled.record);
        throw error;
    }
    const when = made === null ? '' : ', while the checkout was made';
    runtime.voice.info(`cloned (${making.way}${when}): ${why}`);
    if (made === null)
        return { ...filled, judged };
    for (const { text, isWarning } of made.told)
        runtime.voice[isWarning ? 'warning' : 'info'](text);
    return { ...filled, record: { ...filled.record, unused: made.unused }, isFitted: true };
}
/** Takes the clone that was made ahead; null where it is another one than would be made now. */
function takeAhead({ place: from, note }, cloneable, to) {
    if (note.making !== makingText(cloneable))
        return null;
    (0,external_node_fs_.renameSync)(from, to);
    const { linked, told, record } = note;
    return { linked, judged: null, told, unused: record.unused };
}
/** Notes on both sides what the source and its clone share: either may be written into. */
function noteShared({ root, lease, source }, folder, before, linked) {
    noteOnSource({ root, source }, folder, before, linked);
    (0,lease_companions/* writeRecord */.rh)(root, lease.id, '.linked', JSON.stringify(linked));
}
/** Notes what a source shares with one clone more. */
function noteOnSource({ root, source }, folder, before, linked) {
    const joined = (0,linked_file/* joinRecords */.t4)(before, linked);
    if (joined.length === before.length)
        return;
    if ('snapshot' in source.place)
        (0,host_snapshots/* noteLinked */.A9)(folder, joined);
    else
        (0,lease_companions/* writeRecord */.rh)(root, source.id, '.linked', JSON.stringify(joined));
}
/** Without it the snapshot is evicted somewhat sooner. */
function tryToNoteUse(folder) {
    try {
        (0,host_snapshots/* noteUse */.MD)(folder, new Date());
    }
    catch {
        return;
    }
}

;// CONCATENATED MODULE: ./lib/steps/inherit.js
















/**
 * Takes an ended slot over as the seed of a new one, by one rename.
 *
 * Of two jobs that want it the rename gives it to one; a pass that retires it is such another. Who
 * clones from it meanwhile, or deletes it where it lies, holds a lock on its lease, and it is left alone.
 *
 * @returns why it was not to be had, in words
 * @throws as the file system does: the slot stays empty, and what was taken goes
 */
async function inherit(request, runtime) {
    const { root, source } = request;
    try {
        // Its lease, and not the slot: who only asks whether that is to be had would look like one who lives in it.
        const lease = (0,leases/* endedLeasePath */.MJ)(root, source.record.id);
        const locked = await (0,kernel_lock/* whileFileLocked */.iJ)(lease, 'exclusive', async () => takeOverSlot(request, runtime));
        return 'refused' in locked ? locked.refused : locked.value;
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return inherit_GONE;
        throw error;
    }
}
/** What would be written through the links might be published, or be in a snapshot already. */
const SHARED_WITH_TRUSTED = 'it shares files by hard link with what may be published';
const inherit_GONE = 'it is gone: another job or a pass was faster';
async function takeOverSlot(request, runtime) {
    const { root, self, lease, source, slot, origin } = request;
    const { id, lease: former } = source.record;
    const container = former?.owner.container ?? null;
    const occupancy = await lookUntilLeft(root, { slot, container }, self, runtime);
    const occupied = whyOccupied(occupancy);
    if (occupied !== null)
        return occupied;
    const shared = (0,lease_companions/* readLinked */.c1)(root, id);
    if (shared === null)
        return give_up_hybrid_SHARED_UNKNOWN;
    const { same, written } = linked_files_lookAtShared(`${root.realPath}/${slot}`, shared);
    if (written.length > 0) {
        const spoilt = { label: slot, place: { lease: id }, written, record: shared };
        return giveUpHybrid(root, spoilt, runtime);
    }
    if (former?.trusted === true && !lease.trusted && same.length > 0)
        return SHARED_WITH_TRUSTED;
    const refusal = ownerRefusal(`${root.realPath}/${slot}`, `${root.realPath}/${lease.slot}`);
    if (refusal !== null)
        return refusal;
    const chain = [slot, ...(source.build?.former ?? [])];
    const hours = (0,reclaim/* ageHours */.RL)(source.record, source.moment);
    const record = {
        version: 1,
        kind: 'inherit',
        source: id,
        ageHours: Number.isFinite(hours) ? hours : null,
        generation: (source.build?.generation ?? 0) + 1,
        former: chain,
        environment: '',
        unused: null,
    };
    // Noted first: whatever ends this process, the links go when this slot goes.
    (0,lease_companions/* writeRecord */.rh)(root, lease.id, '.seed', (0,build_record/* encodeRecord */.Ym)(record));
    const unlinked = move(request, record, same);
    if (unlinked === null)
        return inherit_GONE;
    const linked = chain.filter((each) => !unlinked.includes(each));
    return {
        record,
        origin,
        formerTargets: unlinked.flatMap((each) => (0,slots/* pathsOf */.wG)(root, each)),
        linked: linked.flatMap((each) => (0,slots/* pathsOf */.wG)(root, each)),
    };
}
/**
 * The move itself. A pass that deletes the slot where it lies holds its lease, and of one that takes it
 * into the trash the rename decides, so that no host lock is waited for.
 *
 * @returns the former slots to which no link could be left; null where the slot is gone
 */
function move(request, record, shared) {
    const { root, lease, place, slot, source } = request;
    const { id } = source.record;
    if (!hasEnd(root, id))
        return null;
    const [, ...before] = record.former;
    let isMoved = false;
    try {
        // First what a pass that finds no slot takes away: what lies beside the lease, and links to the slot.
        (0,lease_companions/* handDownInputs */.Lr)(root, id, lease.id);
        const unlinked = before.filter((each) => !(0,former_paths/* linkFormerPath */.$O)(root, each, lease.slot));
        isMoved = (0,slots/* moveOutOfSlot */.Hj)(root, slot, place);
        if (!isMoved)
            return null;
        // Who could take no lock may have begun to delete it a moment ago.
        if (!hasEnd(root, id)) {
            dropSeed(root, lease, record);
            return null;
        }
        // Its clones live on: what is written through their links, or through its own, is to be found.
        if (shared.length > 0)
            (0,lease_companions/* writeRecord */.rh)(root, lease.id, '.linked', JSON.stringify(shared));
        // Most commands are over before anybody has measured: who did it then would be in the next one's way.
        if ((0,plan_lease/* isLocal */.IX)(lease.madeBy))
            (0,size_samples/* handDownSize */.tA)(root, id, lease.id, Math.round((0,boot/* readUptime */.te)() * 1000));
        (0,leases/* dropLease */.Oj)(root, id, false);
        return (0,former_paths/* linkFormerPath */.$O)(root, slot, lease.slot) ? unlinked : [slot, ...unlinked];
    }
    catch (error) {
        if (isMoved)
            dropSeed(root, lease, record);
        throw error;
    }
    finally {
        if (!isMoved)
            giveBack(request, before);
    }
}
/** Has what was handed down already be the source’s again. */
function giveBack({ root, lease, slot, source }, former) {
    (0,lease_companions/* takeInputsBack */.SW)(root, lease.id, source.record.id);
    for (const each of former)
        if ((0,former_paths/* heirOf */.mw)(root, each) === lease.slot)
            (0,former_paths/* linkFormerPath */.$O)(root, each, slot);
}
/** Whether a slot is to be had: who deletes it where it lies has taken the end away before. */
function hasEnd(root, id) {
    const now = (0,leases/* findLease */.G0)(root, id);
    return now?.state === 'ended' && now.end !== null;
}
/**
 * The first of the former slots that cannot be made to lead to the heir again: a pass that found the slot
 * gone, and not yet its heir, may have taken a link away. Null where all do.
 */
function findLostPath(root, { slot }, { record, linked }) {
    const leading = record.former.filter((each) => linked.includes(`${root.path}/${each}`));
    const lost = leading.filter((each) => (0,former_paths/* heirOf */.mw)(root, each) !== slot);
    return lost.find((each) => !(0,former_paths/* linkFormerPath */.$O)(root, each, slot)) ?? null;
}

;// CONCATENATED MODULE: ./lib/steps/restore-hook-seed.js





/**
 * Restores the times of unchanged inputs for a seed of the runner’s hook: that came before the checkout,
 * which is there now. Only where nothing has been built in it yet: what was built since may be of other
 * contents than the seed. Without it the seed is as good as it was, and Cargo builds more.
 *
 * @returns what was done, in words
 */
async function restoreHookSeed(hookSeed, runtime) {
    const { root, lease, record, wish } = hookSeed;
    const why = restore_hook_seed_refusalOf(hookSeed);
    if (why !== null)
        return `${SEEDED}; times are not restored: ${why}`;
    const origin = {
        workspace: wish.workspace ?? '',
        runnerKey: wish.runnerKey,
        toolchain: null,
        inputs: true,
        times: wish.times,
        generation: record.generation,
        unused: {},
    };
    const place = `${root.realPath}/${lease.slot}`;
    const problem = await restoreSeedTimes({ root, lease, origin, wish, place }, runtime);
    return problem === null ? SEEDED : `${SEEDED}; times are not restored: ${problem}`;
}
const SEEDED = 'seeded by the runner’s hook';
function restore_hook_seed_refusalOf({ root, lease, wish, settings }) {
    if (settings.dryRun)
        return 'dry-run is on';
    if (settings.warm === 'off')
        return 'warm is off, which the hook was not told: set TARGET_GUARD_WARM';
    if (!wish.restoresMtimes)
        return 'restore-mtimes is off';
    if (wish.workspace === null)
        return 'there is no checkout';
    if (hasBeenBuiltIn(`${root.realPath}/${lease.slot}`))
        return 'it has been built in since';
    const text = (0,lease_companions/* readInputs */.Ko)(root, lease.id);
    const inputs = text === null ? 'they are gone' : (0,build_inputs/* parseBuildInputs */.pI)(text);
    if (typeof inputs === 'string')
        return `its inputs cannot be read: ${inputs}`;
    return (0,external_node_fs_.realpathSync)(wish.workspace) === inputs.workspace
        ? null
        : 'the checkout lies at another path than the hook knew';
}

;// CONCATENATED MODULE: ./lib/plan/remote-record.js


function remote_record_encodeRemoteRecord(record) {
    return JSON.stringify(record);
}
/** Reads a record that came over the network; null where it is none of ours. */
function parseRemoteRecord(text) {
    const found = (0,plan_lease/* parseObject */.lj)(text);
    if (found?.['version'] !== 1)
        return null;
    const { id, workspace, targets, toolchain, savedMs, inputs } = found;
    if (typeof id !== 'string' || typeof workspace !== 'string')
        return null;
    if (typeof toolchain !== 'string' || typeof savedMs !== 'number')
        return null;
    if (!Array.isArray(targets) || (inputs !== null && typeof inputs !== 'string'))
        return null;
    const paths = targets.filter((each) => typeof each === 'string');
    if (paths.length !== targets.length || paths.length > TARGETS_AT_MOST)
        return null;
    const built = {
        id,
        workspace,
        targets: paths,
        toolchain,
        ...(0,build_record/* askedIn */.UB)(found),
        ...(0,build_record/* realWorkspaceIn */.N6)(found),
    };
    return { version: 1, ...built, savedMs, inputs };
}
const TARGETS_AT_MOST = 200;

;// CONCATENATED MODULE: ./lib/github/carrier.js



/**
 * Stands in for tar, which @actions/cache calls. The file is an archive already: to pack it again
 * would cost time and disk, and to unpack what a service sent with `tar -P` could write anywhere.
 */
const TAR = `#!/bin/sh
PATH=$CARRIER_PATH
case "$1" in
  --posix) ln -- "$CARRIER_FILE" "$3" 2>/dev/null || cp -- "$CARRIER_FILE" "$3" ;;
  -xf) mv -- "$2" "$CARRIER_FILE" ;;
  *) exit 64 ;;
esac
`;
/** A file that grows beyond the limit fails; blocks of 512 bytes. No core of a killed process. */
const LIMITED = 'ulimit -c 0; ulimit -f "$1" || exit 70; shift; exec "$@"';
/** Whether the job was given a cache service at all. */
function hasCacheService(environment) {
    const { ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL, ACTIONS_RUNTIME_TOKEN } = environment;
    return [ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL].some(Boolean) && Boolean(ACTIONS_RUNTIME_TOKEN);
}
/**
 * Sends a process of its own for a file. The library has no time limit, writes warnings of its own to
 * the log, leaves folders in `RUNNER_TEMP` and keeps node running; in a process with its own
 * environment that can be killed none of that matters, and no phase has to load it.
 */
async function carrier_sendCarrier(errand, options) {
    const { script, folder, maxFileBytes, signal } = options;
    const carrier = (0,external_node_path_.resolve)((0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(script)), '..', 'carry', 'index.js');
    const programs = (0,external_node_path_.join)(folder, 'programs');
    (0,external_node_fs_.mkdirSync)(programs);
    (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(programs, 'tar'), TAR, { mode: 0o700 });
    const blocks = String(Math.ceil(maxFileBytes / 512));
    const words = ['-c', LIMITED, 'sh', blocks, process.execPath, carrier, JSON.stringify(errand)];
    const child = (0,external_node_child_process_.spawn)('/bin/sh', words, {
        cwd: folder,
        env: carrierEnvironment(errand, options, programs),
        killSignal: 'SIGKILL',
        signal,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text) => {
            log = `${log}${text}`.slice(-LOG_LENGTH);
        });
    }
    return new Promise((settle) => {
        let answer;
        child.on('message', (message) => {
            answer = message;
        });
        child.on('error', (error) => {
            // Else it is still there, and its end follows.
            if (child.pid === undefined)
                settle({ failure: error.message });
        });
        child.on('close', (code, killed) => {
            settle(carrier_judge(answer, complaintsIn(log), `it ended with ${String(code ?? killed)}`));
        });
    });
}
const LOG_LENGTH = 65_536;
/** Relative folders, so that no path of ours goes through the library’s command lines. */
function carrierEnvironment(errand, { environment, folder }, programs) {
    // In debug mode the library lists archives, by tar.
    const { RUNNER_DEBUG: _debug, ...inherited } = environment;
    return {
        ...inherited,
        // No zstd on it: the library then names its files the same everywhere.
        PATH: programs,
        CARRIER_PATH: environment['PATH'] ?? '/usr/bin:/bin',
        CARRIER_FILE: (0,external_node_path_.join)(folder, errand.file),
        GITHUB_WORKSPACE: folder,
        RUNNER_TEMP: '.',
    };
}
function carrier_judge(answer, complaints, end) {
    if (typeof answer !== 'object' || answer === null || !('kind' in answer)) {
        return { failure: complaints === '' ? end : complaints };
    }
    if (answer.kind === 'failed') {
        return { failure: 'reason' in answer ? String(answer.reason) : end };
    }
    return { result: answer, complaints };
}
/** What the library has told the log that is worth a word, each once, without secrets of addresses. */
function complaintsIn(log) {
    const lines = log.split('\n').flatMap((line) => {
        const told = /^::(?:warning|error)[^:]*::(.*)$/.exec(line)?.[1] ??
            /^Attempt \d+ of \d+ failed with error: (.*)\. Retrying/.exec(line)?.[1] ??
            /^((?:Failed to save|Cache (?:save|restore) skipped): .*)$/.exec(line)?.[1];
        return told === undefined ? [] : [told.replace(/%0A.*/s, '').replaceAll(/\?\S*/g, '?…').trim()];
    });
    return [...new Set(lines)].join('; ').slice(0, 500);
}

;// CONCATENATED MODULE: external "node:stream/promises"
const external_node_stream_promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream/promises");
;// CONCATENATED MODULE: ./lib/plan/inner-link.js
/**
 * Whether a symbolic link surely leads to something inside the tree that it lies in.
 *
 * `..` counts at the beginning of the target only: there it goes up from real directories. Behind a
 * name it would go up from wherever that name leads, which may be another link.
 *
 * @param path of the link, relative to the tree, its directories no links themselves
 */
function staysInside(path, target) {
    if (target === '' || target.startsWith('/'))
        return false;
    const parts = target.split('/').filter((part) => part !== '' && part !== '.');
    const down = parts.findIndex((part) => part !== '..');
    const up = down === -1 ? parts.length : down;
    const depth = path.split('/').length - 1;
    return up <= depth && !parts.slice(up).includes('..');
}

;// CONCATENATED MODULE: ./lib/plan/tar-gate.js

/** Name of the folder in an archive that becomes the target dir; beside it lie these two files. */
const tar_gate_TREE = 'tree';
const tar_gate_MANIFEST = 'manifest.json';
const tar_gate_RECORD = 'record';
const tar_gate_BLOCK = 512;
/** A path, a link's target and a time; nothing else is said in an extended header. */
const MAX_HEADER_BYTES = 16_384;
/** tar fills up its last record of 20 blocks. */
const MAX_CLOSING_BLOCKS = 40;
const MAX_BYTES_BESIDE = { [tar_gate_MANIFEST]: 65_536, [tar_gate_RECORD]: 67_108_864 };
/** Why an archive is not unpacked. */
class TarRefusal extends Error {
    name = 'TarRefusal';
}
/**
 * Looks at a tar stream before tar does, and throws at the first thing that we would not have packed:
 * a name outside the tree or below a link, an absolute name, `..`, a link that leads out, a hard link,
 * a device, a setuid bit, a name that comes twice, more than the limits, an end that is missing.
 *
 * It knows the pax format as GNU tar writes it and nothing else, so that tar cannot read something
 * into a header that this has not seen there.
 */
class TarGate {
    #limits;
    #known = new Set([tar_gate_TREE]);
    #folders = new Set([tar_gate_TREE]);
    #totals = { bytes: 0, entries: 0 };
    #block = new Uint8Array(tar_gate_BLOCK);
    #filled = 0;
    /** bytes of content that follow, and of what fills up their last block */
    #content = 0;
    #padding = 0;
    /** the extended header that is being read, and the one that holds for the next entry */
    #header = null;
    #extended = new Map();
    /** blocks of zeros so far: two or more end an archive */
    #closing = 0;
    constructor(limits) {
        this.#limits = limits;
    }
    /** @throws TarRefusal; then nothing of the chunk may reach tar */
    accept(chunk) {
        let at = 0;
        while (at < chunk.length) {
            const left = chunk.length - at;
            if (this.#content > 0) {
                const taken = Math.min(left, this.#content);
                this.#readContent(chunk.subarray(at, at + taken));
                at += taken;
            }
            else if (this.#padding > 0) {
                const taken = Math.min(left, this.#padding);
                this.#padding -= taken;
                at += taken;
            }
            else {
                const taken = Math.min(left, tar_gate_BLOCK - this.#filled);
                this.#block.set(chunk.subarray(at, at + taken), this.#filled);
                this.#filled += taken;
                at += taken;
                if (this.#filled === tar_gate_BLOCK)
                    this.#readHeader();
            }
        }
    }
    /** @throws TarRefusal where the archive is not there to its end */
    finish() {
        if (this.#closing < 2 || this.#filled > 0)
            throw new TarRefusal('it breaks off');
        return this.#totals;
    }
    #readContent(content) {
        if (this.#header !== null) {
            this.#header.set(content, this.#header.length - this.#content);
        }
        this.#content -= content.length;
        if (this.#content === 0 && this.#header !== null) {
            this.#extended = readRecords(this.#header);
            this.#header = null;
        }
    }
    #readHeader() {
        this.#filled = 0;
        const block = this.#block;
        if (block.every((byte) => byte === 0)) {
            this.#closing += 1;
            if (this.#closing > MAX_CLOSING_BLOCKS)
                throw new TarRefusal('its end does not end');
            return;
        }
        if (this.#closing > 0)
            throw new TarRefusal('something follows its end');
        if (field(block, 257, 6) !== 'ustar' || tar_gate_text(block.subarray(263, 265)) !== '00') {
            throw new TarRefusal('it is not a tar archive in the pax format');
        }
        if (octal(block, 148, 8) !== checksum(block))
            throw new TarRefusal('a header is damaged');
        const bytes = octal(block, 124, 12);
        const type = String.fromCodePoint(block[156] ?? 0);
        this.#content = bytes;
        this.#padding = (tar_gate_BLOCK - (bytes % tar_gate_BLOCK)) % tar_gate_BLOCK;
        if (type === 'x')
            this.#beginExtended(bytes);
        else
            this.#admit(type, bytes);
    }
    #beginExtended(bytes) {
        if (this.#extended.size > 0 || bytes === 0 || bytes > MAX_HEADER_BYTES) {
            throw new TarRefusal('an extended header is not as we write them');
        }
        this.#header = new Uint8Array(bytes);
    }
    #admit(type, bytes) {
        const block = this.#block;
        // What an extended header replaces may be cut off in the middle of a character.
        const name = this.#extended.get('path') ?? shortName(block);
        const target = this.#extended.get('linkpath') ?? field(block, 157, 100);
        this.#extended = new Map();
        const path = type === '5' ? name.replace(/\/$/, '') : name;
        const mode = octal(block, 100, 8);
        if ((mode & 0o7000) !== 0)
            throw refusal(path, 'has a special mode');
        // What lies in such a folder could not be removed again.
        if (type === '5' && (mode & 0o700) !== 0o700)
            throw refusal(path, 'is closed to its owner');
        this.#admitName(path, type);
        if (type === '0')
            this.#admitContent(path, bytes);
        else if (bytes > 0 || !isPlainKind(type))
            throw refusal(path, 'is of a kind that we do not pack');
        if (type === '2' && !staysInside(withoutTree(path), target)) {
            throw refusal(path, `leads out, to ${target}`);
        }
        if (withoutTree(path) === '')
            return;
        this.#totals.entries += 1;
        if (this.#totals.entries > this.#limits.entries) {
            throw new TarRefusal(`it has more than ${this.#limits.entries} entries`);
        }
    }
    #admitName(path, type) {
        const parts = path.split('/');
        if (parts.some((part) => part === '' || part === '.' || part === '..')) {
            throw refusal(path, 'is not a name inside');
        }
        if (/\p{Cc}/u.test(path))
            throw refusal(path, 'has a control character');
        if (this.#known.has(path))
            throw refusal(path, 'comes twice');
        const parent = parts.slice(0, -1).join('/');
        const isBeside = Object.hasOwn(MAX_BYTES_BESIDE, path) && type === '0';
        // Only real folders count, so that nothing is written through a link.
        if (!isBeside && !this.#folders.has(parent))
            throw refusal(path, 'lies in no folder');
        this.#known.add(path);
        if (type === '5')
            this.#folders.add(path);
    }
    #admitContent(path, bytes) {
        if (path === tar_gate_MANIFEST || path === tar_gate_RECORD) {
            if (bytes > MAX_BYTES_BESIDE[path])
                throw refusal(path, 'is too large');
            return;
        }
        this.#totals.bytes += bytes;
        if (this.#totals.bytes > this.#limits.bytes) {
            throw new TarRefusal(`it unpacks to more than ${this.#limits.bytes} bytes`);
        }
    }
}
function shortName(block) {
    const prefix = field(block, 345, 155);
    return prefix === '' ? field(block, 0, 100) : `${prefix}/${field(block, 0, 100)}`;
}
function isPlainKind(type) {
    return type === '5' || type === '2';
}
/** A path relative to the tree; '' for what lies beside it, which is files alone. */
function withoutTree(path) {
    return path.startsWith(`${tar_gate_TREE}/`) ? path.slice(tar_gate_TREE.length + 1) : '';
}
function refusal(path, why) {
    return new TarRefusal(`${JSON.stringify(path.slice(0, 200))} in it ${why}`);
}
/** The records of an extended header: `LENGTH KEY=VALUE\n`, the length in bytes and of all of it. */
function readRecords(header) {
    const records = new Map();
    let at = 0;
    while (at < header.length) {
        const blank = header.indexOf(0x20, at);
        const digits = blank === -1 ? '' : tar_gate_text(header.subarray(at, blank));
        const end = at + (/^[1-9][0-9]{0,5}$/.test(digits) ? Number(digits) : 0);
        const record = end > header.length ? '' : tar_gate_text(header.subarray(blank + 1, end));
        const parts = /^(path|linkpath|mtime)=([^\0\n]+)\n$/.exec(record);
        if (parts?.[1] === undefined || parts[2] === undefined || records.has(parts[1])) {
            throw new TarRefusal('an extended header is not as we write them');
        }
        if (parts[1] === 'mtime' && !/^-?[0-9]{1,15}(\.[0-9]{1,9})?$/.test(parts[2])) {
            throw new TarRefusal('a time is not one');
        }
        records.set(parts[1], parts[2]);
        at = end;
    }
    return records;
}
/** Text up to a NUL. */
function field(block, from, length) {
    const bytes = block.subarray(from, from + length);
    const end = bytes.indexOf(0);
    return tar_gate_text(end === -1 ? bytes : bytes.subarray(0, end));
}
function octal(block, from, length) {
    const digits = field(block, from, length).trim();
    if (!/^[0-7]{1,12}$/.test(digits))
        throw new TarRefusal('a header is damaged');
    return Number.parseInt(digits, 8);
}
/** Of a header whose own field counts as blanks. */
function checksum(block) {
    return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}
function tar_gate_text(bytes) {
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    catch (cause) {
        throw new TarRefusal('a name in it is not UTF-8', { cause });
    }
}

;// CONCATENATED MODULE: ./lib/host/programs.js


/** A program that ended by itself, and not well. */
class FailedProgram extends Error {
    name = 'FailedProgram';
}
/** What a program gets of our environment: options for tar or zstd in it could mean anything. */
const KEPT = ['PATH', 'TMPDIR'];
/**
 * Starts a program that is killed when the signal says so.
 *
 * @param stdio its input and output; what it complains of becomes the error
 */
function programs_startProgram(command, words, stdio, signal) {
    const kept = KEPT.map((name) => [name, process.env[name]]);
    const child = (0,external_node_child_process_.spawn)(command, words, {
        env: { ...Object.fromEntries(kept), LC_ALL: 'C' },
        killSignal: 'SIGKILL',
        signal,
        stdio: [stdio.input, stdio.output, 'pipe'],
    });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text) => {
        complaint = `${complaint}${text}`.slice(0, 1000);
    });
    const ended = new Promise((resolve, reject) => {
        let refusal;
        child.on('error', (error) => {
            refusal = error;
            // Else it is still there, and its end follows.
            if (child.pid === undefined)
                reject(error);
        });
        child.on('close', (code, killed) => {
            if (code === 0)
                resolve();
            else if (code === null)
                reject(refusal ?? new Error(`${command} was ended by ${String(killed)}`));
            else
                reject(new FailedProgram(`${command} ended with ${code}: ${complaint.trim()}`));
        });
    });
    // Whoever waits for it later is told all the same.
    ended.catch(() => { });
    return { child, ended };
}
/**
 * Does work with programs, and waits for their end. Where the work or one of them fails, all are
 * killed, and none is left when this returns.
 *
 * @throws Error of the program that failed by itself, else what the work has thrown
 */
async function programs_together(programs, work) {
    try {
        const value = await work();
        await Promise.all(programs.map(({ ended }) => ended));
        return value;
    }
    catch (error) {
        for (const { child } of programs)
            child.kill('SIGKILL');
        const ends = await Promise.allSettled(programs.map(({ ended }) => ended));
        // A pipe that breaks says less than the program that broke it.
        const failed = ends.find((end) => end.status === 'rejected' && isFailure(end.reason));
        throw isBrokenPipe(error) && failed?.status === 'rejected' ? failed.reason : error;
    }
}
/** What a program prints, '' where it cannot be run. */
async function printed(command, words, signal) {
    const started = programs_startProgram(command, words, { input: 'ignore', output: 'pipe' }, signal);
    let text = '';
    programs_outputOf(started)
        .setEncoding('utf8')
        .on('data', (part) => {
        text += part;
    });
    try {
        await started.ended;
        return text;
    }
    catch {
        return '';
    }
}
function programs_outputOf({ child }) {
    if (child.stdout === null)
        throw new Error('this program was started without a pipe behind it');
    return child.stdout;
}
function programs_inputOf({ child }) {
    if (child.stdin === null)
        throw new Error('this program was started without a pipe before it');
    return child.stdin;
}
function isFailure(error) {
    return error instanceof FailedProgram;
}
/** Whether a program went away before it had read all. */
function isBrokenPipe(error) {
    return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes((0,guard_error/* errnoOf */.UQ)(error));
}

;// CONCATENATED MODULE: ./lib/host/archive.js





const PACK = {
    zstd: ['-q', '-c', '-T0', '-3'],
    gzip: ['-c', '-1'],
};
const UNPACK = {
    zstd: ['-q', '-d', '-c'],
    gzip: ['-d', '-c'],
};
/**
 * GNU tar is asked for pax headers, since in its own format times are whole seconds, and Cargo would
 * build everything again; for the content of hard links, and for names as the list has them.
 */
const PACKING = (/* unused pure expression or super */ null && ([
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
]));
const UNPACKING = [
    '--extract',
    '--file=-',
    '--no-same-owner',
    '--no-same-permissions',
    '--keep-old-files',
    '--delay-directory-restore',
];
/** What this host can pack with; null without GNU tar, which alone keeps times to the nanosecond. */
async function findCompression(signal) {
    const [tar, zstd] = await Promise.all([
        printed('tar', ['--version'], signal),
        printed('zstd', ['--version'], signal),
    ]);
    if (!tar.includes('GNU tar'))
        return null;
    return zstd === '' ? 'gzip' : 'zstd';
}
/** Packs files of a folder, by a list of names relative to it, each ended by NUL. */
async function archive_pack(work, signal) {
    const { folder, list, archive, compression } = work;
    const output = openSync(archive, 'wx', 0o600);
    try {
        const piped = { input: 'pipe', output };
        const packer = startProgram(compression, PACK[compression], piped, signal);
        const tar = startProgram('tar', [...PACKING, '-C', folder, '-T', list], { input: 'ignore', output: 'pipe' }, signal);
        await together([tar, packer], async () => {
            await pipeline(outputOf(tar), inputOf(packer), { signal });
        });
    }
    finally {
        closeSync(output);
    }
}
/**
 * Unpacks into a folder, which must be new and this user's alone. Nothing of the archive reaches tar
 * before the gate has looked at it.
 *
 * @throws TarRefusal where the gate refuses; other errors where it is damaged or the disk is full.
 *   Either way there may be half a tree in the folder.
 */
async function unpack(work, signal) {
    const { archive, folder, compression, limits } = work;
    (0,external_node_fs_.mkdirSync)((0,external_node_path_.join)(folder, tar_gate_TREE), 0o700);
    const gate = new TarGate(limits);
    const source = programs_startProgram(compression, [...UNPACK[compression], '--', archive], { input: 'ignore', output: 'pipe' }, signal);
    const tar = programs_startProgram('tar', [...UNPACKING, '-C', folder], { input: 'pipe', output: 'ignore' }, signal);
    let whole = null;
    async function* inspected(chunks) {
        let held = null;
        for await (const chunk of chunks) {
            gate.accept(chunk);
            if (held !== null)
                yield held;
            held = chunk;
        }
        // Only then does tar see the end: half an archive is none.
        await source.ended;
        whole = gate.finish();
        if (held !== null)
            yield held;
    }
    return programs_together([source, tar], async () => {
        await (0,external_node_stream_promises_namespaceObject.pipeline)(programs_outputOf(source), inspected, programs_inputOf(tar), { signal }).catch((error) => {
            // With the end of the archive read, tar may be gone before the pipe is closed.
            if (whole === null || !isBrokenPipe(error))
                throw error;
        });
        await tar.ended;
        return gate.finish();
    });
}

;// CONCATENATED MODULE: ./lib/host/staging.js

/** Makes a new directory that this user alone can look into. */
function makeStaging(path) {
    (0,external_node_fs_.mkdirSync)(path, { mode: 0o700 });
    (0,external_node_fs_.chmodSync)(path, 0o700);
}
/** Removes what `makeStaging` made, with what was unpacked there; no link is followed. */
function removeStaging(path) {
    (0,external_node_fs_.rmSync)(path, { recursive: true, force: true, maxRetries: 3 });
}

;// CONCATENATED MODULE: ./lib/host/target-tree.js


/**
 * Everything in a target dir, no link followed.
 *
 * @throws Error where something cannot be read, or vanishes meanwhile: then somebody works in it
 */
function target_tree_readTree(root) {
    const entries = [];
    const folders = [''];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
        for (const name of readdirSync(join(root, folder))) {
            const entry = target_tree_describe(root, folder === '' ? name : `${folder}/${name}`);
            entries.push(entry);
            if (entry.kind === 'folder')
                folders.push(entry.path);
        }
    }
    return entries;
}
function target_tree_describe(root, path) {
    const place = join(root, path);
    const status = lstatSync(place);
    const plain = { path, bytes: 0, isExecutable: false, target: '' };
    if (status.isDirectory())
        return { ...plain, kind: 'folder' };
    if (status.isSymbolicLink())
        return { ...plain, kind: 'link', target: readlinkSync(place) };
    if (!status.isFile())
        return { ...plain, kind: 'other' };
    return { ...plain, kind: 'file', bytes: status.size, isExecutable: (status.mode & 0o111) !== 0 };
}

// EXTERNAL MODULE: ./lib/plan/archive-content.js
var archive_content = __nccwpck_require__(9213);
;// CONCATENATED MODULE: ./lib/plan/remote-manifest.js
/** Counts up when an archive is laid out in another way. */
const VERSION = 1;
function remote_manifest_formatManifest(manifest) {
    return JSON.stringify({ version: VERSION, ...manifest });
}
/**
 * Compares what came with what was asked for, what the service calls it, and what its manifest says.
 *
 * @returns why it is not used, null where all is well
 */
function judgeManifest(text, asked, matchedKey, found) {
    const isAsked = matchedKey === asked.key || asked.restoreKeys.some((each) => matchedKey.startsWith(each));
    if (!isAsked)
        return 'the cache service gave another one than was asked for';
    const manifest = readObject(text);
    if (manifest?.['version'] !== VERSION)
        return 'its manifest is not one of this version';
    if (manifest['key'] !== matchedKey)
        return 'it was saved under another key';
    const isWhole = manifest['bytes'] === found.bytes && manifest['entries'] === found.entries;
    return isWhole ? null : 'it is not whole';
}
function readObject(text) {
    try {
        const value = JSON.parse(text);
        return typeof value === 'object' && value !== null ? value : null;
    }
    catch {
        return null;
    }
}

;// CONCATENATED MODULE: ./lib/steps/remote-seed.js










/** More than the largest target dirs have; each entry costs memory before it costs disk. */
const MAX_ENTRIES = 1_000_000;
/** Fetches a target dir from the Actions cache service. Never throws. */
async function restoreSeed(request, place) {
    const outcome = await staged(request, place, (compression, signal) => remote_seed_restore(request, place, compression, signal));
    return 'failure' in outcome ? { miss: outcome.failure, isFault: true } : outcome;
}
/** Saves a target dir to the Actions cache service. Never throws. */
async function remote_seed_saveSeed(request, place) {
    const outcome = await staged(request, place, (compression, signal) => save(request, place, compression, signal));
    return 'failure' in outcome ? { skipped: outcome.failure, isFault: true } : outcome;
}
async function remote_seed_restore(request, place, compression, signal) {
    const { key, restoreKeys, staging, maxBytes, into } = request;
    const file = FILES[compression];
    const errand = { kind: 'fetch', file, key, restoreKeys };
    const carried = await carrier_sendCarrier(errand, {
        ...place,
        folder: staging,
        maxFileBytes: maxBytes,
        signal,
    });
    const matchedKey = matchedKeyOf(carried);
    if (matchedKey === null)
        return { miss: 'the cache service has none yet', isFault: false };
    const folder = (0,external_node_path_.join)(staging, 'unpacked');
    (0,external_node_fs_.mkdirSync)(folder, { mode: 0o700 });
    const limits = { bytes: maxBytes, entries: MAX_ENTRIES };
    const totals = await unpack({ archive: (0,external_node_path_.join)(staging, file), folder, compression, limits }, signal);
    const wrong = judgeManifest((0,external_node_fs_.readFileSync)((0,external_node_path_.join)(folder, tar_gate_MANIFEST), 'utf8'), request, matchedKey, totals);
    if (wrong !== null)
        throw new Error(wrong);
    const record = (0,external_node_fs_.readFileSync)((0,external_node_path_.join)(folder, tar_gate_RECORD), 'utf8');
    signal.throwIfAborted();
    (0,external_node_fs_.chmodSync)((0,external_node_path_.join)(folder, tar_gate_TREE), 0o755);
    (0,external_node_fs_.renameSync)((0,external_node_path_.join)(folder, tar_gate_TREE), into);
    return { hit: matchedKey === key ? 'exact' : 'prefix', key: matchedKey, record, ...totals };
}
async function save(request, place, compression, signal) {
    const { key, from, staging, record, policy } = request;
    const content = archiveContent(readTree(from), policy);
    if (content.kind === 'unfit')
        return { skipped: content.reason, isFault: true };
    const { bytes, leftOut } = content;
    const entries = content.entries.length;
    if (entries === 0)
        return { skipped: 'the target dir is empty', isFault: false };
    const archive = join(staging, FILES[compression]);
    const list = join(staging, 'list');
    // The link is a step on the way of each name, and no entry itself.
    symlinkSync(resolve(from), join(staging, TREE));
    writeFileSync(join(staging, MANIFEST), formatManifest({ key, bytes, entries }));
    writeFileSync(join(staging, RECORD), record);
    const names = [MANIFEST, RECORD, ...content.entries.map(({ path }) => `${TREE}/${path}`)];
    writeFileSync(list, names.map((name) => `${name}\0`).join(''));
    await pack({ folder: staging, list, archive, compression }, signal);
    const archiveBytes = statSync(archive).size;
    const errand = { kind: 'store', file: FILES[compression], key };
    const maxFileBytes = archiveBytes + 1_048_576;
    const carried = await sendCarrier(errand, { ...place, folder: staging, maxFileBytes, signal });
    const why = whyNotStored(carried);
    return why ?? { saved: key, archiveBytes, bytes, entries, leftOut };
}
/** The names say how they are compressed: the service then keeps both kinds apart. */
const FILES = {
    zstd: 'target-guard.tar.zst',
    gzip: 'target-guard.tar.gz',
};
/** @throws Error where the errand failed, with why */
function matchedKeyOf(carried) {
    if ('failure' in carried)
        throw new Error(carried.failure);
    const { result, complaints } = carried;
    if (result.kind === 'fetch' && result.matchedKey !== null)
        return result.matchedKey;
    if (complaints !== '')
        throw new Error(complaints);
    return null;
}
/** What the library says of a key that is there already, and of nothing else. */
const IS_THERE = /^Failed to save: [^;]*, another job may be creating this cache\.$/;
function whyNotStored(carried) {
    if ('failure' in carried)
        throw new Error(carried.failure);
    const { result, complaints } = carried;
    if (result.kind === 'store' && result.stored)
        return null;
    if (IS_THERE.test(complaints))
        return { skipped: 'it is there already', isFault: false };
    throw new Error(complaints === '' ? 'the cache service did not take it' : complaints);
}
/** Does work in a staging of its own within the time limit, and leaves nothing of it. */
async function staged({ staging, timeLimitMs }, { environment }, work) {
    if (!hasCacheService(environment))
        return { failure: 'this job has no cache service' };
    const signal = AbortSignal.timeout(timeLimitMs);
    let isMade = false;
    try {
        makeStaging(staging);
        isMade = true;
        const compression = await findCompression(signal);
        if (compression === null)
            throw new Error('GNU tar is not on this host');
        return await work(compression, signal);
    }
    catch (error) {
        const isLate = signal.aborted;
        return { failure: isLate ? `it took longer than ${timeLimitMs / 1000} s` : (0,guard_error/* messageOf */.bD)(error) };
    }
    finally {
        if (isMade)
            discard(staging);
    }
}
/** What cannot be removed now is left to whoever finds it: it holds up no build. */
function discard(staging) {
    try {
        removeStaging(staging);
    }
    catch {
        // The caller knows the place, and its next pass looks there.
    }
}

;// CONCATENATED MODULE: ./lib/steps/remote-build.js
















/** A service that takes longer is no gain over a cold build. */
const FETCH_MS = 5 * 60_000;
const SAVE_MS = (/* unused pure expression or super */ null && (10 * 60_000));
/**
 * Fetches what a job of the default branch saved to the Actions cache service, as the seed of a slot.
 *
 * @param place absolute path at which the seed is to lie until it is fit for the slot; nothing is there
 * @returns why there is nothing, in words; a service at fault is a warning, too
 * @throws as the file system does: the slot stays empty, and what was made goes
 */
async function fetchSeed({ root, job, settings, lease, place }, wish, runtime) {
    const { environment, voice } = runtime;
    if (settings.remote.mode === 'off')
        return 'remote-cache is off';
    if (!wish.restoresMtimes)
        return 'mtimes are not restored';
    const refusal = strangerRefusal(`${root.realPath}/${lease.slot}`);
    if (refusal !== null)
        return refusal;
    const variables = (0,snapshot/* buildEnvironment */.AF)(environment);
    const { toolchain, workspace } = wish;
    const keys = keysOf(job, { asked: toolchain, workspace, variables }, environment);
    const limits = { maxBytes: settings.remote.maxBytes, timeLimitMs: FETCH_MS };
    const staging = `${place}.staging`;
    const restored = await restoreSeed({ ...keys, ...limits, into: place, staging }, runtime);
    if ('miss' in restored) {
        if (restored.isFault)
            voice.warning(`The slot is not filled from the cache: ${restored.miss}`);
        return restored.miss;
    }
    const found = parseRemoteRecord(restored.record);
    if (found === null)
        return 'its record cannot be understood';
    const origin = {
        workspace: found.workspace,
        ...(0,build_record/* realWorkspaceIn */.N6)({ ...found }),
        // Of another host, or of another time on this one: never its own workspace.
        runnerKey: '',
        toolchain: found.toolchain,
        ...(0,build_record/* askedIn */.UB)({ asked: found.asked }),
        inputs: found.inputs !== null,
        times: '',
        generation: 0,
        unused: {},
    };
    const unfit = seed_refuseOrigin(origin, wish);
    if (unfit !== null)
        return unfit;
    await giveTo(place, `${root.realPath}/${lease.slot}`);
    if (found.inputs !== null)
        (0,lease_companions/* writeRecord */.rh)(root, lease.id, '.inputs', found.inputs);
    const record = {
        version: 1,
        kind: 'remote',
        source: found.id,
        ageHours: Math.max(0, Date.now() - found.savedMs) / 3_600_000,
        generation: 1,
        former: [],
        environment: '',
        unused: null,
    };
    return { record, origin, formerTargets: found.targets, linked: [] };
}
/**
 * Saves what a trusted job has built for other hosts; to be called while its lease lives, so that
 * nobody else has the slot. What keeps it from that is told.
 */
async function saveBuild({ root, job, settings, lease }, runtime) {
    const { environment, voice } = runtime;
    const build = readBuildRecord(root, lease.id);
    if (build?.toolchain === null || build === null)
        return;
    const spoilt = whySpoilt(root, lease);
    if (spoilt !== null) {
        voice.info(`not saved to the cache: ${spoilt}`);
        return;
    }
    const { workspace, toolchain, asked, former } = build;
    const record = encodeRemoteRecord({
        version: 1,
        id: lease.id,
        workspace,
        ...realWorkspaceIn({ ...build }),
        targets: [lease.slot, ...former].map((slot) => `${root.path}/${slot}`),
        toolchain,
        ...askedIn({ asked }),
        savedMs: Date.now(),
        inputs: build.inputs ? readInputs(root, lease.id) : null,
    });
    const variables = readSeedRecord(root, lease.id).environment;
    // Who fetches it can only ask: what builds may be in a container, or chosen by a later step.
    const { key } = keysOf(job, { asked: asked ?? null, workspace, variables }, environment);
    const { maxBytes, exclude } = settings.remote;
    try {
        const saved = await withSeeding(root, lease.id, async (folder) => saveSeed({
            key,
            from: `${root.realPath}/${lease.slot}`,
            staging: `${folder}/staging`,
            record,
            policy: { ...exclude, members: [], maxBytes },
            timeLimitMs: SAVE_MS,
        }, runtime));
        if ('saved' in saved)
            voice.info(`saved to the cache: ${saved.saved}, ${saved.archiveBytes} bytes`);
        else if (saved.isFault)
            voice.warning(`The build was not saved to the cache: ${saved.skipped}`);
        else
            voice.info(`not saved to the cache: ${saved.skipped}`);
    }
    catch (error) {
        voice.warning(`The build was not saved to the cache: ${messageOf(error)}`);
    }
}
/** What a build elsewhere wrote into, by a link that the two share, is not what was built here. */
function whySpoilt(root, { id, slot }) {
    const shared = readLinked(root, id);
    if (shared === null)
        return SHARED_UNKNOWN;
    const { written } = lookAtShared(`${root.realPath}/${slot}`, shared);
    return written.length === 0 ? null : wroteInto(written);
}
function keysOf(job, build, environment) {
    const { asked, workspace, variables } = build;
    return (0,remote_key/* remoteKeys */.Z)({
        platform: process.platform,
        architecture: process.arch,
        image: readSystem(),
        workflow: job.workflow,
        job: job.job,
        leg: job.leg,
        rustc: asked ?? '',
        // As they were when the slot was filled: what a step sets later comes too late for a seed.
        variables: { digest: variables },
        lockfile: workspace === null ? null : (0,small_file/* readTextOrNull */.GR)((0,external_node_path_.join)(workspace, 'Cargo.lock')),
        commit: environment['GITHUB_SHA'] ?? '',
    });
}
/** Why this process cannot fill a slot with files of its own making; null where it can. */
function strangerRefusal(slot) {
    const user = process.geteuid?.();
    const { uid } = (0,external_node_fs_.lstatSync)(slot);
    return user === 0 || user === uid ? null : 'the slot belongs to another user than this step’s';
}
/** Gives what was unpacked, into which nobody else can look yet, to the owner of the slot. */
async function giveTo(tree, slot) {
    const { uid, gid } = (0,external_node_fs_.lstatSync)(slot);
    if (uid === process.geteuid?.() && gid === process.getegid?.())
        return;
    await (0,program/* runProgram */.mB)('chown', ['-R', '-h', '--', `${uid}:${gid}`, tree], { cwd: '/' });
}

;// CONCATENATED MODULE: ./lib/steps/seed.js





















/**
 * Fills a new slot with the best there is. Cold is always right: whatever goes wrong is told, and no
 * job is stopped.
 *
 * A seed is put together and made fit beside its slot, and comes there by one rename at the end: a slot
 * in which anything can be built is seeded whole, or empty.
 */
async function seed(request, runtime) {
    const { root, lease } = request;
    try {
        const before = (0,lease_companions/* readSeedRecord */.VY)(root, lease.id);
        const isSeeded = before.kind !== 'cold' && !isEmptySlot(request);
        // Noted, and then the hook was ended before the seed lay in its place.
        if (before.kind !== 'cold' && !isSeeded)
            dropSeed(root, lease, before);
        const seeded = isSeeded
            ? await keepHookSeed(request, before, runtime)
            : await seed_fill(request, runtime);
        if (seeded.record.kind === 'cold')
            seed_note(request, seeded.record, runtime);
        runtime.voice.info(`seed: ${describeSeed(seeded)}`);
        return seeded;
    }
    catch (error) {
        runtime.voice.warning(`The slot starts cold: seeding it failed (${(0,guard_error/* messageOf */.bD)(error)}).`);
        return { record: build_record/* COLD */.TG, why: (0,guard_error/* messageOf */.bD)(error) };
    }
    finally {
        // What was made while the checkout was, and nobody has looked at.
        (0,seeding/* dropSeeding */.lV)(root, lease.id);
    }
}
async function keepHookSeed(request, record, runtime) {
    const { root, lease, settings } = request;
    const wish = seed_wish_wishOf(request, runtime);
    return { record, why: await restoreHookSeed({ root, lease, record, wish, settings }, runtime) };
}
function isEmptySlot({ root, lease }) {
    return (0,external_node_fs_.readdirSync)(`${root.realPath}/${lease.slot}`).length === 0;
}
async function seed_fill(request, runtime) {
    const { settings } = request;
    if (settings.warm === 'off')
        return cold('warm is off');
    if (settings.dryRun)
        return cold('dry-run is on');
    if (!isEmptySlot(request))
        return cold('something has been built in it already');
    const unchecked = seed_wish_wishOf(request, runtime);
    const offer = offer_offerTo(request, unchecked, runtime);
    if (isEmpty(offer))
        return cold(NOTHING_BUILT);
    // rustc takes the longest to answer; meanwhile the checkout is read.
    const asked = askToolchain(unchecked, offer.fit, runtime.environment);
    return whileCheckoutIsRead(request.root, offer, unchecked, async () => seed_choose(request, offer, { ...unchecked, ...(await asked) }, runtime));
}
/** Tries what there is, best first, until something has filled the slot. */
async function seed_choose(request, offer, wish, runtime) {
    const { root, lease } = request;
    const attempts = [...attemptsOf(request, offer, wish, runtime)];
    if (attempts.length === 0)
        return cold(NOTHING_BUILT);
    const left = (await mayHaveAhead(root, lease.id)) ? 'kept' : 'dropped';
    const work = async (folder) => {
        const reasons = [];
        for (const [index, { label, attempt }] of attempts.entries()) {
            const place = `${folder}/${index}`;
            let outcome;
            try {
                // An attempt that came to nothing may have set times before.
                const now = { ...wish, times: timesOf(request) };
                const filled = await attempt(place, now);
                outcome =
                    typeof filled === 'string' ? filled : await seed_settle(request, filled, now, place, runtime);
            }
            catch (error) {
                outcome = (0,guard_error/* messageOf */.bD)(error);
                runtime.voice.warning(`The slot is not seeded with ${label} (${outcome}).`);
            }
            if (typeof outcome !== 'string')
                return { record: outcome, why: reasons.join('; ') };
            reasons.push(`${label}: ${outcome}`);
        }
        const { record, why } = cold(reasons.join('; '));
        return { record: { ...record, ...askedOf(wish) }, why };
    };
    return (0,seeding/* withSeeding */.im)(root, lease.id, work, left);
}
/** What was made of a snapshot while the checkout was, in the folder of the seeding. */
async function aheadIn(folder, { root, lease }, { voice }) {
    const found = (await awaitAhead(root, lease.id)) ? readAhead(folder) : null;
    if (found === null || 'place' in found)
        return found;
    voice.warning(`No clone was made while the checkout was (${found.problem}).`);
    return null;
}
/** Makes a seed fit for the slot and moves it there; a string says why it may not be built in. */
async function seed_settle(request, filled, wish, place, runtime) {
    const { root, lease } = request;
    let isSettled = false;
    try {
        const adapted = await adaptSeed({ ...request, ...filled, wish, place }, runtime);
        if (typeof adapted === 'string')
            return adapted;
        const record = seed_note(request, { ...adapted, ...askedOf(wish) }, runtime);
        const lost = findLostPath(root, lease, filled);
        if (lost !== null)
            return `${lost}, which is compiled in, does not lead to it any more`;
        (0,slots/* moveIntoSlot */.e7)(root, place, lease.slot);
        isSettled = true;
        return record;
    }
    finally {
        if (!isSettled)
            dropSeed(root, lease, filled.record);
    }
}
/** Notes what the slot is seeded with, and what it will be good for. */
function seed_note({ root, lease }, seeded, runtime) {
    const record = { ...seeded, environment: (0,snapshot/* buildEnvironment */.AF)(runtime.environment) };
    (0,lease_companions/* writeRecord */.rh)(root, lease.id, '.seed', (0,build_record/* encodeRecord */.Ym)(record));
    return record;
}
function cold(why) {
    return { record: build_record/* COLD */.TG, why };
}
/** The ways to fill a slot, best first. */
function* attemptsOf(request, { slots, snapshots, isRemote }, wish, runtime) {
    const { root, self, job, settings, lease } = request;
    const judged = seed_sourcesFor(slots, wish);
    for (const { source, slot, origin, refusal } of judged) {
        if (!['auto', 'inherit'].includes(settings.warm) || origin?.isElsewhere === true)
            break;
        yield {
            label: slot,
            attempt: async (place, now) => {
                if (origin === null)
                    return refusal ?? NOTHING_KNOWN;
                const why = refusal ?? seed_refuseOrigin(origin, now);
                if (why !== null)
                    return why;
                if (source.record.isKept)
                    return 'it is kept as it is';
                return inherit({ root, self, lease, place, source, slot, origin }, runtime);
            },
        };
    }
    if (settings.warm === 'inherit')
        return;
    for (const source of [
        ...nearest(judged.flatMap((each) => slotSource(root, each))),
        ...snapshots,
    ]) {
        yield {
            label: source.label,
            attempt: async (place, now) => {
                const why = seed_refuseOrigin(source.origin, now) ?? refuseEnvironment(root, source, runtime.environment);
                if (why !== null)
                    return why;
                const isSnapshot = 'snapshot' in source.place;
                const ahead = isSnapshot ? await aheadIn((0,external_node_path_.dirname)(place), request, runtime) : null;
                return cloneSeed({ root, self, job, settings, lease, place, source }, ahead, runtime);
            },
        };
    }
    if (isRemote) {
        yield {
            label: 'the cache service',
            attempt: async (place, now) => fetchSeed({ ...request, place }, now, runtime),
        };
    }
}
/** Cargo would build all of it again: it lies beside what this environment asks for. */
function refuseEnvironment(root, { id, origin }, environment) {
    if (origin.isElsewhere !== true)
        return null;
    const isSame = (0,lease_companions/* readSeedRecord */.VY)(root, id).environment === (0,snapshot/* buildEnvironment */.AF)(environment);
    return isSame ? null : 'it was built with other variables';
}
/** A clone that comes to nothing costs time, too: of those of other worktrees only few are tried. */
function nearest(sources) {
    const own = sources.filter(({ origin }) => origin.isElsewhere !== true);
    const others = sources.filter(({ origin }) => origin.isElsewhere === true);
    return [...own, ...others.slice(0, ELSEWHERE_AT_MOST)];
}
const ELSEWHERE_AT_MOST = 2;
const NOTHING_BUILT = 'nothing has been built here for this job yet';
const NOTHING_KNOWN = 'nothing is known of its build';
/** What a slot was filled with, for people. */
function describeSeed({ record, why }) {
    const { kind, source, ageHours, generation } = record;
    const reasons = why === '' ? '' : ` (${why})`;
    if (kind === 'cold')
        return `cold${reasons}`;
    return `${kind} of lease ${source ?? ''}, ${describeAge(ageHours)}, handed down ${generation} time(s)${reasons}`;
}

// EXTERNAL MODULE: ./lib/steps/tell-history.js
var tell_history = __nccwpck_require__(6625);
;// CONCATENATED MODULE: ./lib/steps/main.js

















/** Sets the outputs and writes the job summary; does all of pre first where pre did not run. */
async function main(runtime) {
    const { environment, voice } = runtime;
    const before = readState(environment);
    const state = before?.prepared === null || before === null ? await prepareStep(runtime) : before;
    const seeded = await seedSlot(state, runtime);
    const outputs = {
        ...outputsOf(state),
        ...(seeded === null ? {} : { seed: seeded.record.kind }),
        ...(await capOutput(state, runtime)),
    };
    for (const [name, value] of Object.entries(outputs)) {
        (0,workflow_commands/* handOver */.Cl)(environment, 'GITHUB_OUTPUT', name, value);
    }
    const { prepared, lease } = state;
    if (prepared === null)
        return;
    try {
        const { dryRun } = (0,inputs/* readInputs */.Ko)(environment);
        (0,workflow_commands/* addSummary */.S0)(environment, jobSummary({
            ...prepared,
            lease,
            dryRun,
            seed: seeded === null ? '' : `${describeSeed(seeded)}${worthOf(seeded, state, runtime)}`,
        }));
    }
    catch (error) {
        // A summary is for people to read; no build is stopped for the lack of one.
        voice.warning(`The job summary was not written: ${(0,guard_error/* messageOf */.bD)(error)}`);
    }
}
/** Fills the slot, now that the checkout is there; null where there is none. */
async function seedSlot(state, runtime) {
    const request = seed_request_seedRequestOf(state, runtime);
    return request === null ? null : seed(request, runtime);
}
/** What such seeds are worth, by the last one of this job; '' where nobody knows. */
function worthOf({ record }, { root: path }, { environment }) {
    const root = record.kind === 'cold' ? null : (0,host_root/* findRoot */.wg)(path, (0,steps_runtime/* preciousOf */.YU)(environment));
    if (root === null)
        return '';
    const key = forecastKey(readJob(environment, (0,inputs/* readInputs */.Ko)(environment).leg));
    return describeLastSaved(lastSavedSeconds(key, (0,tell_history/* readToldAndUntold */.td)(root)));
}
/** How many jobs of this repository the disk has room for. */
async function capOutput({ root: path }, { environment, voice }) {
    const root = (0,host_root/* findRoot */.wg)(path, (0,steps_runtime/* preciousOf */.YU)(environment));
    if (root === null)
        return {};
    const settings = (0,inputs/* readInputs */.Ko)(environment);
    const job = readJob(environment, settings.leg);
    try {
        const found = await cap(root, settings);
        const most = found === null ? MATRIX_AT_MOST : maxParallelOf(found, `${job.owner}/${job.repository}`);
        return { 'max-parallel': String(most) };
    }
    catch (error) {
        voice.warning(`How many jobs there is room for is not known: ${(0,guard_error/* messageOf */.bD)(error)}`);
        return { 'max-parallel': String(MATRIX_AT_MOST) };
    }
}
function outputsOf({ prepared, lease }) {
    if (prepared === null)
        return {};
    const disk = {
        'disk-status': prepared.diskStatus,
        'free-bytes': prepared.freeBytes === null ? '' : String(prepared.freeBytes),
        retired: String(prepared.retired),
        'reclaimed-bytes': String(prepared.reclaimedBytes),
    };
    if (prepared.slot === null)
        return { ...disk, proceed: 'false' };
    return {
        ...disk,
        proceed: 'true',
        'target-dir': prepared.slot.targetDirectory,
        'run-dir': prepared.slot.runDirectory,
        lease: lease ?? '',
    };
}


/***/ }),

/***/ 2549:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  OW: () => (/* binding */ lookInto),
  lB: () => (/* binding */ observe),
  tj: () => (/* binding */ observeLease),
  uA: () => (/* binding */ observeLeases),
  UY: () => (/* binding */ rememberEnded)
});

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __nccwpck_require__(8500);
// EXTERNAL MODULE: ./lib/plan/evidence.js
var evidence = __nccwpck_require__(8442);
// EXTERNAL MODULE: ./lib/plan/naming.js
var naming = __nccwpck_require__(2463);
;// CONCATENATED MODULE: ./lib/plan/occupancy.js
/** What the lock of a lease proves, whatever has become of everything else of its job. */
const KEPT_ALIVE = 'its keeper is running, or what its command started (the lease’s lock is held)';
/** Who lives in one slot, from all that was found. */
function occupancyOf(place, searches) {
    const locks = searches.cargoLocks.get(place.slot);
    const held = (locks?.held ?? []).map((path) => ({
        kind: 'cargo-lock',
        what: `Cargo’s lock ${path} is held`,
    }));
    const inside = searches.processes.bySlot.get(place.slot) ?? [];
    const using = searches.containers.list
        .filter((container) => uses(container, place, searches.rootPaths))
        .map((container) => ({
        kind: 'container',
        what: `container ${container.name} (${container.id.slice(0, 12)}) ${container.id === place.container ? 'of its job is running' : 'mounts it'}`,
    }));
    const { lease = null } = place;
    const keeper = lease !== null && searches.kept.has(lease) ? [{ kind: 'keeper', what: KEPT_ALIVE }] : [];
    const { failure: unread } = searches.processes;
    const { failure: unasked } = searches.containers;
    return {
        inhabitants: [...keeper, ...held, ...inside, ...using],
        unknown: [...(locks?.unknown ?? []), ...[unread, unasked].filter((each) => each !== null)],
    };
}
/**
 * Whether a container uses a slot: it is the job's own, or it mounts the slot, a part of it, or its
 * run dir. One that mounts the whole root proves nothing: it would hold every slot for ever.
 */
function uses(container, place, rootPaths) {
    if (container.id === place.container)
        return true;
    return rootPaths.some((root) => {
        const slot = `${root}/${place.slot}`;
        const runDirectory = slot.slice(0, slot.lastIndexOf('/'));
        return container.sources.some((source) => source === runDirectory || source === slot || source.startsWith(`${slot}/`));
    });
}

// EXTERNAL MODULE: ./lib/host/boot.js
var boot = __nccwpck_require__(6368);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/host/folders.js
var host_folders = __nccwpck_require__(1687);
// EXTERNAL MODULE: ./lib/host/profiles.js
var profiles = __nccwpck_require__(2834);
// EXTERNAL MODULE: ./lib/host/tree-walk.js
var tree_walk = __nccwpck_require__(7568);
;// CONCATENATED MODULE: ./lib/host/lock-search.js





/** Cargo holds one of these while it builds: until 1.94 the first alone, later all three. */
const LOCK_NAMES = ['.cargo-lock', '.cargo-build-lock', '.cargo-artifact-lock'];
/** `<profile>/` and `<triple>/<profile>/`: so far down each folder is looked into. */
const OWN_DEPTH = 2;
/** Tools have target dirs of their own: `tests/trybuild/<triple>/debug`, `package/a-1.0.0/target/debug`. */
const DEPTH = 4;
/**
 * How much is looked at, in names that are read, for a slot may hold as many as its job liked: at the
 * depths of Cargo’s own locks about 90 000 folders, which take a second or two, and some thousands below.
 * To look into a folder takes as long as ten names, and so does to list it; to try a lock takes a
 * part of a process.
 */
const EFFORT = 1_000_000;
const EFFORT_BELOW = 100_000;
const FOLDER = 10;
const LOCK = 100;
/**
 * Finds the files that Cargo may hold locked in a slot, without following any link.
 *
 * Cargo’s own depths are searched as a whole, or the slot is unknown. Deeper than those lie the target
 * dirs of other tools alone, and whatever tests and benchmarks write: there the search ends, without a
 * word, where there is very much. Who builds there is seen by processes and mounts as well.
 */
function findLocks(slot) {
    const found = { paths: [], unknown: [] };
    const own = { left: EFFORT };
    const below = { left: EFFORT_BELOW };
    const inner = new Set();
    const visit = (folder, path) => {
        const here = path.length <= OWN_DEPTH ? own : below;
        const isDeep = path.length >= OWN_DEPTH;
        here.left -= FOLDER;
        const has = LOCK_NAMES.filter((name) => isFile(slot, folder, [...path, name], found));
        here.left -= LOCK * has.length;
        if (here.left >= 0)
            found.paths.push(...has.map((name) => [...path, name].join('/')));
        // Not listed: `debug/deps` may hold a hundred thousand files.
        const isLast = path.length === DEPTH || inner.has(path.join('/')) || isDocumentation(path);
        const isOver = isLast || (isDeep && below.left < 0);
        const names = isOver ? [] : foldersIn(folder, isDeep ? below : own);
        // At Cargo’s own depths nothing may be missed.
        if (own.left < 0)
            throw new Error('it holds too many files and folders');
        const isProfile = has.length > 0 || names.includes('.fingerprint') || names.includes('build');
        const isInner = (name) => isProfile && profiles/* INNER */.Pc.has(name);
        if (isDeep)
            return { path, names: names.filter((name) => !isInner(name)) };
        if (path.length > 0) {
            for (const name of names.filter(isInner))
                inner.add([...path, name].join('/'));
        }
        return { path, names };
    };
    try {
        (0,tree_walk/* walkTree */.I)(slot, visit, (path, error) => {
            if (path.length <= OWN_DEPTH)
                found.unknown.push(unreadable([slot, ...path].join('/'), error));
        });
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT')
            found.unknown.push(unreadable(slot, error));
    }
    return found;
}
/** What rustdoc wrote, deeper than Cargo’s own locks lie: thousands of folders, in which nobody builds. */
function isDocumentation(path) {
    return path.length >= OWN_DEPTH && (path.at(-1) === 'doc' || path.at(-2) === 'doc');
}
function unreadable(path, error) {
    return `${path} cannot be searched for Cargo’s locks (${(0,guard_error/* messageOf */.bD)(error)})`;
}
/** Whether a regular file lies there; only such a one is opened at all. */
function isFile(slot, folder, path, { unknown }) {
    try {
        return (0,external_node_fs_.lstatSync)((0,host_folders.at)(folder, path.at(-1) ?? ''), { throwIfNoEntry: false })?.isFile() === true;
    }
    catch (error) {
        if (path.length <= OWN_DEPTH + 1)
            unknown.push(unreadable([slot, ...path].join('/'), error));
        return false;
    }
}
/** The names of folders in a folder, as far as the effort goes that it takes to list it. */
function foldersIn(folder, effort) {
    effort.left -= FOLDER;
    const names = [];
    const entries = (0,external_node_fs_.opendirSync)((0,host_folders.at)(folder, '.'));
    try {
        for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
            effort.left -= 1;
            if (effort.left < 0)
                return names;
            if (entry.isDirectory())
                names.push(entry.name);
        }
        return names;
    }
    finally {
        entries.closeSync();
    }
}

// EXTERNAL MODULE: ./lib/host/try-locks.js
var try_locks = __nccwpck_require__(3786);
;// CONCATENATED MODULE: ./lib/host/cargo-locks.js





/** So many are open at a time. */
const BATCH = 200;
/**
 * Finds out which of Cargo's locks are held in these slots, by trying to take each for a moment.
 *
 * The kernel answers for every process on this host, whatever its container or pid namespace.
 * Each step of the way is opened relative to the folder before it and without following links, so a
 * planted link leads nowhere; only regular files are tried, so a planted FIFO does not block.
 *
 * @param slots absolute paths
 */
async function probeCargoLocks(slots) {
    const all = new Map();
    const places = slots.flatMap((slot) => {
        const { paths, unknown } = findLocks(slot);
        const found = { held: [], unknown };
        all.set(slot, found);
        return paths.map((path) => ({ slot, path, found }));
    });
    for (let from = 0; from < places.length; from += BATCH) {
        const files = places.slice(from, from + BATCH).flatMap(({ slot, path, found }) => {
            const descriptor = openLock(slot, path, found.unknown);
            return descriptor === null ? [] : [{ path, descriptor, found }];
        });
        await tryAll(files);
    }
    return all;
}
async function tryAll(files) {
    try {
        const answers = files.length === 0 ? [] : await (0,try_locks/* tryLocks */.O)(files.map((file) => file.descriptor));
        for (const [index, { path, found }] of files.entries()) {
            const answer = answers[index];
            if (answer === 'held')
                found.held.push(path);
            else if (answer !== 'free')
                found.unknown.push(untried(path, answer));
        }
    }
    finally {
        // Closing gives back every lock that was taken: it belongs to the open file.
        for (const { descriptor } of files)
            (0,external_node_fs_.closeSync)(descriptor);
    }
}
function untried(path, answer) {
    return `Cargo’s lock ${path} could not be tried (${answer ?? 'no answer'})`;
}
const cargo_locks_LOCK = external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK;
/** Opens a lock without following a link; null where it is gone or no longer what it was. */
function openLock(slot, path, unknown) {
    const [folders, name] = (0,host_folders/* parted */.vx)(path);
    try {
        const file = (0,host_folders/* within */.ux)(slot, folders, (folder) => (0,external_node_fs_.openSync)((0,host_folders.at)(folder, name), cargo_locks_LOCK));
        if ((0,external_node_fs_.fstatSync)(file).isFile())
            return file;
        (0,external_node_fs_.closeSync)(file);
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT' && !(0,host_folders/* isDiverted */.cX)(error)) {
            unknown.push(unreadable(`${slot}/${path}`, error));
        }
    }
    return null;
}

;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");
// EXTERNAL MODULE: ./lib/plan/lease.js + 1 modules
var lease = __nccwpck_require__(166);
;// CONCATENATED MODULE: ./lib/host/docker.js



const WAIT_MS = 2000;
/** Engines that did not answer in time, with the reason: this process waits for each of them once. */
const unresponsive = new Map();
/** The engine's socket: `DOCKER_HOST` when that is a Unix socket, else the usual path. */
function socketPath(environment) {
    const host = environment['DOCKER_HOST'] ?? '';
    if (host === '')
        return '/var/run/docker.sock';
    return host.startsWith('unix://') ? host.slice('unix://'.length) : null;
}
/**
 * Lists running containers through the engine's API: one request, where the command line would
 * need one process to list and another to inspect.
 */
async function listContainers(environment) {
    const socket = socketPath(environment);
    if (socket === null)
        return { kind: 'absent', why: 'DOCKER_HOST is not a Unix socket' };
    const silence = unresponsive.get(socket);
    if (silence !== undefined)
        return { kind: 'silent', why: silence };
    try {
        const body = await get(socket, '/containers/json');
        const parsed = JSON.parse(body);
        if (!Array.isArray(parsed))
            return { kind: 'silent', why: 'docker’s answer is not a list' };
        return {
            kind: 'answered',
            containers: parsed.map(readContainer).filter((each) => each !== null),
        };
    }
    catch (error) {
        if (error instanceof LateError)
            unresponsive.set(socket, error.message);
        const code = (0,guard_error/* errnoOf */.UQ)(error);
        const isAbsent = ['ENOENT', 'ECONNREFUSED', 'EACCES', 'ENOTSOCK', 'EPERM'].includes(code);
        return { kind: isAbsent ? 'absent' : 'silent', why: (0,guard_error/* messageOf */.bD)(error) };
    }
}
class LateError extends Error {
}
function readContainer(value) {
    if (!(0,lease/* isRecord */.u4)(value) || typeof value['Id'] !== 'string')
        return null;
    const names = Array.isArray(value['Names']) ? value['Names'] : [];
    const mounts = Array.isArray(value['Mounts']) ? value['Mounts'] : [];
    const sources = mounts.map((each) => ((0,lease/* isRecord */.u4)(each) ? each['Source'] : null));
    return {
        id: value['Id'],
        name: typeof names[0] === 'string' ? names[0].replace(/^\//, '') : value['Id'].slice(0, 12),
        sources: sources.filter((source) => typeof source === 'string'),
    };
}
/**
 * Asks by HTTP/1.0: one answer, whole, and the connection ends. Loading node:http would take longer
 * than all of the rest of a pass.
 */
async function get(socket, path) {
    return new Promise((resolve, reject) => {
        const connection = (0,external_node_net_namespaceObject.connect)(socket);
        // For the whole answer: an engine that keeps sending a little must not hold up a job either.
        const late = new LateError(`no answer within ${WAIT_MS} ms`);
        const timer = setTimeout(() => connection.destroy(late), WAIT_MS);
        const parts = [];
        connection.on('data', (part) => {
            parts.push(part);
            const body = bodyOf(Buffer.concat(parts));
            if (typeof body !== 'string')
                return;
            resolve(body);
            connection.destroy();
        });
        connection.on('error', reject);
        connection.on('end', () => {
            const body = bodyOf(Buffer.concat(parts), true);
            if (typeof body === 'string')
                resolve(body);
            else
                reject(body);
        });
        connection.on('close', () => clearTimeout(timer));
        connection.write(`GET ${path} HTTP/1.0\r\nHost: docker\r\n\r\n`);
    });
}
/**
 * The body of an answer.
 *
 * @param isOver whether no more will come
 * @returns an error where there is none, or not all of it yet
 */
function bodyOf(answer, isOver = false) {
    const end = answer.indexOf('\r\n\r\n');
    const [first = '', ...lines] = answer
        .subarray(0, Math.max(end, 0))
        .toString('latin1')
        .split('\r\n');
    const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(first) ?? [];
    if (end < 0 || status === undefined)
        return new Error('docker does not answer in HTTP');
    if (status !== '200')
        return new Error(`docker answered ${status}`);
    const headers = lines.map((line) => line.toLowerCase());
    if (headers.some((line) => line.startsWith('transfer-encoding:'))) {
        return new Error('docker’s answer comes in an encoding that was not asked for');
    }
    const body = answer.subarray(end + 4);
    const [length] = headers.flatMap((line) => /^content-length: *(\d+)$/.exec(line)?.[1] ?? []);
    if (length === undefined)
        return isOver ? body.toString('utf8') : new Error('it goes on');
    return body.length < Number(length)
        ? new Error('docker’s answer was cut short')
        : body.subarray(0, Number(length)).toString('utf8');
}

// EXTERNAL MODULE: ./lib/host/mounts.js
var host_mounts = __nccwpck_require__(7154);
;// CONCATENATED MODULE: ./lib/host/mount-sights.js



/** What the mount namespaces of processes see of a root; each is read once. */
class MountSights {
    #known = new Map();
    #rootRealPath;
    #place;
    /** where everything is mounted for this process */
    #top;
    /** this process's own mount namespace, by both of its names */
    #own;
    /** @throws as readFileSync does, where this process cannot read its own */
    constructor(rootRealPath) {
        const mounts = (0,host_mounts/* readMounts */.bq)();
        this.#rootRealPath = rootRealPath;
        this.#place = (0,host_mounts/* locate */.x5)(rootRealPath, mounts);
        this.#top = (0,host_mounts/* locate */.x5)('/', mounts)?.mount ?? null;
        this.#own = new Set([(0,external_node_fs_.readlinkSync)('/proc/self/ns/mnt'), (0,host_mounts/* readMountText */.L1)('self')]);
    }
    /** What a process or a thread (`PID/task/TID`) sees; null where it does not show that. */
    of(process) {
        const namespace = nameOf(process) ?? mountTextOf(process);
        if (namespace === '')
            return null;
        const known = this.#known.get(namespace);
        if (known !== undefined)
            return known;
        const mounts = (0,host_mounts/* parseMounts */.qV)(mountTextOf(process));
        const sight = this.#read(namespace, mounts);
        if (mounts.length > 0)
            this.#known.set(namespace, sight);
        return sight;
    }
    #read(namespace, mounts) {
        const isOwn = this.#own.has(namespace);
        const views = mounts.flatMap((mount) => viewThrough(mount, this.#place));
        if (isOwn)
            views.push({ point: this.#rootRealPath, inRoot: '' });
        const top = this.#top;
        const isWhole = mounts.some(({ device, root }) => top !== null && device === top.device && root === top.root);
        return { views, namespace, isOwn, isWhole };
    }
}
function viewThrough(mount, place) {
    if (place === null || mount.device !== place.mount.device)
        return [];
    if ((0,host_mounts/* isAtOrBelow */.a5)(place.path, mount.root)) {
        return [{ point: (0,host_mounts/* join */.fj)(mount.point, (0,host_mounts/* relative */.V8)(place.path, mount.root)), inRoot: '' }];
    }
    if ((0,host_mounts/* isAtOrBelow */.a5)(mount.root, place.path)) {
        return [{ point: mount.point, inRoot: (0,host_mounts/* relative */.V8)(mount.root, place.path).slice(1) }];
    }
    return [];
}
/** The link that only its owner may read; null elsewhere. */
function nameOf(process) {
    try {
        return (0,external_node_fs_.readlinkSync)(`/proc/${process}/ns/mnt`);
    }
    catch {
        // Gone meanwhile, or another user's: then its mounts are its name.
        return null;
    }
}
/**
 * What another user's process shows of its mounts, which is as good a name of its namespace as the
 * link that only its owner may read: every mount has a number of its own. '' where it shows nothing.
 */
function mountTextOf(process) {
    try {
        return (0,host_mounts/* readMountText */.L1)(process);
    }
    catch (error) {
        if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return '';
        throw error;
    }
}

// EXTERNAL MODULE: ./lib/host/processes.js
var processes = __nccwpck_require__(9415);
;// CONCATENATED MODULE: ./lib/host/shown-process.js



/** Null of a kernel thread, or what is dead: it holds nothing that /proc shows, and most processes are that. */
function shownBy(pid) {
    const program = programOf(`${pid}`);
    if (program !== null)
        return { at: `${pid}`, program };
    const thread = (0,processes/* livingThread */.W8)(pid);
    if (thread === null)
        return null;
    const at = `${pid}/task/${thread.id}`;
    const its = programOf(at);
    return its === null ? null : { at, program: its };
}
/** '' where it is not told; null where there is none. */
function programOf(at) {
    try {
        return withoutMark((0,external_node_fs_.readlinkSync)(`/proc/${at}/exe`));
    }
    catch (error) {
        return (0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT' ? null : '';
    }
}
/** The files that a process has open. */
function openFiles(folder) {
    const files = [];
    try {
        for (const name of (0,external_node_fs_.readdirSync)(`${folder}/fd`)) {
            const file = openFile(`${folder}/fd/${name}`);
            if (file.startsWith('/'))
                files.push(file);
        }
    }
    catch {
        // Gone meanwhile, or another user's: no sign, no conclusion.
        return files;
    }
    return files;
}
/**
 * Where a descriptor leads; '' where it has been closed.
 *
 * @throws where none of this process may be read: the kernel asks the same for each of them
 */
function openFile(link) {
    try {
        return withoutMark((0,external_node_fs_.readlinkSync)(link));
    }
    catch (error) {
        if (['EACCES', 'EPERM'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            throw error;
        return '';
    }
}
/**
 * Arguments name files that are not open at this moment: rustc's `--out-dir`, a linker's output.
 *
 * @param mustHave whether the process has some: a kernel thread, or what is dead, has none
 */
function argumentsOf(folder, mustHave) {
    try {
        let text = (0,external_node_fs_.readFileSync)(`${folder}/cmdline`, 'utf8');
        if (!mustHave)
            return text.split('\0');
        // Amid an exec(2) there are none yet, for microseconds where the machine is not too busy.
        for (let tries = 0; text === '' && tries < EXEC_TRIES; tries += 1) {
            const isBusy = /\) [RD] /.test((0,external_node_fs_.readFileSync)(`${folder}/stat`, 'utf8'));
            if (!isBusy && tries >= TRIES_AT_REST)
                break;
            Atomics.wait(PAUSE, 0, 0, 1);
            text = (0,external_node_fs_.readFileSync)(`${folder}/cmdline`, 'utf8');
        }
        return text.split('\0');
    }
    catch {
        // Gone meanwhile, or another user's: no sign, no conclusion.
        return [];
    }
}
/** A millisecond each: few for a program that shows no arguments for good, as it may choose to. */
const TRIES_AT_REST = 10;
const EXEC_TRIES = 200;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));
/** Whether this user may not see where a process works. */
function isHidden(at) {
    try {
        (0,external_node_fs_.readlinkSync)(`/proc/${at}/cwd`);
        return false;
    }
    catch (error) {
        return ['EACCES', 'EPERM'].includes((0,guard_error/* errnoOf */.UQ)(error));
    }
}
/** A link in /proc without the kernel's ` (deleted)`; null where it cannot be read. */
function readLink(path) {
    try {
        return withoutMark((0,external_node_fs_.readlinkSync)(path));
    }
    catch {
        // Gone meanwhile, a kernel thread, or another user's: no sign, no conclusion.
        return null;
    }
}
function withoutMark(path) {
    return path.endsWith(' (deleted)') ? path.slice(0, -' (deleted)'.length) : path;
}

// EXTERNAL MODULE: ./lib/host/measuring.js
var measuring = __nccwpck_require__(5633);
;// CONCATENATED MODULE: ./lib/host/inhabitants.js









/** Slots are in use when they are mounted themselves, in part, or with their run dir; a mounted root proves nothing. */
function isSlotUsed(mounted, slot) {
    if (mounted.split('/').length < naming/* SLOT_DEPTH */.xl - 1)
        return false;
    return (0,host_mounts/* isAtOrBelow */.a5)(mounted, slot) || (0,host_mounts/* isAtOrBelow */.a5)(slot, mounted);
}
/**
 * Looks for processes that have their working directory, program, arguments or an open file in one
 * of these slots, or whose mount namespace has one of them (or its run dir) mounted.
 *
 * Paths in /proc are those of the process's own mount namespace, so they are read against the
 * mounts of that namespace: a container's `/workspace/target` is found as the slot it is.
 * What cannot be read of other users' processes is passed over: no sign, no conclusion. Their mounts
 * and arguments may be read by anybody, so a container that root started is seen without docker.
 */
function scanProcesses(rootRealPath, slots, isUsed = isSlotUsed) {
    const wanted = new Set(slots);
    const bySlot = new Map(slots.map((slot) => [slot, []]));
    const veiled = new Map();
    try {
        const sights = new MountSights(rootRealPath);
        for (const pid of (0,processes/* listProcesses */.O3)()) {
            if (pid !== process.pid)
                lookAt(pid, { wanted, bySlot, veiled, isUsed, sights });
        }
    }
    catch (error) {
        return { bySlot, veiled: [], failure: `/proc cannot be read (${(0,guard_error/* messageOf */.bD)(error)})` };
    }
    return { bySlot, veiled: [...veiled.values()], failure: null };
}
function lookAt(pid, scan) {
    if ((0,try_locks/* isTryingLocks */.w)(pid))
        return;
    for (let looks = 0; looks < LOOKS_AT_MOST; looks += 1) {
        const shown = shownBy(pid);
        if (shown === null ? hasEnded(pid) : lookThere(pid, shown, scan))
            return;
    }
}
/** While a thread of it calls exec(2) a process is nowhere to be seen, and then under another number. */
const LOOKS_AT_MOST = 20;
/** Whether it is a kernel thread, or dead, and not amid an exec(2) of another than its first thread. */
function hasEnded(pid) {
    return (0,processes/* threadsOf */.Dm)(pid).length < 2 && programOf(`${pid}`) === null;
}
/** Looks at what a process shows there; false where it did not show all of it for as long as that took. */
function lookThere(pid, shown, scan) {
    const directory = readLink(`/proc/${shown.at}/cwd`);
    const uses = usesOf(pid, { ...shown, directory }, scan);
    if (uses.size === 0)
        return shown.program === '' || (directory !== null && programOf(shown.at) !== null);
    if (isMeasuring(pid))
        return true;
    for (const [slot, use] of uses) {
        scan.bySlot.get(slot)?.push({ kind: 'process', what: `pid ${pid} (${commandOf(pid)}) ${use}` });
    }
    return true;
}
/** The slots that a process lives in, with what shows it. */
function usesOf(pid, shown, scan) {
    const uses = new Map();
    const sight = scan.sights.of(shown.at);
    if (sight === null || sight.views.length === 0)
        return uses;
    const { views, namespace } = sight;
    for (const { path, how } of pathsOf(pid, shown)) {
        for (const slot of slotsAt(path, views, scan.wanted)) {
            if (!uses.has(slot))
                uses.set(slot, `${how} ${path}`);
        }
    }
    if (!sight.isOwn) {
        for (const slot of mountedSlots(views, scan)) {
            if (!uses.has(slot))
                uses.set(slot, 'runs in a container that mounts it');
        }
        if (!sight.isWhole && isHidden(shown.at)) {
            const what = `pid ${pid} (${commandOf(pid)})`;
            scan.veiled.set(namespace, { what, mounted: views.map(({ inRoot }) => inRoot) });
        }
    }
    return uses;
}
const MEASURERS = new Set(['du', 'ionice', 'nice', 'sh']);
/**
 * Whether it is a du(1) that a reaper, a keeper or a report of ours has started: it reads, and ends by
 * itself. What another user's process has in its environment only root can tell.
 */
function isMeasuring(pid) {
    if (!MEASURERS.has(commandOf(pid)))
        return false;
    try {
        return (0,external_node_fs_.readFileSync)(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${measuring/* MEASURING */.cj}=1`);
    }
    catch {
        return false;
    }
}
/** The slots that a path lies in: of slots, one at most; other places may lie in each other. */
function slotsAt(path, views, wanted) {
    const found = new Set();
    for (const view of views) {
        if (!(0,host_mounts/* isAtOrBelow */.a5)(path, view.point))
            continue;
        const parts = (0,host_mounts/* join */.fj)(`/${view.inRoot}`, (0,host_mounts/* relative */.V8)(path, view.point)).split('/').filter(Boolean);
        for (let depth = parts.length; depth >= 0; depth -= 1) {
            const place = parts.slice(0, depth).join('/');
            if (wanted.has(place))
                found.add(place);
        }
    }
    return [...found];
}
function mountedSlots(views, { wanted, isUsed }) {
    return [...wanted].filter((slot) => views.some(({ inRoot }) => isUsed(inRoot, slot)));
}
/** Every path by which a process may hold something, with the verb that goes before it. */
function* pathsOf(pid, { at, program, directory }) {
    const folder = `/proc/${at}`;
    if (directory !== null)
        yield { path: directory, how: 'works in' };
    if (program !== '')
        yield { path: program, how: 'runs' };
    for (const file of openFiles(folder))
        yield { path: file, how: 'has open' };
    // Whoever started this process may have named the place to it, as sudo and shells do.
    if (ancestors().has(pid))
        return;
    for (const word of argumentsOf(folder, program !== '')) {
        const start = word.indexOf('/');
        if (start >= 0)
            yield { path: word.slice(start), how: 'is called with' };
    }
}
/** The processes that this one was started by. */
function ancestors() {
    if (ownAncestors !== null)
        return ownAncestors;
    ownAncestors = new Set();
    for (let pid = process.ppid; pid > 1 && !ownAncestors.has(pid);) {
        ownAncestors.add(pid);
        const found = (0,processes/* readProcess */.Wv)(pid);
        pid = typeof found === 'string' ? 0 : found.parent;
    }
    return ownAncestors;
}
/** Read once: they stay the same but for those that end. */
let ownAncestors = null;
function commandOf(pid) {
    const found = (0,processes/* readProcess */.Wv)(pid);
    return typeof found === 'string' ? found : found.command;
}

// EXTERNAL MODULE: ./lib/host/former-paths.js
var former_paths = __nccwpck_require__(4512);
// EXTERNAL MODULE: ./lib/host/keeper-lock.js
var keeper_lock = __nccwpck_require__(1168);
// EXTERNAL MODULE: ./lib/host/leases.js
var host_leases = __nccwpck_require__(7847);
// EXTERNAL MODULE: ./lib/host/leftovers.js
var host_leftovers = __nccwpck_require__(1758);
// EXTERNAL MODULE: ./lib/host/slots.js
var host_slots = __nccwpck_require__(5647);
// EXTERNAL MODULE: ./lib/host/trash.js
var trash = __nccwpck_require__(5920);
;// CONCATENATED MODULE: ./lib/steps/observe.js
















/**
 * Reads the root, without looking into any slot.
 *
 * @param adopted paths relative to the root that an administrator gives up for deletion
 */
function observe(root, self, scope, adopted = []) {
    // After the leases: a slot that is made meanwhile has its lease before.
    const { inventory, ...seen } = observeLeases(root, self, scope);
    const { moment, leases, leftovers } = seen;
    const unfinished = [
        ...leftovers.map((name) => `leases/${name}`),
        ...(0,host_leftovers/* listUnfinished */.s)(root, moment.wallMs),
    ];
    if (scope !== 'host') {
        return { moment, leases, foreign: [], orphanedLinks: [], leftovers: unfinished };
    }
    const all = inventory ?? (0,host_slots/* listSlots */.QY)(root);
    const former = sortFormer(root, all.slots);
    const slots = all.slots.filter((slot) => !former.known.has(slot));
    const foreign = findForeign(root, { ...all, slots }, leases, adopted);
    return { moment, leases, foreign, orphanedLinks: former.orphaned, leftovers: unfinished };
}
/** Reads the leases alone: all of the root's, or those of one runner. */
function observeLeases(root, self, scope) {
    const moment = (0,boot/* readMoment */.T$)();
    const prefix = scope === 'own' ? (0,naming/* runnerPrefix */.Lm)(self.runnerKey ?? '') : '';
    const { records, leftovers } = (0,host_leases/* readLeases */.Mw)(root, prefix, moment.wallMs);
    // A lease that cannot be read does not say where its slot is.
    const inventory = records.some((record) => record.slot === null) ? (0,host_slots/* listSlots */.QY)(root) : null;
    const byId = new Map((inventory?.slots ?? []).map((slot) => [idOf(slot), slot]));
    const mounts = (0,host_mounts/* readMounts */.bq)();
    const ended = rememberEnded();
    const leases = records.map((record) => {
        const slot = record.slot ?? byId.get(record.id) ?? null;
        return observeLease(root, { ...record, slot }, self, mounts, ended);
    });
    return { moment, leases, leftovers, inventory };
}
/** Which of these are former paths of slots that were handed down, and which of them lead nowhere. */
function sortFormer(root, slots) {
    const found = { known: new Set(), orphaned: [] };
    for (const slot of slots) {
        const heir = (0,former_paths/* heirOf */.mw)(root, slot);
        // A link to anything but a slot of this root is somebody else’s, and is reported as foreign.
        if (heir === null || !(0,naming/* isSlotPath */.wS)(heir))
            continue;
        found.known.add(slot);
        if ((0,host_slots/* findSlot */.q3)(root, heir) === 'missing')
            found.orphaned.push({ path: slot, heir });
    }
    return found;
}
function idOf(slot) {
    return (0,naming/* leaseIdOfSlot */.T1)(slot.slice(slot.lastIndexOf('/') + 1)) ?? '';
}
function observeLease(root, record, self, mounts, ended) {
    const { slot } = record;
    return {
        record,
        owner: (0,evidence/* judgeOwner */.l)(record, sightOf(record, self, ended), self),
        slot: slot === null ? 'missing' : (0,host_slots/* findSlot */.q3)(root, slot),
        mounts: slot === null ? [] : (0,host_mounts/* mountsWithin */.ec)(`${root.realPath}/${slot}`, mounts),
    };
}
/** Remembers the answers for the length of one pass: each is a look at every process. */
function rememberEnded() {
    const known = new Map();
    return (namespace) => {
        const answer = known.get(namespace) ?? (0,processes/* isNamespaceGone */.l7)(namespace);
        known.set(namespace, answer);
        return answer;
    };
}
/** How the owner is found; a process can be looked for in this boot and pid namespace only. */
function sightOf({ lease, state }, self, ended) {
    const unseen = { worker: null, namespaceIsGone: false };
    const owner = lease?.owner;
    if (owner === undefined || state === 'ended' || owner.bootId !== self.bootId)
        return unseen;
    if (owner.pidNamespace !== self.pidNamespace) {
        return { worker: null, namespaceIsGone: ended(owner.pidNamespace) };
    }
    return { worker: owner.worker === null ? null : (0,processes/* stateOf */.L4)(owner.worker), namespaceIsGone: false };
}
function findForeign(root, inventory, leases, adopted) {
    const leased = new Set(leases.map((each) => each.record.id));
    // A slot that was made after the leases were read has a lease by now; one in the trash is gone.
    const without = inventory.slots.filter((slot) => {
        const id = idOf(slot);
        return !leased.has(id) && !(0,trash/* isInTrash */.O2)(root, id) && (0,host_leases/* findLease */.G0)(root, id) === null;
    });
    return [
        ...without.map((path) => ({
            path,
            why: 'it looks like a slot, but has no lease',
            adopted: adopted.includes(path),
        })),
        ...inventory.odd.map((path) => ({
            path,
            why: 'it is not target-guard’s: it has no slot’s name',
            adopted: false,
        })),
    ];
}
/** Looks who lives in these slots; only those that would go are worth the look. */
async function lookInto(root, places, self, environment) {
    if (places.length === 0)
        return new Map();
    const slots = places.map((place) => place.slot);
    // Docker and the program that tries the locks answer while this process reads /proc.
    const asked = listContainers(environment);
    const tried = probeCargoLocks(slots.map((slot) => `${root.realPath}/${slot}`));
    const keepers = (0,keeper_lock/* findKeepers */.Jc)(root, places.flatMap(({ lease = null }) => (lease === null ? [] : [lease])));
    await (0,promises_.setImmediate)();
    const processes = scanProcesses(root.realPath, slots);
    const [answer, locks, kept] = await Promise.all([asked, tried, keepers]);
    const searches = {
        rootPaths: [...new Set([root.path, root.realPath])],
        cargoLocks: new Map([...locks].map(([path, found]) => [path.slice(root.realPath.length + 1), found])),
        processes,
        kept,
        containers: {
            // The container this process runs in has every mount of its job: no news of other jobs.
            list: answer.kind === 'answered'
                ? answer.containers.filter((each) => !isSame(each.id, self.container))
                : [],
            failure: answer.kind === 'silent' ? `docker does not answer (${answer.why})` : null,
        },
    };
    return new Map(places.map((place) => [place.slot, occupancyOf(place, searches)]));
}
/** A container knows itself by its full id or by its hostname, which is the beginning of it. */
function isSame(id, own) {
    return own !== null && own !== '' && id.startsWith(own);
}


/***/ }),

/***/ 6357:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  I: () => (/* binding */ pass),
  e: () => (/* binding */ plan)
});

// EXTERNAL MODULE: external "node:perf_hooks"
var external_node_perf_hooks_ = __nccwpck_require__(643);
// EXTERNAL MODULE: ./lib/plan/reclaim.js
var reclaim = __nccwpck_require__(9060);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __nccwpck_require__(8500);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/host/reserve.js
var reserve = __nccwpck_require__(858);
// EXTERNAL MODULE: ./lib/host/root.js + 2 modules
var host_root = __nccwpck_require__(2063);
;// CONCATENATED MODULE: ./lib/host/host-lock.js






/** A pass waits no longer than this, then goes on without the lock. */
const WAIT_MS = 5000;
/** A holder is gone after this; renames take milliseconds. */
const STALE_MS = 20_000;
/** Whoever owns the root may put a link in the lock’s place while it is held: no time is set elsewhere. */
const WITHOUT_LINKS = { ...external_node_fs_, utimes: external_node_fs_.lutimes };
const OPTIONS = {
    fs: WITHOUT_LINKS,
    realpath: false,
    stale: STALE_MS,
    update: STALE_MS / 2,
    // A stolen lock only costs speed; the default would end the process in the middle of a rename.
    onCompromised: () => { },
};
/**
 * Does work while holding the host lock, or without it when it cannot be had in time.
 *
 * The lock keeps passes from doing the same work twice; no safety rests on it (proper-lockfile can
 * grant to two, and cannot grant at all on a full disk). So the work must be right without it.
 */
async function withHostLock(root, work) {
    const asked = external_node_perf_hooks_.performance.now();
    const granted = await acquire(root);
    const started = external_node_perf_hooks_.performance.now();
    const waitedMs = started - asked;
    const { gaveReserve } = granted;
    if ('problem' in granted) {
        return { value: work(), waitedMs, heldMs: null, problem: granted.problem, gaveReserve };
    }
    try {
        const value = work();
        return { value, waitedMs, heldMs: external_node_perf_hooks_.performance.now() - started, problem: null, gaveReserve };
    }
    finally {
        await granted.release();
    }
}
/** Loaded when it is needed: most passes have nothing to rename. */
async function loadLocking() {
    return (await __nccwpck_require__.e(/* import() */ 648).then(__nccwpck_require__.t.bind(__nccwpck_require__, 3648, 19))).default;
}
/** Waits for a holder, and for nobody else: a lock that cannot be made at all is not tried again. */
async function acquire(root) {
    const lockfile = await loadLocking();
    const until = external_node_perf_hooks_.performance.now() + WAIT_MS;
    let gaveReserve = false;
    for (let pauseMs = 10;; pauseMs = Math.min(pauseMs * 1.3, 250)) {
        try {
            const release = await lockfile.lock((0,host_root/* controlPath */.XL)(root, 'host.lock'), OPTIONS);
            return { release: async () => release().catch(ignoreLost), gaveReserve };
        }
        catch (error) {
            if ((0,guard_error/* isNoSpace */.YV)(error) && !gaveReserve && (0,reserve/* releaseReserve */.gO)(root)) {
                gaveReserve = true;
                continue;
            }
            if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ELOCKED')
                return { problem: (0,guard_error/* messageOf */.bD)(error), gaveReserve };
            if (external_node_perf_hooks_.performance.now() + pauseMs > until) {
                return { problem: `the host lock was not granted within ${WAIT_MS} ms`, gaveReserve };
            }
            await (0,promises_.setTimeout)(pauseMs * (0.5 + Math.random()));
        }
    }
}
/** A lock that somebody broke cannot be given back, and needs not be. */
function ignoreLost() { }

// EXTERNAL MODULE: ./lib/host/keeper.js + 2 modules
var keeper = __nccwpck_require__(8811);
// EXTERNAL MODULE: ./lib/host/heartbeat-file.js
var heartbeat_file = __nccwpck_require__(2121);
// EXTERNAL MODULE: ./lib/report/heartbeat.js
var report_heartbeat = __nccwpck_require__(2334);
// EXTERNAL MODULE: ./lib/report/actions.js
var report_actions = __nccwpck_require__(8565);
// EXTERNAL MODULE: ./lib/steps/apply.js
var apply = __nccwpck_require__(6551);
// EXTERNAL MODULE: ./lib/steps/heartbeat-of.js
var heartbeat_of = __nccwpck_require__(4089);
// EXTERNAL MODULE: ./lib/steps/observe.js + 8 modules
var observe = __nccwpck_require__(2549);
// EXTERNAL MODULE: ./lib/steps/reap.js + 2 modules
var reap = __nccwpck_require__(2587);
;// CONCATENATED MODULE: ./lib/steps/pass.js












/** What a pass would do, and the view it was planned on; touches nothing. */
async function plan(request, runtime) {
    const { root, self, scope, retention, adopted } = request;
    const view = (0,observe/* observe */.lB)(root, self, scope, adopted);
    const chosen = (0,reclaim/* candidates */.Xi)(view.leases, retention, view.moment);
    const places = [...chosen.flatMap(placeOf), ...adoptedPlaces(view)];
    const bySlot = await (0,observe/* lookInto */.OW)(root, places, self, runtime.environment);
    const occupancies = new Map(places.map((place) => [place.key, bySlot.get(place.slot) ?? { inhabitants: [], unknown: [] }]));
    return { view, actions: (0,reclaim/* planPass */.hJ)(view, chosen, occupancies) };
}
function placeOf({ lease: { record, slot, mounts } }) {
    if (record.slot === null || slot !== 'present' || mounts.length > 0)
        return [];
    const container = record.lease?.owner.container ?? null;
    const lease = record.state === 'live' ? record.id : null;
    return [{ key: record.id, slot: record.slot, container, lease }];
}
function adoptedPlaces(view) {
    return view.foreign
        .filter((each) => each.adopted)
        .map(({ path }) => ({ key: path, slot: path, container: null }));
}
/** Those that may be all that is left of a job: a stopped one would keep its slot for ever. */
function wakeKeepers(root, view, actions) {
    const dead = new Set(view.leases
        .filter(({ record, owner }) => record.state === 'live' && owner.kind === 'dead')
        .map(({ record }) => record.id));
    for (const action of actions) {
        if (action.kind === 'keep' && dead.has(action.id))
            (0,keeper/* wakeKeeper */.Rx)(root, action.id);
    }
}
function tryToFinishAdoptions(root, { voice }) {
    try {
        (0,apply/* finishAdoptions */.n6)(root);
    }
    catch (error) {
        voice.warning(`Empty directories above an adopted slot were not removed (${(0,guard_error/* messageOf */.bD)(error)}); the next sweep ` +
            'tries again.');
    }
}
/**
 * One pass: observe, plan, apply, and a heartbeat of it.
 *
 * The lock is taken only when there is something to rename, and held only for that. A pass without
 * the lock is right too; one that waited in vain says so.
 */
async function pass(request, runtime) {
    const started = external_node_perf_hooks_.performance.now();
    const { root, ways, dryRun } = request;
    const { view, actions } = await plan(request, runtime);
    let applied = { retired: [], failures: [] };
    let lock = null;
    if (!dryRun && (0,apply/* changesAnything */.gR)(actions)) {
        const { value, gaveReserve, ...times } = await withHostLock(root, () => (0,apply/* apply */.Bb)(root, actions, ways));
        applied = await (0,apply/* finishInPlace */.yo)(root, value);
        lock = times;
        if (gaveReserve) {
            runtime.voice.warning('The disk is full: the reserve was given back for the host lock.');
        }
        if (times.problem !== null) {
            runtime.voice.warning(`The host lock could not be had (${times.problem}); the pass went on without it, which is ` +
                'safe. Look at what lies at host.lock.lock in the root’s .target-guard if this stays so.');
        }
    }
    if (!dryRun)
        wakeKeepers(root, view, actions);
    if (!dryRun && request.scope === 'host')
        tryToFinishAdoptions(root, runtime);
    const reaped = request.deletes === 'now' && !dryRun ? await (0,reap/* tellAndReap */.Pm)(root, ways) : null;
    const seconds = (external_node_perf_hooks_.performance.now() - started) / 1000;
    const heartbeat = (0,heartbeat_of/* heartbeatOf */.W)(request, { view, actions, applied, lock, reaped, seconds });
    const isNoted = tryToNote(root, heartbeat);
    for (const { action, why } of applied.failures) {
        runtime.voice.warning(`Not done: ${(0,report_actions/* describeAction */.u7)(action)} (${why})`);
    }
    return { ...applied, actions, heartbeat, reaped, isNoted };
}
/** Who looks at the disk next may make the room that it needs: nothing is said yet. */
function tryToNote(root, heartbeat) {
    try {
        (0,heartbeat_file/* writeHeartbeatText */.hJ)(root, (0,report_heartbeat/* encodeHeartbeat */.Vm)(heartbeat));
        return true;
    }
    catch {
        return false;
    }
}


/***/ }),

/***/ 2587:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  qz: () => (/* binding */ tell),
  Pm: () => (/* binding */ tellAndReap)
});

// UNUSED EXPORTS: emptyTrash, reap

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./lib/host/privilege.js
var privilege = __nccwpck_require__(3457);
// EXTERNAL MODULE: ./lib/host/deletion.js + 1 modules
var deletion = __nccwpck_require__(658);
// EXTERNAL MODULE: ./lib/host/trash.js
var trash = __nccwpck_require__(5920);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/steps/tell-history.js
var tell_history = __nccwpck_require__(6625);
// EXTERNAL MODULE: ./lib/plan/snapshot.js
var snapshot = __nccwpck_require__(1759);
// EXTERNAL MODULE: ./lib/host/leases.js
var leases = __nccwpck_require__(7847);
// EXTERNAL MODULE: ./lib/host/sizes.js + 1 modules
var sizes = __nccwpck_require__(6234);
// EXTERNAL MODULE: ./lib/host/snapshots.js
var snapshots = __nccwpck_require__(9747);
// EXTERNAL MODULE: ./lib/host/seeding.js
var seeding = __nccwpck_require__(7241);
;// CONCATENATED MODULE: ./lib/steps/keep-budget.js






/** Walking a tree takes a while; what is not measured by then is left to the next one. */
const MEASURE_MS = 60_000;
/**
 * Keeps the snapshots within their budget, and takes away what a killed seeding left; never on a job's
 * critical path, since it measures what is new.
 *
 * @param budgetBytes for all snapshots of the root
 */
async function keep_budget_keepBudget(root, budgetBytes) {
    const budgeted = { evicted: [], left: [] };
    for (const id of listSeeding(root)) {
        // Its own job may be at it for as long as it lives, and publishes when its lease has ended.
        if (findLease(root, id)?.state === 'live')
            continue;
        await unlessLeft(budgeted, `seeding/${id}`, async () => discardLeftSeeding(root, id));
    }
    for (const snapshot of overBudget(await measured(root), budgetBytes)) {
        const path = `${snapshot.name.repository}/${snapshot.name.key}`;
        const isEvicted = await unlessLeft(budgeted, `snapshots/${path}`, () => evict(root, snapshot));
        if (isEvicted === true)
            budgeted.evicted.push(path);
    }
    return budgeted;
}
/** One that cannot be taken away keeps no other from going. */
async function unlessLeft({ left }, id, take) {
    try {
        return await take();
    }
    catch (error) {
        left.push({ id, why: messageOf(error) });
        return null;
    }
}
/** The snapshots as they are when what nobody had measured has been. */
async function measured(root) {
    const fresh = listSnapshots(root).filter(({ bytes }) => bytes === null);
    const sizes = await measureTrees(fresh.map(({ name }) => folderOf(root, name)), MEASURE_MS);
    const found = new Map();
    for (const each of fresh) {
        const bytes = sizes.get(folderOf(root, each.name));
        if (bytes === undefined)
            continue;
        found.set(identify(each), bytes);
        tryToNoteBytes(root, each, bytes);
    }
    // Others have been published meanwhile, and used.
    return listSnapshots(root).map((each) => {
        const { name, snapshot, usedMs, hits } = each;
        const bytes = each.bytes ?? found.get(identify(each)) ?? null;
        return { name, snapshot, usedMs, hits, bytes };
    });
}
/** Where there is no room for that, eviction is needed most; the next one measures again. */
function tryToNoteBytes(root, snapshot, bytes) {
    try {
        noteBytes(root, snapshot, bytes);
    }
    catch {
        return;
    }
}

// EXTERNAL MODULE: ./lib/steps/record-metrics.js + 4 modules
var record_metrics = __nccwpck_require__(7897);
// EXTERNAL MODULE: ./lib/host/history.js + 1 modules
var host_history = __nccwpck_require__(3007);
// EXTERNAL MODULE: ./lib/host/root.js + 2 modules
var host_root = __nccwpck_require__(2063);
;// CONCATENATED MODULE: ./lib/steps/trash-sizes.js




/** Only jobs that were killed have left no size anywhere. */
const trash_sizes_MEASURE_MS = 30_000;
/** By what the history tells of jobs and the budget of snapshots; what neither knows is measured. */
function rememberSizes(root) {
    const known = knownSizes(root);
    return async (id) => known(id) ?? (await (0,sizes/* measureTree */.JP)((0,host_root/* controlName */.Fu)(root, 'trash', id), trash_sizes_MEASURE_MS))?.bytes ?? 0;
}
/** The same without measuring; null where neither knows. */
function knownSizes(root) {
    let told = null;
    return (id) => {
        told ??= readTold(root);
        return told.get(id) ?? (0,snapshots/* bytesInTrash */.XE)(root, id);
    };
}
/** Whatever is wrong with the history, the trash goes. */
function readTold(root) {
    try {
        const lines = (0,host_history/* readHistory */.Lu)(root);
        return new Map(lines.flatMap(({ id, bytes }) => (bytes === null ? [] : [[id, bytes]])));
    }
    catch {
        return new Map();
    }
}

;// CONCATENATED MODULE: ./lib/steps/reap.js









/** Keeps the snapshots within their budget, and empties the trash with the helpers that are set. */
async function emptyTrash(root, settings, runtime) {
    const left = await tryToKeepBudget(root, settings);
    const reaped = await tellAndReap(root, helpers(settings));
    await recordReclaimed(root, reaped.deletedBytes, runtime);
    return { ...reaped, busy: [...left, ...reaped.busy] };
}
/** Whatever is wrong with the snapshots, the trash goes: there may be no room without that. */
async function tryToKeepBudget(root, { snapshotMaxBytes }) {
    try {
        return (await keepBudget(root, snapshotMaxBytes)).left;
    }
    catch (error) {
        return [{ id: 'snapshots', why: messageOf(error) }];
    }
}
/**
 * Empties the trash, and tells the history of jobs that have ended: before it of those whose slots are
 * about to go, after it of the others, for whom no space has to wait.
 */
async function tellAndReap(root, ways) {
    const before = await tell(root, 'trash');
    const reaped = await reap(root, ways);
    const after = await tell(root, 'all');
    return { ...reaped, untold: [...new Set([...before, ...after])] };
}
/** As `tellHistory` does; whatever it meets, the trash goes. */
async function tell(root, which, withinMs) {
    try {
        return await (0,tell_history/* tellHistory */.oS)(root, which, withinMs);
    }
    catch (error) {
        return [(0,guard_error/* messageOf */.bD)(error)];
    }
}
/**
 * What takes time is the kernel's work for each file. Two rm need little more than half the time of
 * one where a second processor is idle, and the same where none is; more would be in builds' way.
 */
const AT_ONCE = 2;
/**
 * Empties the trash. Several reapers may run at once: each entry is one's alone while it lasts.
 *
 * What has come into the trash meanwhile is taken too; what cannot be deleted is tried once.
 */
async function reap(root, ways) {
    const before = freeBytes(root);
    const reaped = {
        deleted: [],
        busy: [],
        quarantined: [],
        reclaimedBytes: 0,
        deletedBytes: 0,
    };
    const known = rememberSizes(root);
    const tried = new Set();
    for (let fresh = untried(root, tried); fresh.length > 0; fresh = untried(root, tried)) {
        for (const id of fresh)
            tried.add(id);
        const waiting = fresh.values();
        const reaper = async () => {
            for (const id of waiting)
                await reapEntry(root, id, { ways, known }, reaped);
        };
        await Promise.all(Array.from({ length: AT_ONCE }, reaper));
    }
    const after = freeBytes(root);
    reaped.reclaimedBytes = before === null || after === null ? 0 : Math.max(0, after - before);
    return reaped;
}
function untried(root, tried) {
    return (0,trash/* listTrash */.hQ)(root)
        .map((entry) => entry.id)
        .filter((id) => !tried.has(id));
}
async function reapEntry(root, id, { ways, known }, reaped) {
    try {
        const bytes = await known(id);
        const outcome = await (0,deletion/* deleteEntry */.KB)(root, id, ways);
        switch (outcome.kind) {
            case 'deleted':
                (0,trash/* forgetEntry */.gp)(root, id);
                reaped.deleted.push(id);
                reaped.deletedBytes += bytes;
                return;
            case 'busy':
                reaped.busy.push({ id, why: outcome.why });
                return;
            case 'stuck': {
                const { why, command } = outcome;
                (0,trash/* quarantine */.tW)(root, id, { reason: why, command });
                reaped.quarantined.push({ id, why, command });
                return;
            }
            default:
                outcome;
        }
    }
    catch (error) {
        reaped.busy.push({ id, why: (0,guard_error/* messageOf */.bD)(error) });
    }
}
/** Null where it cannot be read: the trash goes all the same. */
function freeBytes(root) {
    try {
        const { bavail, bsize } = (0,external_node_fs_.statfsSync)(root.path);
        return bavail * bsize;
    }
    catch {
        return null;
    }
}


/***/ }),

/***/ 7897:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  H: () => (/* binding */ recordMetrics),
  C: () => (/* binding */ recordReclaimed)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(3024);
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
// EXTERNAL MODULE: ./lib/host/kernel-lock.js
var kernel_lock = __nccwpck_require__(3977);
// EXTERNAL MODULE: ./lib/host/root.js + 2 modules
var host_root = __nccwpck_require__(2063);
// EXTERNAL MODULE: ./lib/host/size-samples.js
var size_samples = __nccwpck_require__(4015);
// EXTERNAL MODULE: ./lib/host/small-file.js
var small_file = __nccwpck_require__(2100);
// EXTERNAL MODULE: ./lib/host/snapshots.js
var host_snapshots = __nccwpck_require__(9747);
// EXTERNAL MODULE: ./lib/host/trash.js
var host_trash = __nccwpck_require__(5920);
// EXTERNAL MODULE: ./lib/host/waiting.js
var waiting = __nccwpck_require__(7893);
// EXTERNAL MODULE: ./lib/host/heartbeat-file.js
var heartbeat_file = __nccwpck_require__(2121);
// EXTERNAL MODULE: ./lib/report/heartbeat.js
var heartbeat = __nccwpck_require__(2334);
;// CONCATENATED MODULE: ./lib/report/samples.js
const LINE = /^([a-z_]+)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? ([0-9.e+-]+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;
/** The samples of a file, as far as they can be understood. */
function samples(text) {
    return text.split('\n').flatMap((line) => {
        const [, name, labels, value] = LINE.exec(line) ?? [];
        if (name === undefined || value === undefined || !Number.isFinite(Number(value)))
            return [];
        const pairs = [...(labels ?? '').matchAll(LABEL)];
        return [
            {
                name,
                labels: Object.fromEntries(pairs.map(([, key = '', content = '']) => [key, samples_unescape(content)])),
                value: Number(value),
            },
        ];
    });
}
function samples_unescape(content) {
    return content.replaceAll(/\\(.)/g, (_, letter) => (letter === 'n' ? '\n' : letter));
}

;// CONCATENATED MODULE: ./lib/report/metrics.js

const PREFIX = 'target_guard_';
const DISK = ['role', 'mount'];
const COUNTERS = {
    passes: `${PREFIX}passes_total`,
    jobs: `${PREFIX}jobs_total`,
    seeds: `${PREFIX}seeds_total`,
    reclaimed: `${PREFIX}reclaimed_bytes_total`,
    lockWait: `${PREFIX}host_lock_wait_seconds_total`,
};
const LEVELS = ['ok', 'low', 'critical'];
/** Loads what writing takes: before a lock is taken, since it takes longer than the writing. */
async function loadMetrics() {
    await __nccwpck_require__.e(/* import() */ 222).then(__nccwpck_require__.t.bind(__nccwpck_require__, 5222, 19));
}
/**
 * The metrics file, in the Prometheus text format (by prom-client).
 *
 * @param before the file as it was: its counters go on counting, whichever process wrote them
 */
async function metricsText(facts, before) {
    // Loaded when there is something to write: it takes longer than all of a quiet pass.
    const { Registry, Gauge, Counter } = await __nccwpck_require__.e(/* import() */ 222).then(__nccwpck_require__.t.bind(__nccwpck_require__, 5222, 19));
    const registry = new Registry();
    const gauge = (name, help, labelNames = []) => new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers: [registry] });
    const counter = (name, help, labelNames = []) => new Counter({ name, help, labelNames, registers: [registry] });
    const free = gauge('disk_free_bytes', 'Bytes free for ordinary users.', DISK);
    const total = gauge('disk_size_bytes', 'Size of the file system.', DISK);
    const freeInodes = gauge('disk_free_inodes', 'Inodes free.', DISK);
    const allInodes = gauge('disk_size_inodes', 'Inodes of the file system.', DISK);
    const level = gauge('pressure_level', '1 for the level the disk is at.', [...DISK, 'level']);
    for (const disk of facts.disks) {
        const { role, mount } = disk;
        free.set({ role, mount }, disk.freeBytes);
        total.set({ role, mount }, disk.totalBytes);
        if (disk.freeInodes !== null)
            freeInodes.set({ role, mount }, disk.freeInodes);
        if (disk.totalInodes !== null)
            allInodes.set({ role, mount }, disk.totalInodes);
        for (const each of LEVELS)
            level.set({ role, mount, level: each }, each === disk.level ? 1 : 0);
    }
    gauge('slots', 'Slots in the root.').set(facts.slots);
    gauge('slots_bytes', 'Bytes in slots, as last measured.').set(facts.slotBytes);
    gauge('snapshots', 'Snapshots in the root.').set(facts.snapshots.many);
    gauge('snapshots_bytes', 'Bytes in snapshots, as measured.').set(facts.snapshots.bytes);
    gauge('waiting_jobs', 'Jobs that wait for room.').set(facts.waiting);
    const leases = gauge('leases', 'Leases by state.', ['state']);
    leases.set({ state: 'live' }, facts.leases.live);
    leases.set({ state: 'ended' }, facts.leases.ended);
    gauge('trash_entries', 'Slots out of service that are not deleted yet.').set(facts.trash);
    gauge('quarantined_entries', 'Entries of the trash that cannot be deleted.').set(facts.quarantined);
    gauge('blocked_slots', 'Slots that should go and cannot.').set(facts.blocked);
    const passes = counter(COUNTERS.passes, 'Passes by scope and result.', ['scope', 'result']);
    const jobs = counter(COUNTERS.jobs, 'Ended jobs by result.', ['result']);
    const seeds = counter(COUNTERS.seeds, 'Slots of ended jobs by their seed.', ['kind']);
    const reclaimed = counter(COUNTERS.reclaimed, 'Bytes deleted, or freed where room was made.');
    const lockWait = counter(COUNTERS.lockWait, 'Seconds waited for the host lock.');
    const last = gauge('last_pass_duration_seconds', 'Length of the last pass.', ['scope']);
    const when = gauge('last_pass_timestamp_seconds', 'When the last pass ended.', ['scope']);
    for (const { name, labels, value } of samples(before).filter(isOurs)) {
        if (name === COUNTERS.passes)
            passes.inc(labels, value);
        else if (name === COUNTERS.jobs)
            jobs.inc(labels, value);
        else if (name === COUNTERS.seeds)
            seeds.inc(labels, value);
        else if (name === COUNTERS.reclaimed)
            reclaimed.inc(value);
        else if (name === COUNTERS.lockWait)
            lockWait.inc(value);
        else if (name === `${PREFIX}last_pass_duration_seconds`)
            last.set(labels, value);
        else if (name === `${PREFIX}last_pass_timestamp_seconds`)
            when.set(labels, value);
    }
    if (facts.pass !== null) {
        const { scope, result, seconds, atMs } = facts.pass;
        passes.inc({ scope, result });
        last.set({ scope }, seconds);
        when.set({ scope }, atMs / 1000);
    }
    for (const result of facts.jobs)
        jobs.inc({ result });
    for (const kind of facts.seeds)
        seeds.inc({ kind });
    reclaimed.inc(facts.reclaimedBytes);
    lockWait.inc(facts.lockWaitSeconds ?? 0);
    return registry.metrics();
}
/** Labels of what goes on counting; anything else in the file was not written by us. */
const LABELS = {
    [COUNTERS.passes]: 'result,scope',
    [COUNTERS.jobs]: 'result',
    [COUNTERS.seeds]: 'kind',
    [COUNTERS.reclaimed]: '',
    [COUNTERS.lockWait]: '',
    [`${PREFIX}last_pass_duration_seconds`]: 'scope',
    [`${PREFIX}last_pass_timestamp_seconds`]: 'scope',
};
function isOurs({ name, labels, value }) {
    return LABELS[name] === Object.keys(labels).toSorted().join() && value >= 0;
}

// EXTERNAL MODULE: ./lib/steps/heartbeat-of.js
var heartbeat_of = __nccwpck_require__(4089);
// EXTERNAL MODULE: ./lib/plan/pressure.js
var pressure = __nccwpck_require__(8804);
// EXTERNAL MODULE: ./lib/host/disk.js
var disk = __nccwpck_require__(657);
;// CONCATENATED MODULE: ./lib/report/noted-disks.js


const ROLES = ['root', 'workspace', 'docker'];
/** The disks that a metrics file tells of, as far as they can be understood. */
function notedDisks(text) {
    const found = new Map();
    for (const { name, labels, value } of samples(text)) {
        const { role, mount, level } = labels;
        const key = JSON.stringify([role, mount]);
        const figures = found.get(key) ?? new Map();
        found.set(key, figures);
        figures.set(`${name.slice(PREFIX.length)}${level === undefined ? '' : ` ${level}`}`, value);
    }
    return [...found].flatMap(([key, figures]) => {
        const [role, mount] = JSON.parse(key);
        const known = ROLES.find((each) => each === role);
        const freeBytes = figures.get('disk_free_bytes');
        const totalBytes = figures.get('disk_size_bytes');
        if (known === undefined || typeof mount !== 'string')
            return [];
        if (freeBytes === undefined || totalBytes === undefined)
            return [];
        return [
            {
                role: known,
                mount,
                level: LEVELS.find((each) => figures.get(`pressure_level ${each}`) === 1) ?? 'ok',
                freeBytes,
                totalBytes,
                freeInodes: figures.get('disk_free_inodes') ?? null,
                totalInodes: figures.get('disk_size_inodes') ?? null,
            },
        ];
    });
}

;// CONCATENATED MODULE: ./lib/steps/metric-disks.js



/**
 * The disks of the host for the metrics: those that this process has looked at, and those that others
 * have, such as disks of other runners’ workspaces, as they are now. Nobody sees all of them, and a
 * series that comes and goes breaks alerts.
 *
 * @param text the metrics file as it was a moment ago
 * @returns what makes the disks of the file as it will be found
 */
async function metricDisks(root, { assessments, floors }, text, environment) {
    const own = assessments.flatMap((each) => disksOf(each, root));
    if (floors === null || isInJobContainer(environment)) {
        return (before) => merged(own.filter(isSameRoot(before)), notedDisks(before));
    }
    const asked = notedDisks(text).filter(({ role }) => role !== 'root');
    const { readings } = await (0,disk/* probeDisks */.N6)(root.path, asked.map(({ mount }) => mount));
    const there = readings.flatMap((reading) => reading.places.map(({ path, mount }) => ({ path, mount, seen: (0,pressure/* assess */.no)(reading, floors) })));
    const now = asked.flatMap(({ role, mount }) => {
        // What is not mounted there any more is a folder of another disk.
        const found = there.find((each) => each.path === mount && each.mount === mount);
        return found === undefined ? [] : [diskOf(role, mount, found.seen)];
    });
    const known = new Set(asked.map(nameOf));
    return (before) => {
        const later = notedDisks(before).filter((each) => each.role !== 'root' && !known.has(nameOf(each)));
        return merged(own, [...now, ...later]);
    };
}
/** There mount points are others: its own name for the root’s disk would be a second one. */
function isInJobContainer({ RUNNER_TEMP }) {
    return RUNNER_TEMP?.startsWith('/__w/') === true;
}
function isSameRoot(before) {
    const root = notedDisks(before).find(({ role }) => role === 'root');
    return ({ role, mount }) => role === 'root' && (root === undefined || root.mount === mount);
}
function disksOf(seen, root) {
    return seen.reading.places.map(({ path, mount }) => diskOf(roleOf(path, root), mount, seen));
}
function roleOf(path, root) {
    if (path === root.path)
        return 'root';
    return path === (0,disk/* dockerDirectory */.C2)() ? 'docker' : 'workspace';
}
function diskOf(role, mount, { level, reading }) {
    const { freeBytes, totalBytes, freeInodes, totalInodes } = reading;
    return { role, mount, level, freeBytes, totalBytes, freeInodes, totalInodes };
}
function nameOf({ role, mount }) {
    return `${role} ${mount}`;
}
/** Each once, and in one order: the first of a name counts. */
function merged(...lists) {
    const all = new Map(lists
        .flat()
        .toReversed()
        .map((each) => [nameOf(each), each]));
    return [...all.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, disk]) => disk);
}

;// CONCATENATED MODULE: ./lib/steps/record-metrics.js














const WAIT_SECONDS = 2;
/**
 * Replaces the metrics file, whole and at once. One process at a time adds to the counters; who is
 * not let in within two seconds leaves its share out rather than hold up a job.
 */
async function recordMetrics(root, { disks, ...counted }, { voice, environment }) {
    try {
        await loadMetrics();
        const path = (0,host_root/* controlPath */.XL)(root, 'metrics.prom');
        const disksFrom = await metricDisks(root, disks, (0,small_file/* readTextOrNull */.GR)(path) ?? '', environment);
        await (0,kernel_lock/* withKernelLock */.lv)((0,host_root/* controlPath */.XL)(root, 'metrics.lock'), WAIT_SECONDS, async () => {
            const before = (0,small_file/* readTextOrNull */.GR)(path) ?? '';
            (0,small_file/* replaceFile */.fR)(path, await metricsText(factsOf(root, counted, disksFrom(before)), before));
        });
    }
    catch (error) {
        voice.warning(`The metrics were not written (${(0,guard_error/* messageOf */.bD)(error)}).`);
    }
}
/** Adds what was deleted where no pass tells of it; the disks are told as they were. */
async function recordReclaimed(root, reclaimedBytes, runtime) {
    if (reclaimedBytes === 0)
        return;
    const disks = { assessments: [], floors: null };
    const nothing = { pass: null, jobs: [], seeds: [], lockWaitSeconds: null };
    await recordMetrics(root, { ...nothing, disks, reclaimedBytes }, runtime);
}
function factsOf(root, counts, disks) {
    const names = (0,external_node_fs_.readdirSync)((0,host_root/* controlPath */.XL)(root, 'leases'));
    const live = names.filter((name) => /^[0-9a-f]{24}\.json$/.test(name)).length;
    const ended = names.filter((name) => /^[0-9a-f]{24}\.ended$/.test(name)).length;
    const sampled = names.filter((name) => /^[0-9a-f]{24}\.size$/.test(name));
    const sizes = sampled.map((name) => (0,size_samples/* readSizeSample */.U_)(root, name.slice(0, 24))?.bytes ?? 0);
    const snapshots = (0,host_snapshots/* listSnapshots */.Cb)(root);
    const trash = (0,host_trash/* listTrash */.hQ)(root);
    return {
        ...counts,
        disks,
        slots: live + ended,
        slotBytes: sum(sizes),
        snapshots: { many: snapshots.length, bytes: sum(snapshots.map(({ bytes }) => bytes ?? 0)) },
        waiting: (0,waiting/* countWaiters */.jo)(root),
        leases: { live, ended },
        trash: trash.length,
        quarantined: trash.filter((entry) => entry.quarantine !== null).length,
        blocked: ((0,heartbeat/* parseHeartbeat */.CW)((0,heartbeat_file/* readHeartbeatText */.I9)(root))?.blocked ?? []).filter(({ path }) => path !== heartbeat_of/* ENDINGS */.J).length,
    };
}
function sum(values) {
    return values.reduce((total, value) => total + value, 0);
}


/***/ }),

/***/ 2639:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J5: () => (/* binding */ refused),
/* harmony export */   co: () => (/* binding */ REFUSED_TITLE),
/* harmony export */   fk: () => (/* binding */ RefusedError),
/* harmony export */   hX: () => (/* binding */ describeHolders),
/* harmony export */   jJ: () => (/* binding */ describeCritical)
/* harmony export */ });
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(29);
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2463);
/* harmony import */ var _host_sizes_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(6234);
/* harmony import */ var _report_actions_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(8565);
/* harmony import */ var _report_texts_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(4282);
/* harmony import */ var _observe_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2549);
/* harmony import */ var _pass_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(6357);







/** Thrown for a job that is turned away because of the host, not because of itself. */
class RefusedError extends _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GuardError */ .U$ {
}
const HOLDERS = 10;
const MEASURE_MS = 15_000;
/** The title of every annotation that tells a job it was turned away. */
const REFUSED_TITLE = 'Infrastructure, not your change';
/**
 * Why a job is turned away: the disk, its floor, and who holds it and why.
 *
 * Measuring walks the trees; it is done for a job that fails anyway, and has a limit in time. That they
 * cannot be told does not save it.
 */
async function describeHolders(root, self, settings, runtime) {
    try {
        return await listHolders(root, self, settings, runtime);
    }
    catch (error) {
        runtime.voice.warning(`Who holds the disk cannot be told (${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}).`);
        return [];
    }
}
async function listHolders(root, self, settings, runtime) {
    const { leases } = (0,_observe_js__WEBPACK_IMPORTED_MODULE_3__/* .observe */ .lB)(root, self, 'host');
    const slots = leases.flatMap(({ record, slot }) => record.slot !== null && slot === 'present' ? [record.slot] : []);
    const sizes = await (0,_host_sizes_js__WEBPACK_IMPORTED_MODULE_2__/* .measureTrees */ ._c)(slots.map((slot) => `${root.realPath}/${slot}`), MEASURE_MS);
    const { actions } = await (0,_pass_js__WEBPACK_IMPORTED_MODULE_4__/* .plan */ .e)({ root, self, scope: 'host', retention: settings }, runtime);
    return slots
        .map((slot) => ({ slot, bytes: sizes.get(`${root.realPath}/${slot}`) ?? null }))
        .toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
        .slice(0, HOLDERS)
        .map(({ slot, bytes }) => {
        const lease = leases.find((each) => each.record.slot === slot)?.record.lease ?? null;
        const action = actions.find((each) => 'slot' in each && each.slot === slot);
        const who = lease === null ? '' : ` of runner ${lease.owner.runner.name}`;
        const [owner, repository, key, run] = slot.split('/', _plan_naming_js__WEBPACK_IMPORTED_MODULE_1__/* .SLOT_DEPTH */ .xl);
        const where = `${owner ?? ''}/${repository ?? ''}, PR ${key ?? ''}, ${run ?? ''}`;
        const much = bytes === null ? 'not measured in time' : (0,_report_texts_js__WEBPACK_IMPORTED_MODULE_5__/* .size */ .Ej)(bytes);
        return `${much}: ${where}${who}; ${action === undefined ? slot : (0,_report_actions_js__WEBPACK_IMPORTED_MODULE_6__/* .describeAction */ .u7)(action)}`;
    });
}
/** One sentence for each disk below a floor. */
function describeCritical(assessments) {
    return assessments
        .filter((each) => each.level === 'critical')
        .map(({ reading, why }) => `The disk of ${reading.path} has ${why}.`)
        .join(' ');
}
/** The error of a job that is turned away. */
function refused(assessments, holders) {
    const list = holders.length === 0 ? '' : ` The largest holders:\n${holders.join('\n')}\n`;
    return new RefusedError(`${describeCritical(assessments)} The emergency pass could not free enough, so no build was started.${list}`, 'Make room on the host (“target-guard status” and “target-guard explain” show what holds it), then run the job again.');
}


/***/ }),

/***/ 25:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   eg: () => (/* binding */ runStep)
/* harmony export */ });
/* unused harmony exports runHook, REFUSED, exitCodeOf, inWords */
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(29);
/* harmony import */ var _refuse_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(2639);


/**
 * Runs one phase of the action: the one place that catches.
 *
 * @returns the exit code: 1 fails the step
 */
async function runStep(step, runtime) {
    try {
        await step(runtime);
        return 0;
    }
    catch (error) {
        say(error, runtime, '');
        return 1;
    }
}
/**
 * Runs a hook. A hook that fails would fail every job of the host, so whatever goes wrong is an
 * error annotation, and the job goes on without a slot; but a job that is turned away must fail.
 */
async function runHook(hook, runtime) {
    try {
        await hook(runtime);
    }
    catch (error) {
        if (error instanceof RefusedError) {
            say(error, runtime, '');
            return REFUSED;
        }
        say(error, runtime, ' The job goes on without a target dir of its own.');
    }
    return 0;
}
/** Exit code: refused for now, try later (EX_TEMPFAIL of sysexits.h). */
const REFUSED = 75;
const FAILED = 1;
const WRONG_USAGE = 2;
/** The exit code of a command that ended with this error. */
function exitCodeOf(error) {
    if (error instanceof RefusedError)
        return REFUSED;
    return error instanceof GuardError && error.usage ? WRONG_USAGE : FAILED;
}
function say(error, { voice }, addition) {
    const title = error instanceof _refuse_js__WEBPACK_IMPORTED_MODULE_1__/* .RefusedError */ .fk ? _refuse_js__WEBPACK_IMPORTED_MODULE_1__/* .REFUSED_TITLE */ .co : undefined;
    voice.error(`${inWords(error)}${addition}`, title);
}
/** What was thrown, for a person; what we did not foresee comes with its trace. */
function inWords(error) {
    if (error instanceof _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GuardError */ .U$)
        return error.message;
    const trace = error instanceof Error ? (error.stack ?? error.message) : (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error);
    return `Unforeseen, please report it: ${trace}`;
}


/***/ }),

/***/ 6119:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   KG: () => (/* binding */ workflowRuntime),
/* harmony export */   KV: () => (/* binding */ selfOf),
/* harmony export */   YU: () => (/* binding */ preciousOf)
/* harmony export */ });
/* harmony import */ var _github_inputs_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(739);
/* harmony import */ var _github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(7217);
/* harmony import */ var _report_voice_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(5944);



/** This process as the other side of every comparison. */
function selfOf(owner, job) {
    return {
        bootId: owner.bootId,
        pidNamespace: owner.pidNamespace,
        runnerKey: job === null ? null : owner.runner.key,
        worker: owner.worker,
        container: owner.container,
        job: job === null ? null : { runId: job.runId, attempt: job.attempt, job: job.job },
    };
}
/** Paths that may not be a root, from the environment of a job or a terminal. */
function preciousOf(environment) {
    return { home: environment['HOME'] ?? '', workspace: environment['GITHUB_WORKSPACE'] ?? null };
}
/**
 * The runtime of what the runner starts: a phase of the action, or a hook. Secrets are masked before
 * anything else is written: an error of anybody's may hold them.
 */
function workflowRuntime(environment, script, write) {
    // Before anything else can say them, even where they are refused.
    for (const secret of (0,_github_inputs_js__WEBPACK_IMPORTED_MODULE_0__/* .secretsIn */ .VY)(environment))
        write((0,_github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .mask */ .dK)(secret));
    return { environment, script, voice: workflowVoice(write) };
}
/** Speaks in a workflow's log: lines for facts, annotations for what matters. */
function workflowVoice(write) {
    return {
        info: (text) => write(`${_report_voice_js__WEBPACK_IMPORTED_MODULE_2__/* .TAG */ .Dk} ${(0,_report_voice_js__WEBPACK_IMPORTED_MODULE_2__/* .printable */ .g$)(text)}\n`),
        notice: (text) => write((0,_github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .annotation */ .w7)('notice', 'target-guard', (0,_report_voice_js__WEBPACK_IMPORTED_MODULE_2__/* .printable */ .g$)(text))),
        warning: (text, title = 'target-guard') => write((0,_github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .annotation */ .w7)('warning', title, (0,_report_voice_js__WEBPACK_IMPORTED_MODULE_2__/* .printable */ .g$)(text))),
        error: (text, title = 'target-guard') => write((0,_github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .annotation */ .w7)('error', title, (0,_report_voice_js__WEBPACK_IMPORTED_MODULE_2__/* .printableLines */ .fk)(text))),
    };
}


/***/ }),

/***/ 6625:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   oS: () => (/* binding */ tellHistory),
/* harmony export */   td: () => (/* binding */ readToldAndUntold)
/* harmony export */ });
/* unused harmony export noteEnd */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(3024);
/* harmony import */ var node_perf_hooks__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(643);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);
/* harmony import */ var _plan_naming_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(2463);
/* harmony import */ var _host_history_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(3007);
/* harmony import */ var _host_kernel_lock_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(3977);
/* harmony import */ var _host_lease_companions_js__WEBPACK_IMPORTED_MODULE_6__ = __nccwpck_require__(1238);
/* harmony import */ var _host_leases_js__WEBPACK_IMPORTED_MODULE_7__ = __nccwpck_require__(7847);
/* harmony import */ var _host_size_samples_js__WEBPACK_IMPORTED_MODULE_8__ = __nccwpck_require__(4015);
/* harmony import */ var _host_root_js__WEBPACK_IMPORTED_MODULE_9__ = __nccwpck_require__(2063);
/* harmony import */ var _host_sizes_js__WEBPACK_IMPORTED_MODULE_10__ = __nccwpck_require__(6234);
/* harmony import */ var _host_trash_js__WEBPACK_IMPORTED_MODULE_11__ = __nccwpck_require__(5920);














/** For all jobs together before the trash goes: the disk may be short. */
const TRASH_MS = 120_000;
/** For one slot: less than another reaper waits for its turn. */
const MEASURE_MS = 110_000;
/**
 * A reaper that is measuring is waited for: its trees should not be deleted meanwhile. The trash waits
 * no longer than it may in all; what goes while somebody measures it may be told too small.
 */
const LOCK_SECONDS = 120;
/**
 * Notes what is known of a job at its end; a disk that is too full for it costs one line.
 *
 * @returns what its seed saved, in words; null where that is not known
 */
function noteEnd(root, id, ended, { voice }) {
    const lease = findLease(root, id)?.lease ?? null;
    if (lease === null)
        return null;
    try {
        const line = lineOf(root, lease, ended);
        const saved = savedBy(line, readToldAndUntold(root));
        const savedSeconds = saved === null ? null : saved.coldSeconds - saved.seconds;
        noteEnding(root, { line: { ...line, savedSeconds }, slot: lease.slot });
        return saved === null ? null : describeSaved(line.seed, saved);
    }
    catch (error) {
        voice.warning(`This job leaves no line in the history (${messageOf(error)}).`);
        return null;
    }
}
/** The history with the ends that no reaper has come to yet, oldest first. */
function readToldAndUntold(root) {
    // The history is in order, whatever the clock said when each of its lines was written.
    const untold = (0,_host_history_js__WEBPACK_IMPORTED_MODULE_4__/* .readEndings */ .Le)(root).map(({ line }) => line);
    return [...(0,_host_history_js__WEBPACK_IMPORTED_MODULE_4__/* .readHistory */ .Lu)(root), ...untold.toSorted((a, b) => a.wallMs - b.wallMs)];
}
function lineOf(root, lease, { result, moment }) {
    const { id, repository, workflow, job, leg, owner, uptimeS } = lease;
    const sample = readSizeSample(root, id);
    const isSameBoot = owner.bootId === moment.bootId && moment.uptimeS >= uptimeS;
    return {
        version: 1,
        id,
        repository,
        workflow,
        job,
        leg,
        seed: readSeedRecord(root, id).kind,
        result,
        bytes: sample?.bytes ?? null,
        files: sample?.files ?? null,
        peakBytes: sample?.peakBytes ?? null,
        peakFiles: sample?.peakFiles ?? null,
        seconds: isSameBoot ? Math.round(moment.uptimeS - uptimeS) : null,
        savedSeconds: null,
        toolchain: readBuildRecord(root, id)?.toolchain ?? null,
        wallMs: moment.wallMs,
    };
}
/**
 * Measures the slots of jobs that have ended, in their place or in the trash, and makes a line of
 * each in the history. One reaper does it at a time; what it does not come to is the next one's.
 *
 * @param withinMs how long the trash may wait: what is not measured by then is told as last sampled
 * @returns why jobs could not be told, in words: each reason once
 */
async function tellHistory(root, which, withinMs = TRASH_MS) {
    const problems = new Set();
    const until = which === 'trash' ? node_perf_hooks__WEBPACK_IMPORTED_MODULE_1__.performance.now() + withinMs : Number.POSITIVE_INFINITY;
    for (const { line } of (0,_host_history_js__WEBPACK_IMPORTED_MODULE_4__/* .readEndings */ .Le)(root)) {
        if (which === 'trash' && !(0,_host_trash_js__WEBPACK_IMPORTED_MODULE_11__/* .isInTrash */ .O2)(root, line.id))
            continue;
        try {
            const leftSeconds = Math.max(0, Math.ceil((until - node_perf_hooks__WEBPACK_IMPORTED_MODULE_1__.performance.now()) / 1000));
            // Another reaper may wait for each of them, and no longer than for one.
            const told = await (0,_host_kernel_lock_js__WEBPACK_IMPORTED_MODULE_5__/* .withKernelLock */ .lv)((0,_host_root_js__WEBPACK_IMPORTED_MODULE_9__/* .controlPath */ .XL)(root, 'history.lock'), Math.min(LOCK_SECONDS, leftSeconds), async () => {
                await tellOne(root, line.id, Math.min(until, node_perf_hooks__WEBPACK_IMPORTED_MODULE_1__.performance.now() + MEASURE_MS));
                return true;
            });
            if (told === null)
                break;
        }
        catch (error) {
            problems.add((0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error));
        }
    }
    return [...problems];
}
/**
 * @param until by performance.now(): nothing is measured any more
 * @throws as the file system does
 */
async function tellOne(root, id, until) {
    const ending = (0,_host_history_js__WEBPACK_IMPORTED_MODULE_4__/* .readEnding */ .O$)(root, id);
    if (ending === null)
        return;
    const { line, slot } = ending;
    // The keeper's last sample is up to ten minutes old, and it is the end that links.
    const size = await measureSlot(root, id, slot, until);
    const bytes = size?.bytes ?? line.bytes;
    const files = size === null || size.files === 0 ? line.files : size.files;
    (0,_host_history_js__WEBPACK_IMPORTED_MODULE_4__/* .addLine */ .cG)(root, {
        ...line,
        bytes,
        files,
        peakBytes: larger(bytes, line.peakBytes),
        peakFiles: larger(files, line.peakFiles),
    });
}
/** In its place, or in the trash; by names that du(1), another process, can follow. */
async function measureSlot(root, id, slot, until) {
    const places = [
        ...((0,_plan_naming_js__WEBPACK_IMPORTED_MODULE_3__/* .isSlotPath */ .wS)(slot) ? [`${root.realPath}/${slot}`] : []),
        (0,_host_root_js__WEBPACK_IMPORTED_MODULE_9__/* .controlName */ .Fu)(root, 'trash', id),
    ];
    for (const place of places) {
        const before = identityOf(place);
        if (before === null)
            continue;
        const size = await (0,_host_sizes_js__WEBPACK_IMPORTED_MODULE_10__/* .measureTree */ .JP)(place, until - node_perf_hooks__WEBPACK_IMPORTED_MODULE_1__.performance.now());
        // Moved meanwhile, it may have been measured in part.
        if (size !== null && identityOf(place) === before)
            return size;
    }
    return null;
}
/**
 * Which directory lies there; null where none does: a former path of a slot that the next job has
 * inherited is a link, and takes no space.
 */
function identityOf(path) {
    const stat = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(path, { throwIfNoEntry: false });
    return stat?.isDirectory() === true ? `${stat.dev}:${stat.ino}` : null;
}
function larger(a, b) {
    return a === null || b === null ? (a ?? b) : Math.max(a, b);
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(342);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
