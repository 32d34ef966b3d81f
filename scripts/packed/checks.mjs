/** Runs checks one after the other, prints a line for each, and counts them. */
export class Checks {
  totals = { passed: 0, failed: 0, skipped: 0 };

  /** Checks that build on each other: after one that failed, the others of its chapter, and what needs it, are skipped. */
  chapter(needs) {
    const chapter = { broken: false };
    chapter.check = async (name, body) => {
      if (chapter.broken || needs?.broken) return this.#skip(name, chapter);
      const startedAt = Date.now();
      try {
        const found = await body();
        this.#count('passed', `ok    ${name}${found ? `: ${found}` : ''} (${seconds(startedAt)})`);
      } catch (error) {
        chapter.broken = true;
        this.#count('failed', `FAIL  ${name} (${seconds(startedAt)})\n${indent(error.message)}`);
      }
    };
    return chapter;
  }

  #skip(name, chapter) {
    chapter.broken = true;
    this.#count('skipped', `skip  ${name}`);
  }

  #count(outcome, line) {
    this.totals[outcome] += 1;
    console.log(line);
  }
}

function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}

function indent(text) {
  return text.replace(/^/gm, '      ');
}
