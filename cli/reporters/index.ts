/** One report, four forms. */
import type { ReporterName } from '../options.ts';
import type { SweepReport } from '../report.ts';
import { renderGithub } from './github.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderText } from './text.ts';

export type Reporter = (report: SweepReport) => string;

export const reporters: Readonly<Record<ReporterName, Reporter>> = {
  text: renderText,
  json: renderJson,
  junit: renderJunit,
  github: renderGithub,
};
