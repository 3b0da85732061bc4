/** The page in a real browser, opened from disk: it says what happened, and it answers to mouse and keys. Needs Chromium. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { renderTrace } from '../../visualizer/index.ts';
import { sampleTrace } from '../visualizer/sample-trace.ts';
import { chromiumPath } from './peers.ts';

const directory = mkdtempSync(join(tmpdir(), 'wavetank-view-'));
const planned = sampleTrace({ events: 3000, violated: true }).replace('"type":"header"', '"type":"header","planFile":"small.plan.json"');
let browser: Browser;
let complaints: string[] = [];

async function open(file: string, hash = ''): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => /^(file|data|blob):/.test(request.url()) || complaints.push(`fetched ${request.url()}`));
  await page.goto(`${pathToFileURL(join(directory, file)).href}${hash}`);
  await page.waitForSelector('.toolbar');
  return page;
}

const heading = (page: Page): Promise<string> => page.locator('.inspector h2').innerText();
const link = (page: Page): Promise<URLSearchParams> => page.waitForTimeout(400).then(() => page.evaluate('location.hash')).then((hash) => new URLSearchParams(String(hash).slice(1)));

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: chromiumPath()!, args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] });
  const red = sampleTrace({ events: 3000, violated: true });
  writeFileSync(join(directory, 'red.html'), renderTrace(red));
  writeFileSync(join(directory, 'planned.html'), renderTrace(planned));
  writeFileSync(join(directory, 'green.html'), renderTrace(sampleTrace({ events: 3000, violated: false })));
  writeFileSync(join(directory, 'cut.html'), renderTrace(red.split('\n').slice(0, 1500).join('\n')));
  writeFileSync(join(directory, 'empty.html'), renderTrace(`${red.split('\n')[0]}\n`));
  writeFileSync(join(directory, 'large.html'), renderTrace(sampleTrace({ events: 300_000, violated: true })));
}, 120_000);

afterEach(() => {
  const said = complaints;
  complaints = [];
  expect(said).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a violated run', () => {
  test('opens at the violation: verdict, sentence, steps, command', async () => {
    const page = await open('red.html');
    expect(await page.locator('h1').innerText()).toBe('A promise was broken');
    expect(await page.locator('.summary').innerText()).toContain('nobody can read it');
    expect(await page.locator('.steps li').count()).toBe(5);
    expect(await page.locator('.command code').innerText()).toBe('npx wavetank repro broker-loss --seed 4711');
    expect(await page.locator('.annotations .violation').count()).toBe(1);
    expect(await heading(page)).toContain('has read all of payments-0');
    await page.close();
  });

  test('a run with a plan of its own: the command names the plan, and the page gives it', async () => {
    const page = await open('planned.html');
    expect(await page.locator('.command code').innerText()).toBe('npx wavetank repro broker-loss --seed 4711 --plan small.plan.json');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Save small.plan.json')]);
    expect(download.suggestedFilename()).toBe('small.plan.json');
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toEqual(JSON.parse(planned.slice(0, planned.indexOf('\n'))).plan);
    await page.close();
  });

  test('the command is inside its box, however long', async () => {
    const page = await open('planned.html');
    expect(await page.evaluate("(([box]) => box.scrollWidth <= box.clientWidth)(document.querySelectorAll('.command code'))")).toBe(true);
    await page.close();
  });

  test('on a small window every button is whole', async () => {
    const page = await open('red.html');
    await page.setViewportSize({ width: 800, height: 600 });
    expect(await page.evaluate("[...document.querySelectorAll('.tools button')].every((button) => button.scrollWidth <= button.clientWidth && button.getBoundingClientRect().right <= innerWidth)")).toBe(true);
    await page.close();
  });

  test('a step jumps to its event, in timeline, list and inspector', async () => {
    const page = await open('red.html');
    await page.click('.steps li:nth-child(3) button');
    await expect.poll(() => heading(page)).toContain('killed: kill -9');
    expect(await page.locator('.row.selected .kind').innerText()).toBe('node.kill');
    expect(await page.locator('.steps li.current').count()).toBe(1);
    const [from, to] = (await link(page)).get('z')!.split('-').map(Number);
    expect(from).toBeLessThan(11_023_000);
    expect(to! - from!).toBeLessThan(1_000_000);
    await page.close();
  });

  test('keys step, zoom, walk causes, slice, and turn the axis', async () => {
    const page = await open('red.html');
    const [from, to] = (await page.keyboard.press('w').then(() => link(page))).get('z')!.split('-').map(Number);
    await page.keyboard.press('w');
    const [closerFrom, closerTo] = (await link(page)).get('z')!.split('-').map(Number);
    expect(closerTo! - closerFrom!).toBeLessThan(to! - from!);
    await page.keyboard.press('[');
    await expect.poll(() => heading(page)).toContain('receives Fetch reply');
    await page.keyboard.press(']');
    await expect.poll(() => heading(page)).toContain('has read all');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => heading(page)).toContain('receives Fetch reply');
    await page.keyboard.press('v');
    await expect.poll(() => heading(page)).toContain('has read all');
    await page.keyboard.press('c');
    expect((await link(page)).get('s')).toBe('full');
    await page.keyboard.press('t');
    expect((await link(page)).get('x')).toBe('order');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'hidden' });
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.inspector .hint').count()).toBe(1);
    await page.close();
  });

  test('Space plays through the evidence, from its beginning', async () => {
    const page = await open('red.html');
    await page.keyboard.press('Space');
    await expect.poll(() => heading(page)).toContain('p1');
    await expect.poll(() => page.locator('.row.selected .kind').innerText(), { timeout: 5000 }).toBe('net.send');
    await page.keyboard.press('Space');
    // The page draws what has changed in its next frame, as everywhere.
    await expect.poll(() => page.locator('.play').getAttribute('aria-label')).toBe('Play');
    await page.close();
  });

  test('search narrows the list', async () => {
    const page = await open('red.html');
    await page.click('text=All');
    await page.keyboard.press('/');
    await page.keyboard.type('kind:s3.put node:b1');
    await expect.poll(() => page.locator('.event-list h2').innerText()).toMatch(/matching events/i);
    await expect.poll(async () => new Set(await page.locator('.row .kind').allInnerTexts())).toEqual(new Set(['s3.put']));
    await page.close();
  });

  test('wheel zooms, brush moves, a click on the canvas selects', async () => {
    const page = await open('red.html');
    const before = (await link(page).catch(() => new URLSearchParams())).get('z');
    await page.mouse.move(900, 300);
    await page.mouse.wheel(0, -400);
    const after = (await link(page)).get('z');
    expect(after).not.toBe(before);
    await page.mouse.move(700, 75);
    await page.mouse.down();
    await page.mouse.move(760, 75, { steps: 4 });
    await page.mouse.up();
    expect((await link(page)).get('z')).not.toBe(after);
    await page.click('.steps li:nth-child(1) button');
    await page.locator('.badge').first().click();
    await expect.poll(() => page.locator('.row.selected').count()).toBe(1);
    await page.close();
  });

  test('a link opens the same moment', async () => {
    const first = await open('red.html');
    await first.keyboard.press('3');
    const hash = await link(first).then(() => first.evaluate('location.hash'));
    const title = await heading(first);
    await first.close();
    const page = await open('red.html', String(hash));
    await expect.poll(() => heading(page)).toBe(title);
    await page.close();
  });
});

test('a good run opens pleasantly too', async () => {
  const page = await open('green.html');
  expect(await page.locator('h1').innerText()).toBe('All promises held');
  expect(await page.locator('.faults tbody tr').count()).toBe(4);
  expect(await page.locator('.steps').count()).toBe(0);
  await page.close();
});

test('a truncated trace is shown, with a notice', async () => {
  const page = await open('cut.html');
  expect(await page.locator('.notice').innerText()).toContain('ends early');
  expect(await page.locator('.row').count()).toBeGreaterThan(0);
  await page.close();
});

test('a trace without events is shown', async () => {
  const page = await open('empty.html');
  expect(await page.locator('h1').innerText()).toBe('No verdict');
  await page.close();
});

test('300,000 events answer to the keyboard', async () => {
  const page = await open('large.html');
  await page.keyboard.press('0');
  await page.keyboard.press('c');
  await page.waitForTimeout(300);
  const frame = (await page.evaluate('wavetank.stage.draw(), wavetank.stage.frameMs')) as { layout: number; paint: number };
  expect(frame.layout + frame.paint).toBeLessThan(500); // many times what was measured
  await page.close();
}, 60_000);
