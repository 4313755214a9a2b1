import Sequencer from '@jest/test-sequencer';

/** Tests that take longest. On a new machine jest knows no durations, and would begin with the largest files. */
const FIRST = ['/faults/walk', '/flow/', '/browser/', '/clients/', '/infra/stack/', '/local/cli'];

const rank = ({ path }) => {
  const index = FIRST.findIndex((part) => path.includes(`/test${part}`));
  return index < 0 ? FIRST.length : index;
};

/** Starts the longest test files first, so that no worker is left with one of them at the end. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isTimed = sorted.some(({ duration }) => duration !== undefined);
    return isTimed ? sorted : sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
