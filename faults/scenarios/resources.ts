import { execFileSync } from 'node:child_process';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '@headwater/stack';
import { scenario, type Scenario } from '../scenario';
import { runInside } from '../world/inspector';
import { linesFrom } from '../world/log-lines';
import { areReady } from '../world/readiness';
import { until } from '../world/until';
import { SESSION_TIMEOUT_MS, type World } from '../world/world';

const consumers = ['enricher', 'validator', 'loader'] as const;
const HOUR_MS = 3_600_000;
const BLOCKED_MS = SESSION_TIMEOUT_MS + 2_000;
/** Those whose clocks are read. The first is the one by which everything is counted. */
const clocks = ['collector', ...consumers] as const;
/** `QUALITY__MAX_AHEAD_SECONDS`, and some seconds for what is on its way. */
const MAX_AHEAD_MS = 330_000;

/** Summaries that the quality monitor left out because their collector was ahead of its own clock. */
async function summariesAhead(world: World): Promise<number> {
  const [monitor] = world.of('quality-monitor');
  const answer = await fetch(`${monitor?.url ?? ''}/metrics`);
  const line = /^headwater_quality_summaries_total\{[^}]*result="ahead"[^}]*\} (\d+)/m.exec(
    await answer.text(),
  );
  return Number(line?.[1] ?? 0);
}

/** Time, memory and descriptors: what a machine may lack. */
export const resourceScenarios: readonly Scenario[] = [
  scenario({
    name: 'wrong-clock',
    row: 31,
    title: 'a collector, enricher, validator or loader whose clock is up to an hour wrong, either way',
    world: 'one broker',
    full: 8,
    atOnce: 8,
    differs:
      'clocks are wrong from the start of a process to its end, and do not leap meanwhile: the clock of a container is that of its machine, and only a preload can change what one process sees of it',
    async inject({ world, random, expect, tell }, index) {
      const name = clocks[index % clocks.length] ?? 'collector';
      const service = random.pick(world.of(name));
      const shift = random.between(-HOUR_MS, HOUR_MS);
      const before = await summariesAhead(world);
      tell(`the clock of a ${name} is ${(shift / 60_000).toFixed(0)} minutes off`);
      service.settings = {
        NODE_OPTIONS: `--require ${join(__dirname, '../world/shift-clock.cjs')}`,
        HEADWATER_CLOCK_SHIFT_MS: String(shift),
      };
      await service.stop();
      await service.start();
      await sleep(5_000);
      service.settings = {};
      await service.stop();
      await service.start();
      if (name !== 'collector' || shift < MAX_AHEAD_MS) return;
      // Its events are stored as all others; what is counted by its clock belongs to no minute that has been yet.
      const flagged = await until(async () => (await summariesAhead(world)) > before, 60_000);
      expect('the quality monitor notices that a collector is ahead', flagged, `${String(shift)} ms`);
    },
  }),
  scenario({
    name: 'out-of-memory',
    row: 32,
    title: 'a service runs out of memory under load (V8 ends the process)',
    world: 'one broker',
    full: 5,
    atOnce: 5,
    differs:
      'its memory is filled from inside, instead of a heap of 96 MB: so it happens at any moment under load',
    supervised: true,
    async inject({ world, random, expect }) {
      const service = random.pick(world.of(random.pick([...consumers, 'collector'] as const)));
      await runInside(service, 'const held = []; for (;;) held.push(new Array(1e7).fill(1.5))');
      expect('the process ended', await until(() => !service.running(), 60_000));
      const isBack = await until(async () => (await areReady([service])).includes(true), 60_000);
      expect('it is ready a minute later', isBack, service.name);
    },
  }),
  scenario({
    name: 'blocked-event-loop',
    row: 33,
    title: 'the event loop of a consumer is blocked for longer than its session',
    world: 'one broker',
    full: 5,
    atOnce: 5,
    async inject({ world, random, expect }) {
      const service = random.pick(world.of(random.pick(consumers)));
      const lines = linesFrom(service.logFile);
      await runInside(service, `for (const end = Date.now() + ${String(BLOCKED_MS)}; Date.now() < end; );`);
      await sleep(BLOCKED_MS);
      await world.kafka.through(60_000);
      const joined = lines().some(({ msg }) => String(msg).startsWith('Joined'));
      expect('its group went on without it, and took it in again', joined, service.name);
    },
  }),
  scenario({
    name: 'no-descriptors',
    row: 34,
    title: 'a collector with 256 descriptors, and 400 connections that say nothing',
    world: 'one broker',
    full: 3,
    differs: '400 connections rather than 10,000: behind the 256th all are the same to the collector',
    async inject({ world, random, expect }) {
      const service = random.pick(world.of('collector'));
      const prlimit = (...args: readonly string[]): string =>
        execFileSync('prlimit', ['--pid', String(service.pid()), ...args], { encoding: 'utf8' });
      const most = prlimit('--nofile', '--output', 'HARD', '--noheadings', '--raw').trim();
      // The soft limit only: not everybody may raise the other one again.
      prlimit('--nofile=256:');
      const sockets = Array.from({ length: 400 }, (): Socket => {
        const socket = connect({ host: LOOPBACK, port: Number(new URL(service.url).port) });
        socket.on('error', () => socket.destroy());
        return socket;
      });
      await sleep(5_000);
      // Over a connection of its own: `fetch` takes one that the probes have left open.
      const answers = (): Promise<boolean> =>
        new Promise((resolve) => {
          const request = get(`${service.url}/health/live`, { agent: false, timeout: 2_000 }, (answer) => {
            answer.resume();
            resolve(answer.statusCode === 200);
          });
          request.on('timeout', () => request.destroy());
          request.on('error', () => {
            resolve(false);
          });
        });
      expect('nobody else gets a connection', !(await answers()));
      for (const socket of sockets) socket.destroy();
      await sleep(1_000);
      expect('it takes connections again once some have ended', await answers());
      prlimit(`--nofile=${most}:`);
    },
  }),
];
