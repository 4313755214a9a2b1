import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseLongForm } from '../support/long-form.ts';
import { REPORT_VARIABLE } from './report.ts';

export default (): void => {
  chooseLongForm();
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-stress-')), 'report.jsonl');
  writeFileSync(file, '');
  process.env[REPORT_VARIABLE] = file;
};
