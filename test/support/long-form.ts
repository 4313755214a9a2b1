const VARIABLE = 'GATEHOUSE_TEST_LONG_FORM';

/** Called before a stress run: tests that have a long form take it. */
export const chooseLongForm = (): void => {
  process.env[VARIABLE] = 'on';
};

/**
 * How often a test repeats what chance may show. Each rule is checked in both forms.
 *
 * @param inTest rounds in `npm test`
 * @param inStress rounds in `npm run stress`
 */
export const rounds = (inTest: number, inStress: number): number =>
  process.env[VARIABLE] === undefined ? inTest : inStress;
