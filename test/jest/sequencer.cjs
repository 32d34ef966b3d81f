const { default: Sequencer } = require('@jest/test-sequencer');

/** Folders of files that take minutes. Begun last, one of them would run alone in the end. */
const slow = ['/test/simulation/', '/test/e2e/'];

/** The order of files: those that take longest first, so that all workers end at about the same time. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => (slow.some((folder) => path.includes(folder)) ? 0 : 1);
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
