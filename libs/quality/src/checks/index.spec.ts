import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { qualityConfig } from '../settings';
import { benchOf } from '../testing/check-bench';
import { checks } from '.';

const root = resolve(__dirname, '../../../..');

describe.each(checks.map((check) => [check.name, check] as const))('the check %s', (name, check) => {
  it('has a name that can be part of a variable, and a summary', () => {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(check.summary).toMatch(/^[A-Z].*\.$/);
  });

  it('has a runbook that says what it means and what to do', () => {
    expect(existsSync(resolve(root, check.runbook))).toBe(true);
    const page = readFileSync(resolve(root, check.runbook), 'utf8');
    for (const heading of ['## What it means', '## What to do', '## Settings'])
      expect(page).toContain(heading);
    for (const setting of Object.keys(check.config.shape))
      expect(page).toContain(
        `QUALITY__CHECKS__${name.toUpperCase()}__${setting.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`,
      );
  });

  it('runs with defaults and can be switched off', () => {
    const bench = benchOf(check);
    expect(check.start({}, bench)).not.toBeNull();
    expect(check.start({ enabled: false }, bench)).toBeNull();
  });

  it('documents each of its settings', () => {
    for (const setting of Object.values(check.config.shape))
      expect((setting as { description?: string }).description).toMatch(/\.$/);
  });
});

describe('qualityConfig', () => {
  it('has a default for everything, and a section for each check', () => {
    const settings = qualityConfig.parse({});
    expect(Object.keys(settings.checks)).toEqual(checks.map(({ name }) => name));
  });

  it('refuses a window that does not divide half an hour', () => {
    expect(qualityConfig.safeParse({ windowSeconds: 420 }).success).toBe(false);
    expect(qualityConfig.safeParse({ windowSeconds: 300 }).success).toBe(true);
  });
});
